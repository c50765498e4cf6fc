"""Sets of sentences and short texts: tone towards a target, frames, extractive summaries."""

import csv
import re
from pathlib import Path

from .articles import POLARITY, many, records
from .items import Item, Row, Sentence, chance, whole
from .labels import CCF, GVFC, NEWS_FRAMES, POLICY, UNKNOWN
from .registry import DataSet
from .words import sentences_of, split_sentences, words_of, words_with_offsets


def targets_of(name: str, text: str, targets: list[tuple[int, int, int]], source: str) -> Item:
    """One sentence with (begin, end, class) of each target as an item; targets without a word are left out."""
    words = words_with_offsets(text)
    item = Item(name, [[Sentence([w for w, _, _ in words])]], source=source)
    for begin, end, label in targets:
        inside = [i for i, (_, a, b) in enumerate(words) if a < end and b > begin]
        if inside:
            span = (0, 0, inside[0], inside[-1] + 1)
            item.rows.append(Row("sentiment", [[span], [(0, 0, 0, len(words))]], label))
            item.targets.append(span)
    return item


def newsmtsc_part(path: Path, source: str = "newsmtsc") -> list[Item]:
    """One item a sentence of a NewsMTSC file."""
    items = []
    for record in records(path):
        text = record["sentence_normalized"]
        targets = [(t["from"], t["to"], POLARITY[int(t["polarity"])]) for t in record["targets"]]
        items.append(targets_of(f"{source}/{text}", text, targets, source))
    return items


def newsmtsc(data: Path, data_set: DataSet) -> list[Item]:
    """The train part without the sentences that stand in a dev part."""
    folder = data / data_set.path
    seen = {i.name for part in ("dev_rw", "dev_mt") for i in newsmtsc_part(folder / f"{part}.jsonl")}
    return [i for i in newsmtsc_part(folder / "train.jsonl") if i.name not in seen and i.rows]


# A Python dictionary but for names that hold its quotation mark.
_DECISION = re.compile(r"['\"](.+?)['\"]: ['\"](positive|negative|neutral)['\"]")


def sentfin_trains(title: str) -> bool:
    """Nine tenths of SEntFiN's headlines train."""
    return chance(f"sentfin/{title}", 10) != 0


def sentfin(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """Headlines with the tone towards each company."""
    classes = {"negative": 0, "neutral": 1, "positive": 2}
    items = []
    with (data / data_set.path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if sentfin_trains(row["Title"]) != training:
                continue
            found = []
            for name, tone in _DECISION.findall(row["Decisions"]):
                at = row["Title"].find(name)
                if at >= 0:
                    found.append((at, at + len(name), classes[tone]))
            item = targets_of(f"sentfin/{row['Title']}", row["Title"], found, data_set.name)
            if item.rows:
                items.append(item)
    return items


CCF_CODES = {
    "eco": "economic", "pbh": "health", "secu": "security", "just": "justice",
    "pol": "political", "sci": "scientific", "envt": "environmental", "cult": "cultural",
}  # fmt: skip


def part_of(labels: list[str], names: list[str], mapping: dict[str, str]) -> list[float]:
    """A head's labels out of a set's, where the mapping has them; unknown elsewhere."""
    to = {ours: theirs for theirs, ours in mapping.items()}
    return [float(to[name] in labels) if name in to else UNKNOWN for name in names]


def ccf_trains(document: str) -> bool:
    """Four fifths of the documents train."""
    return chance(document, 5) != 0


def ccf(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """Two-sentence units, English and French; where training, with the policy frames that the labels mean."""
    items = []
    for record in records(data / data_set.path):
        document = str(record["meta"]["doc_ID"])
        if ccf_trains(document) != training:
            continue
        found = {label.lower().removesuffix("detection").strip() for label in record["label"] if "etection" in label}
        names = [CCF_CODES[f] for f in found if f in CCF_CODES]
        sentences = sentences_of(record["text"])
        if not sentences:
            continue
        spans = [whole(0, sentences)]
        item = Item(f"ccf/{document}", [sentences], source=data_set.name, language=record["meta"]["language"].lower())
        item.rows.append(Row("frames.ccf", spans, many(names, CCF)))
        item.rows.append(Row("frames.policy", spans, part_of(names, POLICY, data_set.labels), note="unit"))
        items.append(item)
    return items


def gvfc(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """Headlines on gun violence; four fifths train."""
    items = []
    with (data / data_set.path).open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            themes = {row["Q3 Theme1"], row["Q3 Theme2"]}
            names = [name for i, name in enumerate(GVFC) if str(i + 1) in themes]
            words = words_of(row["news_title"])
            if words and (chance(row["news_title"], 5) != 0) == training:
                spans = [[(0, 0, 0, len(words))]]
                item = Item(f"gvfc/{row['news_title']}", [[Sentence(words)]], source=data_set.name)
                item.rows.append(Row("frames.gvfc", spans, many(names, GVFC)))
                item.rows.append(Row("frames.policy", spans, part_of(names, POLICY, data_set.labels), note="unit"))
                items.append(item)
    return items


def narrative(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """Articles on the climate; four fifths train. At most 40 sentences of each are read."""
    items = []
    csv.field_size_limit(1 << 24)
    with (data / data_set.path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if not all(row[c] in ("True", "False") for c in ("RE", "HI", "CO", "MO", "EC")):
                continue
            if (chance(row["ID"], 5) != 0) != training:
                continue
            sentences = sentences_of(row["text"])[:40]
            names = [c for c in data_set.labels if row[c] == "True"]
            label = part_of(names, NEWS_FRAMES, data_set.labels)
            item = Item(f"narrative/{row['ID']}", [sentences], source=data_set.name)
            item.rows.append(Row("frames.news", [whole(0, sentences)], label, note="article"))
            items.append(item)
    return items


def _squeeze(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def bbc_trains(file_name: str) -> bool:
    """Half of the articles train; `business_002.txt` is the published `business/002.txt`."""
    category, _, name = file_name.rpartition("_")
    return chance(f"{category}/{name}", 2) == 0


def bbc(data: Path, data_set: DataSet, training: bool = True) -> list[Item]:
    """Articles with extractive summaries: is the sentence one of the summary's?"""
    folder = data / data_set.path
    items = []
    for path in sorted((folder / "articles").rglob("*.txt")):
        if bbc_trains(path.name) != training:
            continue
        raw = (folder / "summaries" / path.name).read_text(encoding="utf-8", errors="replace")
        summary = _squeeze(raw)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        texts = [t for t in split_sentences("\n".join(lines[1:])) if len(_squeeze(t)) > 1]  # line 0 is the title
        sentences = [Sentence(words_of(t)) for t in texts]
        item = Item(f"bbc/{path.name}", [sentences], source=data_set.name)
        for span in whole(0, sentences):
            label = [float(_squeeze(texts[span[1]]) in summary)]
            item.rows.append(Row("salience", [[span], whole(0, sentences)], label, note=raw))
        items.append(item)
    return items
