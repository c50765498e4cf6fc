"""Training: all heads together, entities in every step, resumable at any checkpoint.

The rate rises over the first steps, stays, and falls to nothing over the last (`--cool`), so that training can go on
for as long as there is time. Order of the data, changes of the items and dropout all follow from the seed and the
step number: a run that was interrupted gives the same weights as one that was not.
"""

import hashlib
import pickle
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..data.items import Item
from ..data.names import Names
from ..data.prints import Prints
from ..data.readers import divided, training_sets
from ..data.registry import REGISTRY
from ..nn.bases import e5, minilm
from ..nn.batch import Batch, logits_of, row_loss, tag_loss, twin_loss
from ..nn.encoder import Model, Sizes
from ..nn.heads import SPECS, heads_for
from ..nn.windows import Subwords
from .bundle import read
from .dev import all_parts
from .draws import Draws, Line
from .log import log
from .state import Average, save
from .streams import with_embeddings, without_unknown
from .teacher import embeddings, texts_of

WEIGHTS = {
    "ner.news": 1.0, "sentiment": 1.0, "frames.policy": 3.0, "frames.news": 1.0, "frames.ccf": 1.5, "frames.gvfc": 1.5,
    "salience": 0.7, "stance": 1.2, "embedding": 1.5, "twins": 3.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run is: all of it goes into the checkpoint."""

    bundle: str  # pressmark-news or pressmark-news-small
    research: bool = False
    smoke: bool = False
    seed: int = 17
    body: float = 1.5e-4
    heads: float = 8e-4
    warm: int = 100
    entity_subwords: int = 1024
    task_subwords: int = 1280
    teacher_sentences: int = 8000
    batch: int = 1  # how many times the subwords of a step
    lines: int = 1  # orders of the data that take turns
    start: str = ""  # the bundle whose weights a run goes on from, as "name version"

    @property
    def languages(self) -> tuple[str, ...]:
        """Of the sets that train the bundle."""
        return ("en", "fr") if self.bundle == "pressmark-news" else ("en",)

    @property
    def name(self) -> str:
        """Of the run's folder."""
        return self.bundle + ("-research" if self.research else "") + ("-smoke" if self.smoke else "")


def base_of(plan: Plan, work: Path, items: list[Item] | None) -> tuple[Sizes, dict[str, Tensor], Subwords]:
    """The encoder that a bundle starts from."""
    if plan.bundle == "pressmark-news-small":
        return minilm(work)
    words = None if items is None else (w for i in items for text in i.texts for s in text for w in s.words)
    return e5(work, words)


@dataclass(slots=True)
class Material:
    """What a run starts from: the encoder, its subwords, the items of every stream, and the teacher's vectors."""

    sizes: Sizes
    state: dict[str, Tensor]
    subwords: Subwords
    streams: dict[str, list[tuple[Item, float]]]
    kept: list[Item]
    teacher: Tensor


def prepare(plan: Plan, data: Path, work: Path) -> Material:
    """Reads the sets that the plan allows, without what shares text with a dev part; kept in `work` for the next time.

    What was kept counts as long as the registry and the code that reads the sets are the same.
    """
    folder = work / plan.name
    folder.mkdir(parents=True, exist_ok=True)
    stored, digest = folder / "material.pkl", sources_digest()
    if stored.exists():
        known, found = pickle.loads(stored.read_bytes())
        if known == digest:
            streams, kept, texts = found
            sizes, state, subwords = base_of(plan, work, None)
            return Material(sizes, state, subwords, streams, kept, embeddings(texts, work, plan.name))
    held = None
    if not plan.smoke:
        parts = all_parts(data, plan.languages, plan.research).values()
        held = Prints(i for by_name in parts for items in by_name.values() for i in items)
    sets = training_sets(data, plan.research, plan.languages, plan.smoke, held)
    log(f"{plan.name}: read { {k: len(items) for k, (_, items) in sets.items()} }")
    sizes, state, subwords = base_of(plan, work, [i for _, found in sets.values() for i in found])
    streams, kept = divided(sets)
    taught = {name for name, (s, _) in sets.items() if "embedding" in s.teaches}
    texts = texts_of([i for s in streams.values() for i, _ in s if i.source in taught], plan.teacher_sentences)
    rows = {text: i for i, text in enumerate(texts)}
    for name, found in streams.items():
        streams[name] = [
            (with_embeddings(i, rows.get) if i.source in taught else without_unknown(i), n) for i, n in found
        ]
    stored.write_bytes(pickle.dumps((digest, (streams, kept, texts)), protocol=5))
    return Material(sizes, state, subwords, streams, kept, embeddings(texts, work, plan.name))


def sources_digest() -> str:
    """Of the registry and of the code that reads the sets."""
    code = sorted((Path(__file__).parents[1] / "data").glob("*.py"))
    return hashlib.sha256(b"".join(p.read_bytes() for p in [REGISTRY, *code])).hexdigest()


class Run:
    """A training run with its data, weights and place in both."""

    def __init__(
        self, plan: Plan, material: Material, folder: Path, device: str = "cpu", start: Path | None = None
    ) -> None:
        self.plan, self.folder = plan, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.subwords, self.kept = material.subwords, material.kept
        names = Names([i for s in material.streams.values() for i, _ in s if i.names or i.source == "fewnerd"])
        self.items = {name: [i for i, _ in found] for name, found in material.streams.items()}
        log(f"{plan.name}: items { {k: len(v) for k, v in self.items.items()} }, {len(self.kept)} kept to calibrate")
        torch.manual_seed(plan.seed)
        if device != "cpu":
            # Of other attentions one plans anew for each shape of a batch, which takes longer than the step.
            torch.backends.cuda.enable_cudnn_sdp(False)
        self.sizes, self.heads = material.sizes, heads_for(plan.research)
        sizes, heads = (plan.entity_subwords * plan.batch, plan.task_subwords * plan.batch), set(SPECS) & set(self.heads)
        self.draws = Draws(
            [Line(n, plan.seed, material.streams, names, self.subwords, sizes, heads) for n in range(plan.lines)]
        )
        self.model = Model(self.sizes, self.heads).to(device)
        self.teacher = material.teacher.to(device)
        missing, unexpected = self.model.encoder.load_state_dict(material.state, strict=False)
        if unexpected or any("shape" not in name for name in missing):
            raise ValueError(f"the base has other tensors: missing {missing}, not known {unexpected}")
        self.origin = None if start is None else read(start, self.sizes).state_dict()
        if self.origin is not None:
            self.model.load_state_dict(self.origin)
        fast = [p for n, p in self.model.named_parameters() if n.startswith("heads.") or "shape" in n]
        slow = [p for n, p in self.model.named_parameters() if not (n.startswith("heads.") or "shape" in n)]
        self.optimizer = torch.optim.AdamW(
            [{"params": slow, "lr": plan.body}, {"params": fast, "lr": plan.heads}], weight_decay=0.01, fused=True
        )
        self.average = Average(self.model, 0.998)
        self.step, self.seconds, self.cool = 0, 0.0, 0
        self.means: dict[str, Tensor] = {}

    @property
    def checkpoint(self) -> Path:
        """Where the run's state lies."""
        return self.folder / "checkpoint.pt"

    def save(self, path: Path | None = None) -> None:
        """Writes the state."""
        save(
            path or self.checkpoint,
            {
                "plan": asdict(self.plan), "sizes": asdict(self.sizes), "heads": self.heads,
                "model": self.model.state_dict(), "average": self.average.shadow, "averaged": self.average.steps,
                "optimizer": self.optimizer.state_dict(), "step": self.step, "seconds": self.seconds,
                "places": self.draws.places,
            },
        )  # fmt: skip

    def resume(self) -> bool:
        """Goes to where the checkpoint was written, if there is one."""
        if not self.checkpoint.exists():
            return False
        saved = torch.load(self.checkpoint, weights_only=False, map_location=self.model.device)
        if saved["plan"] != asdict(self.plan):
            raise ValueError(f"{self.checkpoint} belongs to another plan: {saved['plan']}")
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.average.shadow, self.average.steps = saved["average"], saved["averaged"]
        self.step, self.seconds = saved["step"], saved["seconds"]
        self.draws.go_to(saved["places"])
        return True

    def loss(self, batch: Batch) -> Tensor:
        """The weighted sum of the heads' losses."""
        hidden = self.model.encoder.read(batch.tokens)
        parts = {}
        if len(batch.words):
            parts["ner.news"] = tag_loss(self.model.head("ner.news")(hidden[batch.words]), batch.tags)
        for name, logits in logits_of(self.model, hidden, batch).items():
            rows = batch.rows[name]
            parts[name] = row_loss(name, logits, rows.labels, self.teacher)
            if rows.twins:
                parts["twins"] = twin_loss(logits, rows.twins)
        for name, part in parts.items():
            self.means[name] = torch.lerp(self.means.get(name, part.detach()), part.detach(), 0.03)
        return sum(WEIGHTS[name] * part for name, part in parts.items())  # type: ignore[return-value]

    def advance(self, factor: float) -> None:
        """One step at a share of the full rates."""
        self.model.train()
        torch.manual_seed(self.plan.seed * 1_000_003 + self.step)
        for group, rate in zip(self.optimizer.param_groups, (self.plan.body, self.plan.heads), strict=True):
            group["lr"] = rate * factor
        loss = self.loss(self.draws.batch(self.step).to(self.model.device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update()
        self.step += 1


def rate_factor(step: int, warm: int, steps: int, cool: int) -> float:
    """Of the full rate: rising, level, and falling over the last `cool` of `steps`."""
    left = max(0.0, (steps - step) / max(1, cool))
    return min(1.0, (step + 1) / warm, max(0.01, left))


class Asked:
    """Whether somebody has asked the process to end (SIGTERM, Ctrl-C): the step is then finished first."""

    def __init__(self) -> None:
        self.to_end = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.to_end = True


def train(run: Run, steps: int, cool: int, minutes: float, every: float = 4.0) -> bool:
    """Trains to `steps`, or for so many minutes; True when it is done. Writes a checkpoint every few minutes."""
    run.cool = cool
    began = saved = time.time()
    before, first = run.seconds, run.step
    asked = Asked()
    while run.step < steps and not asked.to_end and time.time() - began < minutes * 60:
        run.advance(rate_factor(run.step, run.plan.warm, steps, cool))
        now = time.time()
        run.seconds = before + now - began
        if run.step % 50 == 0:
            means = {k: round(float(v), 3) for k, v in sorted(run.means.items())}
            log(f"step {run.step}/{steps} {(now - began) / (run.step - first):.2f} s/step {means}")
        if now - saved > every * 60:
            run.save()
            saved = time.time()
    run.save()
    log(f"step {run.step}, {run.seconds / 60:.0f} minutes in all: {run.checkpoint}")
    return run.step >= steps
