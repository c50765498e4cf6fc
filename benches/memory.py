#!/usr/bin/env python3
"""Peak memory of `pressmark annotate` against the number of documents: it must be flat.

    cargo build --release && python3 benches/memory.py target/release/pressmark --write benches/results/memory.md

Makes corpora of short documents, all different, and some with 20 huge documents besides; annotates each to a file
with a journal, as long runs are; prints a line a run. Standard library only. One curve goes to 200,000 documents
through `tokenize`, since what could grow with a corpus (ids, the index of duplicates, the journal, what is in flight)
is outside the stages; a shorter one goes through all stages.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile

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


def peak(args, codes=(0, 1)):
    """CPU seconds, which other work does not change, and peak mebibytes of one run that ends with one of the codes."""
    process = subprocess.Popen(args, stderr=subprocess.PIPE)
    message = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in codes:
        raise SystemExit(message)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def curve(args, folder, stages, counts, huge_bytes):
    """A row a run: documents, huge ones, MB of input, duplicates, CPU seconds, peak MiB."""
    path, output = os.path.join(folder, "corpus.jsonl"), os.path.join(folder, "out.jsonl")
    for short in counts:
        for huge in sorted({0, args.huge}):
            corpus(path, short, huge, huge_bytes)
            size = os.path.getsize(path) / 1e6
            for duplicates in args.duplicates:
                run = [args.pressmark, "annotate", path, "-o", output, "--quiet", "--overwrite"]
                run += ["--duplicates", duplicates, "--jobs", "2"] + (["--stages", stages] if stages else [])
                seconds, mebibytes = peak(run)
                yield f"{short:,}", f"{huge}", f"{size:.0f}", duplicates, f"{seconds:.0f}", f"{mebibytes:.0f}"


COLUMNS = ("short documents", "huge", "input MB", "duplicates", "CPU s", "peak MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pressmark")
    parser.add_argument("--short", type=int, nargs="*", default=[2_000, 20_000, 200_000], help="through tokenize")
    parser.add_argument("--all", type=int, nargs="*", default=[250, 1_000], help="through all stages")
    parser.add_argument("--duplicates", nargs="+", default=["mark"], choices=["mark", "keep", "drop"])
    parser.add_argument("--huge", type=int, default=20)
    parser.add_argument("--huge-bytes", type=int, default=4 << 20, help="of each huge document, through tokenize")
    parser.add_argument("--huge-bytes-all", type=int, default=64 << 10, help="of each, through all stages")
    parser.add_argument("--write", metavar="FILE", help="write the tables there, as Markdown")
    parser.add_argument("--append", action="store_true", help="below those that stand there")
    args = parser.parse_args()
    version = subprocess.run([args.pressmark, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    report = [
        "# Peak memory against the number of documents",
        f"Written by `benches/memory.py`: `pressmark annotate`, {version}, two threads, to a file with a journal. A "
        f"short document has four sentences. Peak is the greatest resident memory of the process, the model "
        f"included.",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for stages, counts, huge_bytes in (("tokenize", args.short, args.huge_bytes), (None, args.all, args.huge_bytes_all)):
            title = f"{'All stages' if stages is None else f'`--stages {stages}`'}, huge documents of {huge_bytes >> 10:,} KiB"
            lines = [f"## {title}\n\n| {' | '.join(COLUMNS)} |", "|" + "---:|" * len(COLUMNS)]
            print(title, "  ".join(COLUMNS), sep="\n", flush=True)
            for row in curve(args, folder, stages, counts, huge_bytes):
                print("  ".join(cell.rjust(len(name)) for cell, name in zip(row, COLUMNS)), flush=True)
                lines.append(f"| {' | '.join(row)} |")
            report += ["\n".join(lines)] if counts else []
    if args.write:
        with open(args.write, "a" if args.append else "w", encoding="utf-8") as file:
            file.write("\n" * args.append + "\n\n".join(report[2 * args.append :]) + "\n")


if __name__ == "__main__":
    main()
