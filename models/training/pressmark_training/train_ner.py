"""Phase 1: entities of both schemes, and sentence embeddings by distillation."""

import argparse
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .base import fetch_base
from .data_ner import SCHEMES, Document, choices, load_ner
from .metrics import EntityScore, transition_mask, viterbi
from .model import Encoder, Model, span_means
from .tokens import Augment, Sentence, Subwords, Window, batches, pack


THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def log(message: str) -> None:
    print(time.strftime("%H:%M:%S", time.gmtime()), message, flush=True)


def tensors(batch: list[Window]) -> tuple[Tensor, Tensor, Tensor]:
    """Padded ids and shapes of a batch, and the lengths."""
    lengths = torch.tensor([len(w.ids) for w in batch])
    width = int(lengths.max())
    ids, shapes = np.zeros((len(batch), width), np.int64), np.zeros((len(batch), width), np.int64)
    for i, window in enumerate(batch):
        ids[i, : len(window.ids)] = window.ids
        shapes[i, : len(window.ids)] = window.shapes
    return torch.from_numpy(ids), torch.from_numpy(shapes), lengths


def words_of(batch: list[Window], scheme: str) -> tuple[Tensor, Tensor, Tensor]:
    """Row, first subword and tag of every word of the windows of one scheme."""
    rows, starts, tags = [], [], []
    for i, window in enumerate(batch):
        if window.scheme == scheme:
            rows += [i] * len(window.starts)
            starts += window.starts
            tags += window.tags
    return torch.tensor(rows), torch.tensor(starts), torch.tensor(tags)


def masks(scheme: str) -> Tensor:
    """For each tag number, 0 at the labels that it allows and minus infinity elsewhere."""
    labels, rows = SCHEMES[scheme], choices(scheme)
    return torch.tensor([[0.0 if label in row else -torch.inf for label in labels] for row in rows])


MASKS = {scheme: masks(scheme) for scheme in SCHEMES}


def tag_loss(scheme: str, logits: Tensor, tags: Tensor) -> Tensor:
    """Minus the log of the probability that the label is among those that the tag allows, summed."""
    allowed = (logits + MASKS[scheme][tags]).logsumexp(-1)
    return (logits.logsumexp(-1) - allowed).sum()


@torch.inference_mode()
def teach(base: Path, sentences: list[Sentence], share: float, seed: int, cache: Path | None = None) -> Tensor:
    """Embeds a random share of sentences with the original model, each alone.

    Sets the `key` of the chosen sentences to their row in the result.
    """
    rng = random.Random(seed)
    chosen = [s for s in sentences if 4 <= s.length <= 126 and rng.random() < share]
    for row, sentence in enumerate(chosen):
        sentence.key = row
    if cache is not None and cache.exists():
        stored = torch.from_numpy(np.load(cache)).float()
        if len(stored) == len(chosen):
            return stored
    teacher = Encoder()
    teacher.load_minilm(base / "model.safetensors")
    teacher.eval()
    out = torch.zeros(len(chosen), 384)
    windows = [next(pack([s])) for s in chosen]
    for window, sentence in zip(windows, chosen, strict=True):
        window.keys = [sentence.key]
    for batch in batches(windows, 4096):
        out[[w.keys[0] for w in batch]] = embed_alone(teacher, batch)
    if cache is not None:
        np.save(cache, out.numpy().astype(np.float16))
    return out


def embed_alone(encoder: Encoder, batch: list[Window]) -> Tensor:
    """all-MiniLM's own embedding of each window: mean over all subwords, normalised."""
    ids, shapes, lengths = tensors(batch)
    hidden = encoder(ids, torch.zeros_like(shapes), lengths)
    rows = torch.arange(len(batch))
    return F.normalize(span_means(hidden, rows, torch.zeros_like(rows), lengths), dim=-1)


def sentence_rows(batch: list[Window]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Row, range and teacher key of every sentence that has one."""
    flat = [
        (i, a, b, k)
        for i, window in enumerate(batch)
        for (a, b), k in zip(window.spans, window.keys, strict=True)
        if k >= 0
    ]
    columns = torch.tensor(flat, dtype=torch.long).view(-1, 4).T
    return columns[0], columns[1], columns[2], columns[3]


@torch.inference_mode()
def evaluate_ner(model: Model, documents: list[Document], scheme: str) -> dict[str, float | dict]:
    """Strict entity F1 with plain argmax and with constrained decoding."""
    model.eval()
    labels = SCHEMES[scheme]
    allowed = transition_mask(labels)
    windows, owners = [], {}
    for d, document in enumerate(documents):
        for window in pack(document.sentences, scheme):
            owners[id(window)] = d
            windows.append(window)
    scores: dict[tuple[int, int], dict[int, np.ndarray]] = {}
    for batch in batches(windows, 4096):
        ids, shapes, lengths = tensors(batch)
        hidden = model.encoder(ids, shapes, lengths)
        rows, starts, _ = words_of(batch, scheme)
        logits = model.head(scheme)(hidden[rows, starts]).log_softmax(-1).numpy()
        at = 0
        for window in batch:
            for number, first, end in window.parts:
                scores.setdefault((owners[id(window)], number), {})[first] = logits[at : at + end - first]
                at += end - first
    greedy, constrained = EntityScore(), EntityScore()
    for (d, number), parts in scores.items():
        matrix = np.concatenate([parts[k] for k in sorted(parts)])
        gold = [labels[t] for t in documents[d].sentences[number].tags or []]
        greedy.add(gold, [labels[t] for t in matrix.argmax(1)])
        constrained.add(gold, [labels[t] for t in viterbi(matrix, allowed)])
    return {"argmax": greedy.f1, "viterbi": constrained.f1, "labels": constrained.table()}


@torch.inference_mode()
def evaluate_embedding(model: Model, documents: list[list[Sentence]], teacher: Tensor) -> dict[str, float]:
    """Cosine to the teacher and rank correlation of similarities between sentences."""
    model.eval()
    found, wanted = [], []
    for batch in batches([w for d in documents for w in pack(d)], 4096):
        rows, begins, ends, keys = sentence_rows(batch)
        if len(rows):
            hidden = model.encoder(*tensors(batch))
            found.append(model.head("embedding")(span_means(hidden, rows, begins, ends)))
            wanted.append(teacher[keys])
    a, b = F.normalize(torch.cat(found), dim=-1), F.normalize(torch.cat(wanted), dim=-1)
    cosine = float((a * b).sum(-1).mean())
    generator = torch.Generator().manual_seed(0)
    pairs = torch.randint(0, len(a), (2, 40000), generator=generator)
    pairs = pairs[:, pairs[0] != pairs[1]]

    def ranks(x: Tensor) -> Tensor:
        return x.argsort().argsort().float()

    left = ranks((a[pairs[0]] * a[pairs[1]]).sum(-1))
    right = ranks((b[pairs[0]] * b[pairs[1]]).sum(-1))
    return {"cosine": cosine, "spearman": float(torch.corrcoef(torch.stack([left, right]))[0, 1])}


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model: Model, decay: float) -> None:
        self.model, self.decay, self.steps = model, decay, 0
        self.shadow = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def update(self) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.shadow, [p.detach() for p in self.model.parameters()], 1 - decay)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchanges the model's weights and the average (call again to undo)."""
        for p, s in zip(self.model.parameters(), self.shadow, strict=True):
            kept = p.detach().clone()
            p.copy_(s)
            s.copy_(kept)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--body", type=float, default=2e-4)
    parser.add_argument("--heads", type=float, default=1e-3)
    parser.add_argument("--tokens", type=int, default=2048)
    parser.add_argument("--distil", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--openly-licensed", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args(argv)
    train(args)


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(THREADS)
    rng = random.Random(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    base = fetch_base(args.work)
    subwords = Subwords(base / "tokenizer.json")
    training, held = load_ner(args.data, subwords, args.openly_licensed, args.smoke)
    sentences = [s for d in training for s in d.sentences]
    log(f"{len(training)} documents, {len(sentences)} sentences, {sum(s.length for s in sentences)} subwords")
    log(f"dev: { {k: (len(v), sum(len(d.sentences) for d in v)) for k, v in held.items()} }")
    teacher = teach(base, sentences, 1 / 3, args.seed, args.work / "teacher-ner.npy")
    log(f"teacher: {len(teacher)} sentences")

    model = Model({**{k: [384, len(v)] for k, v in SCHEMES.items()}, "embedding": [384, 384]})
    model.encoder.load_minilm(base / "model.safetensors")
    shape_weight = model.encoder.embeddings.shape_embeddings.weight
    fast = [*model.head("ner.news").parameters(), *model.head("ner.conll03").parameters(), shape_weight]
    known = {id(p) for p in fast}
    slow = [p for p in model.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": args.body}, {"params": fast, "lr": args.heads}], weight_decay=0.01, fused=True
    )
    augment = Augment()

    def windows_of_epoch() -> list[Window]:
        return [w for d in training for w in pack(d.sentences, d.scheme, rng, augment)]

    per_epoch = len(batches(windows_of_epoch(), args.tokens, rng))
    steps = per_epoch * args.epochs
    warmup = max(1, int(0.06 * steps))

    def rate(step: int) -> float:
        return min((step + 1) / warmup, max(0.0, (steps * 1.02 - step) / (steps * 1.02 - warmup)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    average = Average(model, 0.998)
    began, step = time.time(), 0
    for epoch in range(args.epochs):
        model.train()
        totals: dict[str, list[float]] = {}
        for batch in batches(windows_of_epoch(), args.tokens, rng):
            hidden = model.encoder(*tensors(batch))
            loss = hidden.new_zeros(())
            count = sum(len(w.starts) for w in batch)
            for scheme in SCHEMES:
                rows, starts, tags = words_of(batch, scheme)
                if len(rows):
                    part = tag_loss(scheme, model.head(scheme)(hidden[rows, starts]), tags)
                    loss = loss + part / count
                    totals.setdefault(scheme, []).append(float(part.detach()) / len(rows))
            rows, begins, ends, keys = sentence_rows(batch)
            if len(rows) and args.distil:
                embedded = model.head("embedding")(span_means(hidden, rows, begins, ends))
                part = (1 - F.cosine_similarity(embedded, teacher[keys])).mean()
                loss = loss + args.distil * part
                totals.setdefault("embedding", []).append(float(part.detach()))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            average.update()
            step += 1
            if step % 50 == 0:
                means = {k: round(float(np.mean(v[-50:])), 4) for k, v in totals.items()}
                pace = (time.time() - began) / step
                log(f"epoch {epoch + 1} step {step}/{steps} {means} {pace:.2f} s/step, {pace * (steps - step) / 60:.0f} min left")
        average.swap()
        scores = {k: evaluate_ner(model, v, k) for k, v in held.items()}
        for k, v in scores.items():
            log(f"epoch {epoch + 1} averaged {k}: argmax {v['argmax']:.2f} viterbi {v['viterbi']:.2f}")
        saved = {"model": model.state_dict(), "heads": model.head_names, "scores": scores}
        torch.save(saved, args.work / f"ner-{epoch + 1}.pt")
        average.swap()


if __name__ == "__main__":
    main()
