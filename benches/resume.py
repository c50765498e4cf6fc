#!/usr/bin/env python3
"""How long `pressmark annotate --resume` takes to skip what is done, beside annotating it.

    cargo build --release && python3 benches/resume.py target/release/pressmark --write benches/results/resume.md

A corpus of short documents, all different, ends with one without text, where a first run with `--strict` stops. The
second run takes it up: it reads the input again, holds each record against the journal and each row against the
output, restores ids and the index of duplicates, and annotates the one document that is left. Standard library only.
"""

import argparse
import json
import os
import tempfile

from memory import corpus, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pressmark")
    parser.add_argument("--all", type=int, nargs="*", default=[5_000], help="documents through all stages")
    parser.add_argument("--short", type=int, nargs="*", default=[20_000, 200_000], help="documents through tokenize")
    parser.add_argument("--write", metavar="FILE", help="write the table there, as Markdown")
    args = parser.parse_args()
    lines = [
        "# What `--resume` takes to skip what is done",
        "",
        "Written by `benches/resume.py`: two threads, documents of four sentences; user and system seconds, the start of the",
        "program among them. What is skipped takes the same time whatever the stages were.",
        "",
        "| documents done | stages | annotating them, CPU s | skipping them, CPU s | share |",
        "|---:|---|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path, output = os.path.join(folder, "corpus.jsonl"), os.path.join(folder, "out.jsonl")
        for short, stages in [(n, None) for n in args.all] + [(n, "tokenize") for n in args.short]:
            corpus(path, short, 0, 0)
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps({"id": "last", "text": ""}) + "\n")
            run = [args.pressmark, "annotate", path, "-o", output, "--quiet", "--jobs", "2"]
            run += ["--stages", stages] if stages else []
            annotating, _ = peak(run + ["--strict", "--overwrite"], codes=(2,))
            skipping, _ = peak(run + ["--resume"], codes=(1,))
            with open(output, "rb") as file:
                rows = sum(1 for _ in file)
            if rows != short + 1:
                raise SystemExit(f"{rows} rows of {short + 1} documents")
            lines.append(f"| {short:,} | {stages or 'all'} | {annotating:.1f} | {skipping:.2f} | {skipping / annotating:.1%} |")
            print(lines[-1], flush=True)
    if args.write:
        with open(args.write, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
