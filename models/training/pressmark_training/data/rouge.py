"""ROUGE-1, the sentences that a summary is made of, and the two summaries to beat: lead and LexRank."""

import math
import re
from collections import Counter

import numpy as np

_WORD = re.compile(r"[a-z0-9]+")


def bag(text: str) -> Counter[str]:
    """The words of a text, in lower case, without punctuation."""
    return Counter(_WORD.findall(text.lower()))


def rouge1(found: str, reference: str) -> float:
    """F1 of the words that both have, from 0 to 100."""
    a, b = bag(found), bag(reference)
    shared = (a & b).total()
    return 200 * shared / max(1, a.total() + b.total())


def telling(sentences: list[str], references: list[str], count: int) -> set[int]:
    """The sentences that together come nearest to the references by ROUGE-1, chosen one after the other."""
    chosen: set[int] = set()
    best = 0.0
    while len(chosen) < count:
        scored = []
        for i in range(len(sentences)):
            if i not in chosen:
                text = " ".join(sentences[j] for j in sorted(chosen | {i}))
                scored.append((sum(rouge1(text, r) for r in references) / len(references), -i))
        if not scored or max(scored)[0] <= best:
            break
        best, at = max(scored)
        chosen.add(-at)
    return chosen


def lexrank(sentences: list[str], threshold: float = 0.1, damping: float = 0.85) -> list[float]:
    """Scores of sentences by the power method on their graph of tf-idf cosines (Erkan and Radev 2004)."""
    bags = [bag(s) for s in sentences]
    known = Counter(w for b in bags for w in b)
    words = {w: i for i, w in enumerate(known)}
    matrix = np.zeros((len(bags), max(1, len(words))))
    for row, counts in zip(matrix, bags, strict=True):
        for word, n in counts.items():
            row[words[word]] = n * math.log(len(bags) / known[word] + 1)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    edges = (matrix @ matrix.T > threshold).astype(float)
    np.fill_diagonal(edges, 1.0)
    edges /= edges.sum(1, keepdims=True)
    scores = np.full(len(bags), 1 / max(1, len(bags)))
    for _ in range(50):
        scores = (1 - damping) / len(bags) + damping * edges.T @ scores
    return [float(s) for s in scores]
