"""Weights to a model bundle: int8 rows, configuration, tokenizer, manifest, reference for tests of other readers."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from ..data.items import Item, Row, Sentence, whole
from ..nn.batch import collate, logits_of
from ..nn.encoder import EPSILON, Model, Sizes
from ..nn.heads import SPECS
from ..nn.windows import MAX_WINDOW, Subwords, pack
from ..reference import WINDOWS
from ..shapes import SHAPES

FORMAT = "pressmark-bundle/1"
FACTORS = torch.linspace(1.0, 0.7, 25)


def quantise(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Symmetric int8 rows, with the scale of least squared error for each row."""
    top = weight.abs().amax(1).clamp_min(1e-12)
    best = torch.full_like(top, float("inf"))
    scale = top / 127
    for factor in FACTORS:
        candidate = top * factor / 127
        error = ((weight / candidate[:, None]).round().clamp(-127, 127) * candidate[:, None] - weight).square().sum(1)
        better = error < best
        best = torch.where(better, error, best)
        scale = torch.where(better, candidate, scale)
    return (weight / scale[:, None]).round().clamp(-127, 127).to(torch.int8), scale


def is_quantised(name: str, weight: Tensor) -> bool:
    """Matrices of the encoder and the word embeddings."""
    return name == "embeddings.word_embeddings.weight" or (name.startswith("encoder.layer.") and weight.ndim == 2)


def with_offsets(model: Model, calibration: dict[str, Any]) -> None:
    """Folds the offsets of the calibration into the heads' last biases, so that one half is the threshold of all."""
    with torch.no_grad():
        for name, entry in calibration.items():
            if any(entry.get("offsets", ())):
                bias = model.head(name).linears()[-1].bias
                moved = torch.tensor(entry["offsets"]) * entry["temperature"]
                bias[-len(moved) :] += moved  # of a pooled head: of its values, which come last


def stored(model: Model) -> dict[str, Tensor]:
    """The tensors of the bundle's model.safetensors."""
    out: dict[str, Tensor] = {}
    for name, weight in model.encoder.state_dict().items():
        if is_quantised(name, weight):
            out[name], out[f"{name}.scale"] = quantise(weight.float())
        else:
            out[name] = weight.float().contiguous()
    if model.encoder.sizes.types == 1:  # the layout has two token types; the second is never read
        name = "embeddings.token_type_embeddings.weight"
        out[name] = torch.cat([out[name], torch.zeros_like(out[name])])
    for name in model.head_names:
        for i, linear in enumerate(model.head(name).linears()):
            out[f"heads.{name}.{i}.weight"] = linear.weight.detach().half().contiguous()
            out[f"heads.{name}.{i}.bias"] = linear.bias.detach().float().contiguous()
    return out


def restored(tensors: dict[str, Tensor], sizes: Sizes) -> Model:
    """A float32 model with exactly the weights that a reader of the bundle sees."""
    names = {k[len("heads.") :].rsplit(".", 2)[0] for k in tensors if k.startswith("heads.")}
    model = Model(sizes, {n: SPECS[n].widths for n in SPECS if n in names})
    encoder = {}
    for name, weight in tensors.items():
        if not name.startswith("heads.") and not name.endswith(".scale"):
            scale = tensors.get(f"{name}.scale")
            encoder[name] = weight.float() if scale is None else weight.float() * scale[:, None]
    types = "embeddings.token_type_embeddings.weight"
    encoder[types] = encoder[types][: sizes.types]
    model.encoder.load_state_dict(encoder)
    with torch.no_grad():
        for name in names:
            for i, linear in enumerate(model.head(name).linears()):
                linear.weight.copy_(tensors[f"heads.{name}.{i}.weight"].float())
                linear.bias.copy_(tensors[f"heads.{name}.{i}.bias"])
    return model.eval()


def read(folder: Path, sizes: Sizes) -> Model:
    """The model of a bundle's folder."""
    return restored(load_file(folder / "model.safetensors"), sizes)


def named(folder: Path) -> str:
    """Name and version of a bundle's folder."""
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return f"{found['name']} {found['version']}"


def head_config(name: str, calibration: dict[str, Any]) -> dict[str, Any]:
    """What config.json says of a head."""
    spec = SPECS[name]
    layers = len(spec.widths) - 1
    out: dict[str, Any] = {
        "name": name, "input": spec.input, "output": spec.output, "labels": spec.labels,
        "layers": [{"activation": "gelu" if i < layers - 1 else "none"} for i in range(layers)],
        **spec.notes,
    }  # fmt: skip
    entry = calibration.get(name)
    if entry:
        out["calibration"] = {k: entry[k] for k in ("temperature", "lead", "vote") if k in entry}
    return out


def config(model: Model, description: dict[str, Any], calibration: dict[str, Any]) -> dict[str, Any]:
    """`config.json`: what the model is and can do, sizes, heads."""
    sizes = model.encoder.sizes
    return {
        "format": FORMAT,
        **description,
        "encoder": {
            "hidden_size": sizes.hidden, "layers": sizes.layers, "attention_heads": sizes.heads,
            "intermediate_size": sizes.inner, "max_positions": sizes.positions, "position_offset": 0,
            "vocab_size": sizes.vocabulary, "layer_norm_eps": EPSILON, "activation": "gelu",
        },
        "max_window": MAX_WINDOW,
        "shapes": SHAPES if sizes.shapes else [],
        "heads": [head_config(name, calibration) for name in model.head_names],
    }  # fmt: skip


# Heads whose logits the reference shows, one row a sentence.
POOLED = ("frames.ccf", "frames.policy", "frames.news")


@torch.inference_mode()
def write_reference(model: Model, subwords: Subwords, out: Path) -> None:
    """Hidden states and logits of a few windows written for this, for the tests of other readers."""
    columns: dict[str, list[Tensor]] = {}
    offsets, word_offsets, notes = [0], [0], []
    shown = [name for name in POOLED if name in model.head_names]
    for text in WINDOWS:
        item = Item("reference", [[Sentence(words, ["O"] * len(words)) for words in text]])
        spans = whole(0, item.texts[0])
        item.rows = [Row("embedding", [[span]], 0) for span in spans]
        item.rows += [Row(name, [[span]], [0.0] * len(SPECS[name].labels)) for name in shown for span in spans]
        packed = pack(item, subwords)
        if len(packed.windows) != 1:
            raise ValueError("a reference text must fit into one window")
        batch = collate([packed], {"embedding", *shown})
        hidden = model.encoder(batch.tokens)
        found = logits_of(model, hidden, batch)
        places = [(p[0][1], p[-1][2]) for p in packed.words[0]]
        row = {
            "ids": batch.tokens.ids.int(), "shapes": batch.tokens.shapes.int(), "hidden": hidden,
            "word_starts": batch.words.int(), "logits.ner.news": model.head("ner.news")(hidden[batch.words]),
            "embedding": F.normalize(found["embedding"], dim=-1), **{f"logits.{n}": found[n] for n in shown},
        }  # fmt: skip
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
        offsets.append(offsets[-1] + len(batch.tokens.ids))
        word_offsets.append(word_offsets[-1] + len(batch.words))
        notes.append({"sentences": text, "words": [w for s in text for w in s], "sentence_spans": places})
    tensors = {k: torch.cat(v).contiguous() for k, v in columns.items()}
    tensors["window_offsets"] = torch.tensor(offsets, dtype=torch.int32)
    tensors["word_offsets"] = torch.tensor(word_offsets, dtype=torch.int32)
    save_file(tensors, out / "reference.safetensors")
    note = (
        "Windows written for this project. window_offsets: where each window begins in ids, shapes and hidden; "
        "word_offsets: where it begins in word_starts and logits.ner.news (one row a word); word_starts: first "
        "subword of each word, counted from the start of its window; embedding: the embedding head's output, "
        f"L2-normalised, one row a sentence; {', '.join(f'logits.{n}' for n in shown)}: those pooled heads' logits, "
        "one row a sentence; sentence_spans: subword range of each sentence in its window."
    )
    text = json.dumps({"note": note, "windows": notes}, ensure_ascii=False, indent=1)
    (out / "reference.json").write_text(text + "\n", encoding="utf-8")


def write_tokenizer(subwords: Subwords, out: Path) -> None:
    """The tokenizer without truncation and padding."""
    tokenizer = json.loads(subwords.tokenizer.to_str())
    tokenizer["truncation"] = tokenizer["padding"] = None
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


def write_manifest(out: Path, name: str, version: str) -> None:
    """Size and SHA-256 of every other file."""
    files = {}
    for path in sorted(p for p in out.iterdir() if p.name != "manifest.json"):
        data = path.read_bytes()
        files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {"format": FORMAT, "name": name, "version": version, "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def export(
    model: Model, subwords: Subwords, out: Path, description: dict[str, Any], calibration: dict[str, Any]
) -> Model:
    """Writes all of the bundle but card, licence and scores; gives the model that a reader of it sees."""
    out.mkdir(parents=True, exist_ok=True)
    model = copy.deepcopy(model).cpu()
    with_offsets(model, calibration)
    tensors = stored(model)
    save_file(tensors, out / "model.safetensors", metadata={"format": FORMAT})
    seen = restored(tensors, model.encoder.sizes)
    write_tokenizer(subwords, out)
    text = json.dumps(config(model, description, calibration), indent=1, ensure_ascii=False)
    (out / "config.json").write_text(text + "\n", encoding="utf-8")
    write_reference(seen, subwords, out)
    for path in out.iterdir():
        path.chmod(0o644)
    write_manifest(out, description["name"], description["version"])
    return seen
