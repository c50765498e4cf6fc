"""Entity sets in columns: one word a line, its tag in one of the columns."""

from collections.abc import Iterator
from pathlib import Path

from ..metrics import repair
from .items import Item, Sentence, chance
from .labels import mapped
from .registry import DataSet

Tagged = list[tuple[str, str]]


def rows_of(text: str, word: int = 0, tag: int = -1) -> Iterator[Tagged]:
    """Sentences of (word, tag); a `-DOCSTART-` line comes as a sentence of its own."""
    rows: Tagged = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("# ") and "\t" not in line:
            continue
        columns = [c.strip() for c in line.split("\t")] if "\t" in line else line.split()
        if len(columns) < 2 or not columns[word]:
            if rows:
                yield rows
            rows = []
        elif columns[0] == "-DOCSTART-":
            if rows:
                yield rows
            rows = []
            yield [("-DOCSTART-", "O")]
        else:
            rows.append((columns[word], columns[tag]))


def to_sentence(rows: Tagged, data_set: DataSet) -> Sentence:
    """A sentence under the set's label map and masks."""
    tags = repair([tag for _, tag in rows])
    words = [word for word, _ in rows]
    return Sentence(words, [mapped(t, w, data_set.labels, data_set.masked) for w, t in zip(words, tags, strict=True)])


def documents(path: Path, data_set: DataSet, word: int = 0, tag: int = -1) -> list[Item]:
    """One item a document; sentences of a file without `-DOCSTART-` stand alone."""
    text = path.read_text(encoding="utf-8", errors="replace")
    together = "-DOCSTART-" in text
    items: list[Item] = []
    begin = True
    for rows in rows_of(text, word, tag):
        if rows[0][0] == "-DOCSTART-":
            begin = True
            continue
        sentence = to_sentence(rows, data_set)
        if begin or not together:
            items.append(
                Item(
                    f"{data_set.name}/{path.stem}-{len(items)}", [[]], source=data_set.name, language=data_set.language
                )
            )
            items[-1].names = not data_set.masked
        items[-1].texts[0].append(sentence)
        begin = False
    return items


def columns(data: Path, data_set: DataSet) -> list[Item]:
    """A file, or every file of a folder that is for training."""
    path = data / data_set.path
    paths = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    items = [item for p in paths for item in documents(p, data_set)]
    if data_set.name == "wikigold":
        items = [i for i in items if wikigold_trains(i.name)]
    return items


def wikigold_trains(name: str) -> bool:
    """Four fifths of wikigold's articles train; the rest is for measuring."""
    return chance(name.rpartition("/")[2], 5) != 0


def uner(data: Path, data_set: DataSet) -> list[Item]:
    """Universal NER: number, word, tag and two columns of notes."""
    return documents(data / data_set.path, data_set, word=1, tag=2)


def fewnerd(data: Path, data_set: DataSet) -> list[Item]:
    """Few-NERD; each part lacks the fine types of the others, so no type of it is ever known to be absent."""
    return [item for p in sorted((data / data_set.path).glob("*.txt")) for item in documents(p, data_set)]


def worldwide_trains(file_name: str) -> bool:
    """Nine tenths of worldwide_newswire train where research sets may."""
    return chance(file_name, 10) != 0


def worldwide_article(path: Path, data_set: DataSet) -> Item:
    """One article; the first tag column has the outer names."""
    sentences = [
        to_sentence(rows, data_set)
        for rows in rows_of(path.read_text(encoding="utf-8"), 0, 1)
        if not rows[0][0].startswith("http")
    ]
    return Item(f"worldwide/{path.name}", [sentences], source=data_set.name, names=True)


def worldwide(data: Path, data_set: DataSet) -> list[Item]:
    """The articles that train."""
    paths = sorted((data / data_set.path).glob("*.tsv"))
    return [worldwide_article(p, data_set) for p in paths if worldwide_trains(p.name)]
