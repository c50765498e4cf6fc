"""The registry's readers by name, and everything that training draws from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from . import articles, columns, gum, pairs, texts
from .items import Item, calibrates
from .registry import DataSet, chosen

READERS: dict[str, Callable[[Path, DataSet], list[Item]]] = {
    "articles": articles.articles, "columns": columns.columns, "uner": columns.uner, "fewnerd": columns.fewnerd,
    "worldwide": columns.worldwide, "gum": gum.gum, "newsmtsc": texts.newsmtsc, "sentfin": texts.sentfin,
    "ccf": texts.ccf, "gvfc": texts.gvfc, "narrative": texts.narrative, "bbc": texts.bbc,
    "perspectrum": pairs.perspectrum, "ibm": pairs.ibm, "argkp": pairs.argkp, "valueeval": pairs.valueeval,
    "nli": pairs.nli, "med": pairs.med, "article_stances": pairs.article_stances, "vast": pairs.vast,
    "semeval": pairs.semeval,
}  # fmt: skip


MOST_SENTENCES = 12  # of an item that teaches names alone


class Held(Protocol):
    """What knows whether an item shares text with what is held out."""

    def shares(self, item: Item) -> bool:
        """Whether it does."""


def training_sets(
    data: Path, research: bool, languages: tuple[str, ...], smoke: bool = False, held: Held | None = None
) -> dict[str, tuple[DataSet, list[Item]]]:
    """Every set that may train, with its items in the bundle's languages and without those that share text with what
    is held out; a few of each for a smoke run."""
    out = {}
    for data_set in chosen(research):
        if data_set.language in languages:
            items = [i for i in READERS[data_set.reader](data, data_set) if i.language in languages]
            if held is not None:
                items = [i for i in items if not held.shares(i)]
            out[data_set.name] = data_set, items[:: max(1, len(items) // 24)][:24] if smoke else items
    return out


def divided(sets: dict[str, tuple[DataSet, list[Item]]]) -> tuple[dict[str, list[tuple[Item, float]]], list[Item]]:
    """Items by stream, each with how often an epoch holds it, and the twelfth that is kept to calibrate on."""
    streams: dict[str, list[tuple[Item, float]]] = {}
    kept: list[Item] = []
    for data_set, items in sets.values():
        training = [i for i in items if not calibrates(i.name)]
        kept += [i for i in items if calibrates(i.name)]
        for item in training:
            parts = shorter(item) if data_set.stream == "entities" else [item]
            streams.setdefault(data_set.stream, []).extend((part, data_set.repeat) for part in parts)
    return streams, kept


def shorter(item: Item) -> list[Item]:
    """A long document without rows in pieces."""
    text = item.texts[0]
    if item.rows or len(text) <= MOST_SENTENCES:
        return [item]
    return [replace(item, texts=[text[i : i + MOST_SENTENCES]]) for i in range(0, len(text), MOST_SENTENCES)]
