"""A run that was interrupted and resumed gives the weights of one that was not, bit for bit."""

import os
import signal
import threading
from pathlib import Path

import torch
from tokenizers import Tokenizer, models

from pressmark_training.data.items import Item, Row, Sentence, whole
from pressmark_training.data.labels import POLICY
from pressmark_training.nn.encoder import Encoder, Sizes
from pressmark_training.nn.windows import Subwords
from pressmark_training.run.train import Material, Plan, Run, rate_factor, train

TEXT = "The mayor of Lusaka met Amara Okonjo and Tomasz Wieczorek at Oakfield Trust .".split(" ")
TAGS = ["O", "O", "O", "B-LOC", "O", "B-PERSON", "I-PERSON", "O", "B-PERSON", "I-PERSON", "O", "B-ORG", "I-ORG", "O"]


def items(kind: str) -> list[tuple[Item, float]]:
    out = []
    for i in range(9):
        turn = i % 4
        words, tags = [*TEXT[:turn], *TEXT[4:]] if turn < 3 else TEXT, [*TAGS[:turn], *TAGS[4:]] if turn < 3 else TAGS
        item = Item(f"{kind}-{i}", [[Sentence(words, tags), Sentence(TEXT, TAGS)]], names=True)
        last = whole(0, item.texts[0])
        if kind == "articles":
            item.rows = [
                Row("sentiment", [[last[1]], [last[1]]], i % 3),
                Row("frames.policy", [last], [float(j == i) for j in range(len(POLICY))]),
                Row("salience", [[last[0]], last], [float(i % 2)]),
                Row("embedding", [[last[0]]], i % 2),
            ]
        if kind == "stance":
            item = Item(item.name, [[Sentence(TEXT[:3])], [Sentence(words)]], pair=True)
            item.rows = [Row("stance", [[(0, 0, 0, 3), (1, 0, 0, len(words))]], [1.0, float(i % 2), -1.0])]
        out.append((item, 1.5))
    return out


def material() -> Material:
    vocabulary = {w: i for i, w in enumerate(["[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(TEXT))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    subwords = Subwords(tokenizer, first=1, last=2, unknown=0, mask=3, shapes=True)
    sizes = Sizes(vocabulary=len(vocabulary), layers=1, shapes=13, inner=32, positions=256)
    torch.manual_seed(1)
    state = Encoder(sizes).state_dict()
    streams = {kind: items(kind) for kind in ("entities", "articles", "stance")}
    return Material(sizes, state, subwords, streams, [], torch.eye(384)[:2])


def advanced(folder: Path, stops: list[int]) -> list[torch.Tensor]:
    plan = Plan("pressmark-news-small", entity_subwords=60, task_subwords=60, warm=2)
    for stop in stops:
        run = Run(plan, material(), folder)
        run.resume()
        while run.step < stop:
            run.advance(rate_factor(run.step, plan.warm, 12, 4))
        run.save()
    return [*(p.detach().clone() for p in run.model.parameters()), *run.average.shadow]


def test_interrupted_and_resumed_to_the_same_weights(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    whole_run = advanced(tmp_path / "whole", [12])
    in_parts = advanced(tmp_path / "parts", [5, 6, 12])
    assert all(torch.equal(a, b) for a, b in zip(whole_run, in_parts, strict=True))
    begun = Run(Plan("pressmark-news-small"), material(), tmp_path / "new").model.parameters()
    assert not all(torch.equal(a, b) for a, b in zip(whole_run, begun, strict=False))


def test_a_run_that_is_told_to_end_keeps_its_last_step(tmp_path: Path) -> None:
    plan = Plan("pressmark-news-small", entity_subwords=60, task_subwords=60, warm=2)
    run = Run(plan, material(), tmp_path)
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        assert not train(run, steps=10**9, cool=1, minutes=10)
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    again = Run(plan, material(), tmp_path)
    assert again.resume() and again.step == run.step > 0
    assert all(torch.equal(a, b) for a, b in zip(run.model.parameters(), again.model.parameters(), strict=True))


def test_another_plan_does_not_resume(tmp_path: Path) -> None:
    Run(Plan("pressmark-news-small"), material(), tmp_path).save()
    other = Run(Plan("pressmark-news-small", seed=5), material(), tmp_path)
    try:
        other.resume()
    except ValueError as error:
        assert "another plan" in str(error)
    else:
        raise AssertionError("a checkpoint of another seed was taken")


def test_rate_rises_stays_and_falls() -> None:
    assert rate_factor(0, 10, 100, 20) == 0.1
    assert rate_factor(50, 10, 100, 20) == 1.0
    assert 0.4 < rate_factor(90, 10, 100, 20) < 0.6
    assert rate_factor(99, 10, 100, 20) < 0.06


def test_the_batches_of_several_lines_do_not_depend_on_processes(tmp_path: Path) -> None:
    plan = Plan("pressmark-news-small", entity_subwords=60, task_subwords=60, lines=2)
    drawn = Run(plan, material(), tmp_path).draws
    alone = Run(plan, material(), tmp_path).draws.lines
    for step in range(4):
        mine, theirs = drawn.batch(step), alone[step % 2].batch(step)
        assert torch.equal(mine.tokens.ids, theirs.tokens.ids)
        assert mine.tags == theirs.tags
        assert drawn.places[step % 2] == alone[step % 2].places
