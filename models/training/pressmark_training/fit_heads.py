"""Phase 1b: heads on frozen hidden states, and how every head is measured."""

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from .base import fetch_base
from .heads import SPECS, load
from .metrics import macro_f1
from .model import Head, Model, pool
from .tasks import OPEN, READERS, Item, Task, batched, chance, collate, compose, logits_of, merged, shorten, vectors
from .tokens import Subwords
from .train_ner import THREADS, log, tensors


@torch.inference_mode()
def inputs(model: Model, head: str, items: list[Item]) -> tuple[Tensor, Tensor, list[str]]:
    """Head inputs, labels and sources of all rows, in the order of the batches."""
    model.eval()
    xs, ys, sources = [], [], []
    for part in batched(items, 4096):
        batch = collate(part)
        xs.append(compose(SPECS[head].input, vectors(model, batch)[batch.rows]))
        ys.append(batch.labels)
        sources += batch.sources
    return torch.cat(xs), torch.cat(ys), sources


@torch.inference_mode()
def outputs(model: Model, head: str, items: list[Item]) -> tuple[Tensor, Tensor, list[str]]:
    """Logits, labels and sources of all rows, in the order of the batches."""
    model.eval()
    batches = [collate(part) for part in batched(items, 4096)]
    logits = torch.cat([logits_of(model, head, batch) for batch in batches])
    return logits, torch.cat([b.labels for b in batches]), [s for b in batches for s in b.sources]


def loss_of(head: str, logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    if SPECS[head].output == "softmax":
        return F.cross_entropy(logits, labels)
    return F.binary_cross_entropy_with_logits(logits, labels, pos_weight=weight)


def positive_weight(labels: Tensor) -> Tensor:
    """Mild weights for rare labels: the root of the odds against them, at most 3."""
    share = labels.float().mean(0).clamp_min(1e-3)
    return ((1 - share) / share).sqrt().clamp(1.0, 3.0)


def learn(
    head: str, logits: Callable[[Head, Tensor], Tensor], y: Tensor, seed: int, size: int, epochs: int = 20, rate: float = 1e-3
) -> Head:
    """Trains a head on fixed inputs; `logits` gives those of some rows, by their numbers."""
    torch.manual_seed(seed)
    module = Head(SPECS[head].widths, 0.3)
    weight = positive_weight(y) if SPECS[head].output == "sigmoid" else None
    optimizer = torch.optim.AdamW(module.parameters(), lr=rate, weight_decay=0.05)
    steps = epochs * (len(y) // size + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: max(0.0, 1 - s / steps))
    module.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(y)).split(size):
            loss_of(head, logits(module, rows), y[rows], weight).backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
    return module.eval()


def fit(head: str, x: Tensor, y: Tensor, seed: int, epochs: int = 20) -> Head:
    """Trains a head on one vector a row."""
    return learn(head, lambda module, rows: module(x[rows]), y, seed, size=64, epochs=epochs)


@torch.inference_mode()
def subwords_of(model: Model, items: list[Item]) -> tuple[list[Tensor], Tensor]:
    """The hidden states of every row's text, in half precision, and the labels."""
    model.eval()
    texts, labels = [], []
    for part in batched(items, 4096):
        batch = collate(part)
        hidden = model.encoder(*tensors(batch.windows)).half()
        pieces: dict[int, list[Tensor]] = {}
        for row, begin, end, group in batch.parts.tolist():
            pieces.setdefault(group, []).append(hidden[row, begin:end])
        texts += [torch.cat(pieces[group]) for group in batch.rows[:, 0].tolist()]
        labels.append(batch.labels)
    return texts, torch.cat(labels)


def fit_pooled(head: str, texts: list[Tensor], y: Tensor, seed: int) -> Head:
    """Trains a pooled head on the states of each row's subwords."""

    def logits(module: Head, rows: Tensor) -> Tensor:
        some = [texts[row] for row in rows.tolist()]
        text = torch.repeat_interleave(torch.arange(len(some)), torch.tensor([len(t) for t in some]))
        return pool(module(torch.cat(some).float()), text, len(some))

    return learn(head, logits, y, seed, size=32)


def thresholds(probabilities: NDArray[np.float32], gold: NDArray[np.float32]) -> list[float]:
    """The threshold of best F1 for each label, pulled towards a half where data is thin."""
    out = []
    for j in range(gold.shape[1]):
        best, best_f1 = 0.5, 0.0
        for t in np.arange(0.15, 0.75, 0.025):
            found = probabilities[:, j] >= t
            f1 = 2 * (found & (gold[:, j] > 0.5)).sum() / max(1, found.sum() + gold[:, j].sum())
            f1 -= 0.02 * abs(t - 0.5)
            if f1 > best_f1:
                best, best_f1 = float(t), float(f1)
        n = float(gold[:, j].sum())
        out.append(round(0.5 + (best - 0.5) * n / (n + 10), 3))
    return out


def multilabel_f1(probabilities: NDArray[np.float32], gold: NDArray[np.float32], at: list[float]) -> dict[str, Any]:
    found = probabilities >= np.array(at)[None]
    wanted = gold > 0.5
    hit = (found & wanted).sum(0)
    each = 200 * hit / np.maximum(1, found.sum(0) + wanted.sum(0))
    return {"macro": float(each.mean()), "each": [round(float(f), 1) for f in each]}


def temperature(logits: Tensor, labels: Tensor, softmax: bool) -> float:
    """The temperature of least log loss on dev."""
    best, best_loss = 1.0, float("inf")
    for t in np.arange(0.5, 3.01, 0.05):
        scaled = logits / float(t)
        loss = F.cross_entropy(scaled, labels) if softmax else F.binary_cross_entropy_with_logits(scaled, labels)
        if float(loss) < best_loss:
            best, best_loss = float(t), float(loss)
    return round(best, 2)


def average_precision(scores: NDArray[np.float32], gold: NDArray[np.float32]) -> float:
    ranked = gold[np.argsort(-scores)]
    precision = ranked.cumsum() / np.arange(1, len(ranked) + 1)
    return 100 * float((precision * ranked).sum() / max(1.0, ranked.sum()))


def salience_scores(logits: Tensor, items: list[Item]) -> dict[str, float]:
    """How many of the k sentences of highest score stand in the summary of k sentences."""
    hits, lead, total, at, aps = 0.0, 0.0, 0, 0, []
    for item in items:
        gold = np.array([row[1][0] for row in item.rows], dtype=np.float32)  # type: ignore[index]
        score = logits[at : at + len(gold), 0].numpy()
        at += len(gold)
        k = int(gold.sum())
        hits += float(gold[np.argsort(-score)[:k]].sum())
        lead += float(gold[:k].sum())
        total += k
        aps.append(average_precision(score, gold))
    return {"precision_at_k": 100 * hits / total, "lead_at_k": 100 * lead / total, "map": float(np.mean(aps))}


def measure(
    head: str, name: str, logits: Tensor, labels: Tensor, sources: list[str], items: list[Item]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Scores of one dev set, and the calibration fitted on it."""
    spec = SPECS[head]
    if spec.output == "softmax":
        found, gold = logits.argmax(1).numpy(), labels.numpy()
        scores: dict[str, Any] = {
            "macro_f1": macro_f1(gold, found, list(range(len(spec.labels)))),
            "accuracy": 100 * float((found == gold).mean()),
            "n": len(gold),
        }
        if head == "stance":
            scores["favor_against_f1"] = macro_f1(gold, found, [0, 2])
        return scores, {"calibration": {"temperature": temperature(logits, labels, True)}}
    t = temperature(logits, labels, False)
    calibration: dict[str, Any] = {"calibration": {"temperature": t}}
    if head == "salience":
        ordered = [i for part in batched(items, 4096) for i in part]
        return salience_scores(logits, ordered), calibration
    probabilities, gold = (logits / t).sigmoid().numpy(), labels.numpy()
    half = np.array([chance("half" + s, 2) for s in sources])
    crossed = np.zeros((0, gold.shape[1])), np.zeros((0, gold.shape[1]))
    for side in (0, 1):
        fitted = np.array(thresholds(probabilities[half != side], gold[half != side]))
        crossed = (
            np.concatenate([crossed[0], probabilities[half == side] - fitted[None] + 0.5]),
            np.concatenate([crossed[1], gold[half == side]]),
        )
    plain = [0.5] * gold.shape[1]
    aps = [round(average_precision(probabilities[:, j], gold[:, j]), 1) for j in range(gold.shape[1])]
    own = thresholds(probabilities, gold)
    scores = {
        "half": multilabel_f1(probabilities, gold, plain),
        "crossfitted": multilabel_f1(crossed[0], crossed[1], plain),
        "fitted": multilabel_f1(probabilities, gold, own),
        "average_precision": aps,
        "mean_ap": float(np.mean(aps)),
        "n": len(gold),
    }
    calibration["thresholds"] = own
    return scores, calibration


@torch.inference_mode()
def evaluate_task(model: Model, task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
    """Scores on every dev set of a task, and the calibration for the config."""
    model.eval()
    scores: dict[str, Any] = {}
    pooled: list[tuple[Tensor, Tensor]] = []
    calibration: dict[str, Any] = {}
    for name, items in task.dev.items():
        logits, y, sources = outputs(model, task.head, items)
        scores[name], calibration = measure(task.head, name, logits, y, sources, items)
        pooled.append((logits, y))
    if SPECS[task.head].output == "softmax":
        logits, y = torch.cat([p[0] for p in pooled]), torch.cat([p[1] for p in pooled])
        calibration = {"calibration": {"temperature": temperature(logits, y, True)}}
    return scores, calibration


def headline(scores: dict[str, Any]) -> dict[str, float]:
    """One number for each dev set, for the log."""
    out = {}
    for name, s in scores.items():
        value = s.get("macro_f1", s.get("precision_at_k", s.get("crossfitted", {}).get("macro") if "crossfitted" in s else 0))
        out[name] = round(float(value), 2)
    return out


def neighbourly(items: list[Item], rng: random.Random) -> list[Item]:
    """Every item alone and once more beside random others, as in a full window."""
    order = list(items)
    rng.shuffle(order)
    return [*items, *(merged(order[i : i + 3]) for i in range(0, len(order), 3))]


def fit_all(model: Model, tasks: dict[str, Task], seed: int = 20, alone: bool = False) -> dict[str, Any]:
    """Trains every head of `tasks` on the frozen encoder; gives dev scores and calibration."""
    scores: dict[str, Any] = {}
    for name, task in tasks.items():
        began = time.time()
        items = neighbourly(task.train, random.Random(seed)) if task.mergeable and not alone else task.train
        items = items + [i for extra in task.extra.values() for i in extra]
        if SPECS[name].pooled:
            texts, y = subwords_of(model, items)
            texts, y = [t.clone() for t in texts], y.clone()
            module = fit_pooled(name, texts, y, seed)
        else:
            x, y, _ = inputs(model, name, items)
            module = fit(name, x.clone(), y.clone(), seed)
        if name in model.head_names:
            del model.heads[name.replace(".", "__")]
        model.add_head(name, SPECS[name].widths)
        model.head(name).load_state_dict(module.state_dict())
        result, calibration = evaluate_task(model, task)
        scores[name] = {"scores": result, **calibration}
        log(f"frozen {name}: {len(y)} rows, {headline(result)}, {time.time() - began:.0f} s")
    return scores




def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="task heads to fit (default: all)")
    parser.add_argument("--alone", action="store_true", help="no copies of items beside random neighbours")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--openly-licensed", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(argv)
    torch.set_num_threads(THREADS)
    subwords = Subwords(fetch_base(args.work) / "tokenizer.json")
    model = load(args.checkpoint)
    names = [n for n in READERS if (not args.only or n in args.only) and (n in OPEN or not args.openly_licensed)]
    tasks = {n: READERS[n](args.data, subwords) for n in names}
    if args.smoke:
        for task in tasks.values():
            shorten(task)
    scores = fit_all(model, tasks, args.seed, args.alone)
    torch.save({"model": model.state_dict(), "heads": model.head_names, "scores": scores}, args.out)
    args.out.with_suffix(".json").write_text(json.dumps(scores, indent=1))


if __name__ == "__main__":
    main()
