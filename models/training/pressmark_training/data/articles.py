"""Wikinews and MEANTIME, coded for this project: whole articles with every layer."""

import bisect
import json
from collections import defaultdict
from pathlib import Path

from .columns import rows_of, to_sentence
from .items import Item, Row, Sentence, Span, whole
from .labels import NEWS_FRAMES, POLICY
from .registry import DataSet
from .words import words_of

POLARITY = {2: 0, 4: 1, 6: 2}


def records(path: Path) -> list[dict]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def place_words(text: str, sentences: list[Sentence]) -> list[tuple[int, int, int]]:
    """Offset, sentence and word of every word, found in the text one after the other."""
    out, at = [], 0
    for s, sentence in enumerate(sentences):
        for w, word in enumerate(sentence.words):
            found = text.find(word, at)
            if found < 0 or found - at > 400:
                continue
            out.append((found, s, w))
            at = found + len(word)
    return out


class _Places:
    """Offsets in an article's text to words of its sentences."""

    def __init__(self, text: str, sentences: list[Sentence]) -> None:
        self.text = text
        self.places = place_words(text, sentences)
        self.starts = [p[0] for p in self.places]
        self.sentences = sentences

    def span(self, text_number: int, begin: int, end: int) -> list[Span]:
        """The words between two offsets, a span for each sentence that they touch."""
        first = bisect.bisect_right(self.starts, begin) - 1
        if first >= 0 and self.starts[first] + 1 <= begin and self._end(first) <= begin:
            first += 1
        first = max(first, 0)
        by_sentence: dict[int, list[int]] = defaultdict(list)
        for start, s, w in self.places[first:]:
            if start >= end:
                break
            by_sentence[s].append(w)
        return [(text_number, s, ws[0], ws[-1] + 1) for s, ws in by_sentence.items()]

    def _end(self, place: int) -> int:
        start, s, w = self.places[place]
        return start + len(self.sentences[s].words[w])


def many(labels: list[str], names: list[str]) -> list[float]:
    """One number a label of a head."""
    return [float(name in labels) for name in names]


def articles(data: Path, data_set: DataSet, part: str = "train") -> list[Item]:
    """One item an article: its title and body, names, tone, frames by paragraph and article, telling sentences."""
    folder = data / data_set.path / part
    texts = {r["id"]: r for r in records(folder / "articles.jsonl")}
    layers: dict[str, dict[str, list[dict]]] = {}
    for layer in ("sentiment", "frames_paragraphs", "frames_articles", "news_frames_articles", "summaries"):
        layers[layer] = defaultdict(list)
        for record in records(folder / f"{layer}.jsonl"):
            key = record.get("id") or record["gid"].rpartition("_")[0]
            layers[layer][key.partition("#")[0]].append(record)
    items = []
    for (key, article), sentences in zip(texts.items(), _tagged(folder / "ner.txt", data_set), strict=True):
        body = texts_body(article, layers["summaries"][key])
        places = _Places(body, sentences)
        title = Sentence(words_of(article["title"]), None) if article.get("title") else None
        shift = 1 if title else 0
        text = [title, *sentences] if title else sentences
        item = Item(f"{data_set.name}/{key}", [text], source=data_set.name, names=True)

        def moved(spans: list[Span], by: int = shift) -> list[Span]:
            return [(t, s + by, a, b) for t, s, a, b in spans]

        _sentiment(item, layers["sentiment"][key], places, moved)
        _frames(item, layers, key, places, moved)
        for record in layers["summaries"][key]:
            _salience(item, record, places, moved, text)
        items.append(item)
    return items


def texts_body(article: dict, summaries: list[dict]) -> str:
    """The text that offsets of the layers count in: the body without the title."""
    return summaries[0]["body"] if summaries else article["text"]


def _tagged(path: Path, data_set: DataSet) -> list[list[Sentence]]:
    documents: list[list[Sentence]] = []
    for rows in rows_of(path.read_text(encoding="utf-8")):
        if rows[0][0] == "-DOCSTART-":
            documents.append([])
        else:
            documents[-1].append(to_sentence(rows, data_set))
    return documents


def _sentiment(item: Item, found: list[dict], places: _Places, moved) -> None:
    for record in found:
        target = record["targets"][0]
        offset = int(record["gid"].rpartition("_")[2])
        spans = places.span(0, offset, offset + target["to"] - target["from"])[:1]
        if not spans or not places.text[offset:].startswith(target["mention"][:4]):
            continue
        _, s, a, b = spans[0]
        sentence = (0, s, 0, len(places.sentences[s].words))
        label = POLARITY[int(target["polarity"])]
        item.rows.append(Row("sentiment", [moved([(0, s, a, b)]), moved([sentence])], label))


def _frames(item: Item, layers: dict, key: str, places: _Places, moved) -> None:
    at = 0
    for record in layers["frames_paragraphs"][key]:
        begin = places.text.find(record["text"], at)
        if begin < 0:
            begin = places.text.find(record["text"][:60], at)
        if begin < 0:
            continue
        at = begin + len(record["text"])
        spans = places.span(0, begin, at)
        if spans:
            item.rows.append(Row("frames.policy", [moved(spans)], many(record["label"], POLICY), note="paragraph"))
    everything = whole(0, item.texts[0])
    for record in layers["frames_articles"][key]:
        item.rows.append(Row("frames.policy", [everything], many(record["label"], POLICY), note="article"))
    for record in layers["news_frames_articles"][key]:
        item.rows.append(Row("frames.news", [everything], many(record["label"], NEWS_FRAMES), note="article"))


def _salience(item: Item, record: dict, places: _Places, moved, text: list[Sentence]) -> None:
    telling = {s for begin, end in record["salient"] for _, s, _, _ in places.span(0, begin, end)[:1]}
    everything = whole(0, text)
    for span in whole(0, places.sentences):
        row = Row("salience", [moved([span]), everything], [float(span[1] in telling)])
        row.note = "\n".join(record["references"])
        item.rows.append(row)
