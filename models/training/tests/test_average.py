"""A bundle of several runs: their mean, and a share of what all went on from."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from pressmark_training.run.finish import mixed
from pressmark_training.run.train import Plan, Run
from test_resume import material

PLAN = Plan("pressmark-news-small", entity_subwords=60, task_subwords=60, warm=2)


def trained(folder: Path, seed: int) -> Run:
    run = Run(replace(PLAN, seed=seed, body=1e-4 * seed), material(), folder)
    for _ in range(3):
        run.advance(1.0)
    run.save()
    return run


def test_the_bundle_is_the_mean_of_the_runs_and_the_start(tmp_path: Path) -> None:
    first, second = trained(tmp_path / "1", 1), trained(tmp_path / "2", 2)
    name = "encoder.embeddings.word_embeddings.weight"
    one, two = (dict(mixed(run, 0.0, []).named_parameters())[name] for run in (first, second))
    assert not torch.allclose(one, two)
    both = dict(mixed(first, 0.0, [second.checkpoint]).named_parameters())[name]
    assert torch.allclose(both, (one + two) / 2, atol=1e-7)
    first.origin = {k: torch.zeros_like(v) for k, v in first.model.state_dict().items()}
    shared = dict(mixed(first, 0.25, [second.checkpoint]).named_parameters())[name]
    assert torch.allclose(shared, 0.75 * both, atol=1e-7)


def test_runs_that_differ_in_more_than_seed_and_rate_are_refused(tmp_path: Path) -> None:
    first = trained(tmp_path / "1", 1)
    other = Run(replace(PLAN, task_subwords=90), material(), tmp_path / "2")
    other.save()
    with pytest.raises(ValueError, match="more than seed and rate"):
        mixed(first, 0.0, [other.checkpoint])
