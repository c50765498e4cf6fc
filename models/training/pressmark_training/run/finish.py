"""From a trained run to its bundle: calibration, the weights as stored, scores, card, licence."""

import copy
import json
from pathlib import Path
from typing import Any

import torch

from ..data.registry import DataSet, registry
from ..nn.encoder import Model
from .bundle import export, write_manifest
from .calibrate import calibrate
from .card import LICENCE, RESEARCH_LICENCE, card, licence_text
from .evaluate import PARTS, Evaluation, shown
from .log import log
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


def mixed(run: Run, share: float) -> Model:
    """The averaged weights, with a share of those that training went on from (WiSE-FT, Wortsman et al. 2022)."""
    run.average.swap()
    model = copy.deepcopy(run.model)
    run.average.swap()
    if share > 0:
        if run.origin is None:
            raise ValueError("there is nothing to mix with: the run began with the base (--start)")
        weights = model.state_dict()
        model.load_state_dict({k: torch.lerp(v.float(), run.origin[k].float(), share) for k, v in weights.items()})
    return model


def finish(run: Run, data: Path, out: Path, version: str, share: float = 0.0) -> None:
    """Writes the bundle of the run's averaged weights to `out`, mixed with a share of those that it went on from."""
    model = mixed(run, share)
    fitted = calibrate(model, run.subwords, run.kept, run.folder / "calibration.json")
    sets = counted(run)
    seen = export(model, run.subwords, out, description(run, version), fitted)
    # Offsets stand in the stored biases now.
    flat = {k: {**v, "offsets": [0.0] * len(v["offsets"])} if "offsets" in v else v for k, v in fitted.items()}
    evaluation = Evaluation(seen.to(run.model.device), run.subwords, flat, data, run.plan.languages)
    scores: dict[str, Any] = {
        "step": run.step, "mix": share, "cool": run.cool, "minutes": round(run.seconds / 60, 1), "device": run.model.device.type,
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
