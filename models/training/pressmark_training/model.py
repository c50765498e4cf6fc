"""The encoder (BERT with an embedding of word shapes) and the heads over it.

Parameter names are those of Hugging Face's `BertModel` without a prefix, so
that the bundle can be read by anything that knows BERT.
"""

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from .shapes import SHAPES

HIDDEN, LAYERS, HEADS, INNER = 384, 6, 12, 1536
VOCABULARY, POSITIONS, EPSILON = 30522, 512, 1e-12


class Embeddings(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, HIDDEN)
        self.position_embeddings = nn.Embedding(POSITIONS, HIDDEN)
        self.token_type_embeddings = nn.Embedding(2, HIDDEN)
        self.shape_embeddings = nn.Embedding(len(SHAPES), HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=EPSILON)
        nn.init.zeros_(self.shape_embeddings.weight)

    def forward(self, ids: Tensor, shapes: Tensor) -> Tensor:
        x = self.word_embeddings(ids) + self.shape_embeddings(shapes)
        x = x + self.position_embeddings.weight[: ids.shape[1]] + self.token_type_embeddings.weight[0]
        return self.LayerNorm(x)


class SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.value = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x: Tensor, bias: Tensor | None, dropout: float) -> Tensor:
        b, t, _ = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(b, t, HEADS, HIDDEN // HEADS).transpose(1, 2)

        query = heads(self.query(x)) * (1.0 / math.sqrt(HIDDEN // HEADS))
        scores = query @ heads(self.key(x)).transpose(-1, -2)
        if bias is not None:
            scores = scores + bias
        weights = scores.softmax(-1)
        if self.training and dropout > 0:  # one mask for all heads: a twelfth of the random numbers
            kept = torch.empty(b, 1, t, t).bernoulli_(1 - dropout).div_(1 - dropout)
            weights = weights * kept
        return (weights @ heads(self.value(x))).transpose(1, 2).reshape(b, t, HIDDEN)


class Output(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=EPSILON)

    def forward(self, x: Tensor, residual: Tensor, dropout: float) -> Tensor:
        return self.LayerNorm(residual + F.dropout(self.dense(x), dropout, self.training))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self = SelfAttention()
        self.output = Output(HIDDEN)


class Intermediate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(HIDDEN, INNER)


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.intermediate = Intermediate()
        self.output = Output(INNER)

    def forward(self, x: Tensor, bias: Tensor | None, dropout: float, attention_dropout: float) -> Tensor:
        x = self.attention.output(self.attention.self(x, bias, attention_dropout), x, dropout)
        return self.output(F.gelu(self.intermediate.dense(x)), x, dropout)


class Encoder(nn.Module):
    """`forward(ids, shapes, lengths)` gives the last hidden states, [B, T, 384]."""

    def __init__(self, dropout: float = 0.1, attention_dropout: float = 0.1) -> None:
        super().__init__()
        self.embeddings = Embeddings()
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout, self.attention_dropout = dropout, attention_dropout

    def forward(self, ids: Tensor, shapes: Tensor, lengths: Tensor) -> Tensor:
        bias = None
        if int(lengths.min()) < ids.shape[1]:
            hidden = torch.arange(ids.shape[1])[None, :] >= lengths[:, None]
            bias = torch.zeros(hidden.shape).masked_fill(hidden, -1e9)[:, None, None, :]
        x = F.dropout(self.embeddings(ids, shapes), self.dropout, self.training)
        for layer in self.encoder.layer:
            x = layer(x, bias, self.dropout, self.attention_dropout)
        return x

    def load_minilm(self, path: Path) -> None:
        """Loads all-MiniLM-L6-v2; the shape embeddings start at zero."""
        state = {k.removeprefix("bert."): v for k, v in load_file(path).items()}
        missing, unexpected = self.load_state_dict(state, strict=False)
        assert missing == ["embeddings.shape_embeddings.weight"], missing
        assert all(k.startswith("pooler.") or k.endswith("position_ids") for k in unexpected), unexpected


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
        return [m for m in self if isinstance(m, nn.Linear)]


class Model(nn.Module):
    """The encoder and every head; `heads` are keyed by name with `.` as `__`."""

    def __init__(self, heads: dict[str, list[int]], dropout: float = 0.1, attention_dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = Encoder(dropout, attention_dropout)
        self.heads = nn.ModuleDict()
        for name, widths in heads.items():
            self.add_head(name, widths, dropout)

    def add_head(self, name: str, widths: list[int], dropout: float = 0.1) -> None:
        if name == "embedding":
            head = Head(widths, 0.0)
            with torch.no_grad():
                head.linears()[0].weight.copy_(torch.eye(widths[0]))
                head.linears()[0].bias.zero_()
        else:
            head = Head(widths, dropout)
        self.heads[name.replace(".", "__")] = head

    def head(self, name: str) -> Head:
        return self.heads[name.replace(".", "__")]  # type: ignore[return-value]

    @property
    def head_names(self) -> list[str]:
        return [name.replace("__", ".") for name in self.heads]


def span_means(hidden: Tensor, rows: Tensor, begins: Tensor, ends: Tensor) -> Tensor:
    """Means of hidden[row, begin:end]; one row of the result for each span."""
    zero = hidden.new_zeros(hidden.shape[0], 1, hidden.shape[2])
    sums = torch.cat([zero, hidden.cumsum(1)], 1)
    return (sums[rows, ends] - sums[rows, begins]) / (ends - begins)[:, None]


def pool(outputs: Tensor, group: Tensor, groups: int) -> Tensor:
    """Logits of a pooled head for each group of subwords: the mean of their values by the softmax of their weights."""
    weights, values = outputs.chunk(2, -1)
    most = weights.new_zeros(groups, weights.shape[1])
    most = most.scatter_reduce(0, group[:, None].expand_as(weights), weights.detach(), "amax", include_self=False)
    weights = (weights - most[group]).exp()
    zero = weights.new_zeros(groups, weights.shape[1])
    return zero.index_add(0, group, weights * values) / zero.index_add(0, group, weights)
