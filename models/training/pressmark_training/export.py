"""Measures a checkpoint as readers of the bundle will see it, and writes the bundle."""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from .base import fetch_base
from .bundle import export, through_int8
from .card import card, name_of
from .data_ner import SCHEMES, Document, conll, load_ner, read_columns, wikigold_trains
from .fit_heads import evaluate_task, headline, temperature
from .heads import SPECS
from .metrics import EntityScore, transition_mask, viterbi
from .model import Model
from .tasks import OPEN, READERS, shorten
from .tokens import Sentence, Subwords, batches, encode_sentence, pack
from .train_ner import THREADS, evaluate_embedding, evaluate_ner, log, teach, tensors, words_of

VERSION = "0.4.0"
LICENCE = "CC-BY-NC-SA-4.0"
OPEN_LICENCE = "Apache-2.0"


@torch.inference_mode()
def ner_temperature(model: Model, documents: list[Document], scheme: str) -> float:
    """The temperature of least log loss over the words of the dev documents."""
    logits, gold = [], []
    for batch in batches([w for d in documents for w in pack(d.sentences, scheme)], 4096):
        hidden = model.encoder(*tensors(batch))
        rows, starts, tags = words_of(batch, scheme)
        logits.append(model.head(scheme)(hidden[rows, starts]))
        gold.append(tags)
    return temperature(torch.cat(logits), torch.cat(gold), True)


@torch.inference_mode()
def elsewhere(
    model: Model, sentences: list[tuple[Sentence, list[str]]], scheme: str, names: dict[str, str]
) -> float:
    """Strict F1 on a set with other labels: the found ones are renamed, the rest dropped."""
    labels = SCHEMES[scheme]
    allowed = transition_mask(labels)
    score = EntityScore()
    for sentence, gold in sentences:
        windows = list(pack([sentence], scheme))
        found: list[str] = []
        for window in windows:
            hidden = model.encoder(*tensors([window]))
            rows, starts, _ = words_of([window], scheme)
            logits = model.head(scheme)(hidden[rows, starts]).log_softmax(-1).numpy()
            tags = [labels[t] for t in viterbi(logits, allowed)]
            found += [t[:2] + names[t[2:]] if t[2:] in names else "O" for t in tags]
        score.add([t if t[2:] in names.values() else "O" for t in gold], found)
    return score.f1


def crossing(path: Path, subwords: Subwords, names: dict[str, str]) -> list[tuple[Sentence, list[str]]]:
    out = []
    for rows in read_columns(path.read_text(encoding="utf-8"), "\t", -1):
        gold = [t if t == "O" else t[:2] + names.get(t[2:], "") for _, t in rows]
        out.append((encode_sentence([w for w, _ in rows], subwords), ["O" if len(t) == 2 else t for t in gold]))
    return out


def measure(model: Model, data: Path, base: Path, smoke: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every dev score of a model, and the calibration of its heads."""
    subwords = Subwords(base / "tokenizer.json")
    _, held = load_ner(data, subwords, smoke=smoke)
    scores: dict[str, Any] = {}
    calibration: dict[str, Any] = {}
    for scheme, documents in held.items():
        scores[scheme] = evaluate_ner(model, documents, scheme)
        calibration[scheme] = {"calibration": {"temperature": ner_temperature(model, documents, scheme)}}
        log(f"{scheme}: argmax {scores[scheme]['argmax']:.2f} viterbi {scores[scheme]['viterbi']:.2f}")
    ner = data / "ner"
    left = [d for d in conll(ner / "wikigold/wikigold.conll.txt", subwords) if not wikigold_trains(d.name)]
    scores["wikigold_held"] = evaluate_ner(model, left, "ner.conll03")
    politics = {
        "politician": "person", "person": "person", "politicalparty": "org", "organisation": "org", "country": "loc",
        "location": "loc",
    }  # fmt: skip
    scores["crossner_person_org_loc"] = elsewhere(
        model,
        crossing(ner / "crossner_politics/dev.txt", subwords, politics),
        "ner.news",
        {"PERSON": "person", "ORG": "org", "LOC": "loc", "FAC": "loc"},
    )
    emerging = {"person": "person", "location": "location"}
    scores["wnut17_person_location"] = elsewhere(
        model,
        crossing(ner / "wnut17/emerging.dev.conll", subwords, emerging),
        "ner.news",
        {"PERSON": "person", "LOC": "location", "FAC": "location"},
    )
    log(f"wikigold: {scores['wikigold_held']['viterbi']:.2f}")
    log(f"crossner person, organisation, place: {scores['crossner_person_org_loc']:.2f}")
    log(f"wnut17 person and location: {scores['wnut17_person_location']:.2f}")
    for name, read in READERS.items():
        if name in model.head_names:
            task = read(data, subwords)
            if smoke:
                shorten(task)
            result, fitted = evaluate_task(model, task)
            scores[name], calibration[name] = result, fitted
            log(f"{name}: {headline(result)}")
            if name == "salience":
                documents = [i.texts[0] for i in task.dev["held"]][::5]
                teacher = teach(base, [s for d in documents for s in d], 1.0, 0)
                scores["embedding"] = evaluate_embedding(model, documents, teacher)
                log(f"embedding: {scores['embedding']}")
    return scores, calibration


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--frozen", type=Path, help="scores of heads on the frozen phase-1 encoder, for the card")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default=VERSION)
    parser.add_argument("--openly-licensed", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> None:
    torch.set_num_threads(THREADS)
    base = fetch_base(args.work)
    saved = torch.load(args.checkpoint, weights_only=False)
    names = [n for n in SPECS if n in saved["heads"]]
    if args.openly_licensed:
        names = [n for n in names if n in OPEN or n in SCHEMES or n == "embedding"]
    model = Model({n: SPECS[n].widths for n in names})
    model.load_state_dict({k: v for k, v in saved["model"].items() if not k.startswith("heads.") or _has(names, k)})
    model.eval()
    scores, calibration = measure(through_int8(model), args.data, base, args.smoke)
    frozen = json.loads(args.frozen.read_text()) if args.frozen else {}
    text = card(scores, frozen, args.version, args.openly_licensed)
    licence = OPEN_LICENCE if args.openly_licensed else LICENCE
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "scores.json").write_text(json.dumps(scores, indent=1) + "\n")
    export(model, base, args.out, calibration, licence, args.version, text, name_of(args.openly_licensed))
    log(f"wrote {args.out}: {sum(p.stat().st_size for p in args.out.iterdir()) / 1e6:.1f} MB")


def _has(names: list[str], key: str) -> bool:
    return key.split(".")[1].replace("__", ".") in names


if __name__ == "__main__":
    main()
