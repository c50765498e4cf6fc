"""Stance: a target and a passage that are read together.

The label has three parts: does the passage bear on the target, does it take a
side, which. Entailment pairs teach the same with the hypothesis as target.
"""

import csv
import io
import json
import random
from pathlib import Path

from .articles import records
from .items import Item, Row, Sentence, chance, whole
from .labels import UNKNOWN
from .registry import DataSet
from .words import sentences_of, split_sentences, words_of

FAVOR, AGAINST = [1.0, 1.0, 1.0], [1.0, 1.0, 0.0]
NEUTRAL = [1.0, 0.0, UNKNOWN]  # bears on the target, takes no side
APART = [0.0, 0.0, UNKNOWN]  # says nothing about the target
OPEN = [UNKNOWN, 0.0, UNKNOWN]  # takes no side, and may or may not bear on it

MOST_TARGET, MOST_PASSAGE = 24, 110  # words


def pair(name: str, target: str, passage: str, label: list[float], source: str, holder: str = "") -> Item:
    """`target [SEP] holder: passage`; the passage begins with its holder unless that is the outlet."""
    said = [Sentence(s.words) for s in sentences_of(passage)]
    if holder:
        said[0:0] = [Sentence([*words_of(holder), ":"])]
    passage_words: list[str] = [w for s in said for w in s.words][:MOST_PASSAGE]
    texts = [[Sentence(words_of(target)[:MOST_TARGET])], [Sentence(passage_words)]]
    spans = [*whole(0, texts[0]), *whole(1, texts[1])]
    return Item(name, texts, [Row("stance", [spans], label)], pair=True, source=source)


def exchanged(items: list[Item], share: float, seed: str) -> list[Item]:
    """Passages with the target of another topic, which they say nothing about: a share of the items."""
    rng = random.Random(seed)
    targets = sorted({" ".join(i.texts[0][0].words) for i in items})
    out = []
    for item in items:
        if rng.random() < share and len(targets) > 1:
            other = rng.choice(targets)
            if other != " ".join(item.texts[0][0].words):
                texts = [[Sentence(other.split(" "))], item.texts[1]]
                spans = [*whole(0, texts[0]), *whole(1, texts[1])]
                row = Row("stance", [spans], APART, note="exchanged")
                out.append(Item(item.name, texts, [row], pair=True, source=item.source))
    return out


def _with_exchanged(items: list[Item], data_set: DataSet, share: float) -> list[Item]:
    kept = [i for i in items if all(t and t[0].words for t in i.texts)]
    return kept + exchanged(kept, share, f"exchange/{data_set.name}")


def article_stances_part(data: Path, part: str) -> list[Item]:
    """Stances of holders towards targets, coded in Wikinews and MEANTIME."""
    labels = {"favor": FAVOR, "against": AGAINST, "neutral": NEUTRAL}
    items = []
    for name in ("wikinews", "meantime"):
        for record in records(data / f"open/{name}/{part}/stance.jsonl"):
            holder = "" if record["holder"] == "outlet" else record["holder"]
            item = pair(
                f"{name}/{record['id']}", record["target"], record["text"], labels[record["label"]], name, holder
            )
            item.rows[0].note = record["label"]
            items.append(item)
    return items


MOST_PLAIN = 1  # sentences of the outlet for each target of an article


def plain_sentences(text: str, target: str, evidence: list[tuple[int, int]]) -> list[str]:
    """Sentences of an article that share a word with the target and are no evidence of a stance."""
    wanted = {w.lower() for w in words_of(target) if len(w) > 3}
    found, at = [], 0
    for sentence in split_sentences(text):
        begin = text.find(sentence, at)
        at = begin + len(sentence) if begin >= 0 else at
        shared = len(wanted & {w.lower() for w in words_of(sentence)})
        if begin >= 0 and shared and not any(a < at and b > begin for a, b in evidence):
            found.append((-shared, begin, sentence))
    return [sentence for _, _, sentence in sorted(found)[:MOST_PLAIN]]


def announcements(data: Path, part: str) -> list[Item]:
    """What the outlet says of the targets of its articles where nobody takes a side: plain announcements."""
    items = []
    for name in ("wikinews", "meantime"):
        folder = data / f"open/{name}/{part}"
        bodies = {r["id"]: r["body"] for r in records(folder / "summaries.jsonl")}
        by_article: dict[str, list[dict]] = {}
        for record in records(folder / "stance.jsonl"):
            by_article.setdefault(record["id"], []).append(record)
        for key, found in by_article.items():
            evidence = [(a, b) for r in found for a, b in r["spans"]]
            for target in sorted({r["target"] for r in found}):
                for sentence in plain_sentences(bodies[key], target, evidence):
                    item = pair(f"{name}/{key}", target, sentence, OPEN, name)
                    item.rows[0].note = "plain"
                    items.append(item)
    return items


def article_stances(data: Path, data_set: DataSet) -> list[Item]:
    """The train part, with plain announcements and with targets of other articles."""
    items = article_stances_part(data, "train")
    plain = announcements(data, "train")
    for item in items + plain:
        item.source = data_set.name
    return [*_with_exchanged(items, data_set, 0.5), *plain]


def perspectrum(data: Path, data_set: DataSet) -> list[Item]:
    """Perspectives for and against claims."""
    folder = data / data_set.path
    pool = {p["pId"]: p["text"] for p in json.loads((folder / "perspective_pool_v1.0.json").read_text())}
    split = json.loads((folder / "dataset_split_v1.0.json").read_text())
    items = []
    for claim in json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text()):
        if split[str(claim["cId"])] != "train":
            continue
        for cluster in claim["perspectives"]:
            label = {"SUPPORT": FAVOR, "UNDERMINE": AGAINST}.get(cluster["stance_label_3"])
            if label is not None:
                for pid in cluster["pids"][:3]:
                    items.append(pair(f"perspectrum/{claim['text']}", claim["text"], pool[pid], label, data_set.name))
    return _with_exchanged(items, data_set, 0.25)


def ibm(data: Path, data_set: DataSet) -> list[Item]:
    """Claims pro and con motions; rows that are malformed are left out."""
    items = []
    raw = (data / data_set.path).read_text(encoding="utf-8-sig")
    for line in raw.splitlines()[1:]:
        cells = next(csv.reader([line.rstrip(";").removeprefix('"').removesuffix('"').replace('""', '"')]))
        if len(cells) < 8 or cells[6] not in ("PRO", "CON") or cells[1] != "train":
            continue
        topic = cells[2].removeprefix("This house believes that ").removeprefix("This house would ")
        items.append(pair(f"ibm/{topic}", topic, cells[7], FAVOR if cells[6] == "PRO" else AGAINST, data_set.name))
    return _with_exchanged(items, data_set, 0.25)


def argkp(data: Path, data_set: DataSet) -> list[Item]:
    """Arguments for and against policies."""
    items = []
    for part in ("train", "dev"):
        with (data / data_set.path / f"{part}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                label = FAVOR if row["stance"] == "1" else AGAINST
                items.append(pair(f"argkp/{row['topic']}", row["topic"], row["argument"], label, data_set.name))
    return _with_exchanged(items, data_set, 0.25)


def valueeval(data: Path, data_set: DataSet) -> list[Item]:
    """Premises in favour of and against conclusions."""
    items = []
    for part in ("training", "validation"):
        with (data / data_set.path / f"{part}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                label = FAVOR if "favor" in row["Stance"] else AGAINST
                name = f"valueeval/{row['Conclusion']}"
                items.append(pair(name, row["Conclusion"], row["Premise"], label, data_set.name))
    return _with_exchanged(items, data_set, 0.25)


ENTAILMENT = {"entailment": FAVOR, "contradiction": AGAINST, "neutral": OPEN}


def nli(data: Path, data_set: DataSet) -> list[Item]:
    """Entailment for, contradiction against, neither takes no side."""
    items = []
    for record in records(data / data_set.path):
        label = ENTAILMENT.get(record["label"])
        if label is not None:
            name = f"{data_set.name}/{record['premise']}"
            items.append(pair(name, record["hypothesis"], record["premise"], label, data_set.name))
    return [i for i in items if all(t[0].words for t in i.texts)]


def med(data: Path, data_set: DataSet) -> list[Item]:
    """Monotonicity: what follows, and what does not, from sentences that differ in a word."""
    items = []
    with (data / data_set.path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            label = ENTAILMENT.get(row.get("gold_label", ""))
            if label is not None:
                name = f"med/{row['sentence1']}"
                items.append(pair(name, row["sentence2"], row["sentence1"], label, data_set.name))
    return items


def vast_all(data: Path) -> list[Item]:
    """Comments on topics; three in ten take no side."""
    labels = {"FAVOR": FAVOR, "AGAINST": AGAINST, "NONE": OPEN}
    raw = (data / "stance/vast/dev.csv").read_text(encoding="utf-8", errors="replace")
    items = []
    for row in csv.DictReader(io.StringIO(raw)):
        item = pair(f"vast/{row['Tweet']}", row["Target 1"], row["Tweet"], labels[row["Stance 1"].upper()], "vast")
        item.rows[0].note = {"NONE": "neutral"}.get(row["Stance 1"].upper(), row["Stance 1"].lower())
        items.append(item)
    return items


def vast_fold(items: list[Item], fold: int, folds: int = 5) -> tuple[list[Item], list[Item]]:
    """What trains and what measures in one fold: topics apart, and no comment in both.

    Most comments stand under several topics; those of the measured part are taken out of training.
    """

    def topic(item: Item) -> str:
        return " ".join(item.texts[0][0].words).lower()

    held = [i for i in items if chance(topic(i), folds) == fold]
    comments = {i.name for i in held}
    return [i for i in items if chance(topic(i), folds) != fold and i.name not in comments], held


def vast(data: Path, data_set: DataSet) -> list[Item]:
    """All but the first fold, which is for measuring."""
    return vast_fold(vast_all(data), 0)[0]


def semeval(data: Path, data_set: DataSet) -> list[Item]:
    """Tweets on six targets; nine tenths train."""
    labels = {"FAVOR": FAVOR, "AGAINST": AGAINST, "NONE": OPEN}
    raw = (data / data_set.path).read_text(encoding="latin-1")
    items = []
    for row in csv.DictReader(io.StringIO(raw)):
        text = row["Tweet"].replace("#SemST", "").strip()
        if chance(text, 10) != 0:
            items.append(pair(f"semeval/{text}", row["Target"], text, labels[row["Stance"]], data_set.name))
    return items
