"""The model card of the bundle, from the scores of `export`."""

from typing import Any

from .heads import SPECS

SETS = [
    ("CoNLL++ (CoNLL-2003 English, corrected)", "`ner.*`", "repository Apache-2.0; the Reuters text needs its own agreement", True),
    ("Worldwide English newswire (Shan et al. 2023)", "`ner.news`", "CC BY-NC-SA 4.0 per a third-party list; its own repository states none", False),
    ("wikigold, four fifths of its articles", "`ner.conll03`", "CC BY 4.0", True),
    ("CrossNER politics train", "`ner.news`, by halves", "MIT", True),
    ("WNUT 17 train", "`ner.news`, by halves", "CC BY 4.0", True),
    ("re3d", "`ner.news`, by halves", "mixed open, BBC part non-commercial", False),
    ("NewsMTSC train", "`sentiment`", "MIT-style", True),
    ("CCF, English units", "`frames.ccf`", "database CC BY 4.0; text under its publishers' copyright", False),
    ("GVFC", "`frames.gvfc`", "none stated", False),
    ("narrative frames (climate articles)", "`frames.narrative`", "MIT", True),
    ("BBC articles with extractive summaries, half", "`salience`", "none stated", False),
    ("SemEval 2016 task 6", "`stance`", "none stated", False),
    ("VAST dev, four fifths of its topics", "`stance`", "none stated", False),
    ("GWSD", "`stance`", "none stated", False),
    ("Perspectrum train", "`stance`", "Creative Commons", False),
    ("IBM claim stance train", "`stance`", "none stated", False),
    ("SICK, RTE", "`stance`", "see the sets' pages", False),
]  # fmt: skip


WHOLE = [
    "One small encoder for news text in English, with a head for each task of pressmark: entities, sentence",
    "embeddings, sentiment towards a mention, frames, sentence salience and stance. All heads read the last",
]
OPENLY = [
    "One small encoder for news text in English, from sets that allow any use: entities, sentence embeddings,",
    "sentiment towards a mention and the narrative frames; no salience, stance or other frames. All heads read the last",
]
# How the weights in the repository came about: in four sittings instead of one run of the recipe.
MADE = [
    "The weights in the repository were made in four sittings on a busy machine and differ from a plain run of that",
    "command. First, windows of 128 subwords: two epochs of step 1, then 66 minutes of step 3, averaged. Second, windows",
    "of 256, from there: 40 minutes of entities alone (`train_joint --only`), 28 minutes of all heads (1,033 steps), the",
    "encoder averaged with 15 % of the entity run's (`python -m pressmark_training.blend`). Third, from there: 40 minutes",
    "of all heads (1,408 steps of 1,024 and 640 subwords on one core, rate 1e-4), averaged with 30 % of the second; then",
    "`frames.ccf`, which reads every subword now, and `frames.narrative` fitted on the frozen states (`fit_heads --only`).",
    "Fourth, from there: 27 minutes of all heads (1,588 steps of 1,024 and 512 subwords, rate 1e-4) with the votes of",
    "teachers (`python -m pressmark_training.teachers`, `train_joint --soft`), averaged with 10 % of the third, and",
    "`frames.narrative` fitted on the frozen states.",
    "",
    "The teachers are all-mpnet-base-v2, 109 million parameters, fine-tuned for one task each. On the dev parts that of",
    "`frames.ccf` has an average precision of 71.3 (its head alone, on frozen states, 68.1), that of `sentiment`, which sees",
    "the target between two marks, a macro F1 of 81.8 and 78.7: alone better than the third sitting (72.7; 81.7 and",
    "76.2) on dev_mt only. But the two err apart: the means of their probabilities have 75.8, and 83.6 and 78.9. Those means label 4,189",
    "pairs of sentences on climate (narrative frames, GWSD) and 6,000 sentences with names (PolNeAR, Worldwide), and count",
    "two fifths in the labels of the training items. What this gave: 75.8, and 82.4 and 76.5.",
    "",
    "What was tried and left out, on the dev parts (PyTorch): for `frames.ccf` encoders of this size trained for it alone,",
    "with the coders' finer codes beside the frames (average precision 66.9 from the entity run, 68.6 and 69.3 from the",
    "joint one, 69.2 for both together; a head on means in the joint model 70.4, the pooled head 72.3); for `sentiment` an",
    "encoder trained for it alone that sees the target between two marks (81.1 and 73.2), a head that attends from the",
    "mention to its sentence (81.5 to 82.6 and 73.1 to 75.1, over two seeds), averages of heads (no gain). A model that is",
    "trained for one of the two tasks is thus behind the one that is trained for all; with entities it is the other way",
    "round, by 0.2 F1 on conllpp dev and 0.9 on worldwide dev before averaging.",
    "",
]


def name_of(openly: bool) -> str:
    return "pressmark-news-open" if openly else "pressmark-news"


def _f(x: float) -> str:
    return f"{x:.1f}"


def _ner(scores: dict[str, Any]) -> list[str]:
    rows = [
        "| head | measured on | entity F1, constrained decoding | argmax |",
        "|---|---|---|---|",
    ]
    for key, head, what in (
        ("ner.conll03", "ner.conll03", "conllpp dev, 3,250 sentences"),
        ("ner.news", "ner.news", "worldwide_newswire, dev split, 69 articles"),
        ("wikigold_held", "ner.conll03", "wikigold, a fifth of its articles"),
    ):
        if key in scores:
            rows.append(f"| `{head}` | {what} | {scores[key]['viterbi']:.2f} | {scores[key]['argmax']:.2f} |")
    for key, what in (
        ("crossner_person_org_loc", "crossner_politics dev, persons, organisations and places"),
        ("wnut17_person_location", "wnut17 dev, persons and places"),
    ):
        if key in scores:
            rows.append(f"| `ner.news` | {what} | {scores[key]:.2f} | |")
    for scheme in ("ner.news", "ner.conll03"):
        if scheme in scores:
            rows += ["", f"`{scheme}` by label, precision / recall / F1 (entities):", ""]
            rows += [
                f"- {label}: {_f(r['p'])} / {_f(r['r'])} / {_f(r['f1'])} ({int(r['n'])})"
                for label, r in scores[scheme]["labels"].items()
            ]
    return rows


def _value(dev: dict[str, Any]) -> str:
    if "macro_f1" in dev:
        text = f"macro F1 {_f(dev['macro_f1'])}, accuracy {_f(dev['accuracy'])}"
        if "favor_against_f1" in dev:
            text += f", mean of favour and against {_f(dev['favor_against_f1'])}"
        return f"{text} (n {dev['n']})"
    if "crossfitted" in dev:
        return (
            f"macro F1 {_f(dev['crossfitted']['macro'])} with thresholds fitted on the other half of dev "
            f"({_f(dev['half']['macro'])} at one half), mean average precision {_f(dev['mean_ap'])} (n {dev['n']})"
        )
    return (
        f"{_f(dev['precision_at_k'])} % of the k sentences of highest score are among the summary's k "
        f"(first k sentences: {_f(dev['lead_at_k'])}), mean average precision {_f(dev['map'])}"
    )


def _tasks(scores: dict[str, Any], frozen: dict[str, Any]) -> list[str]:
    rows = ["| head | dev set | score |", "|---|---|---|"]
    if frozen:
        rows = ["| head | dev set | this bundle | same head on the frozen encoder of step 1 |", "|---|---|---|---|"]
    for name in SPECS:
        for dev, result in scores.get(name, {}).items():
            if isinstance(result, dict) and ("macro_f1" in result or "crossfitted" in result or "map" in result):
                before = frozen.get(name, {}).get("scores", {}).get(dev)
                last = f" {_value(before) if before else '–'} |" if frozen else ""
                rows.append(f"| `{name}` | {dev} | {_value(result)} |{last}")
    for name in ("frames.ccf", "frames.gvfc", "frames.narrative"):
        if name in scores:
            dev = scores[name]["dev"]
            each = ", ".join(
                f"{label} {f}" for label, f in zip(SPECS[name].labels, dev["crossfitted"]["each"], strict=True)
            )
            rows += ["", f"`{name}` by label: {each}."]
    return rows


def card(scores: dict[str, Any], frozen: dict[str, Any], version: str, openly: bool) -> str:
    used = [s for s in SETS if s[3] or not openly]
    if openly:
        # Without the set that marks every kind, the others train whole and both schemes.
        used = [(n, h.replace(", by halves", "").replace("ner.conll03", "ner.*"), licence, o) for n, h, licence, o in used]
    lines = [
        f"# {name_of(openly)} {version}",
        "",
        *(OPENLY if openly else WHOLE),
        "hidden states of one forward pass.",
        "",
        "## What it is",
        "",
        "- Base: all-MiniLM-L6-v2 (6 layers, width 384, uncased wordpiece; Apache-2.0), fine-tuned, with a learned",
        "  embedding of each word's shape (13 shapes: lower, Capitalised, ALLCAPS, digits, …) added for all its subwords.",
        "- Input: windows of whole sentences of one document, up to 256 subwords with `[CLS]` and `[SEP]`; words are",
        "  tokenized one at a time; token type 0.",
        "- Storage: matrices of the encoder and word embeddings as int8 with a float32 scale a row (`w ≈ q · scale`),",
        "  heads as float16, the rest float32. `config.json` describes the heads, `manifest.json` has sizes and SHA-256.",
        "- `reference.safetensors` and `reference.json`: hidden states and logits from PyTorch with these very weights,",
        "  for windows written for this project; tests of other implementations compare with them.",
        "",
        "How heads read the states: `token`: first subword of a word. `sentence`: mean over a sentence's subwords,",
        "without `[CLS]` and `[SEP]`; a unit of several sentences is the mean of its sentences' means, and so is a",
        "`document`. `mention+sentence`, `sentence+document`: two such means, one after the other. `pair`: p, t, p·t,",
        "|p−t| for the vectors of passage and target, which are encoded apart. `subwords`: every subword of a text; a weight",
        "and a value a label come out, and the text's logit is the mean of the values by the softmax of the weights. A probability is",
        "softmax (or sigmoid) of logits divided by `calibration.temperature`; `thresholds` apply to those probabilities.",
        "pressmark moves them along the logits so that a threshold falls on one half.",
        "",
        "## Data",
        "",
        "| set | trains | licence as stated |",
        "|---|---|---|",
        *(f"| {name} | {heads} | {licence} |" for name, heads, licence, _ in used),
        "",
        *(["No set here marks dates, sums of money, nationalities or facilities: `ner.news` finds none of them."] if openly else
          ["By halves: the set marks fewer kinds of names; where it leaves a word unmarked, any kind that it does not know is right."]),
        "",
        "The base's licence is Apache-2.0. Because of the data, these weights are offered under CC BY-NC-SA 4.0; several"
        if not openly
        else "This is the variant without non-commercial and unlicensed sets.",
        *(
            ["sets state no licence at all. `--openly-licensed` in the recipe trains without the sets that are",
             "non-commercial or state none."]
            if not openly
            else []
        ),
        "",
        "Held out: worldwide_newswire articles whose `int(sha256(file name)[:8], 16) % 10` is 0; ccf documents, gvfc",
        "headlines, narrative_frames articles and vast topics where the same number of the doc_ID, headline, ID or topic",
        "is 0 modulo 5; BBC articles (`category/number.txt`) where it is odd; wikigold articles where it is 0 modulo 5.",
        "",
        "## Recipe",
        "",
        "`models/training/` (PyTorch, two CPU cores). Step 1: entities of both schemes and, for a third of the",
        "sentences, the cosine to the base's own embedding of the sentence alone. Step 2: heads on frozen states.",
        "Step 3: all heads train the body, entities in every step. Averaged weights; thresholds and temperatures are",
        "fitted on the dev parts.",
        "",
        "    cd models/training && python -m pressmark_training --data ../../../shared/data --out "
        + ("../pressmark-news-open --openly-licensed" if openly else "../pressmark-news"),
        "",
        *(MADE if not openly else []),
        "## Scores",
        "",
        "All with the stored (int8) weights, in PyTorch, by `python -m pressmark_training.export`; `scores.json` has them",
        "in full. `python -m pressmark_training.split --data DATA --out DEV` writes the dev parts for",
        "`pressmark evaluate ner DEV/worldwide_dev` and the like, which measures through the Rust pipeline.",
        "",
        *_ner(scores),
        "",
    ]
    if "embedding" in scores:
        e = scores["embedding"]
        lines += [
            f"Sentence embeddings (`embedding`) on 113 held-out BBC articles, sentences in their windows, against the base's",
            f"embedding of the sentence alone: mean cosine {e['cosine']:.3f}, rank correlation of pairwise similarities "
            f"{e['spearman']:.3f}.",
            "",
        ]
    lines += [
        *_tasks(scores, frozen),
        "",
        "Perspectrum and IBM have no neutral items, so that their macro F1 over three labels says little; read the mean of",
        "favour and against. The vast topics are new to the head; the comments may stand in training under another topic.",
        "Thresholds and temperatures are fitted on the dev parts on which they are reported (the frames' F1 by halves).",
        "",
        "## Use and limits",
        "",
        "- For annotating English news. Other languages in Latin script get entities of a sort; nothing else is meant",
        "  for them, and names in scripts that the vocabulary lacks become `[UNK]`.",
        "- Entity labels follow the guidelines of their training sets: `ner.news` marks peoples as NORP and",
        "  dates and sums of money; `ner.conll03` puts nationalities under MISC.",
        "- The frame heads come from climate and gun-violence coverage; on other subjects they are a hint.",
        "- `stance` compares two vectors that never saw each other. It knows topics better than sides: see its scores.",
        "- The weights carry the biases of their newspapers and of their annotators. Do not use them to judge persons.",
        "",
    ]
    return "\n".join(lines)
