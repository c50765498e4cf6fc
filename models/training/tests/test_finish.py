"""Calibration, vote, scores and the bundle that is written."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models

from pressmark_training.data.items import Item, Row, Sentence, whole
from pressmark_training.data.labels import NEWS, POLICY, TYPES, UNKNOWN
from pressmark_training.data.registry import chosen, registry
from pressmark_training.nn.batch import collate, logits_of
from pressmark_training.nn.encoder import Model, Sizes
from pressmark_training.nn.heads import heads_for
from pressmark_training.nn.windows import Subwords, pack
from pressmark_training.reference import WINDOWS
from pressmark_training.run.bundle import export, read
from pressmark_training.run.calibrate import fit, probabilities
from pressmark_training.run.card import card, licence_text
from pressmark_training.run.evaluate import average_precision, frame_scores, stance_labels
from pressmark_training.run.predict import Answers
from pressmark_training.run.train import Plan
from pressmark_training.run.vote import voted


def test_one_half_means_as_likely_as_not() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1.5, (4000, 3))
    gold = (rng.random((4000, 3)) < 1 / (1 + np.exp(-truth))).astype(float)
    gold[:500, 0] = UNKNOWN
    logits = (truth * 3 - np.array([2.0, 0.0, 1.0])).astype(np.float32)  # too sure, and low for two labels
    entry = fit("stance", logits, gold.tolist())
    p = probabilities("stance", logits, {"stance": entry})
    for label in range(3):
        near = (abs(p[:, label] - 0.5) < 0.1) & (gold[:, label] >= 0)
        assert abs(gold[near, label].mean() - 0.5) < 0.08
    assert 2.4 < entry["temperature"] < 3.6


def test_a_label_seen_once_does_not_move_far() -> None:
    logits = np.full((40, 2), -3.0, np.float32)
    gold = np.zeros((40, 2))
    gold[0, 0] = 1.0
    assert abs(fit("salience", logits, gold.tolist())["offsets"][0]) < 1.0


def test_scores() -> None:
    gold = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, UNKNOWN]])
    p = np.array([[0.9, 0.2], [0.6, 0.7], [0.4, 0.9]])
    s = frame_scores(gold, p, ["a", "b"])
    assert s["labels"] == {"a": 50.0} and s["micro_f1"] == pytest.approx(200 * 1 / 5)
    assert average_precision(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.6, 0.4])) == pytest.approx(
        100 * (1 + 2 / 3) / 2
    )
    sides = stance_labels(np.array([[0.9, 0.9, 0.9], [0.9, 0.9, 0.1], [0.9, 0.1, 0.9], [0.2, 0.9, 0.9]]))
    assert sides.tolist() == [2, 0, 1, 1]


def test_vote_turns_the_odd_mention() -> None:
    words = [["Northwind", "fell"], ["Northwind", "rose"], ["Northwind", "Press", "said"]]
    item = Item("x", [[Sentence(w, ["O"] * len(w)) for w in words]])

    def scores(*tags: tuple[str, float]) -> np.ndarray:
        out = np.full((len(tags), len(NEWS)), -8.0, np.float32)
        for row, (tag, margin) in enumerate(tags):
            out[row, NEWS.index(tag)] = 0.0
            out[row, NEWS.index("B-ORG" if tag[0] != "O" else "O")] = (
                max(-margin, out[row, NEWS.index("B-ORG")]) if tag != "O" else 0.0
            )
        return out

    matrices = [
        scores(("B-PERSON", 0.3), ("O", 0)), scores(("B-ORG", 5), ("O", 0)), scores(("B-ORG", 5), ("I-ORG", 5), ("O", 0)),
    ]  # fmt: skip
    found = Answers(tags=[(item, matrices)])
    alone = voted(found, {"own": 1.0, "same": 0.0, "longer": 0.0})
    together = voted(found, {"own": 1.0, "same": 0.5, "longer": 0.5})
    assert alone[0][0] == ["B-PERSON", "O"]
    assert together[0] == [["B-ORG", "O"], ["B-ORG", "O"], ["B-ORG", "I-ORG", "O"]]


def subwords() -> Subwords:
    names = ["[UNK]", "[CLS]", "[SEP]", *sorted({w for text in WINDOWS for s in text for w in s})]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(names)}, unk_token="[UNK]"))
    return Subwords(tokenizer, 1, 2, 0)


def test_bundle_says_what_the_model_says(tmp_path: Path) -> None:
    torch.manual_seed(2)
    pieces = subwords()
    sizes = Sizes(vocabulary=pieces.tokenizer.get_vocab_size(), layers=1, shapes=0, inner=32, positions=256, types=1)
    model = Model(sizes, heads_for(research=False)).eval()
    before = {k: v.clone() for k, v in model.state_dict().items()}
    offsets = [0.5] * len(POLICY)
    calibration = {"frames.policy": {"temperature": 2.0, "offsets": offsets, "rows": 9}}
    about = {"name": "tiny", "version": "0", "licence": "CC-BY-SA-4.0"}
    export(model, pieces, tmp_path, about, calibration)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert set(manifest["files"]) == {p.name for p in tmp_path.iterdir()} - {"manifest.json"}
    for name, entry in manifest["files"].items():
        data = (tmp_path / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["bytes"], entry["sha256"])
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["shapes"] == [] and config["encoder"]["vocab_size"] == sizes.vocabulary
    heads = {h["name"]: h for h in config["heads"]}
    assert (
        heads["frames.policy"]["calibration"] == {"temperature": 2.0} and heads["stance"]["input"] == "target+passage"
    )
    assert "frames.gvfc" not in heads

    item = Item("x", [[Sentence(w) for w in WINDOWS[1]]])
    item.rows = [Row("frames.policy", [whole(0, item.texts[0])], [0.0] * len(POLICY))]
    batch = collate([pack(item, pieces)], {"frames.policy"})
    with torch.inference_mode():
        first = logits_of(model, model.encoder(batch.tokens), batch)["frames.policy"]
        seen = read(tmp_path, sizes)
        stored = logits_of(seen, seen.encoder(batch.tokens), batch)["frames.policy"]
    assert torch.allclose(stored, first + 2.0 * 0.5, atol=0.05)


def test_card_and_licence_name_the_sets_that_trained() -> None:
    open_sets = [(s, 10) for s in chosen(research=False)]
    text = card(Plan("pressmark-news"), "0.5.0", open_sets, {}, 52000)
    closed = [s.title for s in registry() if not s.commercial]
    assert all(s.title in text and s.licence in text for s, _ in open_sets)
    assert not any(title in text for title in closed)
    terms = licence_text(Plan("pressmark-news"), [s for s, _ in open_sets])
    assert "by-sa/4.0" in terms and "MIT" in terms and "by-nc" not in terms
    assert "by-nc-sa" in licence_text(Plan("pressmark-news", research=True), registry())
    assert len(TYPES) == 9
