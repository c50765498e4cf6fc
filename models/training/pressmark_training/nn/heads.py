"""The heads of the bundle: what each reads, its layers, its labels."""

from dataclasses import dataclass, field
from typing import Any

from ..data.labels import CCF, GVFC, NEWS, NEWS_FRAMES, POLICY, SENTIMENT, STANCE

HIDDEN = 384


@dataclass(frozen=True, slots=True)
class HeadSpec:
    """`input` says what the first layer reads of the hidden states:

    token: the first subword of a word; sentence: the mean over a sentence's subwords; mention+sentence and
    sentence+document: two such means one after the other, where a document is the mean of its sentences' means;
    subwords: each subword of a unit, whose outputs are pooled (for each label a weight, softmax over the unit's
    subwords, and a value: the logit is the weighted mean of values); target+passage: one window, the target, the
    last special token, the passage and that token again; the state of its first special token, then the mean of the
    target's mean and the passage's.
    """

    name: str
    input: str
    output: str  # softmax, sigmoid, vector
    widths: list[int]
    labels: list[str]
    notes: dict[str, Any] = field(default_factory=dict)


SPECS: dict[str, HeadSpec] = {
    spec.name: spec
    for spec in [
        HeadSpec("ner.news", "token", "softmax", [HIDDEN, len(NEWS)], NEWS, {"scheme": "BIO"}),
        HeadSpec("embedding", "sentence", "vector", [HIDDEN, HIDDEN], []),
        HeadSpec("sentiment", "mention+sentence", "softmax", [2 * HIDDEN, HIDDEN, 3], SENTIMENT),
        HeadSpec("frames.policy", "subwords", "sigmoid", [HIDDEN, 2 * len(POLICY)], POLICY),
        HeadSpec("frames.news", "subwords", "sigmoid", [HIDDEN, 2 * len(NEWS_FRAMES)], NEWS_FRAMES),
        HeadSpec("frames.ccf", "subwords", "sigmoid", [HIDDEN, 2 * len(CCF)], CCF),
        HeadSpec("frames.gvfc", "subwords", "sigmoid", [HIDDEN, 2 * len(GVFC)], GVFC),
        HeadSpec("salience", "sentence+document", "sigmoid", [2 * HIDDEN, 128, 1], ["salient"]),
        HeadSpec("stance", "target+passage", "sigmoid", [2 * HIDDEN, HIDDEN, len(STANCE)], STANCE),
    ]
}


def heads_for(research: bool) -> dict[str, list[int]]:
    """The heads of a bundle with their widths; `frames.gvfc` needs a set that states no licence."""
    return {name: spec.widths for name, spec in SPECS.items() if research or name != "frames.gvfc"}
