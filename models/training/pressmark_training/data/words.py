"""Plain text to sentences and words, near enough to what the Rust side does."""

import re

from .items import Sentence

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S.
    r"|\d+(?:[.,:]\d+)*(?:[^\W_]+)?"  # 3,000  16th
    r"|\b(?:[ldnscjmtLDNSCJMT]|[Qq]u)['’](?=[^\W\d_])"  # l'  d'  qu'
    r"|\w+(?:[-.&]\w+)*"  # co-operate  M23
    r"|(?<=\w)['’](?:s|S|re|ve|ll|d|m|t)\b"
    r"|\S",
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Lt|Sgt|Capt|Sen|Rep|Gov|St|Jr|Sr|vs|No|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Aug"
    r"|Sept|Sep|Oct|Nov|Dec|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_END = re.compile(r"([.!?…]+[\"'”’)\]]*)\s+(?=(?:[\"'“‘(\[]|«\s?)?(?:[^\W\d_a-zà-ÿ]|[0-9£$€]))")


def words_with_offsets(text: str) -> list[tuple[str, int, int]]:
    """Words with their begin and end in the text."""
    return [(m.group(), m.start(), m.end()) for m in _WORD.finditer(text)]


def words_of(text: str) -> list[str]:
    """The words of a text."""
    return _WORD.findall(text)


def split_sentences(text: str) -> list[str]:
    """Sentences, none of them longer than a line."""
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


def sentences_of(text: str) -> list[Sentence]:
    """Sentences of words without tags."""
    return [Sentence(words) for words in map(words_of, split_sentences(text)) if words]
