"""Holds `pressmark agree` against the packages that people use for agreement.

    python tests/readers/agree.py target/release/pressmark

Random codings of frames, stances, mentions and quotations by four coders, with missing documents; kappa must be
scikit-learn's, and alpha that of `krippendorff`, to four digits. Gamma rests on random samples, which the package of its
authors draws in another way: it must be near.
"""

import itertools
import json
import logging
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import krippendorff
import numpy
from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
from pyannote.core import Segment
from sklearn.metrics import cohen_kappa_score

CODERS = 4
DOCUMENTS = 60
FRAMES = ["economy", "health", "security"]
STANCES = ["favor", "against", "neutral"]
LABELS = ["LOC", "ORG", "PERSON"]
TEXT = "Le vent se lève 🌊 sur la baie. " * 20
BOOK = "test 1"


def row(number: int, frames: dict, stance: str, spans: list) -> dict:
    source = {"path": "-", "record": number, "url": None, "sha256": "", "bytes": len(TEXT.encode()),
              "media_type": "text/plain", "encoding": "UTF-8"}
    meta = {"title": None, "authors": [], "published": None, "site": None, "language": None, "language_score": None,
            "credited_source": None}
    return {
        "schema": "pressmark/1", "id": f"d{number}", "status": "ok", "problems": [], "source": source, "meta": meta,
        "text": TEXT, "segments": [], "sents": [], "tokens": [],
        "ents": [{"start": s, "end": e, "label": label, "score": 1.0, "entity": None} for s, e, label in spans],
        "entities": [], "quotes": [], "summary": [], "abstract": None,
        "frames": [{"codebook": BOOK, "label": label, "score": score, "evidence": []} for label, score in frames.items()],
        "stances": [{"holder": "outlet", "target": "dams", "label": stance, "score": 1.0, "evidence": []}],
        "duplicate_of": None, "coverage": [], "provenance": {"pressmark": "0", "stages": [], "layers": None}, "extra": None,
    }


def coded(chance: random.Random) -> list[dict[int, dict]]:
    """A dictionary a coder: the rows of the documents that it has."""
    coders: list[dict[int, dict]] = [{} for _ in range(CODERS)]
    for number in range(DOCUMENTS):
        truth = {label: chance.random() < 0.4 for label in FRAMES}
        stance = chance.choice(STANCES)
        starts = sorted(chance.sample(range(0, len(TEXT) - 30, 20), 6))
        spans = [(start, start + chance.randint(3, 15), chance.choice(LABELS)) for start in starts]
        for coder in coders:
            if chance.random() < 0.15:
                continue
            frames = {label: float(given != (chance.random() < 0.2)) for label, given in truth.items()}
            own = stance if chance.random() < 0.7 else chance.choice(STANCES)
            marked = [
                (start + chance.choice([0, 0, 1]), end, label if chance.random() < 0.8 else chance.choice(LABELS))
                for start, end, label in spans
                if chance.random() < 0.85
            ]
            coder[number] = row(number, frames, own, marked)
    return coders


def alpha(values: list[list[str | None]]) -> float:
    """Of a list a coder."""
    domain = sorted({value for coder in values for value in coder if value is not None})
    data = [[numpy.nan if value is None else domain.index(value) for value in coder] for coder in values]
    return krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")


def kappa(one: list, two: list) -> float:
    pairs = [(a, b) for a, b in zip(one, two) if a is not None and b is not None]
    return cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs])


def check(what: str, found: dict, expected: float, tolerance: float = 5e-5) -> None:
    assert abs(found["value"] - expected) < tolerance, f"{what}: {found['value']}, expected {expected}"
    assert found["low"] <= found["value"] <= found["high"], f"{what}: {found}"


def check_judgements(coders: list[dict[int, dict]], layer: dict, judged: dict[str, list[list]]) -> None:
    pairs = list(itertools.combinations(range(len(coders)), 2))
    rows = {row["label"]: row for row in layer["rows"]}
    assert set(rows) == set(judged), (set(rows), set(judged))
    for label, values in judged.items():
        check(f"alpha of {label}", rows[label]["alpha"], alpha(values))
        light = numpy.mean([kappa(values[a], values[b]) for a, b in pairs])
        check(f"kappa of {label}", rows[label]["kappa"], light)


def frames(coders: list[dict[int, dict]]) -> dict[str, list[list]]:
    def given(coder: dict[int, dict], number: int, label: str) -> str | None:
        if number not in coder:
            return None
        return str(any(f["label"] == label and f["score"] >= 0.5 for f in coder[number]["frames"]))

    judged = {label: [[given(c, n, label) for n in range(DOCUMENTS)] for c in coders] for label in FRAMES}
    judged["all"] = [sum((judged[label][i] for label in FRAMES), []) for i in range(len(coders))]
    return judged


def stances(coders: list[dict[int, dict]]) -> dict[str, list[list]]:
    every = [[c[n]["stances"][0]["label"] if n in c else None for n in range(DOCUMENTS)] for c in coders]
    judged = {label: [[None if v is None else str(v == label) for v in c] for c in every] for label in STANCES}
    return judged | {"all": every}


def check_spans(coders: list[dict[int, dict]], layer: dict) -> None:
    for label in [*LABELS, "all"]:
        found = next(row for row in layer["rows"] if row["label"] == label)
        right = total = 0
        for one, two in itertools.combinations(coders, 2):
            for number in one.keys() & two.keys():
                a, b = ({(e["start"], e["end"], e["label"]) for e in c[number]["ents"] if label in (e["label"], "all")}
                        for c in (one, two))
                right, total = right + 2 * len(a & b), total + len(a) + len(b)
        check(f"strict F1 of {label}", found["strict_f1"], right / total)


def check_gamma(run) -> None:
    """Two coders, one document: the number of the paper's own implementation."""
    chance = random.Random(5)
    starts = range(10, len(TEXT) - 40, 25)
    one = [(s, s + chance.randint(3, 20), chance.choice(LABELS)) for s in starts]
    two = [(s + chance.randint(-3, 3), e + chance.randint(0, 3), label if chance.random() < 0.8 else "ORG")
           for s, e, label in one if chance.random() < 0.8]
    layers = run([{0: row(0, {}, "favor", one)}, {0: row(0, {}, "favor", two)}])["layers"]
    found = next(layer for layer in layers if layer["layer"] == "entities")["rows"][-1]["gamma"]["value"]
    logging.disable(logging.WARNING)
    continuum = Continuum()
    for name, spans in (("one", one), ("two", two)):
        for start, end, label in spans:
            continuum.add(name, Segment(start, end), label)
    unlike = CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1)
    numpy.random.seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = continuum.compute_gamma(unlike, n_samples=60)
    assert abs(found - expected.gamma) < 0.05, f"gamma: {found}, expected {expected.gamma}"
    print(f"gamma {found:.3f}; pygamma-agreement {expected.gamma:.3f}")


def main() -> None:
    program = Path(sys.argv[1]).resolve()
    coders = coded(random.Random(19))

    def run(coders: list[dict[int, dict]]) -> dict:
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for index, rows in enumerate(coders):
                paths.append(Path(folder) / f"coder{index}.jsonl")
                paths[-1].write_text("".join(json.dumps(r) + "\n" for r in rows.values()), encoding="utf-8")
            command = [program, "agree", *paths, "--format", "json"]
            return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    for some in (coders[:2], coders):
        layers = {layer["layer"]: layer for layer in run(some)["layers"]}
        check_judgements(some, layers["frames"], frames(some))
        check_judgements(some, layers["stances"], stances(some))
        check_spans(some, layers["entities"])
    check_gamma(run)
    print("kappa is scikit-learn's, alpha that of krippendorff, to four digits")


if __name__ == "__main__":
    main()
