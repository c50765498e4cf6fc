"""Graphs that `pressmark models export --to onnx` wrote, in ONNX Runtime, against the reference outputs of the bundle.

    python onnx_graphs.py FOLDER BUNDLE

FOLDER is what was exported, BUNDLE the folder of the same model in the repository.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

MOST = 1e-4  # of a hidden state or logit, whose values go to some tens


def main(exported: Path, bundle: Path) -> None:
    config = json.loads((exported / "config.json").read_text(encoding="utf-8"))
    for head in config["heads"]:
        onnx.checker.check_model(str(exported / head["graph"]), full_check=True)
    reference = load_file(bundle / "reference.safetensors")
    encoder = onnxruntime.InferenceSession(exported / "encoder.onnx")
    heads = {h["name"]: onnxruntime.InferenceSession(exported / h["graph"]) for h in config["heads"] if h["graph"] != "encoder.onnx"}
    names = [output.name for output in encoder.get_outputs()]
    notes = json.loads((bundle / "reference.json").read_text(encoding="utf-8"))["windows"]
    ends, words, sentences, worst = reference["window_offsets"], reference["word_offsets"], 0, 0.0
    for number, note in enumerate(notes):
        span = slice(ends[number], ends[number + 1])
        # Filling behind the window, which the mask hides, changes nothing.
        length, filling = span.stop - span.start, 3
        feeds = {
            "input_ids": np.pad(reference["ids"][span].astype(np.int64), (0, filling))[None],
            "attention_mask": np.array([[1] * length + [0] * filling], np.int64),
        }
        if config["shapes"]:
            feeds["shape_ids"] = np.pad(reference["shapes"][span].astype(np.int64), (0, filling))[None]
        found = {name: value[0, :length] for name, value in zip(names, encoder.run(None, feeds), strict=True)}
        worst = max(worst, np.abs(found["last_hidden_state"] - reference["hidden"][span]).max())
        starts = reference["word_starts"][words[number] : words[number + 1]]
        expected = reference["logits.ner.news"][words[number] : words[number + 1]]
        assert (found["ner.news"][starts].argmax(-1) == expected.argmax(-1)).all(), f"labels of window {number}"
        for first, end in note["sentence_spans"]:
            mean = found["last_hidden_state"][first:end].mean(0, keepdims=True)
            vector = heads["embedding"].run(None, {"features": mean.astype(np.float32)})[0][0]
            vector = vector / np.linalg.norm(vector)
            worst = max(worst, np.abs(vector - reference["embedding"][sentences]).max())
            sentences += 1
    assert worst < MOST, f"a value differs by {worst}"
    print(f"ONNX Runtime: {len(notes)} windows, {sentences} sentences of {config['model']} as the reference, within {worst:.1e}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
