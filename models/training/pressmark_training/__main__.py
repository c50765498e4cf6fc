"""From the data folder to a bundle: trains, calibrates, measures and exports; goes on wherever it was interrupted."""

import argparse
from pathlib import Path

import torch

from .run.bundle import named
from .run.finish import finish
from .run.log import log
from .run.train import Plan, Run, prepare, train

BUNDLES = ("pressmark-news", "pressmark-news-small")


def main(argv: list[str] | None = None) -> None:
    """Parses the command line and runs what is left to do."""
    parser = argparse.ArgumentParser(prog="pressmark_training", description=__doc__)
    parser.add_argument("--bundle", choices=BUNDLES, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder laid out as DATASETS.md says")
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and what is computed once")
    parser.add_argument("--out", type=Path, help="the bundle's folder; without it nothing is exported")
    parser.add_argument("--version", default="0.7.0", help="of the bundle")
    parser.add_argument("--steps", type=int, default=12000, help="all steps, with those of --cool")
    parser.add_argument("--cool", type=int, default=2000, help="last steps, over which the rate falls to nothing")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many and go on another time")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--with-research-sets", action="store_true", help="also sets that are not for commercial use")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--batch", type=int, default=1, help="how many times the subwords of a step, for a GPU")
    parser.add_argument("--rate", type=float, default=Plan("").body, help="of the encoder at its highest; heads have their own")
    parser.add_argument("--lines", type=int, default=1, help="processes that draw the batches, for a GPU")
    parser.add_argument("--start", type=Path, help="folder of a bundle of the same base, whose weights training goes on from")
    parser.add_argument("--mix", type=float, default=0.0, help="share of the weights of --start in the bundle")
    parser.add_argument(
        "--average", type=Path, action="append", default=[], metavar="CHECKPOINT",
        help="of another run that differs in --seed and --rate alone: the bundle is the mean of both (repeatable)",
    )  # fmt: skip
    parser.add_argument("--smoke", action="store_true", help="a few documents and steps, to see that it runs")
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    plan = Plan(
        args.bundle, args.with_research_sets, args.smoke, args.seed, args.rate, batch=args.batch, lines=args.lines,
        start=named(args.start) if args.start else "",
    )  # fmt: skip
    run = Run(plan, prepare(plan, args.data, args.work), args.work / plan.name, args.device, args.start)
    if run.resume():
        log(f"goes on at step {run.step} of {run.checkpoint}")
    if args.smoke:
        args.steps, args.cool = 4, 2
    if train(run, args.steps, args.cool, args.minutes) and args.out is not None:
        finish(run, args.data, args.out, args.version, args.mix, args.average)


if __name__ == "__main__":
    main()
