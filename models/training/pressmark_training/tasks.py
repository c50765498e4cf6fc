"""Everything but entities: items with texts, groups of spans, and labels.

A group is a vector: the mean of its sentences' (or mentions') means. A row is
one thing to classify: one or two groups and a label.
"""

import csv
import hashlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from .heads import CCF, SPECS
from .model import Model, pool, span_means
from .text import document_of, sentence_of, split_sentences, words_with_offsets
from .tokens import Augment, Sentence, Subwords, Window, encode_sentence, pack
from .train_ner import tensors

Span = tuple[int, int, int, int]  # text, sentence, first word, end word


@dataclass(slots=True)
class Item:
    texts: list[list[Sentence]]
    groups: list[list[Span]]
    rows: list[tuple[tuple[int, ...], int | list[float]]]
    source: str = ""

    @property
    def length(self) -> int:
        return sum(s.length for t in self.texts for s in t)


@dataclass(slots=True)
class Task:
    head: str
    train: list[Item]
    dev: dict[str, list[Item]]
    weight: float = 1.0
    mergeable: bool = False
    extra: dict[str, list[Item]] = field(default_factory=dict)


def chance(key: str, parts: int) -> int:
    """A stable number below `parts` for a key: how every split here is made."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % parts


def whole(text: int, sentences: list[Sentence]) -> list[Span]:
    return [(text, i, 0, len(s.words)) for i, s in enumerate(sentences)]


def unit(sentences: list[Sentence], label: int | list[float], source: str = "") -> Item:
    return Item([sentences], [whole(0, sentences)], [((0,), label)], source)


# --- readers -----------------------------------------------------------------


def sentiment(folder: Path, subwords: Subwords) -> Task:
    def read(name: str) -> list[Item]:
        items = []
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            words = words_with_offsets(record["sentence_normalized"])
            sentence = encode_sentence([w for w, _, _ in words], subwords)
            item = Item([[sentence]], [[(0, 0, 0, len(words))]], [], record["sentence_normalized"])
            for target in record["targets"]:
                inside = [i for i, (_, a, b) in enumerate(words) if a < target["to"] and b > target["from"]]
                if inside:
                    item.groups.append([(0, 0, inside[0], inside[-1] + 1)])
                    item.rows.append(((len(item.groups) - 1, 0), {2: 0, 4: 1, 6: 2}[int(target["polarity"])]))
            items.append(item)
        return items

    dev = {name: read(name) for name in ("dev_rw", "dev_mt")}
    seen = {i.source for items in dev.values() for i in items}
    train = [i for i in read("train") if i.source not in seen and i.rows]
    return Task("sentiment", train, dev, mergeable=True)


CCF_CODES = {
    "eco": "economic", "pbh": "health", "secu": "security", "just": "justice",
    "pol": "political", "sci": "scientific", "envt": "environmental", "cult": "cultural",
}  # fmt: skip


def ccf(folder: Path, subwords: Subwords) -> Task:
    train, dev = [], []
    for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["meta"]["language"] != "EN":
            continue
        found = {label.lower().removesuffix("detection").strip() for label in record["label"] if "etection" in label}
        names = {CCF_CODES[f] for f in found if f in CCF_CODES}
        sentences = document_of(record["text"], subwords)
        if sentences:
            item = unit(sentences, [float(n in names) for n in CCF], str(record["meta"]["doc_ID"]))
            (dev if chance(item.source, 5) == 0 else train).append(item)
    return Task("frames.ccf", train, {"dev": dev}, mergeable=True)


def gvfc(folder: Path, subwords: Subwords) -> Task:
    train, dev = [], []
    with (folder / "train.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            themes = {row["Q3 Theme1"], row["Q3 Theme2"]}
            sentence = sentence_of(row["news_title"], subwords)
            if sentence.words:
                item = unit([sentence], [float(str(i + 1) in themes) for i in range(9)], row["news_title"])
                (dev if chance(item.source, 5) == 0 else train).append(item)
    return Task("frames.gvfc", train, {"dev": dev}, weight=0.5, mergeable=True)


def narrative(folder: Path, subwords: Subwords) -> Task:
    train, dev = [], []
    with (folder / "articles_metadata.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            marks = [row[c] for c in ("RE", "HI", "CO", "MO", "EC")]
            if not all(m in ("True", "False") for m in marks):
                continue
            sentences = document_of(row["text"], subwords)[:60]
            item = unit(sentences, [float(m == "True") for m in marks], row["ID"])
            (dev if chance(item.source, 5) == 0 else train).append(item)
    return Task("frames.narrative", train, {"dev": dev}, weight=0.5)


def squeeze(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def salience(folder: Path, subwords: Subwords) -> Task:
    """Is the sentence in the extractive summary? Even articles train, odd ones measure."""
    train, dev = [], []
    for path in sorted((folder / "articles").rglob("*.txt")):
        category, _, name = path.stem.rpartition("_")
        summary = squeeze((folder / "summaries" / path.name).read_text(encoding="utf-8", errors="replace"))
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        texts = [t for t in split_sentences("\n".join(lines[1:])) if len(squeeze(t)) > 1]  # line 0 is the title
        sentences = [sentence_of(t, subwords) for t in texts]
        groups = [[(0, i, 0, len(s.words))] for i, s in enumerate(sentences)]
        rows: list[tuple[tuple[int, ...], int | list[float]]] = [
            ((i, len(groups)), [float(squeeze(t) in summary)]) for i, t in enumerate(texts)
        ]
        item = Item([sentences], [*groups, whole(0, sentences)], rows, path.name)
        (train if bbc_trains(path.name) else dev).append(item)
    return Task("salience", train, {"held": dev}, weight=0.5)


def bbc_trains(file_name: str) -> bool:
    """`business_002.txt` is the published `business/002.txt`."""
    category, _, name = file_name.rpartition("_")
    return chance(f"{category}/{name}", 2) == 0


def pair(passage: str, target: str, label: int, source: str, subwords: Subwords) -> Item | None:
    p, t = document_of(passage, subwords)[:24], document_of(target, subwords)
    if not p or not t:
        return None
    return Item([p, t], [whole(0, p), whole(1, t)], [((0, 1), label)], source)


def stance(folder: Path, subwords: Subwords) -> Task:
    against, neutral, favor = 0, 1, 2
    named = {"AGAINST": against, "NONE": neutral, "FAVOR": favor}
    train: list[Item | None] = []
    dev: dict[str, list[Item | None]] = {"vast": [], "semeval": [], "perspectrum": [], "ibm": [], "gwsd": []}
    raw = (folder / "stance/semeval2016_t6/train.csv").read_text(encoding="latin-1")
    for row in csv.DictReader(io.StringIO(raw)):
        text = row["Tweet"].replace("#SemST", "").strip()
        item = pair(text, row["Target"], named[row["Stance"]], row["Target"], subwords)
        (dev["semeval"] if chance(text, 10) == 0 else train).append(item)
    raw = (folder / "stance/vast/dev.csv").read_text(encoding="utf-8", errors="replace")
    for row in csv.DictReader(io.StringIO(raw)):
        item = pair(row["Tweet"], row["Target 1"], named[row["Stance 1"]], row["Target 1"], subwords)
        (dev["vast"] if chance(row["Target 1"], 5) == 0 else train).append(item)
    raw = (folder / "stance/gwsd/train.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(raw), delimiter="\t"):
        if row["agree"]:
            scores = [float(row["disagree"]), float(row["neutral"]), float(row["agree"])]
            item = pair(
                row["sentence"], "Climate change is a serious concern", scores.index(max(scores)), "gwsd", subwords
            )
            (dev["gwsd"] if chance(row["sentence"], 10) == 0 else train).append(item)
    spectrum = folder / "stance/perspectrum"
    pool = {p["pId"]: p["text"] for p in json.loads((spectrum / "perspective_pool_v1.0.json").read_text())}
    parts = json.loads((spectrum / "dataset_split_v1.0.json").read_text())
    for claim in json.loads((spectrum / "perspectrum_with_answers_v1.0.json").read_text()):
        part = parts[str(claim["cId"])]
        for cluster in claim["perspectives"]:
            label = {"SUPPORT": favor, "UNDERMINE": against}[cluster["stance_label_3"]]
            for pid in cluster["pids"]:
                item = pair(pool[pid], claim["text"], label, claim["text"], subwords)
                if part == "train":
                    train.append(item)
                elif part == "dev":
                    dev["perspectrum"].append(item)
    raw = (folder / "stance/ibm_claim_stance/claim_stance_dataset_v1.csv").read_text(encoding="utf-8-sig")
    for line in raw.splitlines()[1:]:
        cells = next(csv.reader([line.rstrip(";").removeprefix('"').removesuffix('"').replace('""', '"')]))
        if len(cells) < 8 or cells[6] not in ("PRO", "CON"):
            continue  # a malformed row
        topic = cells[2].removeprefix("This house believes that ").removeprefix("This house would ")
        item = pair(cells[7], topic, favor if cells[6] == "PRO" else against, topic, subwords)
        (train if cells[1] == "train" else dev["ibm"]).append(item)
    raw = (folder / "nli/sick/SICK.txt").read_text(encoding="utf-8")
    nli: list[Item | None] = []
    names = {"CONTRADICTION": against, "NEUTRAL": neutral, "ENTAILMENT": favor}
    for row in csv.DictReader(io.StringIO(raw), delimiter="\t"):
        nli.append(pair(row["sentence_A"], row["sentence_B"], names[row["entailment_label"]], "sick", subwords))
    raw = (folder / "nli/rte/train.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(raw), delimiter="\t", quoting=csv.QUOTE_NONE):
        label = favor if row["label"] == "entailment" else neutral
        nli.append(pair(row["sentence1"], row["sentence2"], label, "rte", subwords))

    def kept(items: list[Item | None]) -> list[Item]:
        return [i for i in items if i is not None]

    return Task("stance", kept(train), {k: kept(v) for k, v in dev.items()}, extra={"nli": kept(nli)})


READERS: dict[str, Callable[[Path, Subwords], Task]] = {
    "sentiment": lambda d, s: sentiment(d / "sentiment/newsmtsc", s),
    "frames.ccf": lambda d, s: ccf(d / "frames/ccf", s),
    "frames.gvfc": lambda d, s: gvfc(d / "frames/gvfc", s),
    "frames.narrative": lambda d, s: narrative(d / "frames/narrative_frames", s),
    "salience": lambda d, s: salience(d / "summaries/bbc", s),
    "stance": stance,
}
OPEN = {"sentiment", "frames.narrative"}  # heads whose data carry a licence that allows any use


def shorten(task: Task) -> None:
    """Cuts a task to a few items, for smoke runs."""
    task.train = task.train[:60]
    task.dev = {k: v[:30] for k, v in task.dev.items()}
    task.extra = {}


# --- batches -----------------------------------------------------------------


def merged(items: list[Item]) -> Item:
    """Several one-text items as sentences of one text, so that they see neighbours."""
    out = Item([[]], [], [], "")
    for item in items:
        first, group = len(out.texts[0]), len(out.groups)
        out.texts[0].extend(item.texts[0])
        out.groups.extend([(0, s + first, a, b) for _, s, a, b in spans] for spans in item.groups)
        out.rows.extend((tuple(g + group for g in groups), label) for groups, label in item.rows)
    return out


@dataclass(slots=True)
class Batch:
    """Windows, the parts of spans in them, and which groups make which row."""

    windows: list[Window]
    parts: Tensor  # row, begin, end, group
    weights: Tensor
    rows: Tensor
    labels: Tensor
    groups: int
    sources: list[str]


def collate(items: list[Item], rng: random.Random | None = None, augment: Augment | None = None) -> Batch:
    windows: list[Window] = []
    parts: list[tuple[int, int, int, int]] = []
    weights: list[float] = []
    rows: list[tuple[int, ...]] = []
    labels: list[int | list[float]] = []
    sources: list[str] = []
    offset = 0
    for item in items:
        where: dict[tuple[int, int], list[tuple[int, Window]]] = {}
        for t, text in enumerate(item.texts):
            for window in pack(text, rng=rng, augment=augment):
                for number, _, _ in window.parts:
                    where.setdefault((t, number), []).append((len(windows), window))
                windows.append(window)
        for g, spans in enumerate(item.groups):
            for t, number, first, end in spans:
                pieces = [(row, *_range(window, number, first, end)) for row, window in where[t, number]]
                size = sum(b - a for _, a, b in pieces)
                for row, a, b in pieces:
                    if b > a:
                        parts.append((row, a, b, offset + g))
                        weights.append((b - a) / size / len(spans))
        for groups, label in item.rows:
            rows.append(tuple(offset + g for g in groups))
            labels.append(label)
            sources.append(item.source)
        offset += len(item.groups)
    return Batch(
        windows, torch.tensor(parts), torch.tensor(weights), torch.tensor(rows), torch.tensor(labels), offset, sources
    )


def _range(window: Window, number: int, first: int, end: int) -> tuple[int, int]:
    """Subword range in `window` of the words first..end of a sentence, as far as they stand there."""
    at = 0
    for n, a, b in window.parts:
        lo, hi = at + max(first, a) - a, at + min(end, b) - a
        if n == number and lo < hi:
            stop = window.starts[hi] if hi < len(window.starts) else len(window.ids) - 1
            return window.starts[lo], stop
        at += b - a
    return 0, 0


def vectors(model: Model, batch: Batch) -> Tensor:
    """One vector for each group of the batch."""
    hidden = model.encoder(*tensors(batch.windows))
    means = span_means(hidden, batch.parts[:, 0], batch.parts[:, 1], batch.parts[:, 2])
    zero = means.new_zeros(batch.groups, means.shape[1])
    return zero.index_add(0, batch.parts[:, 3], means * batch.weights[:, None])


def compose(kind: str, rows: Tensor) -> Tensor:
    """Rows of one or two vectors [N, K, 384] to the head's input."""
    if kind == "pair":
        p, t = rows[:, 0], rows[:, 1]
        return torch.cat([p, t, p * t, (p - t).abs()], -1)
    return rows.flatten(1)


def logits_of(model: Model, head: str, batch: Batch) -> Tensor:
    """The head's logits for every row of the batch."""
    if SPECS[head].pooled:
        return pooled(model, head, batch)[batch.rows[:, 0]]
    return model.head(head)(compose(SPECS[head].input, vectors(model, batch)[batch.rows]))


def pooled(model: Model, head: str, batch: Batch) -> Tensor:
    """Logits of a pooled head for each group of the batch: weighted means over the group's subwords."""
    hidden = model.encoder(*tensors(batch.windows))
    lengths = batch.parts[:, 2] - batch.parts[:, 1]
    part = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    place = torch.arange(len(part)) - (lengths.cumsum(0) - lengths)[part]
    states = hidden[batch.parts[part, 0], batch.parts[part, 1] + place]
    return pool(model.head(head)(states), batch.parts[part, 3], batch.groups)


def batched(items: list[Item], tokens: int, rng: random.Random | None = None) -> list[list[Item]]:
    """Items of like length together, up to a number of subwords."""
    order = list(items)
    pool = len(order) or 1
    if rng is not None:
        rng.shuffle(order)
        pool = 400
    out: list[list[Item]] = []
    for begin in range(0, len(order), pool):
        batch: list[Item] = []
        size = 0
        for item in sorted(order[begin : begin + pool], key=lambda i: i.length):
            if batch and size + item.length > tokens:
                out.append(batch)
                batch, size = [], 0
            batch.append(item)
            size += item.length
        if batch:
            out.append(batch)
    if rng is not None:
        rng.shuffle(out)
    return out
