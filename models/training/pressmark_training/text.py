"""Plain text to sentences and words, near enough to what the Rust side does.

Subwords hardly depend on it: the tokenizer's own rules split words again.
"""

import re

from .tokens import Sentence, Subwords, encode_sentence

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S.
    r"|\d+(?:[.,:]\d+)*(?:[^\W_]+)?"  # 3,000  16th
    r"|\w+(?:[-.&]\w+)*"  # co-operate  M23
    r"|(?<=\w)['’](?:s|S|re|ve|ll|d|m)\b"
    r"|\S",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Capt|Sen|Rep|Gov|St|Jr|Sr|vs|No|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Aug"
    r"|Sept|Sep|Oct|Nov|Dec|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_END = re.compile(r"([.!?…]+[\"'”’)\]]*)\s+(?=[\"'“‘(\[]?[A-Z0-9£$€])")


def words_with_offsets(text: str) -> list[tuple[str, int, int]]:
    return [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]


def split_sentences(text: str) -> list[str]:
    out: list[str] = []
    for line in text.splitlines():
        start = 0
        for match in _END.finditer(line):
            before = line[start : match.end(1)]
            if match.group(1) == "." and _ABBREVIATION.search(before):
                continue
            out.append(before.strip())
            start = match.end()
        out.append(line[start:].strip())
    return [s for s in out if s]


def sentence_of(text: str, subwords: Subwords) -> Sentence:
    return encode_sentence([w for w, _, _ in words_with_offsets(text)], subwords)


def document_of(text: str, subwords: Subwords) -> list[Sentence]:
    return [s for s in (sentence_of(t, subwords) for t in split_sentences(text)) if s.words]
