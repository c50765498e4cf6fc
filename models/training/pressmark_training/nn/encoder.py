"""The encoder (BERT, with or without an embedding of word shapes) over flat subwords, and the heads.

Parameter names are those of Hugging Face's `BertModel` without a prefix. All windows of a batch lie one after the
other in one matrix [N, H]; only attention sees them padded, so that padding costs next to nothing.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EPSILON = 1e-12


def sent(x: Tensor, device: torch.device) -> Tensor:
    """A tensor of the CPU on a device; a GPU is not waited for."""
    return x if device.type == "cpu" else x.pin_memory().to(device, non_blocking=True)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of an encoder; `shapes` is 0 where the vocabulary keeps capital letters."""

    vocabulary: int
    layers: int
    shapes: int
    hidden: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    types: int = 2


@dataclass(slots=True)
class Grid:
    """Some windows of like length, one after the other in the flat matrix, and their cells in a grid of B * T."""

    begin: int
    end: int
    cells: Tensor
    there: Tensor  # [B, T], true where a subword stands

    def to(self, device: torch.device) -> "Grid":
        """The same on a device."""
        return Grid(self.begin, self.end, sent(self.cells, device), sent(self.there, device))


@dataclass(slots=True)
class Tokens:
    """Flat subwords of all windows: ids, shapes and positions [N], and the grids that attention sees.

    N may be more than the windows have: what follows the last grid is filling that nothing reads.
    """

    ids: Tensor
    shapes: Tensor
    positions: Tensor
    grids: list[Grid]

    def to(self, device: torch.device) -> "Tokens":
        """The same on a device."""
        flat = (sent(t, device) for t in (self.ids, self.shapes, self.positions))
        return Tokens(*flat, [g.to(device) for g in self.grids])


class Embeddings(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(sizes.vocabulary, sizes.hidden)
        self.position_embeddings = nn.Embedding(sizes.positions, sizes.hidden)
        self.token_type_embeddings = nn.Embedding(sizes.types, sizes.hidden)
        if sizes.shapes:
            self.shape_embeddings = nn.Embedding(sizes.shapes, sizes.hidden)
            nn.init.zeros_(self.shape_embeddings.weight)
        self.LayerNorm = nn.LayerNorm(sizes.hidden, eps=EPSILON)

    def forward(self, tokens: Tokens) -> Tensor:
        x = self.word_embeddings(tokens.ids) + self.position_embeddings(tokens.positions)
        if hasattr(self, "shape_embeddings"):
            x = x + self.shape_embeddings(tokens.shapes)
        return self.LayerNorm(x + self.token_type_embeddings.weight[0])


def dropped(x: Tensor, share: float) -> Tensor:
    """Dropout; on the CPU with a byte of chance a number, where `torch.dropout` takes eight times as many."""
    if x.device.type != "cpu":
        return F.dropout(x, share)
    words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64).random_(-(2**63), None)
    bar = round(256 * share)
    kept = (words.view(torch.uint8)[: x.numel()] >= bar).view(x.shape)
    return x * kept * (256 / (256 - bar))


class SelfAttention(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.query = nn.Linear(sizes.hidden, sizes.hidden)
        self.key = nn.Linear(sizes.hidden, sizes.hidden)
        self.value = nn.Linear(sizes.hidden, sizes.hidden)

    def forward(self, x: Tensor, tokens: Tokens) -> Tensor:
        parts = (self.query, self.key, self.value)
        together = F.linear(x, torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts]))
        with torch.autocast(x.device.type, enabled=False):
            # On the CPU this one is slower in bfloat16.
            wide = together.float() if x.device.type == "cpu" else together
            found = [self._within(wide[g.begin : g.end], g) for g in tokens.grids]
            rest = wide.new_zeros(len(x) - tokens.grids[-1].end, x.shape[1])
            return torch.cat([*found, rest]).to(together.dtype)

    def _within(self, together: Tensor, grid: Grid) -> Tensor:
        b, t = grid.there.shape
        if len(grid.cells) < b * t:
            together = together.new_zeros(b * t, together.shape[1]).index_copy(0, grid.cells, together)
        query, key, value = together.view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        out = F.scaled_dot_product_attention(query, key, value, attn_mask=grid.there[:, None, None, :])
        out = out.transpose(1, 2).reshape(b * t, -1)
        return out if len(grid.cells) == b * t else out.index_select(0, grid.cells)


class Output(nn.Module):
    def __init__(self, width: int, sizes: Sizes) -> None:
        super().__init__()
        self.dense = nn.Linear(width, sizes.hidden)
        self.LayerNorm = nn.LayerNorm(sizes.hidden, eps=EPSILON)

    def forward(self, x: Tensor, residual: Tensor, dropout: float) -> Tensor:
        y = self.dense(x)
        return self.LayerNorm(residual + (dropped(y, dropout) if self.training and dropout else y))


class Attention(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.self = SelfAttention(sizes)
        self.output = Output(sizes.hidden, sizes)


class Intermediate(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.dense = nn.Linear(sizes.hidden, sizes.inner)


class Layer(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.attention = Attention(sizes)
        self.intermediate = Intermediate(sizes)
        self.output = Output(sizes.inner, sizes)

    def forward(self, x: Tensor, tokens: Tokens, dropout: float) -> Tensor:
        x = self.attention.output(self.attention.self(x, tokens), x, dropout)
        return self.output(F.gelu(self.intermediate.dense(x)), x, dropout)


class Encoder(nn.Module):
    """`forward(tokens)` gives the last hidden states, [N, H], in float32."""

    def __init__(self, sizes: Sizes, dropout: float = 0.1) -> None:
        super().__init__()
        self.sizes, self.dropout = sizes, dropout
        self.embeddings = Embeddings(sizes)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))

    def forward(self, tokens: Tokens) -> Tensor:
        x = self.embeddings(tokens)
        if self.training and self.dropout:
            x = dropped(x, self.dropout)
        for layer in self.encoder.layer:
            x = layer(x, tokens, self.dropout)
        return x.float()

    def read(self, tokens: Tokens) -> Tensor:
        """The same, multiplied in bfloat16."""
        with torch.autocast(tokens.ids.device.type, torch.bfloat16):
            return self(tokens)


class Head(nn.Sequential):
    """Linear layers with GELU (erf) and dropout between them."""

    def __init__(self, widths: list[int], dropout: float = 0.1) -> None:
        layers: list[nn.Module] = []
        for i, (a, b) in enumerate(zip(widths, widths[1:], strict=False)):
            layers += [nn.GELU()] if i else []
            layers += [nn.Dropout(dropout), nn.Linear(a, b)]
        super().__init__(*layers)
        self.widths = widths

    def linears(self) -> list[nn.Linear]:
        """The linear layers in order."""
        return [m for m in self if isinstance(m, nn.Linear)]


class Model(nn.Module):
    """The encoder and every head; `heads` are keyed by name with `.` as `__`."""

    def __init__(self, sizes: Sizes, heads: dict[str, list[int]], dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(sizes, dropout)
        self.heads = nn.ModuleDict()
        for name, widths in heads.items():
            self.heads[name.replace(".", "__")] = Head(widths, 0.0 if name == "embedding" else dropout)
        if "embedding" in heads:  # begins as what it is given
            with torch.no_grad():
                self.head("embedding").linears()[0].weight.copy_(torch.eye(sizes.hidden))
                self.head("embedding").linears()[0].bias.zero_()

    def head(self, name: str) -> Head:
        """A head by its name in the bundle."""
        return self.heads[name.replace(".", "__")]  # type: ignore[return-value]

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.encoder.embeddings.LayerNorm.weight.device

    @property
    def head_names(self) -> list[str]:
        """Names as in the bundle."""
        return [name.replace("__", ".") for name in self.heads]
