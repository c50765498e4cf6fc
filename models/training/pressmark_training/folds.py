"""Stance on all of vast, five-fold with topics apart: the head is fitted anew for each fold.

The encoder is the one before stance was learnt (of step 1), frozen, so that no fold's labels are in it. Comments like
those that are judged count three times beside the tweets, claims and pairs of other sets.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import torch

from .base import fetch_base
from .fit_heads import fit, inputs
from .heads import load
from .metrics import macro_f1
from .tasks import READERS, chance
from .tokens import Subwords
from .train_ner import THREADS, log

FOLDS = 5
TIMES = 3
EPOCHS = 8


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    args = parser.parse_args(argv)
    torch.set_num_threads(THREADS)
    subwords = Subwords(fetch_base(args.work) / "tokenizer.json")
    model = load(args.checkpoint)
    task = READERS["stance"](args.data, subwords)
    with (args.data / "stance/vast/dev.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        topics = {row["Target 1"] for row in csv.DictReader(file)}
    items = task.train + task.dev["vast"] + [i for extra in task.extra.values() for i in extra]
    x, y, sources = inputs(model, "stance", items)
    x, y = x.clone(), y.clone()
    fold = np.array([chance(s, FOLDS) if s in topics else -1 for s in sources])
    found = np.full(len(y), -1)
    scores = []
    for k in range(FOLDS):
        held = torch.from_numpy(fold == k)
        others, alike = np.flatnonzero(fold == -1), np.flatnonzero((fold != k) & (fold != -1))
        used = torch.from_numpy(np.concatenate([others, *[alike] * TIMES]))
        head = fit("stance", x[used], y[used], seed=20, epochs=EPOCHS)
        with torch.inference_mode():
            found[fold == k] = head(x[held]).argmax(1).numpy()
        scores.append(macro_f1(y[held].numpy(), found[fold == k], [0, 1, 2]))
        log(f"fold {k}: macro F1 {scores[-1]:.2f} on {int(held.sum())}")
    pooled = macro_f1(y.numpy()[fold >= 0], found[fold >= 0], [0, 1, 2])
    print(json.dumps({"vast_five_fold_macro_f1": round(pooled, 2), "folds": [round(s, 2) for s in scores]}))


if __name__ == "__main__":
    main()
