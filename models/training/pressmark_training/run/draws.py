"""Batches in an order that is known from the seed, drawn here or by processes beside the training.

The items of a step are drawn by one of several lines, in turn. Each line goes through all data in an order of its own,
so that lines can be drawn at the same time; which step gets which batch does not depend on how fast they are.
"""

import multiprocessing
import pickle
import random
from multiprocessing.connection import Connection
from typing import Any

import torch

from ..data.items import Item
from ..data.names import Names
from ..nn.batch import Batch, collate
from ..nn.windows import Subwords
from .streams import SHARES, Augment, Stream

Places = dict[str, tuple[int, int]]


class Line:
    """One order of the data: a stream of every kind, and what a step takes from them."""

    def __init__(
        self, number: int, seed: int, streams: dict[str, list[tuple[Item, float]]], names: Names, subwords: Subwords,
        sizes: tuple[int, int], heads: set[str],
    ) -> None:  # fmt: skip
        own = f"{seed}/{number}" if number else str(seed)
        self.seed, self.sizes, self.heads = seed, sizes, heads
        self.streams = {k: Stream(k, found, names, subwords, own, Augment()) for k, found in streams.items()}

    def batch(self, step: int) -> Batch:
        """The batch of a step: entities, and one of the other streams."""
        rng = random.Random(f"{self.seed}/step/{step}")
        names = [n for n in SHARES if n in self.streams]
        chosen = rng.choices(names, [SHARES[n] for n in names])[0]
        first, second = self.sizes
        packed = [*self.streams["entities"].take(first), *self.streams[chosen].take(second)]
        return collate(packed, self.heads)

    @property
    def places(self) -> Places:
        """How far each stream has come."""
        return {k: (s.epoch, s.position) for k, s in self.streams.items()}

    def go_to(self, places: Places) -> None:
        """Goes on where these places were taken."""
        for name, (epoch, position) in places.items():
            self.streams[name].epoch, self.streams[name].position = epoch, position


class Draws:
    """The batches of all steps from `lines`; with more than one line, each is drawn by a process of its own."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.places = [line.places for line in lines]
        self._pipes: list[Connection] = []

    def go_to(self, places: list[Places]) -> None:
        """Goes on where these places were taken; before the first batch."""
        if len(places) != len(self.lines):
            raise ValueError(f"the checkpoint was drawn by {len(places)} lines, not {len(self.lines)}")
        self.places = places
        for line, found in zip(self.lines, places, strict=True):
            line.go_to(found)

    def batch(self, step: int) -> Batch:
        """The batch of a step; steps are asked for one after the other."""
        number = step % len(self.lines)
        if len(self.lines) == 1:
            found = self.lines[0].batch(step)
            self.places[0] = self.lines[0].places
            return found
        if not self._pipes:
            self._start(step)
        found, self.places[number] = pickle.loads(self._pipes[number].recv_bytes())
        return found

    def _start(self, step: int) -> None:
        context = multiprocessing.get_context("fork")  # the data are shared, not copied
        count = len(self.lines)
        for number, line in enumerate(self.lines):
            mine, theirs = context.Pipe(duplex=False)
            first = step + (number - step) % count
            context.Process(target=_draw, args=(theirs, line, first, count), daemon=True).start()
            theirs.close()
            self._pipes.append(mine)


def _draw(pipe: Connection, line: Line, step: int, stride: int) -> None:
    torch.set_num_threads(1)
    while True:
        found: tuple[Any, Places] = (line.batch(step), line.places)
        try:
            pipe.send_bytes(pickle.dumps(found, protocol=5))
        except BrokenPipeError:
            return
        step += stride
