"""The bundle's encoder, exported, in torch and ONNX Runtime."""

import os
from pathlib import Path
from typing import Any

import numpy as np

Batch = tuple[dict[str, np.ndarray], list[int]]


def padded(sequences: list[dict[str, list[int]]]) -> Batch:
    """A batch padded to its longest sequence, and the lengths."""
    lengths = [len(s["ids"]) for s in sequences]
    shape = (len(sequences), max(lengths))
    batch = {k: np.zeros(shape, dtype=np.int64) for k in ("input_ids", "attention_mask", "token_type_ids")}
    for row, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        batch["input_ids"][row, :length] = sequence["ids"]
        batch["attention_mask"][row, :length] = 1
        batch["token_type_ids"][row, :length] = sequence["shapes"]
    return batch, lengths


class Encoder:
    packages: list[str] = []

    def load(self, case: dict[str, Any]) -> list[Batch]:
        return [padded(batch) for batch in case["batches"]]

    def forward(self, batch: dict[str, np.ndarray]) -> np.ndarray:
        raise NotImplementedError

    def run(self, case: list[Batch]) -> None:
        for batch, _ in case:
            self.forward(batch)

    def answer(self, case: list[Batch]) -> dict[str, list[float]]:
        rows = [h[:n] for batch, lengths in case for h, n in zip(self.forward(batch), lengths, strict=True)]
        return {"hidden": np.concatenate(rows).ravel().round(6).tolist()}


class Torch(Encoder):
    packages = ["torch", "transformers"]

    def __init__(self, threads: int, models: Path) -> None:
        import torch
        from transformers import BertConfig, BertModel

        torch.set_num_threads(threads)
        self.torch = torch
        config = BertConfig.from_json_file(models / "config.json")
        self.model = BertModel._from_config(config, add_pooling_layer=False, attn_implementation="sdpa").eval()
        from safetensors.torch import load_file

        self.model.load_state_dict(load_file(models / "model.safetensors"), strict=False)

    def forward(self, batch: dict[str, np.ndarray]) -> np.ndarray:
        with self.torch.inference_mode():
            tensors = {k: self.torch.from_numpy(v) for k, v in batch.items()}
            # Without padding a mask only costs.
            if batch["attention_mask"].all():
                del tensors["attention_mask"]
            return self.model(**tensors).last_hidden_state.numpy()


class Onnx(Encoder):
    packages = ["onnxruntime"]
    file = ""

    def __init__(self, threads: int, models: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        name = os.environ.get("PRESSMARK_PEERS_ONNX", self.file)
        self.session = onnxruntime.InferenceSession(models / name, options, providers=["CPUExecutionProvider"])

    def forward(self, batch: dict[str, np.ndarray]) -> np.ndarray:
        return self.session.run(["hidden"], batch)[0]


class OnnxF32(Onnx):
    file = "fused.onnx"


class OnnxInt8(Onnx):
    file = "fused-int8.onnx"
