"""Where training draws its items from: an order that is known from the seed, so that it resumes exactly."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..data.items import Item, Row, whole
from ..data.names import Names, exchange, recased
from ..nn.windows import MAX_WINDOW, Packed, Subwords, pack

# Share of the steps in which each stream gives the second half of the batch; entities give the first half of all.
SHARES = {"articles": 0.16, "sentiment": 0.36, "frames": 0.22, "stance": 0.22, "summaries": 0.04}
MOST_SUBWORDS = 900  # of an item: later sentences are not read


@dataclass(frozen=True, slots=True)
class Augment:
    """Random changes while training."""

    exchange: float = 0.35  # share of items whose names are exchanged; of those with tone, half
    upper: float = 0.04
    lower: float = 0.03
    mask: float = 0.03  # share of words hidden
    short: float = 0.5  # share of items in windows shorter than the limit
    twins: str = "sentiment"  # the stream whose items come twice, with names of their own each time


def without_unknown(item: Item) -> Item:
    """A set may leave every label of a row open; such rows teach nothing."""
    return replace(item, rows=[r for r in item.rows if not isinstance(r.label, list) or max(r.label) >= 0])


def cropped(item: Item, subwords: Subwords, most: int = MOST_SUBWORDS) -> Item:
    """The beginning of a long text, with the rows that lie in it and whole-text groups cut to it."""
    if item.pair:
        return item
    size, kept = 0, 0
    for sentence in item.texts[0]:
        size += sum(len(subwords.of(w)) for w in sentence.words)
        if kept and size > most:
            break
        kept += 1
    if kept == len(item.texts[0]):
        return item
    rows = []
    for row in item.rows:
        groups = [[span for span in group if span[1] < kept] for group in row.groups]
        if all(groups):
            rows.append(Row(row.head, groups, row.label, row.note))
    return replace(item, texts=[item.texts[0][:kept]], rows=rows)


class Stream:
    """Items without end: each epoch in an order of its own, each item changed in a way of its own."""

    def __init__(
        self, name: str, items: list[tuple[Item, float]], names: Names, subwords: Subwords, seed: str, augment: Augment
    ) -> None:
        self.name, self.items, self.names, self.subwords = name, items, names, subwords
        self.seed, self.augment = seed, augment
        self.epoch, self.position = 0, 0
        self._order: list[int] = []
        self._ordered = -1

    def order(self) -> list[int]:
        """The items of the present epoch, each as often as its set is repeated."""
        if self._ordered != self.epoch:
            rng = random.Random(f"{self.seed}/{self.name}/{self.epoch}")
            order = []
            for i, (_, repeat) in enumerate(self.items):
                order += [i] * (int(repeat) + (rng.random() < repeat % 1))
            rng.shuffle(order)
            self._order, self._ordered = order, self.epoch
        return self._order

    def take(self, subwords: int) -> list[Packed]:
        """The next items, of so many subwords together."""
        out: list[Packed] = []
        size = 0
        while size < subwords:
            order = self.order()
            if self.position >= len(order):
                self.epoch, self.position = self.epoch + 1, 0
                continue
            item = self.items[order[self.position]][0]
            rng = random.Random(f"{self.seed}/{self.name}/{self.epoch}/{self.position}")
            self.position += 1
            packed = self.packed(item, rng)
            if packed.length > 2:
                out.append(packed)
                size += packed.length
                if self.name == self.augment.twins:
                    out.append(self.packed(item, rng, twin=True))
                    size += out[-1].length
        return out

    def packed(self, item: Item, rng: random.Random, twin: bool = False) -> Packed:
        """The item's windows, changed by chance; a twin has other names for sure."""
        augment = self.augment
        toned = any(r.head == "sentiment" for r in item.rows)
        item = cropped(item, self.subwords)
        if not (item.pair and item.source != "article_stances") and (item.names or item.targets or item.pair):
            if rng.random() < (0.5 if toned else augment.exchange) or twin:
                item = exchange(item, self.names, rng)
        case = rng.random()
        if case < augment.upper:
            item = recased(item, "upper")
        elif case < augment.upper + augment.lower:
            item = recased(item, "lower")
        limit = MAX_WINDOW
        if not item.pair and rng.random() < augment.short:
            limit = rng.randint(48, MAX_WINDOW)
        packed = pack(item, self.subwords, 176 if item.pair else limit, augment.mask, rng)
        packed.twin = twin
        return packed


def with_embeddings(item: Item, row_of: Callable[[str], int | None]) -> Item:
    """The item with a row of `embedding` for every sentence that has a teacher's vector."""
    rows = list(item.rows)
    for t, text in enumerate(item.texts):
        for span in whole(t, text):
            key = row_of(" ".join(text[span[1]].words))
            if key is not None:
                rows.append(Row("embedding", [[span]], key))
    return replace(item, rows=rows)
