"""Measures a bundle through the Rust pipeline: `pressmark evaluate` for every row of the card's table.

Writes the numbers to the bundle's `scores.json` (under `pipeline`), the table to its `README.md` (the section
"Through the Rust pipeline"), and the new digests of `scores.json` and of what `pressmark models prepare` wrote to its
manifest. Run it after `export`, and after every change of the pipeline; `--only` measures some rows and keeps the
other numbers.
"""

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HEADING = "## Through the Rust pipeline"
# What the row of a key needs of the bundle, beside the heads that every bundle has.
HEADS = {
    "frames.ccf": "frames.ccf", "frames.gvfc": "frames.gvfc", "stance.vast": "stance", "stance.semeval": "stance",
    "summaries.bbc": "salience",
}  # fmt: skip
# How `pressmark evaluate stance` names the row of one target.
TARGET = "target: "

GVFC = [
    "--text-field", "news_title", "--label-field", "Q3 Theme1", "--label-field", "Q3 Theme2",
    "--map", "1=gun_rights", "--map", "2=gun_control", "--map", "3=politics", "--map", "4=mental_health",
    "--map", "5=safety", "--map", "6=race", "--map", "7=public_opinion", "--map", "8=society_and_culture",
    "--map", "9=economic_consequences", "--map", "99=O",
]  # fmt: skip
# Only the frames that the fifteen policy dimensions name too.
GVFC_POLICY = [
    *GVFC[:6],
    "--map", "2=policy_prescription", "--map", "3=political", "--map", "7=public_opinion", "--map", "9=economic", "--map", "*=O",
]  # fmt: skip
POLITICS = [
    "--map", "politician=PERSON", "--map", "politicalparty=ORG", "--map", "country=LOC", "--map", "event=MISC",
    "--map", "election=MISC", "--map", "DATE=O", "--map", "MONEY=O",
]  # fmt: skip
EMERGING = [
    "--map", "person=PERSON", "--map", "location=LOC", "--map", "FAC=LOC", "--map", "ORG=O", "--map", "NORP=O",
    "--map", "DATE=O", "--map", "MONEY=O", "--map", "PRODUCT=O", "--map", "MISC=O", "--map", "corporation=O",
    "--map", "creative-work=O", "--map", "group=O",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """One call of `pressmark evaluate`, and which of its numbers the card shows."""

    key: str
    title: str
    task: str
    gold: str
    """Below DATA or DEV."""
    show: list[tuple[str, str, str]]
    """What to call a number, its row, its column."""
    options: list[str] = field(default_factory=list)
    weights: bool = True
    """Whether the model has a part in it."""
    by_target: bool = False
    """Whether to keep the rows of single targets."""
    language: str = "en"
    """Of the texts; a bundle that was not trained on it is not measured on them."""


F1 = [("strict F1", "all", "f1"), ("P", "all", "precision"), ("R", "all", "recall")]
TONE = [("macro F1", "macro", "f1"), ("accuracy", "accuracy", "accuracy")]
FRAMES = [("macro F1", "macro", "f1"), ("mean average precision", "macro", "average p")]
STANCE = [("macro F1", "macro", "f1"), ("sides right", "sides right", "f1")]
ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")

THREE = [
    (f"{system} rouge1", f"{system}, three sentences", "rouge1") for system in ("pressmark", "LexRank", "lead")
]  # fmt: skip
POLICY = ["--codebook", "policy-frames"]

MEASURES = [
    Measure("ner.wikinews", "Wikinews dev", "ner", "DATA/open/wikinews/dev/ner.txt", F1),
    Measure("ner.meantime", "MEANTIME dev", "ner", "DATA/open/meantime/dev/ner.txt", F1),
    Measure("ner.french", "French names, GSD dev", "ner", "DATA/open/ner/french/dev.txt", F1, language="fr"),
    Measure("ner.conllpp", "CoNLL++ dev", "ner", "DATA/ner/conllpp/dev.txt", F1, ["--labels", "conll03"]),
    Measure("ner.worldwide", "Worldwide dev, 69 articles", "ner", "DEV/worldwide_dev", F1),
    Measure("ner.wikigold", "wikigold, a fifth of its articles", "ner", "DEV/wikigold_held.txt", F1, ["--labels", "conll03"]),
    Measure("ner.politics", "CrossNER politics dev, labels that map", "ner", "DATA/ner/crossner_politics/dev.txt", F1, POLITICS),
    Measure("ner.wnut17", "WNUT 17 dev, persons and places", "ner", "DATA/ner/wnut17/emerging.dev.conll", F1, EMERGING),
    Measure("sentences.rules", "pySBD's golden rules", "sentences", "DATA/sentences/pysbd/english.jsonl", [("exact", "all", "exact")],
            weights=False),
    Measure(
        "sentences.ewt", "UD EWT dev, boundaries", "sentences", "DATA/sentences/ud_ewt/dev.conllu",
        [("F1 by paragraphs", "paragraphs", "f1"), ("by spaces", "spaces", "f1"), ("by lines", "line breaks", "f1")],
        weights=False,
    ),
    Measure(
        "quotes.polnear", "PolNeAR dev", "quotes", "DATA/quotes/polnear/dev",
        [("direct: exact F1", "direct", "exact f1"), ("source", "direct", "source"), ("cue", "direct", "cue"),
         ("all: overlap F1", "all", "overlap f1")],
    ),
    Measure("sentiment.rw", "NewsMTSC dev, real world", "sentiment", "DATA/sentiment/newsmtsc/dev_rw.jsonl", TONE),
    Measure("sentiment.mt", "NewsMTSC dev, multi-target", "sentiment", "DATA/sentiment/newsmtsc/dev_mt.jsonl", TONE),
    Measure("sentiment.wikinews", "Wikinews dev, tone by sentence", "sentiment", "DATA/open/wikinews/dev/sentiment.jsonl", TONE),
    Measure(
        "frames.wikinews", "Wikinews dev, paragraphs, fifteen policy frames", "frames",
        "DATA/open/wikinews/dev/frames_paragraphs.jsonl", [("micro F1", "micro", "f1"), FRAMES[1]], POLICY,
    ),
    Measure("stance.wikinews", "Wikinews dev, stances", "stance", "DATA/open/wikinews/dev/stance.jsonl", STANCE),
    Measure("summaries.wikinews", "Wikinews dev, abstracts", "summaries", "DATA/open/wikinews/dev/summaries.jsonl", THREE),
    Measure("frames.ccf", "CCF dev, eight frames", "frames", "DEV/ccf_dev.jsonl", FRAMES),
    Measure("frames.gvfc", "GVFC dev, nine frames", "frames", "DEV/gvfc_dev.csv", FRAMES, GVFC),
    Measure(
        "frames.policy", "GVFC dev, four of the fifteen policy frames, zero-shot", "frames", "DEV/gvfc_dev.csv", FRAMES,
        ["--codebook", "policy-frames", *GVFC_POLICY],
    ),
    Measure("stance.vast", "VAST dev, a fifth of its topics", "stance", "DEV/vast_dev.csv", STANCE),
    Measure("stance.semeval", "SemEval 2016 task 6, train part", "stance", "DATA/stance/semeval2016_t6/train.csv", STANCE,
            by_target=True),
    Measure(
        "summaries.bbc", "BBC held-out half, as long as the references", "summaries", "DEV/bbc_held",
        [(f"{system} {column}" if column == "rouge1" else column, f"{system}, reference's words", column)
         for system in ("pressmark", "LexRank", "lead") for column in ROUGE],
    ),
]  # fmt: skip


def evaluate(
    measure: Measure, binary: Path, bundle: Path, data: Path, dev: Path, precision: str = "int8"
) -> dict[str, Any]:
    root = {"DATA": data, "DEV": dev}
    base, _, rest = measure.gold.partition("/")
    command = [
        str(binary), "evaluate", measure.task, str(root[base] / rest), *measure.options, "--model", str(bundle),
        "--precision", precision,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    rows = [row for row in result["rows"] if measure.by_target or not row["name"].startswith(TARGET)]
    return {"rows": rows, "notes": result["notes"]}


def command_of(measure: Measure) -> str:
    return shlex.join(["pressmark", "evaluate", measure.task, measure.gold, *measure.options])


def shown(measure: Measure, result: dict[str, Any]) -> str:
    rows = {row["name"]: row for row in result["rows"]}
    parts = [f"{name} {100 * rows[row][column]:.2f}" for name, row, column in measure.show]
    if measure.by_target:
        parts += [f"{name.removeprefix(TARGET)} {100 * row['f1']:.2f}" for name, row in rows.items() if name.startswith(TARGET)]
    return ", ".join(parts)


def apart(measure: Measure, int8: dict[str, Any], full: dict[str, Any]) -> str:
    """The first shown number in f32, and how far int8 is from it."""
    ((_, name, column), *_) = measure.show
    a, b = (next(100 * row[column] for row in result["rows"] if row["name"] == name) for result in (int8, full))
    return f"{b:.2f} ({a - b:+.2f})"


def section(results: dict[str, dict[str, Any]], full: dict[str, dict[str, Any]]) -> str:
    lines = [
        HEADING,
        "",
        "The same weights in pressmark's int8 engine, with its own decoding and second look; these are the numbers that",
        "users get. `DATA` is the folder of data sets, `DEV` what `python -m pressmark_training.split --data DATA --out DEV`",
        "writes. Sentences and quotations are found by rules, without weights. The column `f32` has the first of a row's",
        "numbers with `--precision f32`, and how far int8 is from it. The table is made by",
        "",
        "    python -m pressmark_training.measure --pressmark PRESSMARK --bundle BUNDLE --data DATA --dev DEV --f32",
        "",
        "| measured on | score | f32 | command |",
        "|---|---|---|---|",
    ]
    for measure in MEASURES:
        if (result := results.get(measure.key)) is not None:
            beside = apart(measure, result, full[measure.key]) if measure.key in full else ""
            lines.append(f"| {measure.title} | {shown(measure, result)} | {beside} | `{command_of(measure)}` |")
    return "\n".join(lines) + "\n"


def write(bundle: Path, results: dict[str, dict[str, Any]], full: dict[str, dict[str, Any]]) -> None:
    scores_path, card_path, manifest_path = (bundle / n for n in ("scores.json", "README.md", "manifest.json"))
    scores = json.loads(scores_path.read_text(encoding="utf-8")) if scores_path.exists() else {}
    scores["pipeline"] = scores.get("pipeline", {}) | results
    # Numbers of f32 are kept only beside the int8 ones of the same weights.
    scores["pipeline_f32"] = {k: v for k, v in scores.get("pipeline_f32", {}).items() if k not in results} | full
    text = json.dumps(scores, indent=1) + "\n"
    scores_path.write_text(text, encoding="utf-8")
    card = card_path.read_text(encoding="utf-8").split(HEADING)[0].rstrip("\n")
    card_path.write_text(f"{card}\n\n{section(scores['pipeline'], scores['pipeline_f32'])}", encoding="utf-8")
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    for name in {"scores.json", "codebook-vectors.bin", "README.md"} & manifest["files"].keys():
        raw = (bundle / name).read_bytes()
        manifest["files"][name] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pressmark", type=Path, required=True, help="the program, built with --release")
    parser.add_argument("--bundle", type=Path, required=True, help="the bundle's folder, which gets the results")
    parser.add_argument("--data", type=Path, required=True, help="folder laid out as DATASETS.md says")
    parser.add_argument("--dev", type=Path, required=True, help="what pressmark_training.split wrote")
    parser.add_argument("--only", action="append", default=[], metavar="KEY", help="measure this row; may be repeated")
    parser.add_argument("--f32", action="store_true", help="measure with --precision f32 as well")
    args = parser.parse_args()
    unknown = set(args.only) - {m.key for m in MEASURES}
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(m.key for m in MEASURES)}")
    results: dict[str, dict[str, Any]] = {}
    full: dict[str, dict[str, Any]] = {}
    config = json.loads((args.bundle / "config.json").read_text(encoding="utf-8"))
    heads, languages = {head["name"] for head in config["heads"]}, config["languages"]
    for measure in MEASURES:
        if args.only and measure.key not in args.only:
            continue
        if measure.language not in languages:
            continue
        if HEADS.get(measure.key, "embedding") not in heads:
            print(f"{measure.title}: the bundle has no head for it", flush=True)
        else:
            results[measure.key] = evaluate(measure, args.pressmark, args.bundle, args.data, args.dev)
            print(f"{measure.title}: {shown(measure, results[measure.key])}", flush=True)
            if args.f32 and measure.weights:
                full[measure.key] = evaluate(measure, args.pressmark, args.bundle, args.data, args.dev, "f32")
                print(f"  f32 {apart(measure, results[measure.key], full[measure.key])}", flush=True)
    write(args.bundle, results, full)


if __name__ == "__main__":
    main()
