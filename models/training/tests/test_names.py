"""Names are exchanged the same way throughout a text, and labels keep their places."""

import random

from pressmark_training.data.items import Item, Row, Sentence
from pressmark_training.data.names import Names, exchange, lexicon_spans, recased, spans_of


def tagged(text: str) -> Sentence:
    pairs = [word.rpartition("/") for word in text.split(" ")]
    kinds = {"P": "PERSON", "L": "LOC", "G": "ORG"}
    words = [w for w, _, _ in pairs]
    tags = [t if t == "O" else f"{t[0]}-{kinds[t[1]]}" for _, _, t in pairs]
    return Sentence(words, tags)


POOL = Item(
    "pool",
    [[tagged("Tomasz/BP Wieczorek/IP met/O Amara/BP Okonjo/IP in/O Lusaka/BL and/O Kisumu/BL"),
      tagged("Farhod/BP and/O Nilufar/BP left/O Oakfield/BG Trust/IG for/O Northwind/BG Press/IG")]],
    names=True,
)  # fmt: skip
STORY = Item(
    "story",
    [[tagged("Greta/BP Lindqvist/IP praised/O Harbour/BG Bank/IG in/O Malmo/BL ./O"),
      tagged("Lindqvist/BP said/O Harbour/BG Bank/IG would/O stay/O in/O Malmo/BL ./O")]],
    names=True,
)  # fmt: skip


def words(item: Item) -> list[str]:
    return [w for text in item.texts for s in text for w in s.words]


def test_no_old_name_is_left_and_a_surname_follows_its_bearer() -> None:
    names = Names([POOL])
    for seed in range(20):
        changed = exchange(STORY, names, random.Random(seed))
        first, second = changed.texts[0]
        assert not {"Greta", "Lindqvist", "Harbour", "Bank", "Malmo"} & set(words(changed))
        assert first.words[1] == second.words[0]
        organisations = [
            tuple(s.words[a:b]) for s in changed.texts[0] for a, b, k in spans_of(s.tags or []) if k == "ORG"
        ]
        assert len(organisations) == 2 and len(set(organisations)) == 1
        assert [s.words[-2] for s in changed.texts[0]] == [first.words[-2]] * 2


def test_spans_follow_their_words() -> None:
    item = Item(STORY.name, STORY.texts, names=True)
    item.rows = [
        Row("sentiment", [[(0, 0, 3, 5)], [(0, 0, 0, 8)]], 2),
        Row("sentiment", [[(0, 1, 0, 1)], [(0, 1, 0, 9)]], 1),
    ]
    changed = exchange(item, Names([POOL]), random.Random(3))
    for row in changed.rows:
        for group in row.groups:
            for _, s, a, b in group:
                assert 0 <= a < b <= len(changed.texts[0][s].words)
    _, s, a, b = changed.rows[0].groups[0][0]
    assert (a, b, "ORG") in spans_of(changed.texts[0][s].tags or [])
    assert [r.label for r in changed.rows] == [2, 1]
    _, s, a, b = changed.rows[1].groups[0][0]
    assert (a, b) == (0, 1)


def test_targets_without_tags_are_exchanged_too() -> None:
    item = Item("bare", [[Sentence("Yesterday Orla Quinn blamed the council .".split())]], targets=[(0, 0, 1, 3)])
    item.rows = [Row("sentiment", [[(0, 0, 1, 3)], [(0, 0, 0, 7)]], 0)]
    changed = exchange(item, Names([POOL]), random.Random(1))
    assert not {"Orla", "Quinn"} & set(words(changed))
    _, s, a, b = changed.rows[0].groups[0][0]
    assert changed.texts[0][s].words[b] == "blamed" and a == 1
    assert words(changed)[:1] == ["Yesterday"]


def test_surname_alone_follows_its_target_in_an_untagged_text() -> None:
    item = Item("bare", [[Sentence("Orla Quinn left ; Quinn was tired of it .".split())]], targets=[(0, 0, 0, 2)])
    changed = exchange(item, Names([POOL]), random.Random(2))
    assert words(changed)[1] == words(changed)[4] != "Quinn"


def test_headline_without_tags_loses_the_names_of_its_article() -> None:
    story = Item("titled", [[Sentence("Lindqvist : Malmo is fine".split()), *STORY.texts[0]]], names=True)
    changed = exchange(story, Names([POOL]), random.Random(4))
    assert not {"Lindqvist", "Malmo"} & set(words(changed))
    assert changed.texts[0][0].words[0] == changed.texts[0][1].words[1]


def test_common_words_are_no_names_of_the_lexicon() -> None:
    pool = Item("pool", [[tagged("May/BP Will/IP and/O Will/BP may/O will/O it/O")]], names=True)
    assert lexicon_spans("Will it rain ?".split(), Names([pool]), []) == []
    assert lexicon_spans("May Will left .".split(), Names([pool]), []) == [(0, 2, "PERSON")]


def test_exchange_follows_from_its_seed() -> None:
    names = Names([POOL])
    one, two = (exchange(STORY, names, random.Random(5)) for _ in range(2))
    assert words(one) == words(two)


def test_lexicon_knows_names_of_tagged_sets() -> None:
    found = lexicon_spans("They flew from Lusaka to Oakfield Trust .".split(), Names([POOL]), [])
    assert found == [(3, 4, "LOC"), (5, 7, "ORG")]


def test_recased_copies_keep_tags() -> None:
    upper = recased(STORY, "upper")
    assert upper.texts[0][0].words[0] == "GRETA" and upper.texts[0][0].tags == STORY.texts[0][0].tags
    assert recased(STORY, "lower").texts[0][1].words[0] == "lindqvist"
