"""Temperatures and thresholds, from the twelfth of the training parts that was kept from training.

Nothing here reads a dev part. A head of several labels gets one slope and one offset a label, both drawn towards
none by a prior, so that a label that holds three times does not move far: the probability is
`sigmoid(slope * logit + offset)`. The bundle states that as a temperature and thresholds.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.items import Item
from ..data.labels import NEWS
from ..data.rouge import rouge1
from ..nn.encoder import Model
from ..nn.heads import SPECS
from ..nn.windows import Subwords
from . import vote
from .log import log
from .predict import Answers, answers

Calibration = dict[str, dict[str, Any]]


def probabilities(head: str, logits: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    """Of a head's labels: softmax or sigmoid of the logits over the temperature, offsets added."""
    entry = calibration.get(head, {})
    scaled = logits.astype(np.float64) / entry.get("temperature", 1.0)
    if SPECS[head].output == "softmax":
        scaled += np.asarray(entry.get("offsets", 0.0))
        e = np.exp(scaled - scaled.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)
    return 1 / (1 + np.exp(-(scaled + np.asarray(entry.get("offsets", 0.0)))))


def fit(head: str, logits: NDArray[np.float32], labels: list, prior: float = 2.0) -> dict[str, Any]:
    """Temperature and offsets of the least loss under the prior."""
    x = torch.tensor(logits, dtype=torch.float64)
    slope = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    offsets = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([slope, offsets], max_iter=200, line_search_fn="strong_wolfe")
    wanted = torch.tensor(labels)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        z = x * slope.exp() + offsets
        if SPECS[head].output == "softmax":
            loss = torch.nn.functional.cross_entropy(z, wanted, reduction="sum")
        else:
            known = wanted >= 0
            losses = torch.nn.functional.binary_cross_entropy_with_logits(
                z, wanted.clamp_min(0).double(), reduction="none"
            )
            loss = losses[known].sum()
        loss = loss + prior * offsets.square().sum() + prior * slope.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return {
        "temperature": round(float((-slope).exp().detach()), 4),
        "offsets": [round(float(o), 4) for o in offsets.detach()],
    }


LEADS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)


def lead_weight(found: Answers, count: int = 3) -> float:
    """What a sentence's place adds to its logit (over 1 + place), by ROUGE-1 against the abstracts.

    The largest weight that is within one standard error of the best: a few dozen articles are kept, and where they
    do not tell two weights apart the one nearer to the first sentences is safer.
    """
    by_item: dict[int, list[tuple[int, float, str, str]]] = {}
    for item, row, scores in found.rows["salience"]:
        s = row.groups[0][0][1]
        text = " ".join(item.texts[0][s].words)
        by_item.setdefault(id(item), []).append((s, float(scores[0]), text, row.note))
    rouge = np.zeros((len(LEADS), len(by_item)))
    for column, entries in enumerate(by_item.values()):
        entries.sort()
        references = entries[0][3].split("\n")
        for row, weight in enumerate(LEADS):
            scores = np.array([score + weight / (1 + i) for i, (_, score, _, _) in enumerate(entries)])
            picked = sorted(np.argsort(-scores, kind="stable")[:count])
            text = " ".join(entries[i][2] for i in picked)
            rouge[row, column] = np.mean([rouge1(text, r) for r in references])
    best = rouge[int(rouge.mean(1).argmax())]
    behind = best[None, :] - rouge
    error = behind.std(1, ddof=1) / np.sqrt(len(by_item)) if len(by_item) > 1 else np.zeros(len(LEADS))
    return max(w for w, mean, e in zip(LEADS, behind.mean(1), error, strict=True) if mean <= e + 1e-9)


MOST_ITEMS = 400  # of one set: a few numbers a head are fitted


def enough(kept: list[Item]) -> list[Item]:
    """Items with rows, of every set up to so many, evenly out of all."""
    by_source: dict[str, list[Item]] = {}
    for item in kept:
        if item.rows:
            by_source.setdefault(item.source, []).append(item)
    return [i for items in by_source.values() for i in items[:: -(-len(items) // MOST_ITEMS)]]


def calibrate(model: Model, subwords: Subwords, kept: list[Item], path: Path) -> Calibration:
    """Fits every head on the items that were kept, and writes the result to `path`."""
    heads = set(model.head_names) - {"ner.news", "embedding"}
    found = answers(model, subwords, enough(kept), heads)
    out: Calibration = {}
    for head in sorted(found.rows):
        rows = found.rows[head]
        out[head] = fit(head, np.stack([r[2] for r in rows]), [r[1].label for r in rows])
        out[head]["rows"] = len(rows)
    if "salience" in found.rows:
        out["salience"]["lead"] = lead_weight(found)
    coded = [i for i in kept if i.source in ("wikinews", "meantime", "gmb_names", "french")]
    tagged = answers(model, subwords, coded, set(), tags=True)
    out["ner.news"] = {"temperature": tag_temperature(tagged), "rows": len(coded), "vote": vote.fit(tagged)}
    path.write_text(json.dumps(out, indent=1) + "\n")
    log(f"calibrated on {len(kept)} items: { {k: (v['temperature'], v['rows']) for k, v in out.items()} }")
    return out


def tag_temperature(found: Answers) -> float:
    """The temperature of the least cross-entropy over words whose tag is certain."""
    index = {label: i for i, label in enumerate(NEWS)}
    scores, gold = [], []
    for item, matrices in found.tags:
        tags = [s.tags for s in item.texts[0] if s.tags is not None]
        for sentence, matrix in zip(tags, matrices, strict=True):
            for tag, row in zip(sentence, matrix, strict=True):
                if tag in index:
                    scores.append(row)
                    gold.append(index[tag])
    if not gold:
        return 1.0
    x, y = torch.tensor(np.array(scores)), torch.tensor(gold)
    grid = np.arange(0.7, 2.55, 0.05)
    losses = [float(torch.nn.functional.cross_entropy(x / t, y)) for t in grid]
    return round(float(grid[int(np.argmin(losses))]), 2)
