"""Scores of a model on the dev parts, in PyTorch: `python -m pressmark_training.run.evaluate`."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..data.items import Item
from ..data.labels import CONLL03
from ..data.names import Names
from ..data.rouge import lexrank, rouge1
from ..metrics import EntityScore, macro_f1
from ..nn.encoder import Model
from ..nn.heads import SPECS
from ..nn.windows import Subwords
from . import dev
from .calibrate import Calibration, calibrate, probabilities
from .log import log
from .predict import Answers, answers, decoded
from .prior import frequent_targets
from .prior import scores as prior_scores
from .state import load_model
from .train import Plan, base_of, prepare
from .vote import voted

Floats = NDArray[np.float64]


def conll03(tags: list[str]) -> list[str]:
    """Tags of the nine types as those of CoNLL-2003."""
    return [f"{t[:2]}{CONLL03[t[2:]]}" if t[2:] in CONLL03 else "O" for t in tags]


def entity_scores(found: Answers, vote: dict[str, float] | None, as_conll: bool = False) -> dict[str, Any]:
    """Strict entity F1 with constrained decoding, by type as well; with and without the vote over a document."""
    alone, together = EntityScore(), EntityScore()
    plain = [[decoded(m) for m in matrices] for _, matrices in found.tags]
    agreed = voted(found, vote) if vote else plain
    for (item, _), first, second in zip(found.tags, plain, agreed, strict=True):
        gold = [s.tags for s in item.texts[0] if s.tags is not None]
        for tags, said, after in zip(gold, first, second, strict=True):
            if "?" not in tags:
                for score, tagged in ((alone, said), (together, after)):
                    score.add(*((conll03(tags), conll03(tagged)) if as_conll else (tags, tagged)))
    p, r, f = together.prf()
    return {
        "f1": round(f, 2), "p": round(p, 2), "r": round(r, 2), "without_vote": round(alone.f1, 2),
        "labels": together.table(),
    }  # fmt: skip


def sentiment_scores(gold: NDArray[np.int64], scores: Floats) -> dict[str, Any]:
    """Macro F1 over the three tones, and how often a tone that is not neutral is right."""
    said = scores.argmax(1)
    polar = said != 1
    return {
        "macro_f1": round(macro_f1(gold, said, [0, 1, 2]), 2),
        "accuracy": round(100 * float((said == gold).mean()), 2),
        "polar_precision": round(100 * float((said == gold)[polar].mean()), 2) if polar.any() else 0.0,
        "polar_share": [round(100 * float(polar.mean()), 1), round(100 * float((gold != 1).mean()), 1)],
        "n": len(gold),
    }


def average_precision(gold: Floats, scores: Floats) -> float:
    """Of one label, from 0 to 100; NaN where it never holds."""
    order = np.argsort(-scores, kind="stable")
    hits = gold[order] > 0.5
    if not hits.any():
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return 100 * float(precision[hits].mean())


def frame_scores(gold: Floats, probability: Floats, labels: list[str]) -> dict[str, Any]:
    """Micro and macro F1 at one half and average precision, over labels that hold at least once."""
    each, precision = {}, []
    hits = found = wanted = 0
    for i, label in enumerate(labels):
        known = gold[:, i] >= 0
        g, p = gold[known, i] > 0.5, probability[known, i]
        if not g.any():
            found += int((p >= 0.5).sum())
            continue
        said = p >= 0.5
        hit = int((said & g).sum())
        each[label] = round(200 * hit / max(1, int(said.sum()) + int(g.sum())), 1)
        precision.append(average_precision(g.astype(float), p))
        hits, found, wanted = hits + hit, found + int(said.sum()), wanted + int(g.sum())
    return {
        "micro_f1": round(200 * hits / max(1, found + wanted), 2),
        "macro_f1": round(float(np.mean(list(each.values()))), 2),
        "macro_ap": round(float(np.mean(precision)), 2),
        "labels": each,
        "n": len(gold),
    }


def stance_labels(probability: Floats) -> NDArray[np.int64]:
    """0 against, 1 neutral, 2 favor: a side where the passage bears on the target and takes one, as likely as not."""
    sided = probability[:, 0] * probability[:, 1] >= 0.5
    return np.where(sided, np.where(probability[:, 2] >= 0.5, 2, 0), 1)


def stance_scores(found: Answers, calibration: Calibration) -> dict[str, Any]:
    """Macro F1 over against, neutral and favor; sides right where both take one, and by the side alone."""
    rows = found.rows["stance"]
    gold = np.array([{"against": 0, "neutral": 1, "favor": 2}[row.note] for _, row, _ in rows])
    p = probabilities("stance", found.logits("stance"), calibration)
    said = stance_labels(p)
    both = (gold != 1) & (said != 1)
    sided = gold != 1
    side = np.where(p[:, 2] >= 0.5, 2, 0)
    return {
        "macro_f1": round(macro_f1(gold, said, [0, 1, 2]), 2),
        "sides_right": round(100 * float((gold == said)[both].mean()), 1) if both.any() else 0.0,
        "side_alone": round(100 * float((gold == side)[sided].mean()), 1),
        "neutral": [int((said == 1).sum()), int((gold == 1).sum())],
        "n": len(gold),
    }


def summary_scores(found: Answers, lead: float, count: int = 3) -> dict[str, Any]:
    """ROUGE-1 of three sentences against abstracts, beside the first three and LexRank's three."""
    by_item: dict[int, tuple[Item, list[tuple[int, float, str]]]] = {}
    for item, row, scores in found.rows["salience"]:
        _, s, _, _ = row.groups[0][0]
        by_item.setdefault(id(item), (item, []))[1].append((s, float(scores[0]), row.note))
    totals = {"model": [], "lead": [], "lexrank": []}
    for item, entries in by_item.values():
        entries.sort()
        sentences = [" ".join(item.texts[0][s].words) for s, _, _ in entries]
        ours = [score + lead / (1 + i) for i, (_, score, _) in enumerate(entries)]
        ranked = {"model": ours, "lead": [-float(i) for i in range(len(entries))], "lexrank": lexrank(sentences)}
        references = entries[0][2].split("\n")
        for name, scores in ranked.items():
            chosen = sorted(np.argsort(-np.asarray(scores), kind="stable")[:count])
            text = " ".join(sentences[i] for i in chosen)
            totals[name].append(float(np.mean([rouge1(text, r) for r in references])))
    means = {name: round(float(np.mean(v)), 2) for name, v in totals.items()}
    return {**means, "over": round(means["model"] - max(means["lead"], means["lexrank"]), 2), "n": len(by_item)}


class Evaluation:
    """A model, its subwords and calibration, and the scores asked of it."""

    def __init__(
        self, model: Model, subwords: Subwords, calibration: Calibration, data: Path, languages: tuple[str, ...]
    ) -> None:
        self.model, self.subwords, self.calibration = model, subwords, calibration
        self.data, self.languages = data, languages

    def _answers(self, items: list[Item], head: str, tags: bool = False) -> Answers:
        return answers(self.model, self.subwords, items, {head}, tags)

    def entities(self) -> dict[str, Any]:
        """Every part with names."""
        parts = dev.entities(self.data, self.languages)
        vote = self.calibration.get("ner.news", {}).get("vote")
        return {k: entity_scores(self._answers(v, "", tags=True), vote, k == "conllpp") for k, v in parts.items()}

    def sentiment(self) -> dict[str, Any]:
        """Every part with tone."""
        out = {}
        for name, items in dev.sentiment(self.data).items():
            found = self._answers(items, "sentiment")
            gold = np.array([row.label for _, row, _ in found.rows["sentiment"]])
            p = probabilities("sentiment", found.logits("sentiment"), self.calibration)
            out[name] = sentiment_scores(gold, p)
        return out

    def names(self) -> dict[str, Any]:
        """Whether names carry a tone, on NewsMTSC's dev sentences."""
        parts = dev.sentiment(self.data)
        items = [i for k in ("newsmtsc_rw", "newsmtsc_mt") for i in parts[k] if i.rows]
        pool = Names([i for k, v in dev.entities(self.data, self.languages).items() if k != "conllpp" for i in v])
        frequent = frequent_targets(items)
        return {"newsmtsc": prior_scores(self.model, self.subwords, items, pool, frequent, self.calibration)}

    def frames(self) -> dict[str, Any]:
        """Every part with frames that the model has a head for."""
        out = {}
        for name, items in dev.frames(self.data, self.languages).items():
            for head in sorted({r.head for i in items for r in i.rows} & set(self.model.head_names)):
                found = self._answers(items, head)
                notes = sorted({row.note for _, row, _ in found.rows[head]})
                for note in notes:
                    rows = [r for r in found.rows[head] if r[1].note == note]
                    gold = np.array([r[1].label for r in rows])
                    if (gold >= 0).any():
                        p = probabilities(head, np.stack([r[2] for r in rows]), self.calibration)
                        key = ".".join(x for x in (name, head.partition(".")[2], note) if x)
                        out[key] = frame_scores(gold, p, SPECS[head].labels)
        return out

    def stance(self) -> dict[str, Any]:
        """Every part with stances."""
        parts = dev.stance(self.data, "frames.gvfc" in self.model.head_names)
        return {k: stance_scores(self._answers(v, "stance"), self.calibration) for k, v in parts.items()}

    def summaries(self) -> dict[str, Any]:
        """Every part with abstracts."""
        lead = self.calibration.get("salience", {}).get("lead", 0.0)
        return {k: summary_scores(self._answers(v, "salience"), lead) for k, v in dev.summaries(self.data).items()}


def shown(part: str, scores: dict[str, Any]) -> None:
    """Logs a part's scores without those of single labels."""
    for name, row in scores.items():
        log(f"{part} {name}: { {k: v for k, v in row.items() if k != 'labels'} }")


PARTS = ("entities", "sentiment", "names", "frames", "stance", "summaries")


def main(argv: list[str] | None = None) -> None:
    """Measures a checkpoint with its averaged weights and writes the scores beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--calibrate", action="store_true", help="fit temperatures and thresholds first")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    model, saved = load_model(args.checkpoint)
    plan = Plan(**saved["plan"])
    work = args.checkpoint.parents[1]
    _, _, subwords = base_of(plan, work, None)
    fitted = args.checkpoint.with_name("calibration.json")
    if args.calibrate:
        calibrate(model, subwords, prepare(plan, args.data, work).kept, fitted)
    calibration = json.loads(fitted.read_text()) if fitted.exists() else {}
    evaluation = Evaluation(model, subwords, calibration, args.data, plan.languages)
    scores: dict[str, Any] = {"step": saved["step"], "minutes": round(saved["seconds"] / 60)}
    for part in args.only:
        scores[part] = getattr(evaluation, part)()
        shown(part, scores[part])
    path = args.checkpoint.with_name(f"scores-{saved['step']}.json")
    path.write_text(json.dumps(scores, indent=1) + "\n")


if __name__ == "__main__":
    main()
