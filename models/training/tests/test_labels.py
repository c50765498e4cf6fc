"""Masks: a label that a set does not know is never counted as wrong."""

import torch

from pressmark_training.data.columns import rows_of, to_sentence
from pressmark_training.data.labels import NEWS, UNKNOWN, allowed, mapped, outside_tag
from pressmark_training.data.registry import DataSet, chosen, registry
from pressmark_training.data.texts import part_of
from pressmark_training.metrics import repair
from pressmark_training.nn.batch import row_loss, tag_loss

NARROW = DataSet(
    name="narrow", title="", path="", licence="", commercial=True, teaches=("entities",), reader="columns",
    stream="entities", labels={"PER": "PERSON", "LOC": "LOC/FAC", "odd": "?"}, masked=("NORP", "DATE", "MONEY"),
)  # fmt: skip


def test_unmarked_words_may_be_what_the_set_does_not_mark() -> None:
    assert allowed(outside_tag("Dutch", NARROW.masked)) == {
        "O", "B-NORP", "I-NORP", "B-DATE", "I-DATE", "B-MONEY", "I-MONEY",
    }  # fmt: skip
    assert allowed(outside_tag("1987", NARROW.masked)) == {"O", "B-DATE", "I-DATE", "B-MONEY", "I-MONEY"}
    assert outside_tag("river", NARROW.masked) == "O"
    assert outside_tag("Dutch", ()) == "O"


def test_wide_and_unknown_labels() -> None:
    assert allowed(mapped("B-LOC", "Harbour", NARROW.labels, ())) == {"B-LOC", "B-FAC"}
    assert mapped("B-odd", "x", NARROW.labels, ()) == "?"
    assert mapped("B-never_seen", "x", NARROW.labels, ()) == "?"
    assert mapped("B-PER_poet", "Ines", {"PER": "PERSON"}, ()) == "B-PERSON"
    assert allowed("?") == set(NEWS)


def test_columns_of_three_layouts() -> None:
    text = "-DOCSTART- -X- O\n\nAnna NNP I-PER\nslept VBD O\n\n"
    sentences = [rows for rows in rows_of(text) if rows[0][0] != "-DOCSTART-"]
    assert [to_sentence(rows, NARROW).tags for rows in sentences] == [["B-PERSON", "O"]]
    uner = "# text = Anna slept\n1\tAnna\tB-PER\t-\tx\n2\tslept\tO\t-\t-\n\n"
    assert list(rows_of(uner, 1, 2)) == [[("Anna", "B-PER"), ("slept", "O")]]
    assert repair(["I-PER", "I-LOC", "I-LOC"]) == ["B-PER", "B-LOC", "I-LOC"]


def test_loss_is_blind_to_what_a_tag_leaves_open() -> None:
    logits = torch.zeros(2, len(NEWS))
    logits[0, NEWS.index("B-NORP")] = 9.0
    open_ = tag_loss(logits[:1], [outside_tag("Dutch", NARROW.masked)])
    closed = tag_loss(logits[:1], ["O"])
    assert open_ < 0.01 < 5 < closed
    assert tag_loss(logits, ["?", "?"]) == 0.0


def test_loss_of_unknown_labels_is_none() -> None:
    logits = torch.tensor([[5.0, -5.0, 5.0]])
    known = row_loss("stance", logits, [[1.0, 0.0, UNKNOWN]], None)
    wrong = row_loss("stance", logits, [[1.0, 0.0, 0.0]], None)
    assert known < 0.01 < 1 < wrong
    assert part_of(["up"], ["rise", "fall", "calm"], {"up": "rise", "down": "fall"}) == [1.0, 0.0, UNKNOWN]


def test_registry_keeps_closed_sets_out() -> None:
    closed = {s.name for s in registry() if not s.commercial}
    assert {"conllpp", "worldwide", "bbc", "gvfc", "vast"} <= closed
    assert not closed & {s.name for s in chosen(research=False)}
    assert closed <= {s.name for s in chosen(research=True)}
    assert all(s.licence and s.teaches for s in registry())
