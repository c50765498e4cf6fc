"""The registry of data sets (`datasets.toml`)."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

REGISTRY = Path(__file__).parents[2] / "datasets.toml"


@dataclass(frozen=True, slots=True)
class DataSet:
    """One set: where it lies, what its licence is, what it teaches and how its labels map."""

    name: str
    title: str
    path: str
    licence: str
    commercial: bool
    teaches: tuple[str, ...]
    reader: str
    stream: str
    repeat: float = 1
    language: str = "en"
    labels: dict[str, str] = field(default_factory=dict)
    masked: tuple[str, ...] = ()


def registry(path: Path = REGISTRY) -> list[DataSet]:
    """All sets, in the order of the file; raises `TypeError` for a key that is not known or missing."""
    found = []
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8"))["sets"].items():
        lists = {key: tuple(entry.pop(key, ())) for key in ("teaches", "masked")}
        found.append(DataSet(name=name, **lists, **entry))
    return found


def chosen(research: bool, path: Path = REGISTRY) -> list[DataSet]:
    """The sets that a bundle may train on: those that allow commercial use, or all of them."""
    return [s for s in registry(path) if research or s.commercial]
