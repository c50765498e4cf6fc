"""Phase 2: all heads train the body together, entities in every step.

The length is a number of minutes: the learning rate follows the clock, so that
a busy machine gives fewer steps and still ends with a rate near zero.
"""

import argparse
import itertools
import pickle
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .base import fetch_base
from .bundle import through_int8
from .data_ner import SCHEMES, Document, load_ner
from .fit_heads import evaluate_task, headline, loss_of, positive_weight
from .heads import SPECS, load
from .model import Model, span_means
from .tasks import OPEN, READERS, Item, Task, batched, collate, logits_of, merged, shorten
from .tokens import Augment, Subwords, Window, batches, pack
from .train_ner import THREADS, Average, evaluate_ner, log, sentence_rows, tag_loss, teach, tensors, words_of

# Share of the task steps that each head gets, and the weight of its loss.
SHARES = {
    "sentiment": 0.40, "frames.ccf": 0.30, "frames.gvfc": 0.05, "frames.narrative": 0.04,
    "salience": 0.05, "stance": 0.16,
}  # fmt: skip
WEIGHTS = {
    "sentiment": 1.0, "frames.ccf": 2.0, "frames.gvfc": 1.0, "frames.narrative": 0.5,
    "salience": 0.5, "stance": 0.5,
}  # fmt: skip


def ner_stream(
    documents: list[Document], tokens: int, rng: random.Random, augment: Augment
) -> Iterator[list[Window]]:
    while True:
        windows = [w for d in documents for w in pack(d.sentences, d.scheme, rng, augment)]
        yield from batches(windows, tokens, rng)


def task_stream(task: Task, tokens: int, rng: random.Random) -> Iterator[list[Item]]:
    """Items without end; short texts sometimes stand beside others, as in a page."""
    extra = [i for items in task.extra.values() for i in items]
    for epoch in itertools.count():
        items = task.train
        if extra:
            items = items + (extra if epoch == 0 else rng.sample(extra, len(extra) // 4))
        for batch in batched(items, tokens, rng):
            if task.mergeable and rng.random() < 0.3:
                rng.shuffle(batch)
                batch = [merged(batch[i : i + 3]) for i in range(0, len(batch), 3)]
            yield batch


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True, help="of step 1 or 2; heads that it lacks start anew")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--body", type=float, default=1e-4)
    parser.add_argument("--heads", type=float, default=5e-4)
    parser.add_argument("--tokens", type=int, default=1024, help="subwords of the half of a step with a task")
    parser.add_argument("--entity-tokens", type=int, default=768, help="the same of the half with entities")
    parser.add_argument("--distil", type=float, default=2.5)
    parser.add_argument("--only", nargs="*", help="task heads to train (default: all)")
    parser.add_argument("--soft", type=Path, nargs="*", default=[], help="labels that `teachers` gave")
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--every", type=float, default=20, help="minutes between checkpoints")
    parser.add_argument("--measure", action="store_true", help="measure at every checkpoint")
    parser.add_argument("--openly-licensed", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    train(parser.parse_args(argv))


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(THREADS)
    rng = random.Random(args.seed)
    worker = ThreadPoolExecutor(1)
    base = fetch_base(args.work)
    subwords = Subwords(base / "tokenizer.json")
    training, held = load_ner(args.data, subwords, args.openly_licensed, args.smoke, more=True)
    names = args.only if args.only is not None else list(SHARES)
    if args.openly_licensed:
        names = [n for n in names if n in OPEN]
    tasks = {n: READERS[n](args.data, subwords) for n in names}
    for path in args.soft:
        head, labelled, more = pickle.loads(path.read_bytes())
        tasks[head].train = labelled * max(1, round(len(more) / len(labelled))) + more
    if args.smoke:
        for task in tasks.values():
            shorten(task)
    sentences = [s for d in training for s in d.sentences]
    if "salience" in tasks:
        sentences += [s for item in tasks["salience"].train for s in item.texts[0]]
    teacher = teach(base, sentences, 1 / 3, args.seed, args.work / "teacher-joint.npy")
    log(f"{len(training)} documents, teacher {len(teacher)}, tasks { {k: len(t.train) for k, t in tasks.items()} }")

    model = load(args.checkpoint)
    for name in tasks:
        if name not in model.head_names:
            model.add_head(name, SPECS[name].widths)
    shape_weight = model.encoder.embeddings.shape_embeddings.weight
    fast = [*model.heads.parameters(), shape_weight]
    known = {id(p) for p in fast}
    slow = [p for p in model.parameters() if id(p) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": args.body}, {"params": fast, "lr": args.heads}], weight_decay=0.01, fused=True
    )
    rates = [args.body, args.heads]
    augment = Augment()
    # Twice: the scheme has the fewer words, and sports tables that want to be seen often.
    training += [d for d in training if d.scheme == "ner.conll03"]
    entities = ner_stream(training, args.entity_tokens, random.Random(args.seed), augment)
    streams = {n: task_stream(t, args.tokens, random.Random(args.seed)) for n, t in tasks.items()}
    odds = {
        n: positive_weight(torch.tensor([row[1] for i in t.train for row in i.rows]))
        for n, t in tasks.items()
        if SPECS[n].output == "sigmoid"
    }
    average = Average(model, 0.998)
    totals: dict[str, list[float]] = {}
    began = time.time()
    paused = 0.0
    next_evaluation = args.every * 60
    step = 0

    def elapsed() -> float:
        return time.time() - began - paused

    def checkpoint(label: str) -> None:
        torch.set_num_threads(THREADS)
        average.swap()
        if args.measure:
            seen = through_int8(model)
            for scheme, documents in held.items():
                result = evaluate_ner(seen, documents, scheme)
                log(f"{label} int8 {scheme}: argmax {result['argmax']:.2f} viterbi {result['viterbi']:.2f}")
            for name in ("sentiment", "frames.ccf"):
                if name in tasks:
                    log(f"{label} int8 {name}: {headline(evaluate_task(seen, tasks[name])[0])}")
        torch.save({"model": model.state_dict(), "heads": model.head_names}, args.out)
        log(f"{label}: {args.out}")
        average.swap()

    model.train()
    while (now := elapsed()) < args.minutes * 60:
        progress = now / (args.minutes * 60)
        factor = min(1.0, (step + 1) / 100) * max(0.02, 1 - progress)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        half = worker.submit(gradients, model, lambda: ner_loss(model, next(entities), teacher, args.distil, totals))
        found = []
        if tasks:
            name = rng.choices(list(tasks), [SHARES[n] for n in tasks])[0]
            found.append(gradients(model, lambda: task_loss(model, name, next(streams[name]), augment, odds, totals)))
        found.append(half.result())
        for parameter, *parts in zip(model.parameters(), *found, strict=True):
            present = [g for g in parts if g is not None]
            parameter.grad = sum(present[1:], present[0]) if present else None
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update()
        step += 1
        if step % 100 == 0:
            means = {k: round(float(np.mean(v[-40:])), 4) for k, v in totals.items()}
            log(f"step {step} {100 * progress:.0f} % {elapsed() / step:.2f} s/step {means}")
        if elapsed() > next_evaluation:
            pause = time.time()
            checkpoint(f"minute {elapsed() / 60:.0f}")
            paused += time.time() - pause
            next_evaluation = elapsed() + args.every * 60
            model.train()
    checkpoint(f"end, {step} steps")


def gradients(model: Model, loss: Callable[[], torch.Tensor]) -> tuple[torch.Tensor | None, ...]:
    """The gradients of one half of a step, on one thread: the halves meet only at the sum."""
    torch.set_num_threads(1)
    return torch.autograd.grad(loss(), list(model.parameters()), allow_unused=True)


def task_loss(
    model: Model,
    name: str,
    items: list[Item],
    augment: Augment,
    odds: dict[str, torch.Tensor],
    totals: dict[str, list[float]],
) -> torch.Tensor:
    """The weighted loss of one task's batch."""
    batch = collate(items, random.Random(len(totals.get(name, []))), augment)
    loss = loss_of(name, logits_of(model, name, batch), batch.labels, odds.get(name))
    totals.setdefault(name, []).append(float(loss.detach()))
    return loss * WEIGHTS[name]


def ner_loss(
    model: Model, batch: list[Window], teacher: torch.Tensor, distil: float, totals: dict[str, list[float]]
) -> torch.Tensor:
    """Cross-entropy over the words of a batch, and the distance to the teacher's embeddings."""
    hidden = model.encoder(*tensors(batch))
    count = sum(len(w.starts) for w in batch)
    loss = hidden.new_zeros(())
    for scheme in SCHEMES:
        rows, starts, tags = words_of(batch, scheme)
        if len(rows):
            part = tag_loss(scheme, model.head(scheme)(hidden[rows, starts]), tags)
            loss = loss + part / count
            totals.setdefault(scheme, []).append(float(part.detach()) / len(rows))
    rows, begins, ends, keys = sentence_rows(batch)
    if len(rows) and distil:
        embedded = model.head("embedding")(span_means(hidden, rows, begins, ends))
        part = (1 - F.cosine_similarity(embedded, teacher[keys])).mean()
        loss = loss + distil * part
        totals.setdefault("embedding", []).append(float(part.detach()))
    return loss


if __name__ == "__main__":
    main()
