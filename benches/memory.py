#!/usr/bin/env python3
"""Peak memory of `pressmark annotate` against the number of documents: it must be flat.

    cargo build --release && python3 benches/memory.py target/release/pressmark --write benches/results/memory.md

Makes corpora of short documents, all different, and some with 20 huge documents besides; annotates each to a file
with a journal, as long runs are; prints a line a run. Standard library only. One curve goes to 200,000 documents
through `tokenize`, since what could grow with a corpus (ids, the index of duplicates, the journal, what is in flight)
is outside the stages; a shorter one goes through all stages. Last come two long documents at a time, as text and as
a page, made of the sentences of `seeds/` in random order, half of them with a made-up name put in.
"""

import argparse
import json
import os
import random
import re
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


def long_text(megabytes, number):
    """Paragraphs of as many megabytes."""
    dice = random.Random(number)
    seeds = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "seeds")
    sentences = []
    for name in sorted(os.listdir(seeds)):
        if name.endswith(".txt"):
            with open(os.path.join(seeds, name), encoding="utf-8", errors="replace") as file:
                sentences += [s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", file.read()) if 30 < len(s.strip()) < 400]
    paragraphs, size = [], 0
    while size < megabytes * 1e6:
        chosen = [dice.choice(sentences).split() for _ in range(dice.randint(2, 5))]
        for words in chosen[::2]:
            words.insert(dice.randrange(len(words)), f"Anna {dice.choice(WORDS)}{dice.choice(WORDS)}".title())
        paragraphs.append(" ".join(word for words in chosen for word in words))
        size += len(paragraphs[-1].encode()) + 2
    return paragraphs


def long_documents(args, folder):
    """A row a run: megabytes of a text and of a page, CPU seconds, peak MiB."""
    output = os.path.join(folder, "out.jsonl")
    for megabytes in args.long:
        text, page = (os.path.join(folder, name) for name in ("long.txt", "long.html"))
        with open(text, "w", encoding="utf-8") as file:
            file.write("\n\n".join(long_text(megabytes - 0.1, 1)))
        with open(page, "w", encoding="utf-8") as file:
            body = "\n".join(f"<p>{paragraph}</p>" for paragraph in long_text(megabytes * 0.95 - 0.1, 2))
            file.write(f"<html><body><article><h1>A long page</h1>\n{body}</article></body></html>")
        seconds, mebibytes = peak([args.pressmark, "annotate", text, page, "-o", output, "--quiet", "--overwrite", "-j", "2"])
        yield f"{megabytes}", f"{seconds:.0f}", f"{mebibytes:.0f}"


def table(title, columns, rows):
    """Prints the rows as they come; gives them as Markdown."""
    print(title, "  ".join(columns), sep="\n", flush=True)
    lines = [f"## {title}\n", f"| {' | '.join(columns)} |", "|" + "---:|" * len(columns)]
    for row in rows:
        print("  ".join(cell.rjust(len(name)) for cell, name in zip(row, columns)), flush=True)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


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
    parser.add_argument("--long", type=int, nargs="*", default=[1, 4, 16], help="megabytes of long documents")
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
            if counts:
                report.append(table(title, COLUMNS, curve(args, folder, stages, counts, huge_bytes)))
        if args.long:
            title = "All stages, one text and one page at a time"
            report.append(table(title, ("MB each", "CPU s", "peak MiB"), long_documents(args, folder)))
    if args.write:
        with open(args.write, "a" if args.append else "w", encoding="utf-8") as file:
            file.write("\n" * args.append + "\n\n".join(report[2 * args.append :]) + "\n")


if __name__ == "__main__":
    main()
