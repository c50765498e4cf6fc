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

# Sets made for fewer kinds of names leave others unmarked. A tag of these says what a word may be;
# the loss asks only that the model's answer be among them.
_UNMARKED = ["FAC", "NORP", "DATE", "MONEY", "PRODUCT", "MISC"]
DOUBT: dict[str, list[str]] = {
    "O?": ["O", *(f"{p}-{name}" for name in _UNMARKED for p in "BI")],
    **{f"{p}-LOC?": [f"{p}-LOC", f"{p}-FAC"] for p in "BI"},
    **{f"{p}-ORG?": [f"{p}-ORG", f"{p}-NORP"] for p in "BI"},
    **{f"{p}-MISC?": [f"{p}-MISC", f"{p}-NORP", f"{p}-PRODUCT"] for p in "BI"},
}
CROSSNER = {
    "politician": "PERSON", "person": "PERSON", "politicalparty": "ORG", "organisation": "ORG", "country": "LOC",
    "location": "LOC?", "election": "MISC", "event": "MISC", "misc": "MISC?",
}  # fmt: skip
CONLL = {"PER": "PERSON", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}
WNUT = {
    "person": "PERSON", "location": "LOC?", "corporation": "ORG", "group": "ORG?", "product": "PRODUCT",
    "creative-work": "MISC",
}  # fmt: skip
RE3D = {
    "Person": "PERSON", "Organisation": "ORG", "Location": "LOC?", "Nationality": "NORP", "Temporal": "DATE",
    "Money": "MONEY", "Weapon": "PRODUCT", "MilitaryPlatform": "PRODUCT", "DocumentReference": "MISC",
}  # fmt: skip


def choices(scheme: str) -> list[list[str]]:
    """The labels that each tag number allows: the labels themselves, then the doubtful ones."""
    labels = SCHEMES[scheme]
    return [[label] for label in labels] + (list(DOUBT.values()) if scheme == "ner.news" else [])


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
    index = {label: i for i, label in enumerate([*SCHEMES[scheme], *DOUBT])}
    tags = repair([_mapped(tag, names) for _, tag in rows])
    return encode_sentence([word for word, _ in rows], subwords, [index[t] for t in tags])


def conll(
    path: Path, subwords: Subwords, scheme: str = "ner.conll03", names: dict[str, str] | None = None
) -> list[Document]:
    """Sentences with BIO or IO tags; `-DOCSTART-` lines separate articles."""
    stem = path.name.partition(".")[0]
    documents = [Document(f"{stem}-0", scheme)]
    for rows in read_columns(path.read_text(encoding="utf-8"), None, -1):
        if rows[0][0] == "-DOCSTART-":
            documents.append(Document(f"{stem}-{len(documents)}", scheme))
        else:
            documents[-1].sentences.append(to_sentence(rows, scheme, subwords, names))
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


def fewer_kinds(path: Path, subwords: Subwords, names: dict[str, str], doubt: bool = True) -> list[Document]:
    """Sentences of a set that marks fewer kinds than `news`; a label without a name here may be anything unmarked.

    Without doubt, what is unmarked is no name: where no set marks the other kinds, nothing else keeps the model from
    finding them everywhere.
    """
    documents = []
    index = {label: n for n, label in enumerate([*SCHEMES["ner.news"], *DOUBT])}
    for i, rows in enumerate(read_columns(path.read_text(encoding="utf-8"), "\t", -1)):
        tags = [f"{t[:2]}{names[t[2:]]}" if t[2:] in names else "O?" for t in repair([tag for _, tag in rows])]
        tags = tags if doubt else [t.removesuffix("?") for t in tags]
        sentence = encode_sentence([word for word, _ in rows], subwords, [index[t] for t in tags])
        documents.append(Document(f"{path.stem}-{i}", "ner.news", [sentence]))
    return documents


def wikigold_trains(name: str) -> bool:
    """Four fifths of wikigold's articles train; the rest is for measuring."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 5 != 0


def load_ner(
    data: Path, subwords: Subwords, openly_licensed: bool = False, smoke: bool = False, more: bool = False
) -> tuple[list[Document], dict[str, list[Document]]]:
    """Training documents of both schemes and the dev documents of each.

    `more` adds the sets that mark fewer kinds. Without the non-commercial worldwide_newswire and re3d, the `news`
    scheme learns persons, organisations, places, products and the rest from those and from the sets of CoNLL's scheme;
    it then has no dates, sums of money, nationalities or facilities.
    """
    ner = data / "ner"
    training = conll(ner / "conllpp/train.txt", subwords)
    if more or openly_licensed:
        doubt = not openly_licensed
        gold = ner / "wikigold/wikigold.conll.txt"
        training += [d for d in conll(gold, subwords) if wikigold_trains(d.name)]
        training += fewer_kinds(ner / "crossner_politics/train.txt", subwords, CROSSNER, doubt)
        training += fewer_kinds(ner / "wnut17/wnut17train.conll", subwords, WNUT, doubt)
    if openly_licensed:
        training += conll(ner / "conllpp/train.txt", subwords, "ner.news", CONLL)
        training += [d for d in conll(gold, subwords, "ner.news", CONLL) if wikigold_trains(d.name)]
    else:
        if more:
            training += fewer_kinds(ner / "re3d/re3d-train.conll", subwords, RE3D)
        training += worldwide(ner / "worldwide_newswire", subwords, dev=False)
    held = {
        "ner.conll03": conll(ner / "conllpp/dev.txt", subwords),
        "ner.news": worldwide(ner / "worldwide_newswire", subwords, dev=True),
    }
    if smoke:
        training = training[::40]
        held = {k: v[::20] for k, v in held.items()}
    return training, held
