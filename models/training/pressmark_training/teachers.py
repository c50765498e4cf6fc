"""Labels from larger teachers, for sentiment and the frames of ccf (step 3 learns from them with `--soft`).

A teacher is all-mpnet-base-v2 (109 million parameters, five times ours) with a head of two layers on means of its
states: first the head alone on frozen states, then both together. For sentiment the mention stands between two marks,
so that the whole sentence knows who is asked about. Its probabilities and those of our own model, half each, label text
that nobody has labelled, and are mixed into the labels of the training items: the two err apart, and together are
better than either.
"""

import argparse
import csv
import itertools
import pickle
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import MPNetModel

from .base import fetch_base, fetch_mpnet
from .data_ner import worldwide
from .fit_heads import headline, loss_of, measure, positive_weight
from .heads import CCF, SPECS, load
from .model import Model
from .tasks import READERS, Batch, Item, batched, chance, collate, logits_of, shorten, unit, vectors
from .text import document_of, split_sentences, words_with_offsets
from .tokens import Augment, Sentence, Subwords, encode_sentence
from .train_ner import THREADS, Average, log

# The vocabulary's unused places 1 and 2 stand around the mention that is asked about.
OPEN_MARK, CLOSE_MARK = (1,), (2,)
# How much of a training item's label is the coders', the rest the teachers'.
GOLD_SHARE = 0.6
# Features that hardly vary on the training items would blow up when they are brought to one scale.
LEAST_SPREAD = 0.03
# Items on which the head alone is trained.
PROBED = 2500


# --- items -------------------------------------------------------------------


def marked(sentence: Sentence, first: int, end: int) -> tuple[Sentence, int, int]:
    """The sentence with marks around words first..end, and where those words stand now, marks included."""
    words, pieces, casing = sentence.words, sentence.pieces, sentence.cased[0]
    return (
        Sentence(
            [*words[:first], "", *words[first:end], "", *words[end:]],
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
    """Names in sentences of other sets."""
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
            if chance(row["ID"], 5) == 0:
                continue  # held out, if for another task
            sentences = document_of(row["text"], subwords)
            out += [sentences[i : i + 2] for i in range(0, len(sentences) - 1, 2)]
    with (data / "stance/gwsd/train.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        out += [document_of(row["sentence"], subwords) for row in rows if chance(row["sentence"], 10) != 0]
    out = [s for s in out if s and 8 <= sum(len(x.words) for x in s) <= 110]
    rng.shuffle(out)
    return [unit(s, [0.0] * len(CCF), "more") for s in out[:count]]


# --- the teacher -------------------------------------------------------------


class Mpnet(nn.Module):
    """MPNet's encoder with the interface of ours: its vocabulary is BERT's behind four marks of its own."""

    def __init__(self, folder: Path, frozen: int) -> None:
        super().__init__()
        self.mpnet = MPNetModel.from_pretrained(folder, add_pooling_layer=False)
        for part in (self.mpnet.embeddings, *self.mpnet.encoder.layer[:frozen]):
            part.requires_grad_(False)

    def forward(self, ids: Tensor, shapes: Tensor, lengths: Tensor) -> Tensor:
        """The last hidden states; word shapes are not read."""
        ids = (ids + 4).masked_fill(ids == 101, 0).masked_fill(ids == 102, 2).masked_fill(ids == 103, 30526)
        seen = torch.arange(ids.shape[1])[None, :] < lengths[:, None]
        return self.mpnet(ids.masked_fill(~seen, 1), attention_mask=seen.long()).last_hidden_state


class Teacher(nn.Module):
    """The encoder and a head on means of its states, each number of them brought to one scale."""

    def __init__(self, folder: Path, frozen: int, inputs: int, labels: int) -> None:
        super().__init__()
        self.encoder = Mpnet(folder, frozen)
        width = inputs * self.encoder.mpnet.config.hidden_size
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.head = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(width, 256), nn.GELU(), nn.Dropout(0.2), nn.Linear(256, labels)
        )

    def features(self, batch: Batch) -> Tensor:
        return vectors(self, batch)[batch.rows].flatten(1)  # type: ignore[arg-type]

    def forward(self, batch: Batch) -> Tensor:
        return self.head((self.features(batch) - self.centre) / self.spread)


def learn(folder: Path, head: str, items: list[Item], args: argparse.Namespace) -> Teacher:
    """Trains the head on frozen states, then both; the average of the weights is the teacher."""
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    labels = SPECS[head].labels
    teacher = Teacher(folder, args.frozen, 2 if head == "sentiment" else 1, len(labels))
    probed = rng.sample(items, min(PROBED, len(items)))
    weight = None
    if SPECS[head].output == "sigmoid":
        weight = positive_weight(torch.tensor([row[1] for i in items for row in i.rows]))

    teacher.eval()
    with torch.no_grad():
        batches = [collate(part) for part in batched(probed, 4096)]
        x, y = torch.cat([teacher.features(b) for b in batches]), torch.cat([b.labels for b in batches])
        teacher.centre.copy_(x.mean(0))
        teacher.spread.copy_(x.std(0).clamp_min(LEAST_SPREAD))
        x = (x - teacher.centre) / teacher.spread
    optimizer = torch.optim.AdamW(teacher.head.parameters(), lr=1e-3, weight_decay=0.5)
    teacher.head.train()
    for _ in range(15):
        for rows in torch.randperm(len(x)).split(32):
            loss_of(head, teacher.head(x[rows]), y[rows], weight).backward()
            optimizer.step()
            optimizer.zero_grad()
    log(f"{head}: head on the frozen states of {len(x)} rows")

    rates = [args.body, 3e-4]
    body = [p for p in teacher.encoder.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": rates[0]}, {"params": teacher.head.parameters(), "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    order = itertools.chain.from_iterable(batched(items, args.tokens, rng) for _ in range(args.epochs))
    steps = args.epochs * len(batched(items, args.tokens))
    average = Average(teacher, 0.98)  # type: ignore[arg-type]
    augment = Augment(full=1.0, recase=0.0, mask=0.05)
    teacher.train()
    losses: list[float] = []
    for step, part in enumerate(order):
        factor = min((step + 1) / (0.06 * steps), max(0.02, 1 - step / steps))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        batch = collate(part, rng, augment)
        loss = loss_of(head, teacher(batch), batch.labels, weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        average.update()
        losses.append(float(loss.detach()))
        if step % 50 == 49:
            log(f"{head} step {step + 1}/{steps} {np.mean(losses[-50:]):.4f}")
    average.swap()
    return teacher.eval()


# --- what they say -----------------------------------------------------------


@torch.inference_mode()
def voted(head: str, items: list[Item], logits: Callable[[Batch], Tensor]) -> Tensor:
    """The probabilities of every row of every item, in order."""
    out: dict[int, Tensor] = {}
    for part in batched(items, 4096):
        found = iter(logits(collate(part)))
        out.update({id(item): torch.stack([next(found) for _ in item.rows]) for item in part})
    rows = torch.cat([out[id(item)] for item in items])
    return rows.softmax(-1) if SPECS[head].output == "softmax" else rows.sigmoid()


def relabelled(items: list[Item], votes: Tensor, gold_share: float) -> list[Item]:
    """The items with soft labels; `votes` follows the rows of the items in order."""
    found = iter(votes)
    out = []
    for item in items:
        rows: list[tuple[tuple[int, ...], int | list[float]]] = []
        for groups, label in item.rows:
            vote = next(found)
            gold = F.one_hot(torch.tensor(label), len(vote)).float() if isinstance(label, int) else torch.tensor(label)
            rows.append((groups, (gold_share * gold + (1 - gold_share) * vote).tolist()))
        out.append(replace(item, rows=rows))
    return out


def report(head: str, name: str, items: list[Item], votes: Tensor, who: str) -> None:
    gold = torch.tensor([row[1] for i in items for row in i.rows])
    logits = votes.log() if SPECS[head].output == "softmax" else votes.logit()
    scores, _ = measure(head, name, logits, gold, [i.source for i in items], items)
    log(f"{who} {head}: {headline({name: scores})}" + (f", AP {scores['mean_ap']:.2f}" if "mean_ap" in scores else ""))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="our own model, the other half of the votes")
    parser.add_argument("--task", choices=["sentiment", "frames.ccf"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--frozen", type=int, default=4, help="lowest layers that stay as they are")
    parser.add_argument("--body", type=float, default=3e-5)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--more", type=int, default=6000, help="texts to label that nobody has labelled")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(argv)
    torch.set_num_threads(THREADS)
    subwords = Subwords(fetch_base(args.work) / "tokenizer.json")
    head = args.task
    task = READERS[head](args.data, subwords)
    more = (more_targets if head == "sentiment" else more_pairs)(args.data, subwords, args.more, random.Random(5))
    if args.smoke:
        shorten(task)
        more = more[:60]
    seen = one_target_each if head == "sentiment" else list
    own: Model = load(args.checkpoint).eval()
    teacher = learn(fetch_mpnet(args.work), head, seen(task.train), args)

    def together(items: list[Item], name: str = "") -> Tensor:
        votes = {
            "teacher": voted(head, seen(items), teacher),
            "own": voted(head, items, lambda batch: logits_of(own, head, batch)),
        }
        votes["together"] = (votes["teacher"] + votes["own"]) / 2
        for who in votes if name else ():
            report(head, name, items, votes[who], who)
        return votes["together"]

    for name, items in task.dev.items():
        together([i for i in items if i.rows], name)
    labelled = relabelled(task.train, together(task.train), GOLD_SHARE)
    args.out.write_bytes(pickle.dumps((head, labelled, relabelled(more, together(more), 0.0))))


if __name__ == "__main__":
    main()
