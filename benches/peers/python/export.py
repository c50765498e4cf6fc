"""Writes a bundle's encoder as the peers read it: a Hugging Face BERT in f32, and ONNX in f32 and int8.

    export.py BUNDLE OUT

The embedding of word shapes becomes BERT's embedding of token types (its rows have the one token type added), so
that every BERT runs the very same network. The ONNX files come twice: as exported, and with attention, GELU and
LayerNorm fused by ONNX Runtime's own optimizer (`fused*.onnx`).
"""

import json
import sys
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import BertConfig, BertModel


def configuration(bundle: Path) -> BertConfig:
    config = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
    sizes = config["encoder"]
    return BertConfig(
        vocab_size=sizes["vocab_size"],
        hidden_size=sizes["hidden_size"],
        num_hidden_layers=sizes["layers"],
        num_attention_heads=sizes["attention_heads"],
        intermediate_size=sizes["intermediate_size"],
        max_position_embeddings=sizes["max_positions"],
        layer_norm_eps=sizes["layer_norm_eps"],
        hidden_act="gelu",
        type_vocab_size=len(config["shapes"]),
    )


def weights(bundle: Path) -> dict[str, Tensor]:
    """The encoder's tensors in f32, under BERT's names."""
    stored = load_file(bundle / "model.safetensors")
    tensors = {}
    for name, tensor in stored.items():
        if name.startswith(("embeddings.", "encoder.")) and not name.endswith(".scale"):
            scale = stored.get(f"{name}.scale")
            tensors[name] = tensor.float() if scale is None else tensor.float() * scale[:, None]
    shapes = tensors.pop("embeddings.shape_embeddings.weight")
    types = "embeddings.token_type_embeddings.weight"
    tensors[types] = tensors[types][:1] + shapes
    return tensors


class Hidden(torch.nn.Module):
    """The last hidden states alone."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        out = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return out.last_hidden_state


def export(bert: BertModel, path: Path) -> None:
    names = ["input_ids", "attention_mask", "token_type_ids"]
    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {name: {0: "batch", 1: "subwords"} for name in [*names, "hidden"]}
    torch.onnx.export(
        Hidden(bert),
        (ids, ids, torch.zeros_like(ids)),
        path,
        input_names=names,
        output_names=["hidden"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def int8(source: Path, target: Path) -> None:
    """Dynamic quantisation, a scale a channel, of what is a matrix product."""
    quantize_dynamic(
        source,
        target,
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Attention"],
        # Shape inference does not know what comes out of fused operators.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def main() -> None:
    bundle, out = Path(sys.argv[1]), Path(sys.argv[2])
    warnings.filterwarnings("ignore")
    out.mkdir(parents=True, exist_ok=True)
    config = configuration(bundle)
    # The plain attention exports to the operators that every runtime and optimizer knows.
    bert = BertModel._from_config(config, add_pooling_layer=False, attn_implementation="eager").eval()
    tensors = weights(bundle)
    missing, unexpected = bert.load_state_dict(tensors, strict=False)
    assert not unexpected and all(k.endswith("_ids") for k in missing), (missing, unexpected)
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(config.to_json_string(), encoding="utf-8")
    (out / "tokenizer.json").write_bytes((bundle / "tokenizer.json").read_bytes())
    export(bert, out / "model.onnx")
    options = FusionOptions("bert")
    heads, width = config.num_attention_heads, config.hidden_size
    fused = optimize_model(
        str(out / "model.onnx"), "bert", num_heads=heads, hidden_size=width, optimization_options=options, opt_level=1
    )
    fused.save_model_to_file(str(out / "fused.onnx"))
    print("fused:", fused.get_fused_operator_statistics(), file=sys.stderr)
    int8(out / "model.onnx", out / "model-int8.onnx")
    int8(out / "fused.onnx", out / "fused-int8.onnx")


if __name__ == "__main__":
    main()
