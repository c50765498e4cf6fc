#!/usr/bin/env python3
"""Peak memory of `pressmark annotate` against the number of documents: it must be flat.

    python3 benches/memory.py target/release/pressmark

Makes corpora of short documents, all different, and some with 20 huge documents besides; annotates each into
/dev/null; prints a line a run. Standard library only. The stages default to `tokenize`, since the corpus is
large: what could grow with a corpus (ids, the index of duplicates, what is in flight) is outside the stages.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
import time

WORDS = ["".join(random.Random(n).choices("aeioulnrstdmkp", k=2 + n % 8)) for n in range(2000)]


def text(dice, sentences):
    return " ".join(" ".join(dice.choices(WORDS, k=12)).capitalize() + "." for _ in range(sentences))


def corpus(path, short, huge, huge_bytes):
    dice = random.Random(short)
    paragraphs = [text(dice, 6) for _ in range(500)]
    with open(path, "w", encoding="utf-8") as file:
        for n in range(short):
            if huge and n % (short // huge) == 0:
                long = "\n\n".join(dice.choices(paragraphs, k=huge_bytes // len(paragraphs[0])))
                file.write(json.dumps({"id": f"huge-{n}", "text": long}) + "\n")
            file.write(json.dumps({"id": f"doc-{n}", "text": text(dice, 4)}) + "\n")


def peak(args):
    """Seconds and mebibytes of one run."""
    start = time.monotonic()
    process = subprocess.Popen(args, stderr=subprocess.PIPE)
    message = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit(message)
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pressmark")
    parser.add_argument("--stages", default="tokenize")
    parser.add_argument("--short", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--huge", type=int, default=20)
    parser.add_argument("--huge-bytes", type=int, default=4 << 20)
    args = parser.parse_args()
    print("short documents  huge  duplicates  seconds  peak MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "corpus.jsonl")
        for short in args.short:
            for huge in (0, args.huge):
                corpus(path, short, huge, args.huge_bytes)
                for duplicates in ("mark", "keep"):
                    run = [args.pressmark, "annotate", path, "-o", "/dev/null", "--quiet"]
                    run += ["--stages", args.stages, "--duplicates", duplicates, "--jobs", "2"]
                    seconds, mebibytes = peak(run)
                    print(f"{short:15}  {huge:4}  {duplicates:10}  {seconds:7.1f}  {mebibytes:7.0f}", flush=True)


if __name__ == "__main__":
    main()
