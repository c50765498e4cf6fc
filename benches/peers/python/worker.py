"""A Python contender in a process of its own: `worker.py NAME THREADS MODELS`.

Reads one JSON request a line from standard input and answers each with a line:

    {"do": "answer", "case": PATH}             -> {"answer": ...}             once, for the check (and to warm up)
    {"do": "time", "case": PATH, "seconds": S} -> {"seconds": s, "runs": n}   again and again for S seconds

A case is a JSON file; it is read, and made ready as far as the contender likes, before the clock starts.
"""

import importlib
import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol


class Contender(Protocol):
    """What `CONTENDERS` make: `packages` names what its speed depends on."""

    packages: list[str]

    def load(self, case: dict[str, Any]) -> Any: ...
    def run(self, case: Any) -> Any: ...
    def answer(self, case: Any) -> Any: ...


# Name -> module and class; only the module that is asked for is imported, so that memory is that of one contender.
CONTENDERS = {
    "torch-f32": ("encoders", "Torch"),
    "onnxruntime-f32": ("encoders", "OnnxF32"),
    "onnxruntime-int8": ("encoders", "OnnxInt8"),
    "spacy-sentencizer": ("text", "Sentencizer"),
    "spacy-parser": ("text", "Parser"),
    "spacy-ner": ("text", "SpacyEntities"),
    "bert-base-ner": ("models", "BertEntities"),
    "sumy-lexrank": ("text", "LexRank"),
    "trafilatura": ("text", "Trafilatura"),
    "trafilatura-fast": ("text", "TrafilaturaFast"),
    "readability-lxml": ("text", "Readability"),
    "datasketch": ("text", "Datasketch"),
    "chain-sentiment-small": ("chain", "SentimentSmall"),
    "chain-zeroshot-small": ("chain", "ZeroShotSmall"),
    "chain-zeroshot-base": ("chain", "ZeroShotBase"),
}


def serve(contender: Contender) -> None:
    cases: dict[str, Any] = {}
    say({"ready": True, "versions": {name: version(name) for name in contender.packages}})
    for line in sys.stdin:
        request = json.loads(line)
        path = request["case"]
        if path not in cases:
            cases[path] = contender.load(json.loads(Path(path).read_text(encoding="utf-8")))
        case = cases[path]
        if request["do"] == "answer":
            say({"answer": contender.answer(case)})
            continue
        start, runs = time.perf_counter(), 0
        while runs == 0 or time.perf_counter() - start < request["seconds"]:
            contender.run(case)
            runs += 1
        say({"seconds": time.perf_counter() - start, "runs": runs})


def say(reply: dict[str, Any]) -> None:
    OUT.write(json.dumps(reply) + "\n")
    OUT.flush()


def main() -> None:
    warnings.filterwarnings("ignore")
    name, threads, models = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    module, kind = CONTENDERS[name]
    serve(getattr(importlib.import_module(module), kind)(threads, models))


if __name__ == "__main__":
    # Libraries print as they like; only replies go to the bench.
    OUT, sys.stdout = sys.stdout, sys.stderr
    main()
