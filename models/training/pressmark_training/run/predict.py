"""What a model says of items: label sequences, and logits for every row."""

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.items import Item, Row
from ..data.labels import NEWS
from ..metrics import transition_mask, viterbi
from ..nn.batch import collate, logits_of
from ..nn.encoder import Model
from ..nn.windows import Packed, Subwords, pack
from .streams import cropped

ALLOWED = transition_mask(NEWS)
BATCH = 4096  # subwords


@dataclass(slots=True)
class Answers:
    """For each head its rows with their item and logits; for each item the tag scores of its sentences."""

    rows: dict[str, list[tuple[Item, Row, NDArray[np.float32]]]] = field(default_factory=dict)
    tags: list[tuple[Item, list[NDArray[np.float32]]]] = field(default_factory=list)

    def logits(self, head: str) -> NDArray[np.float32]:
        """[N, labels] of a head's rows."""
        return np.stack([r[2] for r in self.rows[head]])


def _batches(items: list[Item], subwords: Subwords) -> list[list[Packed]]:
    packed = [pack(i, subwords, 176 if i.pair else 256) for i in items]
    out: list[list[Packed]] = []
    size = 0
    for p in sorted(packed, key=lambda p: p.length):
        if not out or size + p.length > BATCH:
            out.append([])
            size = 0
        out[-1].append(p)
        size += p.length
    return out


@torch.inference_mode()
def answers(
    model: Model, subwords: Subwords, items: list[Item], heads: set[str], tags: bool = False, crop: int = 4000
) -> Answers:
    """Logits of these heads for all rows of the items, and log-probabilities of tags where asked for."""
    model.eval()
    out = Answers()
    for group in _batches([cropped(i, subwords, crop) for i in items], subwords):
        batch = collate(group, heads, tags=tags).to(model.device)
        hidden = model.encoder.read(batch.tokens)
        for name, logits in logits_of(model, hidden, batch).items():
            found = logits.float().cpu().numpy()
            for (number, row), scores in zip(batch.rows[name].owners, found, strict=True):
                item = group[number].item
                out.rows.setdefault(name, []).append((item, item.rows[row], scores))
        if tags and len(batch.words):
            scores = model.head("ner.news")(hidden[batch.words]).float().log_softmax(-1).cpu().numpy()
            at = 0
            for p in group:
                matrices = []
                for sentence in p.item.texts[0]:
                    if sentence.tags is not None:
                        matrices.append(scores[at : at + len(sentence.words)])
                        at += len(sentence.words)
                out.tags.append((p.item, matrices))
    return out


def decoded(scores: NDArray[np.float32]) -> list[str]:
    """The best sequence in which every I- continues a name."""
    return [NEWS[t] for t in viterbi(scores, ALLOWED)]
