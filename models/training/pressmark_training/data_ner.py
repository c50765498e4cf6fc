"""Entity data: readers, label maps, the dev split of worldwide_newswire."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .metrics import repair
from .tokens import Sentence, Subwords, encode_sentence


def bio(labels: list[str]) -> list[str]:
    return ["O", *(f"{p}-{name}" for name in labels for p in "BI")]


SCHEMES: dict[str, list[str]] = {
    "ner.news": bio(["PERSON", "ORG", "LOC", "FAC", "NORP", "DATE", "MONEY", "PRODUCT", "MISC"]),
    "ner.conll03": bio(["PER", "ORG", "LOC", "MISC"]),
}
WORLDWIDE = {
    "Person": "PERSON", "Organization": "ORG", "Location": "LOC", "Facility": "FAC", "NORP": "NORP",
    "Date": "DATE", "Money": "MONEY", "Product": "PRODUCT", "Misc": "MISC",
}  # fmt: skip


@dataclass(slots=True)
class Document:
    """Sentences of one article under one label scheme."""

    name: str
    scheme: str
    sentences: list[Sentence] = field(default_factory=list)


def is_dev(file_name: str) -> bool:
    """Whether an article of worldwide_newswire belongs to the dev split."""
    return int(hashlib.sha256(file_name.encode()).hexdigest()[:8], 16) % 10 == 0


def read_columns(text: str, separator: str | None, tag_column: int) -> Iterator[list[tuple[str, str]]]:
    """Sentences of (token, tag); `-DOCSTART-` comes out as a sentence of its own."""
    rows: list[tuple[str, str]] = []
    for line in [*text.splitlines(), ""]:
        columns = line.split(separator) if separator else line.split()
        if len(columns) >= 2 and columns[0].strip():
            rows.append((columns[0].strip(), columns[tag_column].strip()))
        elif rows:
            yield rows
            rows = []


def _mapped(tag: str, names: dict[str, str] | None) -> str:
    if names is None or tag == "O":
        return tag
    return f"{tag[:2]}{names[tag[2:]]}"


def to_sentence(
    rows: list[tuple[str, str]], scheme: str, subwords: Subwords, names: dict[str, str] | None = None
) -> Sentence:
    index = {label: i for i, label in enumerate(SCHEMES[scheme])}
    tags = repair([_mapped(tag, names) for _, tag in rows])
    return encode_sentence([word for word, _ in rows], subwords, [index[t] for t in tags])


def conll(path: Path, subwords: Subwords) -> list[Document]:
    documents: list[Document] = []
    for rows in read_columns(path.read_text(encoding="utf-8"), None, -1):
        if rows[0][0] == "-DOCSTART-":
            documents.append(Document(f"{path.stem}-{len(documents)}", "ner.conll03"))
        else:
            documents[-1].sentences.append(to_sentence(rows, "ner.conll03", subwords))
    return [d for d in documents if d.sentences]


def worldwide(folder: Path, subwords: Subwords, dev: bool) -> list[Document]:
    """Articles with the outer tag (first tag column) of every token."""
    documents = []
    for path in sorted(folder.glob("*.tsv")):
        if is_dev(path.name) == dev:
            document = Document(path.name, "ner.news")
            for rows in read_columns(path.read_text(encoding="utf-8"), "\t", 1):
                document.sentences.append(to_sentence(rows, "ner.news", subwords, WORLDWIDE))
            documents.append(document)
    return documents


def wikigold(path: Path, subwords: Subwords) -> list[Document]:
    """Sentences with IO tags; the file's `-DOCSTART-` lines separate articles."""
    documents = [Document("wikigold-0", "ner.conll03")]
    for rows in read_columns(path.read_text(encoding="utf-8"), None, -1):
        if rows[0][0] == "-DOCSTART-":
            documents.append(Document(f"wikigold-{len(documents)}", "ner.conll03"))
        else:
            documents[-1].sentences.append(to_sentence(rows, "ner.conll03", subwords))
    return [d for d in documents if d.sentences]


def crossner(paths: list[Path], subwords: Subwords) -> list[Document]:
    """Politics from Wikipedia under the `news` labels; countries are places, parties organisations."""
    names = {
        "politician": "PERSON", "person": "PERSON", "politicalparty": "ORG", "organisation": "ORG",
        "country": "LOC", "location": "LOC", "election": "MISC", "event": "MISC", "misc": "MISC",
    }  # fmt: skip
    documents = []
    for path in paths:
        for i, rows in enumerate(read_columns(path.read_text(encoding="utf-8"), "\t", -1)):
            sentence = to_sentence(rows, "ner.news", subwords, names)
            documents.append(Document(f"{path.stem}-{i}", "ner.news", [sentence]))
    return documents


def wikigold_trains(name: str) -> bool:
    """Four fifths of wikigold's articles train; the rest is for measuring."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 5 != 0


def load_ner(
    data: Path, subwords: Subwords, openly_licensed: bool = False, smoke: bool = False, more: bool = False
) -> tuple[list[Document], dict[str, list[Document]]]:
    """Training documents of both schemes and the dev documents of each.

    `more` adds wikigold; without the non-commercial worldwide_newswire, the
    `news` scheme is left with crossner_politics.
    """
    ner = data / "ner"
    training = conll(ner / "conllpp/train.txt", subwords)
    if more or openly_licensed:
        extra = wikigold(ner / "wikigold/wikigold.conll.txt", subwords)
        training += [d for d in extra if wikigold_trains(d.name)]
    if openly_licensed:
        training += crossner([ner / f"crossner_politics/{p}.txt" for p in ("train", "dev")], subwords)
    else:
        training += worldwide(ner / "worldwide_newswire", subwords, dev=False)
    held = {
        "ner.conll03": conll(ner / "conllpp/dev.txt", subwords),
        "ner.news": worldwide(ner / "worldwide_newswire", subwords, dev=True),
    }
    if smoke:
        training = training[::40]
        held = {k: v[::20] for k, v in held.items()}
    return training, held
