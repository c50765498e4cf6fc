#!/usr/bin/env python3
"""Whether time and memory stay linear on hostile input: `pressmark annotate` at a size, twice and four times it.

    cargo build --release && python3 scripts/hostile_times.py [target/release/pressmark]

Each kind goes through reading, cleaning and splitting at --size (1 MiB), or with --all through all stages, the model
included, at a sixteenth of that. Time is user CPU seconds less those of an empty run, memory the largest resident set
in MiB, that of the empty run included. The exit code is 1 when twice the size takes more than 2.3 times X: a kind that seems to is measured again, as other programs on the machine disturb it.
"""

import argparse
import os
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
    "rows.csv": lambda n: "id,text\n" + "".join(f"{i},Rain fell.\n" for i in range(n // 17)),
    "array.json": lambda n: "[" + ",".join('{"text":"Rain fell."}' for _ in range(n // 22)) + "]",
    "nexis.txt": lambda n: "".join(
        f"Harbour shut {i}\n\nThe Alder Post\n\nMarch 5, 2024 Tuesday\n\nCopyright 2024 The Alder Post\n\n"
        f"Byline: Ada Okoye\n\nLength: 15 words\n\nBody\n\n{SENTENCE}\n\nLoad-Date: March 6, 2024\n\nEnd of Document\n\n"
        for i in range(n // 270)
    ),
    "factiva-codes.txt": lambda n: "HD Harbour shut\n" * (n // 16),
    "records.warc": lambda n: "".join(
        f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:a:{i}>\r\nContent-Type: text/plain\r\n"
        "Content-Length: 10\r\n\r\nRain fell.\r\n\r\n"
        for i in range(n // 125)
    ),
    "headers.warc": lambda n: "WARC/1.0\r\n" + "A: b\r\n" * (n // 6),
    "dates.html": lambda n: "<time>5 March 2024</time> " * (n // 26) + "<p>" + SENTENCE * 4,
    "datelines.html": lambda n: "<p>" + "LONDON (Reuters) - " * (n // 19) + "</p>",
    "datelines.md": lambda n: "# Harbour\n\n" + "LONDON (Reuters) - " * (n // 19),
    "quotes.html": lambda n: "<p>“We will open it,” said Ada Okoye.</p>" * (n // 42),
    "quotes.md": lambda n: "> “We will open it,” said Ada Okoye.\n\n" * (n // 42),
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


# A ratio from one size to twice it that is not linear any more, and the seconds below which no ratio means anything.
STEEP, LEAST = 2.3, 0.5


def measure(program, folder, name, stages):
    """User CPU seconds and the largest resident set in MiB of one run."""
    command = [program, "annotate", os.path.join(folder, name), "-q", "-o", os.path.join(folder, "out.rows"), "--overwrite", "-j", "1"]
    if name == "patterns.txt":
        # Terms are looked for by the recogniser, for which the shorter run lacks the stage.
        stages = [*(stages and ["--stages", "ner"]), "--terms", os.path.join(folder, "terms.toml")]
    child = subprocess.Popen(command + stages, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        sys.exit(f"{name}: exit code {child.returncode}")
    return usage.ru_utime, usage.ru_maxrss / 1024


def ratio(times):
    """The larger of the two steps from one size to twice it, of those that take long enough to tell."""
    return max((after / before for before, after in zip(times, times[1:]) if after > LEAST), default=0.0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", default="target/release/pressmark")
    parser.add_argument("--size", type=int, default=1 << 20)
    parser.add_argument("--all", action="store_true", help="all stages, at a sixteenth of the size")
    parser.add_argument("--only", nargs="+", help="these kinds")
    args = parser.parse_args()
    size, stages = (args.size // 16, []) if args.all else (args.size, ["--stages", "tokenize"])
    steep = []
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "empty.txt"), "w").write("x")
        open(os.path.join(folder, "terms.toml"), "w").write(TERMS)
        empty = [measure(args.program, folder, "empty.txt", stages) for _ in range(3)]
        start = min(seconds for seconds, _ in empty)
        sizes = [size, 2 * size, 4 * size]
        print(f"empty run: {start:.2f} s, {max(mib for _, mib in empty):.0f} MiB")
        print(f"{'bytes':24}" + "".join(f"{s:10}" for s in sizes) + "   step" + "".join(f"{s:10}" for s in sizes))
        for name, make in KINDS.items():
            if args.only and name not in args.only:
                continue
            times, memory = [float("inf")] * 3, [0.0] * 3
            for _ in range(3):
                for place, n in enumerate(sizes):
                    data = make(n)
                    with open(os.path.join(folder, name), "wb") as file:
                        file.write(data if isinstance(data, bytes) else data.encode())
                    seconds, memory[place] = measure(args.program, folder, name, stages)
                    times[place] = min(times[place], max(seconds - start, 0.001))
                if ratio(times) <= STEEP:
                    break
            else:
                steep.append(name)
            print(f"{name:24}" + "".join(f"{t:9.2f}s" for t in times) + f"{ratio(times):7.1f}" + "".join(f"{m:7.0f}MiB" for m in memory), flush=True)
    if steep:
        sys.exit("not linear: " + ", ".join(steep))


if __name__ == "__main__":
    main()
