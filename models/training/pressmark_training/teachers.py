"""Teachers: models that may look at what the one pass cannot, and label text that nobody has labelled.

Sentiment: the mention stands between two marks, so that the whole window knows who is asked about. Frames: the finer
codes, the emotions and the messengers of the same coders are learnt beside the eight frames. Several seeds vote. The
votes become soft labels of the training items (mixed with the gold ones) and of text from other sets, and step 3
(`train_joint --soft`) learns from both.
"""

import argparse
import csv
import json
import pickle
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .base import fetch_base
from .data_ner import worldwide
from .fit_heads import loss_of, measure
from .heads import CCF, SPECS
from .metrics import macro_f1
from .model import Head, Model
from .tasks import READERS, Item, batched, collate, logits_of, shorten, unit
from .text import document_of, split_sentences, words_with_offsets
from .tokens import Augment, Sentence, Subwords, encode_sentence
from .train_ner import THREADS, Average, log

# The vocabulary's unused places 1 and 2 stand around the mention that is asked about.
OPEN_MARK, CLOSE_MARK = (1,), (2,)
# A code of the coders that fewer items carry teaches nothing.
RAREST_CODE = 20
# Weight of the codes beside the frames.
CODES = 0.5
# How much of a training item's label is the coders', the rest the teachers'.
GOLD_SHARE = 0.6


def marked(sentence: Sentence, first: int, end: int) -> tuple[Sentence, int, int]:
    """The sentence with marks around words first..end, and where those words stand now, marks included."""
    pieces, casing = sentence.pieces, sentence.cased[0]
    return (
        Sentence(
            [*sentence.words[:first], "", *sentence.words[first:end], "", *sentence.words[end:]],
            [*pieces[:first], OPEN_MARK, *pieces[first:end], CLOSE_MARK, *pieces[end:]],
            None,
            -1,
            [[*casing[:first], 0, *casing[first:end], 0, *casing[end:]]],
        ),
        first,
        end + 2,
    )


def one_target_each(items: list[Item]) -> list[Item]:
    """Every target of every item as an item of its own, marked."""
    out = []
    for item in items:
        for groups, label in item.rows:
            ((_, _, first, end),) = item.groups[groups[0]]
            sentence, a, b = marked(item.texts[0][0], first, end)
            mention, everything = [(0, 0, a, b)], [(0, 0, 0, len(sentence.words))]
            out.append(Item([[sentence]], [mention, everything], [((0, 1), label)], item.source))
    return out


def targets_of(words: list[str], spans: list[tuple[int, int]], subwords: Subwords) -> list[Item]:
    """One item for the sentence, with at most three of its spans."""
    if not spans or not 8 <= len(words) <= 70:
        return []
    groups = [[(0, 0, 0, len(words))], *([(0, 0, a, b)] for a, b in spans[:3])]
    rows: list[tuple[tuple[int, ...], int | list[float]]] = [((i, 0), 1) for i in range(1, len(groups))]
    return [Item([[encode_sentence(words, subwords)]], groups, rows, "more")]


def speakers(folder: Path, subwords: Subwords) -> Iterator[Item]:
    """Sentences of polnear with the sources that stand in them."""
    for path in sorted((folder / "attributions").glob("*.ann")):
        article, _, _annotator = path.stem.rpartition("_")
        text = (folder / "text" / f"{article}.txt").read_text(encoding="utf-8")
        marks = re.finditer(r"^T\d+\tSource (\d+) (\d+)\t", path.read_text(encoding="utf-8"), re.M)
        sources = [(int(m.group(1)), int(m.group(2))) for m in marks]
        at = 0
        for piece in split_sentences(text):
            start = text.find(piece, at)
            if start < 0:
                continue
            at = start + len(piece)
            words = words_with_offsets(piece)
            inside = [
                [i for i, (_, a, b) in enumerate(words) if a + start < e and b + start > s]
                for s, e in sources
                if start <= s and e <= at
            ]
            spans = sorted({(i[0], i[-1] + 1) for i in inside if i and len(i) <= 5})
            yield from targets_of([w for w, _, _ in words], spans, subwords)


def names(folder: Path, subwords: Subwords) -> Iterator[Item]:
    """Sentences of worldwide_newswire with their persons, organisations and places."""
    for document in worldwide(folder, subwords, dev=False):
        for sentence in document.sentences:
            tags = sentence.tags or []
            spans = [
                (i, i + next((k for k, t in enumerate(tags[i + 1 :], 1) if t != tag + 1), len(tags) - i))
                for i, tag in enumerate(tags)
                if tag in (1, 3, 5)  # the first word of a person, organisation or place
            ]
            yield from targets_of(sentence.words, spans, subwords)


def more_targets(data: Path, subwords: Subwords, count: int, rng: random.Random) -> list[Item]:
    out: list[Item] = []
    for found in (speakers(data / "quotes/polnear/train", subwords), names(data / "ner/worldwide_newswire", subwords)):
        items = list(found)
        rng.shuffle(items)
        out += items[: count // 2]
    return out


def more_pairs(data: Path, subwords: Subwords, count: int, rng: random.Random) -> list[Item]:
    """Pairs of neighbouring sentences from news on climate that ccf's coders never saw."""
    out = []
    with (data / "frames/narrative_frames/articles_metadata.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            sentences = document_of(row["text"], subwords)
            out += [sentences[i : i + 2] for i in range(0, len(sentences) - 1, 2)]
    with (data / "stance/gwsd/train.tsv").open(encoding="utf-8", newline="") as file:
        out += [document_of(row["sentence"], subwords) for row in csv.DictReader(file, delimiter="\t")]
    out = [s for s in out if s and 8 <= sum(len(x.words) for x in s) <= 110]
    rng.shuffle(out)
    return [unit(s, [0.0] * len(CCF), "more") for s in out[:count]]


def with_codes(task_items: list[Item], folder: Path, subwords: Subwords) -> tuple[list[Item], int]:
    """The items with the coders' finer codes after the frames, and how many codes those are."""
    codes: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        words = tuple(w for s in document_of(record["text"], subwords) for w in s.words)
        found = {x.lower().strip() for x in record["label"]}
        codes[str(record["meta"]["doc_ID"]), words] = {x for x in found if x.removesuffix("detection").strip() not in ("pol", "eco", "sci", "pbh", "secu", "just", "envt", "cult")}
    keyed = [codes[i.source, tuple(w for s in i.texts[0] for w in s.words)] for i in task_items]
    counts = Counter(c for found in keyed for c in found)
    known = sorted(c for c, n in counts.items() if n >= RAREST_CODE)
    items = [
        replace(i, rows=[(g, [*label, *(float(c in found) for c in known)]) for g, label in i.rows])  # type: ignore[misc]
        for i, found in zip(task_items, keyed, strict=True)
    ]
    return items, len(known)


def loss_for(head: str, logits: Tensor, labels: Tensor) -> Tensor:
    if head != "frames.ccf":
        return loss_of(head, logits, labels)
    n = len(CCF)
    return loss_of(head, logits[:, :n], labels[:, :n]) + CODES * loss_of(head, logits[:, n:], labels[:, n:])


def learn(base: Path, head: str, widths: list[int], items: list[Item], args: argparse.Namespace, seed: int) -> Model:
    """Trains encoder and head on one task; the average of the weights is the teacher."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    model = Model({})
    model.encoder.load_minilm(base / "model.safetensors")
    if args.checkpoint is not None:
        state = torch.load(args.checkpoint, weights_only=False)["model"]
        model.load_state_dict({k: v for k, v in state.items() if k.startswith("encoder.")})
    model.heads[head.replace(".", "__")] = Head(widths, 0.2)
    optimizer = torch.optim.AdamW(
        [{"params": model.encoder.parameters(), "lr": args.body}, {"params": model.heads.parameters(), "lr": 5e-4}],
        weight_decay=0.01,
        fused=True,
    )
    augment = Augment(full=1.0, recase=0.0, mask=0.05)
    steps = args.epochs * len(batched(items, args.tokens))

    def rate(step: int) -> float:
        return min((step + 1) / (0.06 * steps), max(0.02, 1 - step / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    average = Average(model, 0.99)
    model.train()
    step, began = 0, time.time()
    losses: list[float] = []
    for _ in range(args.epochs):
        for part in batched(items, args.tokens, rng):
            batch = collate(part, rng, augment)
            loss = loss_for(head, logits_of(model, head, batch), batch.labels)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            average.update()
            step += 1
            losses.append(float(loss.detach()))
            if step % 100 == 0:
                pace = (time.time() - began) / step
                log(f"{head} seed {seed} step {step}/{steps} {np.mean(losses[-100:]):.4f} {pace:.2f} s/step")
    average.swap()
    return model.eval()


@torch.inference_mode()
def votes(model: Model, head: str, items: list[Item]) -> list[Tensor]:
    """The logits of every row of every item."""
    out: dict[int, Tensor] = {}
    for part in batched(items, 4096):
        batch = collate(part)
        logits = logits_of(model, head, batch)
        at = 0
        for item in part:
            out[id(item)] = logits[at : at + len(item.rows)]
            at += len(item.rows)
    return [out[id(i)] for i in items]


def with_votes(items: list[Item], logits: list[Tensor], head: str, gold_share: float) -> list[Item]:
    """The items with soft labels; `logits` follows the rows of the items in order."""
    softmax = SPECS[head].output == "softmax"
    flat = iter([row for s in logits for row in s])
    out = []
    for item in items:
        rows: list[tuple[tuple[int, ...], int | list[float]]] = []
        for groups, label in item.rows:
            row = next(flat)
            vote = row.softmax(-1) if softmax else row.sigmoid()
            gold = F.one_hot(torch.tensor(label), len(vote)).float() if softmax else torch.tensor(label)
            rows.append((groups, (gold_share * gold + (1 - gold_share) * vote[: len(gold)]).tolist()))
        out.append(replace(item, rows=rows))
    return out


def report(head: str, name: str, items: list[Item], logits: list[Tensor], what: str) -> None:
    if SPECS[head].output == "softmax":
        gold = np.array([i.rows[0][1] for i in items])
        found = np.array([int(s[0].argmax()) for s in logits])
        log(f"{head} {name} {what}: {macro_f1(gold, found, [0, 1, 2]):.2f}")
    else:
        labels = torch.tensor([i.rows[0][1] for i in items])
        scores, _ = measure(head, name, torch.cat(logits)[:, : labels.shape[1]], labels, [i.source for i in items], items)
        summary = {k: round(scores[k]["macro"], 2) for k in ("half", "crossfitted", "fitted")}
        log(f"{head} {name} {what}: {summary} AP {scores['mean_ap']:.2f}")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="whose encoder the teachers start from (default: the base)")
    parser.add_argument("--task", choices=["sentiment", "frames.ccf"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--body", type=float, default=1e-4)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--more", type=int, default=6000, help="items to label that nobody has labelled")
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(argv)
    torch.set_num_threads(THREADS)
    base = fetch_base(args.work)
    subwords = Subwords(base / "tokenizer.json")
    head = args.task
    task = READERS[head](args.data, subwords)
    gather = more_targets if head == "sentiment" else more_pairs
    more = gather(args.data, subwords, args.more, random.Random(5))
    if args.smoke:
        shorten(task)
        more = more[:60]
    widths = list(SPECS[head].widths)
    train = task.train
    if head == "frames.ccf":
        train, codes = with_codes(task.train, args.data / "frames/ccf", subwords)
        widths[-1] += codes
    view = one_target_each if head == "sentiment" else list
    asked = {"train": view(task.train), "more": view(more), **{k: view(v) for k, v in task.dev.items()}}
    if head == "sentiment":
        train = asked["train"]
    log(f"{head}: {len(train)} items, {widths[-1]} outputs, {len(more)} to label")
    sums: dict[str, list[Tensor]] = {}
    for n, seed in enumerate(args.seeds, 1):
        model = learn(base, head, widths, train, args, seed)
        for name, items in asked.items():
            found = votes(model, head, items)
            sums[name] = [a + b for a, b in zip(sums[name], found, strict=True)] if name in sums else found
            if name in task.dev:
                report(head, name, items, found, f"teacher {n}")
                report(head, name, items, [s / n for s in sums[name]], f"{n} together")
        means = {k: [s / n for s in v] for k, v in sums.items()}
        soft = {
            "head": head,
            "train": with_votes(task.train, means["train"], head, GOLD_SHARE),
            "more": with_votes(more, means["more"], head, 0.0),
        }
        args.out.write_bytes(pickle.dumps(soft))  # after each teacher: the last one wins


if __name__ == "__main__":
    main()
