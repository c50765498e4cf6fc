"""A planted leak is found, and nothing else is."""

from pressmark_training.data.items import Item, Sentence
from pressmark_training.data.pairs import FAVOR, pair, vast_fold
from pressmark_training.data.prints import Prints
from pressmark_training.data.registry import DataSet
from pressmark_training.run.leaks import report, topics

LONG = (
    "The ferry that links the two islands will stay in port until engineers have looked at its rudder , "
    "the harbour master told residents on the quay this morning ."
)
SET = DataSet("planted", "", "", "", True, ("sentiment", "stance"), "", "")


def one(name: str, *sentences: str) -> Item:
    return Item(name, [[Sentence(s.split(" ")) for s in sentences]])


def test_run_of_thirteen_words_in_another_sentence() -> None:
    inside = " ".join(["Yesterday", *LONG.split(" ")[3:20], "or", "so", "they", "say", "."])
    assert Prints([one("a", inside)]).shares(one("b", LONG))
    shorter = " ".join(["Yesterday", *LONG.split(" ")[3:14], "or", "so", "they", "say", "."])
    assert not Prints([one("a", shorter)]).shares(one("b", LONG))


def test_whole_short_sentence_in_other_case() -> None:
    prints = Prints([one("a", "Nobody was hurt in the fire .", "More rain is on its way , they say .")])
    assert prints.shares(one("b", "The roof fell in .", "NOBODY was hurt in the fire"))
    assert not prints.shares(one("c", "Nobody was hurt ."))


def test_report_counts_planted_leaks() -> None:
    training = {"planted": (SET, [one("a", LONG), one("b", "Nothing to see in this one , honestly .")])}
    parts = {"sentiment": {"dev": [one("x", LONG), one("y", "Quite another text about a bakery .")]}}
    assert report(training, parts) == [("sentiment", "dev", 2, 1, "planted 1")]
    other = DataSet("planted", "", "", "", True, ("entities",), "", "")
    assert report({"planted": (other, training["planted"][1])}, parts) == [("sentiment", "dev", 2, 0, "")]


def test_targets_of_pairs_are_topics_and_not_text() -> None:
    a = pair("a", "free ferries for all of the islanders", LONG, FAVOR, "s")
    b = pair("b", "Free ferries for all of the islanders", "I like the plan a great deal , really .", FAVOR, "s")
    assert not Prints([a]).shares(b)
    assert topics({"planted": (SET, [a])}, {"dev": [b]}) == [("dev", 1, 1)]


def test_folds_keep_comments_and_topics_apart() -> None:
    items = [pair(f"comment {i % 6}", f"topic {i % 7}", f"I wrote comment {i % 6} .", FAVOR, "s") for i in range(42)]
    measured = 0
    for fold in range(5):
        training, held = vast_fold(items, fold)
        measured += len(held)
        assert not {i.name for i in training} & {i.name for i in held}
        assert not {i.texts[0][0].words[1] for i in training} & {i.texts[0][0].words[1] for i in held}
    assert measured == len(items)
