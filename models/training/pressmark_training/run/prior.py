"""Does a name carry a tone? The same sentences with other names in place of the target."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from ..data.items import Item
from ..data.names import Name, Names, exchange
from ..nn.encoder import Model
from ..nn.windows import Subwords
from .calibrate import Calibration, probabilities
from .predict import answers

SENTENCES = 500
KNOWN, DRAWN = 5, 5  # names that NewsMTSC is full of, names drawn from all


def labels_of(model: Model, subwords: Subwords, items: list[Item], calibration: Calibration) -> np.ndarray:
    """The tone of every row, in the order of the items."""
    found = answers(model, subwords, items, {"sentiment"}).rows["sentiment"]
    said = probabilities("sentiment", np.stack([r[2] for r in found]), calibration).argmax(1)
    by_row = {id(row): label for (_, row, _), label in zip(found, said, strict=True)}
    return np.array([by_row[id(row)] for item in items for row in item.rows])


class _Only(Names):
    """Names of which one alone is drawn."""

    def __init__(self, name: Name) -> None:
        super().__init__([])
        self.name = name

    def draw(self, kind: str, language: str, rng: random.Random) -> Name | None:
        return self.name

    def person(self, words: int, rng: random.Random) -> Name | None:
        return self.name[-words:]


def single(items: list[Item]) -> list[Item]:
    """Sentences with one row, whose target is a name of one or two words."""
    out = []
    for item in items:
        if len(item.rows) == 1 and len(item.targets) == 1:
            _, s, a, b = item.targets[0]
            words = item.texts[0][s].words[a:b]
            if len(words) <= 2 and all(w[:1].isupper() and len(w) > 1 for w in words):
                out.append(item)
    return out


def scores(
    model: Model, subwords: Subwords, items: list[Item], names: Names, frequent: list[Name], calibration: Calibration
) -> dict[str, Any]:
    """How often labels agree when all names are exchanged, and how far the share of negative moves with the name."""
    items = [replace(i, rows=list(i.rows)) for i in items][:SENTENCES]
    before = labels_of(model, subwords, items, calibration)
    rng = random.Random("prior")
    after = labels_of(model, subwords, [exchange(i, names, rng) for i in items], calibration)
    targets = single(items)
    drawn = [n for n in (names.person(2, rng) for _ in range(DRAWN)) if n is not None]
    shares = {}
    for name in [*frequent[:KNOWN], *drawn]:
        placed = [exchange(i, _Only(name), random.Random(0)) for i in targets]
        shares[" ".join(name)] = 100 * float((labels_of(model, subwords, placed, calibration) == 0).mean())
    spread = max(shares.values()) - min(shares.values()) if shares else 0.0
    return {
        "agree": round(100 * float((before == after).mean()), 1), "sentences": len(items),
        "negative_spread": round(spread, 1), "placed_in": len(targets),
    }  # fmt: skip


def frequent_targets(items: list[Item]) -> list[Name]:
    """Targets of one or two words by how often they come."""
    counts = Counter()
    for item in items:
        for _, s, a, b in item.targets:
            name = tuple(item.texts[0][s].words[a:b])
            if len(name) == 2 and all(w[:1].isupper() for w in name):
                counts[name] += 1
    return [name for name, _ in counts.most_common()]
