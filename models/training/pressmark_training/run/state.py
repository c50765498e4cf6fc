"""The state of a training run: everything that an interruption must not lose."""

import os
from pathlib import Path
from typing import Any

import torch

from ..nn.encoder import Model, Sizes


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model: Model, decay: float) -> None:
        self.model, self.decay, self.steps = model, decay, 0
        self.shadow = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def update(self) -> None:
        """Moves the average towards the present weights."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.shadow, [p.detach() for p in self.model.parameters()], 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchanges the model's weights and the average (call again to undo)."""
        for p, s in zip(self.model.parameters(), self.shadow, strict=True):
            kept = p.detach().clone()
            p.copy_(s)
            s.copy_(kept)


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint so that a half-written one never stands in its place."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def load_model(path: Path, averaged: bool = True) -> tuple[Model, dict[str, Any]]:
    """The model of a checkpoint, with the averaged weights, and the rest of the checkpoint."""
    saved = torch.load(path, weights_only=False, mmap=True)
    model = Model(Sizes(**saved["sizes"]), saved["heads"])
    model.load_state_dict(saved["model"])
    if averaged:
        with torch.no_grad():
            for parameter, mean in zip(model.parameters(), saved["average"], strict=True):
                parameter.copy_(mean)
    return model, saved
