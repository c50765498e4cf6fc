"""Items of the sentiment stream come twice, with other names, and the two are drawn to one answer."""

import torch

from pressmark_training.data.items import Item, Row, Sentence
from pressmark_training.data.names import Names
from pressmark_training.nn.batch import collate, twin_loss
from pressmark_training.run.streams import Augment, Stream
from test_resume import TAGS, TEXT, material


def test_twins_stand_next_to_each_other_with_other_names() -> None:
    words = ["Critics", "called", "Amara", "Okonjo", "careless", "."]
    tags = ["O", "O", "B-PERSON", "I-PERSON", "O", "O"]
    spans = [[(0, 0, 2, 4)], [(0, 0, 0, 6)]]
    item = Item("a", [[Sentence(words, tags)]], names=True, targets=[(0, 0, 2, 4)], rows=[Row("sentiment", spans, 0)])
    pool = Item("pool", [[Sentence(TEXT, TAGS)]], names=True)
    found = {}
    for name in ("sentiment", "articles"):
        stream = Stream(name, [(item, 1.0)], Names([pool]), material().subwords, "3", Augment(mask=0.0))
        found[name] = stream.take(30)
    assert not any(p.twin for p in found["articles"])
    assert [p.twin for p in found["sentiment"]] == [False, True] * (len(found["sentiment"]) // 2)
    for packed in found["sentiment"][1::2]:
        assert "Okonjo" not in [w.capitalize() for w in packed.item.texts[0][0].words]
    rows = collate(found["sentiment"], {"sentiment"}).rows["sentiment"]
    assert rows.twins == [(i, i + 1) for i in range(0, len(rows.labels), 2)]


def test_twins_that_agree_cost_nothing() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [3.0, 1.0, 0.0], [0.0, 2.0, 0.0]], requires_grad=True)
    assert twin_loss(logits, [(0, 1)]).item() < 1e-6
    apart = twin_loss(logits, [(0, 1), (0, 2)])
    assert apart.item() > 0.3
    apart.backward()
    assert logits.grad is not None and float(logits.grad[2, 1]) > 0
