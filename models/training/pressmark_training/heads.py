"""The heads of the bundle: what each reads, its layers, its labels."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .data_ner import SCHEMES
from .model import HIDDEN, Model

CCF = ["economic", "health", "security", "justice", "political", "scientific", "environmental", "cultural"]
GVFC = [
    "gun rights", "gun control", "politics", "mental health", "safety", "race", "public opinion",
    "society and culture", "economic consequences",
]  # fmt: skip
NARRATIVE = ["resolution", "human interest", "conflict", "morality", "economic"]
SENTIMENT = ["negative", "neutral", "positive"]
STANCE = ["against", "neutral", "favor"]


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """`input` says which vector of hidden states the first layer reads:

    token: the first subword of a word; sentence: the mean of a sentence's
    subwords in its window; document: the mean of its sentences' means;
    mention+sentence, sentence+document: two such means, one after the other;
    pair: p, t, p*t, |p-t| of two sentence vectors; subwords: each subword of a
    text, whose outputs are pooled: for each label a weight (softmax over the
    text's subwords) and a value, and the logit is the weighted mean of values.
    """

    name: str
    input: str
    output: str  # softmax, sigmoid, vector
    widths: list[int]
    labels: list[str]
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def pooled(self) -> bool:
        return self.input == "subwords"

    def config(self, calibration: dict[str, Any] | None = None) -> dict[str, Any]:
        layers = len(self.widths) - 1
        out: dict[str, Any] = {
            "name": self.name,
            "input": self.input,
            "output": self.output,
            "labels": self.labels,
            "layers": [{"activation": "gelu" if i < layers - 1 else "none"} for i in range(layers)],
        }
        out.update(self.notes)
        out.update(calibration or {})
        return out


SPECS: dict[str, HeadSpec] = {
    spec.name: spec
    for spec in [
        *(HeadSpec(k, "token", "softmax", [HIDDEN, len(v)], v, {"scheme": "BIO"}) for k, v in SCHEMES.items()),
        HeadSpec("embedding", "sentence", "vector", [HIDDEN, HIDDEN], []),
        HeadSpec("sentiment", "mention+sentence", "softmax", [2 * HIDDEN, HIDDEN, 3], SENTIMENT),
        HeadSpec("frames.ccf", "subwords", "sigmoid", [HIDDEN, 2 * len(CCF)], CCF),
        HeadSpec("frames.gvfc", "sentence", "sigmoid", [HIDDEN, 192, len(GVFC)], GVFC),
        HeadSpec("frames.narrative", "document", "sigmoid", [HIDDEN, 192, len(NARRATIVE)], NARRATIVE),
        HeadSpec("salience", "sentence+document", "sigmoid", [2 * HIDDEN, 128, 1], ["salient"]),
        HeadSpec("stance", "pair", "softmax", [4 * HIDDEN, HIDDEN, 3], STANCE, {"vector": "sentence"}),
    ]
}


def load(checkpoint: Path) -> Model:
    """The model of a checkpoint, with the heads that it has; step 1 leaves the entity schemes and the embedding.

    A head whose layers have changed since is left out, and so starts anew.
    """
    saved = torch.load(checkpoint, weights_only=False)
    model = Model({n: SPECS[n].widths for n in saved.get("heads", [*SCHEMES, "embedding"])})
    shapes = {k: v.shape for k, v in model.state_dict().items()}
    stale = {k.split(".")[1] for k, v in saved["model"].items() if shapes.get(k) != v.shape}
    for key in stale:
        del model.heads[key]
    model.load_state_dict({k: v for k, v in saved["model"].items() if k.split(".")[1] not in stale})
    return model
