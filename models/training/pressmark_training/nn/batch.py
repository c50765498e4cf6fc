"""Packed items to tensors, hidden states to logits and losses."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.labels import NEWS, allowed
from .encoder import Grid, Model, Tokens, sent
from .heads import SPECS
from .windows import Packed, Window


@dataclass(slots=True)
class HeadRows:
    """Rows of one head: a group number for each part of its input, a label each, and where they come from."""

    groups: list[list[int]]
    labels: list
    owners: list[tuple[int, int]]  # item and row of the batch
    twins: list[tuple[int, int]] = field(default_factory=list)  # two of these rows that differ in the names alone


@dataclass(slots=True)
class Batch:
    """Flat subwords of all windows, and what to read of them."""

    tokens: Tokens
    words: Tensor  # first subword of each word, in the order of the items
    tags: list[str | None]  # of each of these
    ranges: Tensor  # [R, 3]: begin, end, group of each span of a group
    shares: Tensor  # [R]: of the group's mean
    cells: Tensor  # [C, 2]: place and group of every subword of every span
    firsts: Tensor  # [G]: flat place of the first special token of the group's window
    groups: int
    rows: dict[str, HeadRows]

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        if device.type == "cpu":
            return self
        names = ("words", "ranges", "shares", "cells", "firsts")
        return replace(self, tokens=self.tokens.to(device), **{n: sent(getattr(self, n), device) for n in names})


FILLED = 256  # subwords
GRID_LENGTHS = (32, 64, 128, 192)  # windows between two of these share a grid


def tokens_of(windows: list[Window]) -> tuple[Tokens, list[int]]:
    """Flat tensors of windows, laid out by length, and where each begins."""
    lengths = np.asarray([len(w.ids) for w in windows])
    bucket = np.searchsorted(GRID_LENGTHS, lengths)
    order = np.argsort(bucket, kind="stable")
    starts = np.zeros(len(windows), np.int64)
    starts[order] = np.cumsum([0, *lengths[order]])[:-1]
    flat = np.concatenate([np.asarray(windows[i].ids, np.int64) for i in order])
    shapes = np.concatenate([np.asarray(windows[i].shapes, np.int64) for i in order])
    positions = np.concatenate([np.arange(lengths[i]) for i in order])
    grids = []
    for number in np.unique(bucket):
        chosen = np.flatnonzero(bucket == number)
        width = int(lengths[chosen].max())
        cells = np.concatenate([row * width + np.arange(lengths[i]) for row, i in enumerate(chosen)])
        there = np.arange(width)[None, :] < lengths[chosen][:, None]
        begin = int(starts[chosen[0]])
        grids.append(Grid(begin, begin + len(cells), torch.from_numpy(cells), torch.from_numpy(there)))
    # Matrices of few heights: the library compiles its kernels anew for each.
    filling = (0, -len(flat) % FILLED if len(flat) > FILLED else 0)
    parts = [torch.from_numpy(np.pad(a, filling)) for a in (flat, shapes, positions)]
    return Tokens(*parts, grids), starts.tolist()


def in_windows(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Words next to each other as ranges of subwords, one for each window that they stand in."""
    out: list[tuple[int, int, int]] = []
    for window, begin, end in places:
        if out and out[-1][0] == window:
            out[-1] = (window, out[-1][1], end)
        else:
            out.append((window, begin, end))
    return out


def collate(packed: list[Packed], heads: set[str], tags: bool = True) -> Batch:
    """One batch of items; rows of heads that are not asked for are left out."""
    tokens, starts = tokens_of([w for p in packed for w in p.windows])
    words: list[int] = []
    labels: list[str | None] = []
    ranges: list[tuple[int, int, int]] = []
    shares: list[float] = []
    firsts: list[int] = []
    rows: dict[str, HeadRows] = {}
    first_window = 0
    for number, p in enumerate(packed):

        def flat(place: tuple[int, int, int], base: int = first_window) -> tuple[int, int]:
            return starts[base + place[0]] + place[1], starts[base + place[0]] + place[2]

        if tags:
            for text, places in zip(p.item.texts, p.words, strict=True):
                for sentence, spots in zip(text, places, strict=True):
                    if sentence.tags is not None:
                        words += [flat(spot)[0] for spot in spots]
                        labels += sentence.tags
        known: dict[tuple, int] = {}
        for r, row in enumerate(p.item.rows):
            if row.head not in heads:
                continue
            found = []
            for group in row.groups:
                key = tuple(group)
                if key not in known:
                    known[key] = len(firsts)
                    firsts.append(starts[first_window])
                    for t, s, a, b in group:
                        pieces = in_windows(p.words[t][s][a:b])
                        size = sum(end - begin for _, begin, end in pieces)
                        for piece in pieces:
                            ranges.append((*flat(piece), known[key]))
                            shares.append((piece[2] - piece[1]) / size / len(group))
                found.append(known[key])
            entry = rows.setdefault(row.head, HeadRows([], [], []))
            if p.twin:
                entry.twins.append((entry.owners.index((number - 1, r)), len(entry.owners)))
            entry.groups.append(found)
            entry.labels.append(row.label)
            entry.owners.append((number, r))
        first_window += len(p.windows)
    spans = torch.tensor(ranges, dtype=torch.long).view(-1, 3)
    return Batch(
        tokens, torch.tensor(words, dtype=torch.long), labels, spans, torch.tensor(shares), _cells(spans), torch.tensor(firsts, dtype=torch.long), len(firsts), rows,
    )  # fmt: skip


def _cells(spans: Tensor) -> Tensor:
    """Place and group of every subword of spans [R, 3]."""
    begin, end, group = spans.T
    lengths = end - begin
    span = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    place = begin[span] + torch.arange(len(span)) - (lengths.cumsum(0) - lengths)[span]
    return torch.stack([place, group[span]], 1)


def group_means(hidden: Tensor, batch: Batch) -> Tensor:
    """One vector a group: the mean of its spans' means, [G, H]."""
    sums = torch.cat([hidden.new_zeros(1, hidden.shape[1]), hidden.cumsum(0)])
    begin, end, group = batch.ranges.T
    means = (sums[end] - sums[begin]) / (end - begin)[:, None] * batch.shares[:, None]
    return hidden.new_zeros(batch.groups, hidden.shape[1]).index_add(0, group, means)


def pooled(outputs: Tensor, batch: Batch) -> Tensor:
    """Logits of a pooled head for each group: the mean of the subwords' values by the softmax of their weights."""
    place, owner = batch.cells.T
    weights, values = outputs[place].chunk(2, -1)
    most = weights.new_full((batch.groups, weights.shape[1]), -1e9)
    most = most.scatter_reduce(0, owner[:, None].expand_as(weights), weights.detach(), "amax", include_self=True)
    weights = (weights - most[owner]).exp()
    zero = weights.new_zeros(batch.groups, weights.shape[1])
    return zero.index_add(0, owner, weights * values) / zero.index_add(0, owner, weights).clamp_min(1e-9)


def logits_of(model: Model, hidden: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Logits of every head for its rows of the batch."""
    out: dict[str, Tensor] = {}
    means = group_means(hidden, batch) if batch.groups else hidden
    for name, rows in batch.rows.items():
        groups = sent(torch.tensor(rows.groups), hidden.device)
        kind = SPECS[name].input
        if kind == "subwords":
            out[name] = pooled(model.head(name)(hidden), batch).index_select(0, groups[:, 0])
        elif kind == "target+passage":
            first = hidden[batch.firsts[groups[:, 0]]]
            out[name] = model.head(name)(torch.cat([first, means[groups[:, 0]]], -1))
        else:
            out[name] = model.head(name)(means[groups].flatten(1))
    return out


_INDEX = {label: i for i, label in enumerate(NEWS)}


class TagMasks:
    """Rows of 0 at the labels that a tag allows and minus infinity elsewhere, one for each tag seen."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.rows: list[Tensor] = []

    def __call__(self, tags: list[str | None]) -> Tensor:
        return torch.tensor([self._number(t or "?") for t in tags], dtype=torch.long)

    def _number(self, tag: str) -> int:
        if tag not in self.numbers:
            row = torch.full((len(NEWS),), -torch.inf)
            for label in allowed(tag):
                row[_INDEX[label]] = 0.0
            self.numbers[tag] = len(self.rows)
            self.rows.append(row)
        return self.numbers[tag]

    def matrix(self) -> Tensor:
        """All rows, [tags, labels]."""
        return torch.stack(self.rows)


MASKS = TagMasks()


def tag_loss(logits: Tensor, tags: list[str | None]) -> Tensor:
    """Minus the log of the probability that the label is among those that the tag allows: the mean over words."""
    rows, matrix = sent(MASKS(tags), logits.device), sent(MASKS.matrix(), logits.device)
    left_open = (matrix[rows] == 0).all(1)
    free = (logits + matrix[rows]).logsumexp(-1)
    losses = logits.logsumexp(-1) - free
    return losses.masked_fill(left_open, 0.0).sum() / (~left_open).sum().clamp_min(1)


def twin_loss(logits: Tensor, twins: list[tuple[int, int]]) -> Tensor:
    """How far the distributions of twins are apart: the mean of the Kullback-Leibler divergences both ways, over pairs."""
    one, two = logits.log_softmax(-1)[sent(torch.tensor(twins), logits.device)].unbind(1)
    return 0.5 * ((one.exp() - two.exp()) * (one - two)).sum(-1).mean()


def row_loss(name: str, logits: Tensor, labels: list, teacher: Tensor | None) -> Tensor:
    """The mean loss of one head's rows; labels of -1 count for nothing."""
    kind, wanted = SPECS[name].output, sent(torch.tensor(labels), logits.device)
    if kind == "softmax":
        return F.cross_entropy(logits, wanted)
    if kind == "vector":
        assert teacher is not None
        return (1 - F.cosine_similarity(logits, teacher[wanted].float())).mean()
    known = wanted >= 0
    losses = F.binary_cross_entropy_with_logits(logits, wanted.clamp_min(0), reduction="none")
    return losses.masked_fill(~known, 0.0).sum() / known.sum().clamp_min(1)
