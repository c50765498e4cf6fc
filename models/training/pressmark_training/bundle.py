"""Weights to a model bundle: int8 rows, config, manifest, reference for tests."""

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from .base import fetch_base
from .heads import SPECS
from .model import Model, pool, span_means
from .reference import WINDOWS
from .shapes import SHAPES
from .tokens import MAX_WINDOW, Subwords, encode_sentence, pack

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
    return name == "embeddings.word_embeddings.weight" or (name.startswith("encoder.layer.") and weight.ndim == 2)


def stored(model: Model) -> dict[str, Tensor]:
    """The tensors of the bundle's model.safetensors."""
    out: dict[str, Tensor] = {}
    for name, weight in model.encoder.state_dict().items():
        if is_quantised(name, weight):
            out[name], out[f"{name}.scale"] = quantise(weight.float())
        else:
            out[name] = weight.float().contiguous()
    for name in model.head_names:
        for i, linear in enumerate(model.head(name).linears()):
            out[f"heads.{name}.{i}.weight"] = linear.weight.detach().half().contiguous()
            out[f"heads.{name}.{i}.bias"] = linear.bias.detach().float().contiguous()
    return out


def restored(tensors: dict[str, Tensor]) -> Model:
    """A float32 model with exactly the weights that a reader of the bundle sees."""
    names = sorted({k[len("heads.") :].rsplit(".", 2)[0] for k in tensors if k.startswith("heads.")})
    model = Model({n: SPECS[n].widths for n in SPECS if n in names})
    encoder = {}
    for name, weight in tensors.items():
        if name.startswith("heads.") or name.endswith(".scale"):
            continue
        scale = tensors.get(f"{name}.scale")
        encoder[name] = weight.float() if scale is None else weight.float() * scale[:, None]
    model.encoder.load_state_dict(encoder)
    with torch.no_grad():
        for name in names:
            for i, linear in enumerate(model.head(name).linears()):
                linear.weight.copy_(tensors[f"heads.{name}.{i}.weight"].float())
                linear.bias.copy_(tensors[f"heads.{name}.{i}.bias"].float())
    return model.eval()


def through_int8(model: Model) -> Model:
    """The model as a reader of its bundle sees it."""
    return restored(stored(model))


def read(folder: Path) -> Model:
    return restored(load_file(folder / "model.safetensors"))


def config(
    model: Model, calibration: dict[str, dict[str, Any]], licence: str, version: str, name: str
) -> dict[str, Any]:
    return {
        "format": "pressmark-bundle/1",
        "name": name,
        "version": version,
        "licence": licence,
        "encoder": {
            "hidden_size": 384,
            "layers": 6,
            "attention_heads": 12,
            "intermediate_size": 1536,
            "max_positions": 512,
            "vocab_size": 30522,
            "layer_norm_eps": 1e-12,
            "activation": "gelu",
        },
        "max_window": MAX_WINDOW,
        "shapes": SHAPES,
        "heads": [SPECS[n].config(calibration.get(n)) for n in model.head_names],
    }


# The pooled head that the reference shows.
POOLED = "frames.ccf"


@torch.inference_mode()
def write_reference(model: Model, subwords: Subwords, out: Path) -> None:
    """Hidden states and logits of a few written-for-this windows, for the Rust tests."""
    packed: dict[str, list[Tensor]] = {k: [] for k in ("ids", "shapes", "hidden", "word_starts", "logits", "embedding")}
    if POOLED in model.head_names:
        packed[f"logits.{POOLED}"] = []
    offsets, word_offsets, words = [0], [0], []
    for text in WINDOWS:
        sentences = [encode_sentence(s, subwords) for s in text]
        windows = list(pack(sentences))
        assert len(windows) == 1, "a reference text must fit into one window"
        window = windows[0]
        ids, shapes = torch.tensor(window.ids), torch.tensor(window.shapes)
        hidden = model.encoder(ids[None], shapes[None], torch.tensor([len(ids)]))[0]
        spans = torch.tensor(window.spans)
        means = span_means(hidden[None], torch.zeros(len(spans), dtype=torch.long), spans[:, 0], spans[:, 1])
        packed["ids"].append(ids.int())
        packed["shapes"].append(shapes.int())
        packed["hidden"].append(hidden)
        packed["word_starts"].append(torch.tensor(window.starts, dtype=torch.int32))
        packed["logits"].append(model.head("ner.news")(hidden[window.starts]))
        packed["embedding"].append(F.normalize(model.head("embedding")(means), dim=-1))
        if POOLED in model.head_names:
            sentence = torch.repeat_interleave(torch.arange(len(spans)), spans[:, 1] - spans[:, 0])
            states = torch.cat([hidden[a:b] for a, b in window.spans])
            packed[f"logits.{POOLED}"].append(pool(model.head(POOLED)(states), sentence, len(spans)))
        offsets.append(offsets[-1] + len(ids))
        word_offsets.append(word_offsets[-1] + len(window.starts))
        words.append({"sentences": text, "words": [w for s in text for w in s], "sentence_spans": window.spans})
    tensors = {k: torch.cat(v).contiguous() for k, v in packed.items()}
    tensors["logits.ner.news"] = tensors.pop("logits")
    tensors["window_offsets"] = torch.tensor(offsets, dtype=torch.int32)
    tensors["word_offsets"] = torch.tensor(word_offsets, dtype=torch.int32)
    save_file(tensors, out / "reference.safetensors")
    note = (
        "Windows written for this project. window_offsets: where each window begins in ids, shapes and hidden; "
        "word_offsets: where it begins in word_starts and logits.ner.news (one row a word); word_starts: first "
        "subword of each word, counted from the start of its window; embedding: the embedding head's output, "
        "L2-normalised, one row a sentence; logits.frames.ccf: that pooled head's logits, one row a sentence; "
        "sentence_spans: subword range of each sentence in its window."
    )
    (out / "reference.json").write_text(json.dumps({"note": note, "windows": words}, ensure_ascii=False, indent=1) + "\n")


def write_tokenizer(base: Path, out: Path) -> None:
    """The base's tokenizer.json without its truncation and padding settings."""
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")


def write_manifest(out: Path, version: str, name: str) -> None:
    files = {}
    # The card is for people and grows with what is measured; no program reads it.
    for path in sorted(p for p in out.iterdir() if p.name not in ("manifest.json", "README.md")):
        data = path.read_bytes()
        files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {"format": "pressmark-manifest/1", "name": name, "version": version, "files": files}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def export(
    model: Model,
    base: Path,
    out: Path,
    calibration: dict[str, dict[str, Any]],
    licence: str,
    version: str,
    card: str | None,
    name: str = "pressmark-news",
) -> Model:
    """Writes the whole bundle; gives the model that a reader of it sees."""
    out.mkdir(parents=True, exist_ok=True)
    tensors = stored(model)
    save_file(tensors, out / "model.safetensors", metadata={"format": "pressmark-bundle/1"})
    seen = restored(tensors)
    write_tokenizer(base, out)
    text = json.dumps(config(model, calibration, licence, version, name), indent=1, ensure_ascii=False)
    (out / "config.json").write_text(text + "\n", encoding="utf-8")
    write_reference(seen, Subwords(out / "tokenizer.json"), out)
    if card is not None:
        (out / "README.md").write_text(card, encoding="utf-8")
    for path in out.iterdir():
        path.chmod(0o644)
    write_manifest(out, version, name)
    return seen


def main() -> None:
    """Writes a bundle of plain MiniLM with untrained heads, to test readers with."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    np.random.seed(0)
    base = fetch_base(args.work)
    model = Model({n: s.widths for n, s in SPECS.items()})
    model.encoder.load_minilm(base / "model.safetensors")
    shutil.rmtree(args.out, ignore_errors=True)
    export(model.eval(), base, args.out, {}, "Apache-2.0", "0.0.0", "Untrained heads: for tests of readers only.\n")


if __name__ == "__main__":
    main()
