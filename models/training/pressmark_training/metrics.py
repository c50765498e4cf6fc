"""Strict entity F1 (as seqeval computes it), constrained decoding, class F1."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray


def repair(tags: list[str]) -> list[str]:
    """IO or broken BIO to BIO: an I- that continues nothing becomes B-."""
    out, last = [], "O"
    for tag in tags:
        if tag.startswith("I-") and last[2:] != tag[2:]:
            tag = "B-" + tag[2:]
        out.append(tag)
        last = tag
    return out


def spans(tags: list[str]) -> set[tuple[str, int, int]]:
    """Entities of a BIO sequence, with broken starts repaired."""
    out: set[tuple[str, int, int]] = set()
    begin, kind = -1, ""
    for i, tag in enumerate([*repair(tags), "O"]):
        if kind and not (tag.startswith("I-") and tag[2:] == kind):
            out.add((kind, begin, i))
            kind = ""
        if tag.startswith("B-"):
            begin, kind = i, tag[2:]
    return out


class EntityScore:
    """Micro-averaged strict entity F1 over sentences, with counts by label."""

    def __init__(self) -> None:
        self.hit: Counter[str] = Counter()
        self.gold: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def add(self, gold: list[str], found: list[str]) -> None:
        g, f = spans(gold), spans(found)
        self.gold.update(s[0] for s in g)
        self.found.update(s[0] for s in f)
        self.hit.update(s[0] for s in g & f)

    def prf(self, label: str | None = None) -> tuple[float, float, float]:
        def count(counter: Counter[str]) -> int:
            return counter.total() if label is None else counter[label]

        hit, gold, found = count(self.hit), count(self.gold), count(self.found)
        p, r = hit / max(1, found), hit / max(1, gold)
        return 100 * p, 100 * r, 100 * 2 * p * r / max(1e-12, p + r)

    @property
    def f1(self) -> float:
        return self.prf()[2]

    def table(self) -> dict[str, dict[str, float]]:
        rows = {}
        for label in sorted(self.gold):
            p, r, f = self.prf(label)
            rows[label] = {"p": round(p, 2), "r": round(r, 2), "f1": round(f, 2), "n": self.gold[label]}
        return rows


def transition_mask(labels: list[str]) -> NDArray[np.bool_]:
    """allowed[i, j]: tag j may follow tag i; the last row is the start."""
    n = len(labels)
    allowed = np.ones((n + 1, n), dtype=bool)
    for j, to in enumerate(labels):
        if to.startswith("I-"):
            for i in range(n + 1):
                before = labels[i] if i < n else "O"
                allowed[i, j] = before[2:] == to[2:]
    return allowed


def viterbi(scores: NDArray[np.float32], allowed: NDArray[np.bool_]) -> list[int]:
    """The best sequence of log-probabilities in which every I- continues an entity."""
    n = scores.shape[1]
    penalty = np.where(allowed, 0.0, -1e9)
    total = scores[0] + penalty[n]
    back = np.zeros(scores.shape, dtype=np.int64)
    for t in range(1, len(scores)):
        paths = total[:, None] + penalty[:n]
        back[t] = paths.argmax(0)
        total = paths.max(0) + scores[t]
    best = [int(total.argmax())]
    for t in range(len(scores) - 1, 0, -1):
        best.append(int(back[t, best[-1]]))
    return best[::-1]


def macro_f1(gold: NDArray[np.int64], found: NDArray[np.int64], classes: list[int]) -> float:
    scores = []
    for c in classes:
        hit = int(((gold == c) & (found == c)).sum())
        scores.append(2 * hit / max(1, int((gold == c).sum()) + int((found == c).sum())))
    return 100 * float(np.mean(scores))
