"""Names exchanged for others of the same type, the same way throughout a text.

A model learns who is who from its training text: that one name is scolded, that
another is a place. Exchanged names keep the text and lose the name.
"""

import random
from collections import defaultdict
from dataclasses import replace

from .items import Item, Row, Sentence, Span

EXCHANGED = ("PERSON", "LOC", "ORG", "FAC", "NORP", "PRODUCT")
Name = tuple[str, ...]


def spans_of(tags: list[str]) -> list[tuple[int, int, str]]:
    """First word, end word and type of the names whose type is certain."""
    out: list[tuple[int, int, str]] = []
    begin, kind = -1, ""
    for i, tag in enumerate([*tags, "O"]):
        if kind and tag != f"I-{kind}":
            out.append((begin, i, kind))
            kind = ""
        if tag.startswith("B-") and "/" not in tag:
            begin, kind = i, tag[2:]
    return out


class Names:
    """Names by type, drawn each as often as any other: so rare ones come far more often than in print."""

    def __init__(self, items: list[Item]) -> None:
        found: dict[str, set[Name]] = defaultdict(set)
        common: set[str] = set()
        for item in items:
            for text in item.texts:
                for sentence in text:
                    common.update(w for w in sentence.words if w.islower())
                    for begin, end, kind in spans_of(sentence.tags or []):
                        name = tuple(sentence.words[begin:end])
                        if kind in EXCHANGED and len(name) <= 5 and _is_name(name):
                            found[f"{item.language}/{kind}"].add(name)
        self.pools: dict[str, list[Name]] = {kind: sorted(names) for kind, names in found.items()}
        self.kinds: dict[Name, str] = {}
        for key, names in sorted(self.pools.items()):
            if key.endswith(("/PERSON", "/LOC", "/ORG")):
                for name in names:
                    # "May" and "Will" are names, and far more often they are not.
                    if len(name) > 1 or name[0].lower() not in common:
                        self.kinds.setdefault(name, key.partition("/")[2])
        self.persons: dict[int, list[Name]] = defaultdict(list)
        for name in self.pools.get("en/PERSON", []):
            self.persons[len(name)].append(name)

    def draw(self, kind: str, language: str, rng: random.Random) -> Name | None:
        """A name of a type, each as likely as any other."""
        pool = self.pools.get(f"{language}/{kind}") or self.pools.get(f"en/{kind}")
        return rng.choice(pool) if pool else None

    def person(self, words: int, rng: random.Random) -> Name | None:
        """A person's name of so many words."""
        pool = self.persons.get(words)
        return rng.choice(pool) if pool else None


def _is_name(name: Name) -> bool:
    return all(w[:1].isupper() or w in ("of", "the", "-", "'s", "and", "de", "la", "al", "du") for w in name) and any(
        w[:1].isupper() and len(w) > 1 for w in name
    )


def own_names(item: Item, names: Names) -> dict[Name, str]:
    """The names that an item's tags and targets give, and the single words of its persons' names."""
    found: dict[Name, str] = {}
    for text in item.texts if item.names else []:
        for sentence in text:
            for begin, end, kind in spans_of(sentence.tags or []):
                if kind in EXCHANGED:
                    found.setdefault(tuple(sentence.words[begin:end]), kind)
    for t, s, begin, end in item.targets:
        begin, end = without_small(item.texts[t][s].words, begin, end)
        name = tuple(item.texts[t][s].words[begin:end])
        if name and _is_name(name):
            found.setdefault(name, names.kinds.get(name, "PERSON" if len(name) <= 3 else "ORG"))
    for name in [n for n, kind in found.items() if kind == "PERSON"]:
        for word in name:
            if len(word) > 2 and word[:1].isupper():
                found.setdefault((word,), "PERSON")
    return found


def without_small(words: list[str], begin: int, end: int) -> tuple[int, int]:
    """A target without the small words that it begins with ("former President X")."""
    while begin < end and not words[begin][:1].isupper():
        begin += 1
    return begin, end


def lexicon_spans(
    words: list[str], names: Names, targets: list[tuple[int, int]], own: dict[Name, str] | None = None
) -> list[tuple[int, int, str]]:
    """Names in a text without tags: its targets, names of its document, and what is a name in the tagged sets."""
    own = own or {}
    taken = [False] * len(words)
    out: list[tuple[int, int, str]] = []

    def take(begin: int, end: int, kind: str) -> None:
        if not any(taken[begin:end]):
            out.append((begin, end, kind))
            taken[begin:end] = [True] * (end - begin)

    for begin, end in sorted(targets, key=lambda t: t[0] - t[1]):
        begin, end = without_small(words, begin, end)
        name = tuple(words[begin:end])
        if name in own:
            take(begin, end, own[name])
    for size in (6, 5, 4, 3, 2, 1):
        for begin in range(len(words) - size + 1):
            name = tuple(words[begin : begin + size])
            kind = own.get(name) or names.kinds.get(name)
            if kind:
                take(begin, begin + size, kind)
    return sorted(out)


class _Exchange:
    """What stands for what in one text."""

    def __init__(self, names: Names, language: str, rng: random.Random) -> None:
        self.names, self.language, self.rng = names, language, rng
        self.words: dict[str, str] = {}  # of persons, word by word: "Smith" follows "Ann Smith"
        self.whole: dict[tuple[str, Name], Name] = {}

    def learn(self, found: list[tuple[str, Name]]) -> None:
        """Chooses the replacements, the longest names first."""
        for kind, name in sorted(set(found), key=lambda f: (-len(f[1]), f)):
            if kind == "PERSON":
                self._person(name)
            elif (kind, name) not in self.whole:
                other = self.names.draw(kind, self.language, self.rng)
                if other is not None:
                    self.whole[kind, name] = other

    def _person(self, name: Name) -> None:
        new = [w for w in name if w not in self.words and w[:1].isupper() and len(w) > 1]
        other = self.names.person(max(1, len(new)), self.rng)
        for mine, theirs in zip(new, other or (), strict=False):
            self.words[mine] = theirs

    def __call__(self, kind: str, name: Name) -> Name:
        if kind == "PERSON":
            return tuple(self.words.get(w, w) for w in name)
        return self.whole.get((kind, name), name)


def exchange(item: Item, names: Names, rng: random.Random) -> Item:
    """The item with its names exchanged; rows keep their labels, and spans follow their words."""
    found: list[list[list[tuple[int, int, str]]]] = []
    own = own_names(item, names)
    for t, text in enumerate(item.texts):
        found.append([])
        for s, sentence in enumerate(text):
            if sentence.tags is not None and item.names:
                found[t].append([f for f in spans_of(sentence.tags) if f[2] in EXCHANGED])
            else:
                targets = [(a, b) for tt, ss, a, b in item.targets if (tt, ss) == (t, s)]
                found[t].append(lexicon_spans(sentence.words, names, targets, own))
    swap = _Exchange(names, item.language, rng)
    swap.learn(
        [
            (kind, tuple(text[s].words[a:b]))
            for text, spans in zip(item.texts, found, strict=True)
            for s, sentence in enumerate(spans)
            for a, b, kind in sentence
        ]
    )
    texts, moves = [], {}
    for t, text in enumerate(item.texts):
        texts.append([])
        for s, sentence in enumerate(text):
            changed, moves[t, s] = _rewrite(sentence, found[t][s], swap)
            texts[-1].append(changed)

    def moved(span: Span) -> Span:
        t, s, a, b = span
        where = moves[t, s]
        return t, s, where[a], max(where[b], where[a] + 1)

    rows = [
        Row(r.head, [[moved(span) for span in group] for group in r.groups], r.label, r.note)
        for r in item.rows
        if r.head != "embedding"  # of other words
    ]
    return replace(item, texts=texts, rows=rows, targets=[moved(t) for t in item.targets])


def _rewrite(sentence: Sentence, found: list[tuple[int, int, str]], swap: _Exchange) -> tuple[Sentence, list[int]]:
    """The sentence with other names, and where each old word begins in it (and the end)."""
    words: list[str] = []
    tags: list[str] | None = None if sentence.tags is None else []
    where: list[int] = []
    at = 0
    for begin, end, kind in [*found, (len(sentence.words), len(sentence.words), "")]:
        for i in range(at, begin):
            where.append(len(words))
            words.append(sentence.words[i])
            if tags is not None and sentence.tags is not None:
                tags.append(sentence.tags[i])
        if begin == end:
            break
        other = swap(kind, tuple(sentence.words[begin:end]))
        for i in range(begin, end):
            # A word inside a name begins where it did, as far as the new name reaches.
            where.append(len(words) + min(i - begin, len(other) - 1))
        words.extend(other)
        if tags is not None and sentence.tags is not None:
            first = sentence.tags[begin]
            tags += [first] + (
                [f"I-{first[2:]}"] * (len(other) - 1) if first != "O" and first != "?" else [first] * (len(other) - 1)
            )
        at = end
    where.append(len(words))
    return Sentence(words, tags), where


def recased(item: Item, change: str) -> Item:
    """The item in capital letters (`upper`) or in small ones (`lower`)."""
    turn = str.upper if change == "upper" else str.lower
    texts = [[Sentence([turn(w) for w in s.words], s.tags) for s in text] for text in item.texts]
    return replace(item, texts=texts)
