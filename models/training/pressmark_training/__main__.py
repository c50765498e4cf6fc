"""From the data folder to the bundle, in four steps that can be resumed.

A step whose checkpoint stands in --work is not run again; delete it (or give
--fresh) to run it anew.
"""

import argparse
from pathlib import Path

from . import export, fit_heads, train_joint, train_ner
from .train_ner import log


def main() -> None:
    parser = argparse.ArgumentParser(prog="pressmark_training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder laid out as DATASETS.md says")
    parser.add_argument("--out", type=Path, required=True, help="the bundle's folder")
    parser.add_argument("--work", type=Path, default=Path("/tmp/pressmark-training"), help="checkpoints")
    parser.add_argument("--epochs", type=int, default=4, help="of the first step")
    parser.add_argument("--minutes", type=float, default=60, help="of the third step")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--fresh", action="store_true", help="run every step again")
    parser.add_argument("--smoke", action="store_true", help="a few documents and steps, to see that it runs")
    parser.add_argument("--openly-licensed", action="store_true", help="leave non-commercial and unlicensed sets out")
    args = parser.parse_args()
    tag = ("open-" if args.openly_licensed else "") + ("smoke" if args.smoke else "full")
    work = args.work / tag
    work.mkdir(parents=True, exist_ok=True)
    epochs, minutes = (1, 0.5) if args.smoke else (args.epochs, args.minutes)
    common = ["--data", args.data, "--work", work, "--seed", args.seed]
    flags = [f for f, on in (("--smoke", args.smoke), ("--openly-licensed", args.openly_licensed)) if on]

    def step(name: str, result: Path, run: object, parser_args: list[object]) -> None:
        if result.exists() and not args.fresh:
            log(f"{name}: {result} is there")
            return
        log(f"{name} → {result}")
        run([str(a) for a in parser_args])  # type: ignore[operator]

    ner, heads, joint = work / f"ner-{epochs}.pt", work / "heads.pt", work / "joint.pt"
    step("entities", ner, train_ner.main, [*common, *flags, "--epochs", epochs])
    step("heads on frozen states", heads, fit_heads.main, [*common, *flags, "--checkpoint", ner, "--out", heads])
    step(
        "all heads together", joint, train_joint.main,
        [*common, *flags, "--checkpoint", heads, "--minutes", minutes, "--out", joint],
    )  # fmt: skip
    export.main(
        [str(a) for a in [
            "--data", args.data, "--work", work, *flags, "--checkpoint", joint,
            "--frozen", heads.with_suffix(".json"), "--out", args.out,
        ]]
    )  # fmt: skip


if __name__ == "__main__":
    main()
