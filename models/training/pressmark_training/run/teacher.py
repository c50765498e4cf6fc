"""What the embedding head learns from: all-MiniLM-L6-v2's own embeddings of sentences read alone."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.items import Item, Sentence
from ..nn.bases import minilm
from ..nn.batch import tokens_of
from ..nn.encoder import Encoder
from ..nn.windows import pack


def texts_of(items: list[Item], most: int) -> list[str]:
    """Up to so many sentences of four to sixty words, evenly out of all."""
    found = sorted({" ".join(s.words) for i in items for t in i.texts for s in t if 4 <= len(s.words) <= 60})
    return found[:: max(1, -(-len(found) // most))]


@torch.inference_mode()
def embeddings(texts: list[str], cache: Path, name: str) -> Tensor:
    """One vector of length 1 a text, float16 [N, 384]; kept in `cache` under `name`."""
    stored = cache / f"teacher-{name}.npz"
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    if stored.exists():
        found = np.load(stored)
        if str(found["digest"]) == digest:
            return torch.from_numpy(found["vectors"])
    sizes, state, subwords = minilm(cache)
    encoder = Encoder(sizes)
    encoder.load_state_dict(state, strict=False)
    encoder.eval()
    subwords.shapes = False
    out = torch.zeros(len(texts), sizes.hidden)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for begin in range(0, len(order), 64):
        chosen = order[begin : begin + 64]
        packed = [pack(Item("", [[Sentence(texts[i].split(" "))]]), subwords) for i in chosen]
        windows = [p.windows[0] for p in packed]
        tokens, starts = tokens_of(windows)
        hidden = encoder.read(tokens)
        for i, start, window in zip(chosen, starts, windows, strict=True):
            out[i] = hidden[start : start + len(window.ids)].mean(0)
    out = F.normalize(out, dim=-1).half()
    np.savez(stored, vectors=out.numpy(), digest=digest)
    return out
