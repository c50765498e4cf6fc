#!/usr/bin/env python3
"""Whether time stays linear on hostile input: CPU seconds of `pressmark annotate` at a size, twice and four times it.

    cargo build --release && python3 scripts/hostile_times.py [target/release/pressmark]

Each kind goes through reading, cleaning and splitting at --size (1 MiB), or with --all through all stages, the model
included, at a sixteenth of that. The time of an empty run is taken off. Linear is a ratio of 4 from the first size to
the last; the exit code is 1 when one is above 8 and above a second, which 4 times the size should never cost.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile

SENTENCE = "The harbour of Port Alder was shut on Tuesday, said the mayor, Ada Okoye. "
KINDS = {
    "sentences.txt": lambda n: SENTENCE * (n // len(SENTENCE)),
    "one-word.txt": lambda n: "x" * n,
    "datelines.txt": lambda n: "LONDON (Reuters) - " * (n // 19),
    "patterns.txt": lambda n: "ore " * (n // 4),
    "names.txt": lambda n: "".join(f"Ada{i % 5000} Okoye{i % 700} met. " for i in range(n // 22)),
    "capitals.txt": lambda n: "Ada Okoye " * (n // 10),
    "marks.txt": lambda n: "“a” " * (n // 4),
    "open-marks.txt": lambda n: "“a " * (n // 3),
    "straight-marks.txt": lambda n: '"a ' * (n // 3),
    "open-paragraphs.txt": lambda n: "“He said so\n\n" * (n // 13),
    "said.txt": lambda n: "said he that " * (n // 13),
    "brackets.txt": lambda n: "a(" * (n // 2),
    "full-stops.txt": lambda n: "a." * (n // 2),
    "initials.txt": lambda n: "J. R. " * (n // 6),
    "numbers.txt": lambda n: "1,000.5 " * (n // 8),
    "addresses.txt": lambda n: "a.b@c/" * (n // 6),
    "lines.txt": lambda n: "x\n" * (n // 2),
    "blank-lines.txt": lambda n: "x\n\n" * (n // 3),
    "bullets.txt": lambda n: "• x\n" * (n // 4),
    "hidden.txt": lambda n: "a\u200b\u202e" * (n // 7),
    "accents.txt": lambda n: "e" + "\u0301" * (n // 2),
    "emoji.txt": lambda n: "\U0001f469\u200d" * (n // 7),
    "han.txt": lambda n: "港は閉鎖" * (n // 12),
    "broken-bytes.txt": lambda n: b"rain \xff " * (n // 7),
    "stars.md": lambda n: "*a **" * (n // 5),
    "links.md": lambda n: "[a](" * (n // 4),
    "hashes.md": lambda n: "# " * (n // 2),
    "deep.html": lambda n: "<div>" * (n // 5) + "x",
    "deep-lists.html": lambda n: "<ul><li>" * (n // 8) + "x",
    "tables.html": lambda n: "<table><tr><td>a" * (n // 16),
    "open-tags.html": lambda n: '<a <b "' * (n // 7),
    "open-comments.html": lambda n: "<!--" * (n // 4),
    "attributes.html": lambda n: "<p " + "".join(f"a{i}=b " for i in range(n // 10)) + ">x",
    "entities.html": lambda n: "<p>a" + "&amp;" * (n // 5),
    "half-entities.html": lambda n: "<p>" + "&#x" * (n // 3),
    "paragraphs.html": lambda n: "<p>Rain fell.</p>" * (n // 17),
    "links.html": lambda n: '<a href="x">y</a> ' * (n // 18),
    "headings.html": lambda n: "<h1>Harbour shut again</h1>" * (n // 28) + "<p>" + SENTENCE * 4,
    "meta-authors.html": lambda n: "".join(f'<meta name=author content="Ada{i} Okoye{i}">' for i in range(n // 46))
    + "<p>" + SENTENCE * 4,
    "teasers.html": lambda n: "<div class=teaser>" * 500 + "<div class=related><p>Rain fell.</p></div>" * (n // 42),
    "linked.html": lambda n: ("<p><a href=x>" + SENTENCE + "</a></p>") * (n // 95) + "<p>" + SENTENCE * 4,
    "empty-titles.html": lambda n: "<svg>" + "<title/" * (n // 7),
    "json-ld.html": lambda n: '<script type="application/ld+json">' + '{"@graph":[' * (n // 11) + "</script><p>x",
    "brackets.jsonl": lambda n: '{"text":' + "[" * n,
    "escapes.jsonl": lambda n: '{"text":"' + "\\u00e9" * (n // 6) + '"}',
    "keys.jsonl": lambda n: "{" + ",".join(f'"k{i}":1' for i in range(n // 10)) + ',"text":"x"}',
    "stray-quotes.csv": lambda n: "text,b\n" + '"a,b\n' * (n // 5),
    "cells.csv": lambda n: "text,b\n" + "," * n,
}
# A pattern that looks through all that is left of the text for each of its matches.
TERMS = """[codebook]
name = "hostile"
version = "1"
kind = "terms"
[[label]]
name = "ORE"
patterns = ['ore(?:.*mine)?']
"""


def seconds(program, folder, name, stages):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [program, "annotate", os.path.join(folder, name), "-q", "-o", os.path.join(folder, "out.rows"), "--overwrite", "-j", "1"]
    if name == "patterns.txt":
        # Terms are looked for by the recogniser, for which the shorter run lacks the stage.
        stages = [*(stages and ["--stages", "ner"]), "--terms", os.path.join(folder, "terms.toml")]
    code = subprocess.run(command + stages, stderr=subprocess.PIPE).returncode
    if code not in (0, 1):
        sys.exit(f"{name}: exit code {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default="target/release/pressmark")
    parser.add_argument("--size", type=int, default=1 << 20)
    parser.add_argument("--all", action="store_true", help="all stages, at a sixteenth of the size")
    parser.add_argument("--only", help="one kind")
    args = parser.parse_args()
    size, stages = (args.size // 16, []) if args.all else (args.size, ["--stages", "tokenize"])
    slow = []
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "empty.txt"), "w").write("x")
        open(os.path.join(folder, "terms.toml"), "w").write(TERMS)
        start = min(seconds(args.program, folder, "empty.txt", stages) for _ in range(3))
        print(f"{'':24}{size:>10}{2 * size:>10}{4 * size:>10}  ratio   (an empty run: {start:.2f} s)")
        for name, make in KINDS.items():
            if args.only and args.only != name:
                continue
            times = []
            for scale in (1, 2, 4):
                data = make(size * scale)
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data if isinstance(data, bytes) else data.encode())
                times.append(max(seconds(args.program, folder, name, stages) - start, 0.001))
            ratio = times[2] / times[0]
            if ratio > 8 and times[2] > 1:
                slow.append(name)
            print(f"{name:24}" + "".join(f"{t:10.3f}" for t in times) + f"{ratio:7.1f}", flush=True)
    if slow:
        sys.exit("not linear: " + ", ".join(slow))


if __name__ == "__main__":
    main()
