"""From a trained run to its bundle: calibration, the weights as stored, scores, card, licence."""

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..data.registry import DataSet, registry
from ..nn.encoder import Model
from .bundle import export, write_manifest
from .calibrate import calibrate
from .card import LICENCE, RESEARCH_LICENCE, card, licence_text
from .evaluate import PARTS, Evaluation, shown
from .log import log
from .state import load_model
from .train import Run


def counted(run: Run) -> list[tuple[DataSet, int]]:
    """The sets of the run, with how many items of each train."""
    counts: dict[str, int] = {}
    for items in run.items.values():
        for item in items:
            counts[item.source] = counts.get(item.source, 0) + 1
    return [(s, counts[s.name]) for s in registry() if s.name in counts]


def description(run: Run, version: str) -> dict[str, Any]:
    """What config.json says of the model besides sizes and heads."""
    large = run.plan.bundle == "pressmark-news"
    return {
        "name": run.plan.name, "version": version, "licence": RESEARCH_LICENCE if run.plan.research else LICENCE,
        "languages": list(run.plan.languages), "transfer_languages": ["de", "es", "it", "nl", "pt"] if large else [],
        "scripts": ["Latn"], "cased": large, "max_word_chars": None if large else 100, "pooling": "mean",
    }  # fmt: skip


def averages(run: Run, others: list[Path]) -> list[dict[str, Tensor]]:
    """The averaged weights of a run and of other runs' checkpoints, which differ in seed and rates alone."""
    run.average.swap()
    found = [{k: v.detach().clone() for k, v in run.model.state_dict().items()}]
    run.average.swap()
    for path in others:
        model, saved = load_model(path)
        if _of_all_seeds(saved["plan"]) != _of_all_seeds(asdict(run.plan)):
            raise ValueError(f"{path} differs in more than seed and rates: {saved['plan']}")
        found.append({k: v.to(run.model.device) for k, v in model.state_dict().items()})
    return found


def _of_all_seeds(plan: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in plan.items() if k not in ("seed", "body", "heads")}


def mixed(run: Run, share: float, others: list[Path]) -> Model:
    """The mean of the runs' averaged weights, with a share of those that training went on from.

    The mean of runs is a model soup (Wortsman et al. 2022a), the share of the start WiSE-FT (Wortsman et al. 2022b).
    """
    found = averages(run, others)
    weights = {k: torch.stack([state[k].float() for state in found]).mean(0) for k in found[0]}
    if share > 0:
        if run.origin is None:
            raise ValueError("there is nothing to mix with: the run began with the base (--start)")
        weights = {k: torch.lerp(v, run.origin[k].float().to(v.device), share) for k, v in weights.items()}
    model = copy.deepcopy(run.model)
    model.load_state_dict(weights)
    return model


def finish(run: Run, data: Path, out: Path, version: str, share: float = 0.0, others: list[Path] | None = None) -> None:
    """Writes the bundle of the run's averaged weights to `out`: their mean with those of other runs' checkpoints, and
    with a share of the weights that all went on from."""
    model = mixed(run, share, others or [])
    fitted = calibrate(model, run.subwords, run.kept, run.folder / "calibration.json")
    sets = counted(run)
    seen = export(model, run.subwords, out, description(run, version), fitted)
    # Offsets stand in the stored biases now.
    flat = {k: {**v, "offsets": [0.0] * len(v["offsets"])} if "offsets" in v else v for k, v in fitted.items()}
    evaluation = Evaluation(seen.to(run.model.device), run.subwords, flat, data, run.plan.languages)
    scores: dict[str, Any] = {
        "step": run.step, "mix": share, "runs": 1 + len(others or []), "cool": run.cool, "minutes": round(run.seconds / 60, 1), "device": run.model.device.type,
    }  # fmt: skip
    for part in PARTS if not run.plan.smoke else ("stance",):
        scores[part] = getattr(evaluation, part)()
        shown(part, scores[part])
    texts = {
        "README.md": card(run.plan, version, sets, scores, run.sizes.vocabulary),
        "LICENSE": licence_text(run.plan, [s for s, _ in sets]),
        "scores.json": json.dumps(scores, indent=1) + "\n",
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    write_manifest(out, run.plan.name, version)
    log(f"{out}: {sum(p.stat().st_size for p in out.iterdir()) / 1e6:.1f} MB")
