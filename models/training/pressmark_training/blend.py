"""Averages two checkpoints of one lineage, and takes named heads from others."""

import argparse
from pathlib import Path

import torch


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--other", type=Path, help="checkpoint to average with; heads that it lacks, or has in another shape, stay")
    parser.add_argument("--share", type=float, default=0.25, help="of the other checkpoint")
    parser.add_argument("--take", nargs="*", default=[], metavar="HEAD=FILE", help="replace a head by the one in FILE")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    saved = torch.load(args.checkpoint, weights_only=False)
    state = dict(saved["model"])
    if args.other:
        other = torch.load(args.other, weights_only=False)["model"]
        for name in state.keys() & other.keys():
            if state[name].shape == other[name].shape:
                state[name] = torch.lerp(state[name], other[name], args.share)
    for choice in args.take:
        head, _, file = choice.partition("=")
        prefix = f"heads.{head.replace('.', '__')}."
        source = torch.load(file, weights_only=False)["model"]
        state.update({k: v for k, v in source.items() if k.startswith(prefix)})
    torch.save({"model": state, "heads": saved["heads"]}, args.out)


if __name__ == "__main__":
    main()
