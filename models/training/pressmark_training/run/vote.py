"""Labels agreed over a document: a vote of all mentions that share a name.

A mention's type gets a score of three parts: what its own words say, what the other mentions of the same words say
(the mean), and what mentions say whose words contain it ("Northwind" within "Northwind Press"). The weights of the three are
learnt on the part that was kept to calibrate on; the outcome is the type of the highest score. Dates and sums of money
have no vote.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.labels import NEWS, TYPES
from ..metrics import repair, spans
from .predict import Answers, decoded

_BEGIN = np.array([NEWS.index(f"B-{t}") for t in TYPES])
_INSIDE = np.array([NEWS.index(f"I-{t}") for t in TYPES])
# Dates and sums are told by their own words alone.
_VOTES = [t not in ("DATE", "MONEY") for t in TYPES]


@dataclass(slots=True)
class Mention:
    """One found mention of a document."""

    document: int
    sentence: int
    begin: int
    end: int
    kind: str
    words: tuple[str, ...]
    own: NDArray[np.float32]  # log-probabilities of the nine types


def mentions_of(found: Answers) -> list[list[Mention]]:
    """Mentions by document, by constrained decoding."""
    out = []
    for number, (item, matrices) in enumerate(found.tags):
        document = []
        sentences = [s for s in item.texts[0] if s.tags is not None]
        for s, (sentence, matrix) in enumerate(zip(sentences, matrices, strict=True)):
            for kind, begin, end in sorted(spans(decoded(matrix)), key=lambda m: m[1]):
                scores = matrix[begin, _BEGIN] + matrix[begin + 1 : end][:, _INSIDE].sum(0)
                own = scores / (end - begin)
                words = tuple(w.lower() for w in sentence.words[begin:end])
                document.append(Mention(number, s, begin, end, kind, words, own))
        out.append(document)
    return out


def features(document: list[Mention]) -> NDArray[np.float32]:
    """[mentions, 3, types]: own scores, the mean of the same name's others, the mean of longer names' mentions."""
    out = np.zeros((len(document), 3, len(TYPES)), np.float32)
    by_words: dict[tuple[str, ...], list[int]] = defaultdict(list)
    by_word: dict[str, list[int]] = defaultdict(list)
    for i, mention in enumerate(document):
        by_words[mention.words].append(i)
        for word in set(mention.words):
            by_word[word].append(i)
    for i, mention in enumerate(document):
        out[i, 0] = mention.own
        others = [document[j].own for j in by_words[mention.words] if j != i]
        if others:
            out[i, 1] = np.mean(others, 0)
        size = len(mention.words)
        longer = [
            document[j].own
            for j in by_word[mention.words[0]]
            if len(document[j].words) > size and mention.words in {document[j].words[:size], document[j].words[-size:]}
        ]
        if longer:
            out[i, 2] = np.mean(longer, 0)
    return out


def fit(found: Answers, prior: float = 4.0) -> dict[str, float]:
    """The weights of the least cross-entropy of types, over mentions whose words are those of a gold mention."""
    rows, gold = [], []
    for document, (item, _) in zip(mentions_of(found), found.tags, strict=True):
        wanted = {}
        for s, tags in enumerate(t.tags for t in item.texts[0] if t.tags is not None):
            certain = [t if "/" not in t and t != "?" else "O" for t in tags]
            for kind, begin, end in spans(repair(certain)):
                wanted[s, begin, end] = TYPES.index(kind)
        for mention, row in zip(document, features(document), strict=True):
            key = (mention.sentence, mention.begin, mention.end)
            if key in wanted:
                rows.append(row)
                gold.append(wanted[key])
    if not rows:
        return {"own": 1.0, "same": 0.0, "longer": 0.0}
    x, y = torch.tensor(np.stack(rows)), torch.tensor(gold)
    weights = torch.tensor([1.0, 0.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (x * weights[None, :, None]).sum(1)
        start = torch.tensor([1.0, 0.0, 0.0])
        loss = torch.nn.functional.cross_entropy(scores, y, reduction="sum") + prior * (weights - start).square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    values = [round(float(w), 3) for w in weights.detach()]
    return dict(zip(("own", "same", "longer"), values, strict=True))


def voted(found: Answers, weights: dict[str, float]) -> list[list[list[str]]]:
    """Tags of every sentence of every document, after the vote."""
    factor = np.array([weights["own"], weights["same"], weights["longer"]], np.float32)[None, :, None]
    out = [[decoded(m) for m in matrices] for _, matrices in found.tags]
    for number, document in enumerate(mentions_of(found)):
        if not document:
            continue
        scores = (features(document) * factor).sum(1)
        scores[:, ~np.array(_VOTES)] = -np.inf
        for mention, row in zip(document, scores, strict=True):
            if mention.kind in ("DATE", "MONEY"):
                continue
            kind = TYPES[int(row.argmax())]
            tags = out[number][mention.sentence]
            for i in range(mention.begin, mention.end):
                tags[i] = f"{tags[i][0]}-{kind}"
    return out
