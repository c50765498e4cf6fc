"""GUM: names out of its mentions, and salient sentences out of its summaries."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .items import Item, Row, Sentence, chance, whole
from .labels import mapped
from .registry import DataSet
from .rouge import telling

_PART = re.compile(r"\([^()]*\)?|[^()]*\)")
_TITLES = {"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "dr", "dr.", "president", "senator", "sir", "professor", "prof."}


@dataclass(slots=True)
class _Token:
    word: str
    upos: str
    head: int
    entity: str


@dataclass(slots=True)
class _Document:
    name: str
    summaries: list[str] = field(default_factory=list)
    sentences: list[list[_Token]] = field(default_factory=list)


def _read(path: Path) -> _Document:
    document = _Document(path.stem)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# meta::summary"):
            document.summaries.append(line.partition("= ")[2].partition(") ")[2])
        elif line.startswith("# sent_id"):
            document.sentences.append([])
        elif line and not line.startswith("#"):
            columns = line.split("\t")
            if columns[0].isdigit():
                notes = dict(n.partition("=")[::2] for n in columns[9].split("|"))
                document.sentences[-1].append(_Token(columns[1], columns[3], int(columns[6]), notes.get("Entity", "")))
    document.sentences = [s for s in document.sentences if s]
    return document


def mentions(tokens: list[_Token]) -> list[tuple[int, int, str]]:
    """First word, end word and type of every mention that begins and ends in the sentence."""
    found: list[tuple[int, int, str]] = []
    stack: list[tuple[str, int, str]] = []
    for i, token in enumerate(tokens):
        for part in _PART.findall(token.entity):
            number = re.match(r"\(?(\d+)", part)
            if number is None:
                continue
            if part.startswith("("):
                kind = part[1:].split("-")[1].rstrip(")") if "-" in part else ""
                stack.append((number.group(1), i, kind))
            if part.endswith(")"):
                for at in range(len(stack) - 1, -1, -1):
                    if stack[at][0] == number.group(1):
                        _, begin, kind = stack.pop(at)
                        found.append((begin, i + 1, kind))
                        break
    return sorted(found, key=lambda m: (m[0] - m[1], m[0]))


def name_of(tokens: list[_Token], begin: int, end: int) -> tuple[int, int] | None:
    """The run of proper nouns round the head of a mention, without titles; None where a common noun heads it."""
    heads = [i for i in range(begin, end) if not begin < tokens[i].head <= end or tokens[i].head == i + 1]
    head = next((i for i in heads if tokens[i].upos == "PROPN"), None)
    if head is None:
        return None
    first, last = head, head + 1
    while first > begin and (tokens[first - 1].upos == "PROPN" or tokens[first - 1].word in ("of", "-")):
        first -= 1
    while last < end and (tokens[last].upos in ("PROPN", "NUM") or tokens[last].word in ("of", "-")):
        last += 1
    while first < last and (tokens[first].word.lower() in _TITLES or tokens[first].word in ("of", "-")):
        first += 1
    while last > first and tokens[last - 1].word in ("of", "-"):
        last -= 1
    return (first, last) if first < last else None


def _tagged(tokens: list[_Token], data_set: DataSet) -> Sentence:
    tags = ["O"] * len(tokens)
    for begin, end, kind in mentions(tokens):  # the longest first, so that outer names win
        span = name_of(tokens, begin, end)
        if span is not None and all(tags[i] == "O" for i in range(*span)):
            for i in range(*span):
                tags[i] = ("B-" if i == span[0] else "I-") + kind
    words = [t.word for t in tokens]
    return Sentence(words, [mapped(t, w, data_set.labels, data_set.masked) for w, t in zip(words, tags, strict=True)])


def gum_trains(name: str) -> bool:
    """Four fifths of the documents train; the summaries of the rest are for measuring."""
    return chance(name, 5) != 0


def gum(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """One item a document: names, and for each sentence whether a summary would be made of it."""
    items = []
    for path in sorted((data / data_set.path).glob("*.conllu")):
        if gum_trains(path.stem) != training:
            continue
        document = _read(path)
        sentences = [_tagged(s, data_set) for s in document.sentences]
        item = Item(f"gum/{document.name}", [sentences], source=data_set.name)
        if document.summaries:
            chosen = telling([" ".join(s.words) for s in sentences], document.summaries, 3)
            body = whole(0, sentences)
            item.rows = [
                Row("salience", [[span], body], [float(span[1] in chosen)], note="\n".join(document.summaries))
                for span in body
            ]
        items.append(item)
    return items
