#!/usr/bin/env python3
"""Time and peak memory of `pressmark group` against the number of documents, and whether it finds the events.

    cargo build --release && python3 benches/group.py target/release/pressmark --write benches/results/group.md

The documents are rows of `seeds/` with other words of the same length in their texts and names, so that every offset
holds. An event is one row with words of its own, told by one to four outlets within three days, each of which has
changed a third of the words once more. Common words are drawn from a few, names from very many, as in print. B-cubed F1
(Bagga and Baldwin 1998) is of the stories against these events. Standard library only.
"""

import argparse
import collections
import datetime
import json
import os
import random
import re
import string
import subprocess
import tempfile

WORD = re.compile(r"[A-Za-z]{4,}")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


def drawn(dice, length, common):
    """A word of a length: one of a few, more often the first, or one that hardly comes twice."""
    source = random.Random(f"{length} {int(dice.paretovariate(0.8))}") if common else dice
    return "".join(source.choices(string.ascii_lowercase, k=length))


def vary(text, words, dice, share):
    """The text with other words, each the same way throughout a document; `share` of those of the event are changed."""

    def other(match):
        word = match[0]
        key = word.lower()
        if key not in words:
            words[key] = drawn(dice, len(word), word[0].islower())
        changed = words[key]
        if share and (hash_of(key, share[1]) % 1000) / 1000 < share[0]:
            changed = drawn(random.Random(f"{key} {share[1]}"), len(word), word[0].islower())
        return changed.capitalize() if word[0].isupper() else changed

    return WORD.sub(other, text)


def hash_of(key, salt):
    return random.Random(f"{salt} {key}").randrange(1 << 30)


def corpus(path, rows, documents):
    """Writes the documents, those of an event far from each other; returns the event of each id."""
    dice, told, events = random.Random(documents), [], {}
    while len(told) < documents:
        event = len(told)
        for teller in range(min(dice.choice([1, 1, 1, 2, 2, 3, 4]), documents - len(told))):
            told.append((event, teller))
    dice.shuffle(told)
    with open(path, "w", encoding="utf-8") as file:
        for event, teller in told:
            of_event = random.Random(event)
            row = dict(of_event.choice(rows))
            day = datetime.date(2024, 1, 1) + datetime.timedelta(of_event.randrange(365) + teller % 3)
            words, share = {}, (1 / 3, f"{event} {teller}") if teller else None
            row["id"] = f"{event}-{teller}"
            row["text"] = vary(row["text"], words, of_event, share)
            row["meta"] = row["meta"] | {
                "title": None, "published": day.isoformat(), "site": f"Outlet {random.Random(share and share[1]).randrange(60)}",
            }  # fmt: skip
            row["entities"] = [
                entity
                | {"name": vary(entity["name"], words, of_event, share)}
                | {"aliases": [vary(alias, words, of_event, share) for alias in entity["aliases"]]}
                for entity in row["entities"]
            ]
            events[row["id"]] = event
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    return events


def run(args):
    """CPU seconds, which other work changes little, and peak mebibytes."""
    process = subprocess.Popen(args)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit(f"{args} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def b_cubed(events, grouped):
    """F1 of the stories of a file of rows, in per cent."""
    story = {}
    with open(grouped, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            story[row["id"]] = row["story"]
    ours, theirs = collections.Counter(story.values()), collections.Counter(events.values())
    both = collections.Counter((story[doc], event) for doc, event in events.items())
    precision = sum(n * n / ours[s] for (s, _), n in both.items()) / len(events)
    recall = sum(n * n / theirs[e] for (_, e), n in both.items()) / len(events)
    return 200 * precision * recall / (precision + recall)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pressmark")
    parser.add_argument("--documents", type=int, nargs="+", default=[25_000, 50_000, 100_000, 200_000])
    parser.add_argument("--write", help="the Markdown file of the table")
    args = parser.parse_args()
    lines = ["| documents | MB | CPU s | ms each | peak MiB | B-cubed F1 |", "|---:|---:|---:|---:|---:|---:|"]
    print("\n".join(lines))
    with tempfile.TemporaryDirectory() as folder:
        path = {name: os.path.join(folder, name) for name in ("seeds.jsonl", "rows.jsonl", "stories.jsonl", "grouped.jsonl")}
        run([args.pressmark, "annotate", os.path.join(ROOT, "seeds"), "-o", path["seeds.jsonl"], "--quiet"])
        with open(path["seeds.jsonl"], encoding="utf-8") as file:
            rows = [row for row in map(json.loads, file) if len(row["text"]) > 400 and row["entities"]]
        for row in rows:
            row |= {"tokens": [], "segments": [], "frames": []}
        for documents in args.documents:
            events = corpus(path["rows.jsonl"], rows, documents)
            size = os.path.getsize(path["rows.jsonl"]) / 1e6
            command = [args.pressmark, "group", path["rows.jsonl"], "-o", path["stories.jsonl"], "--quiet", "--overwrite"]
            seconds, mebibytes = run([*command, "--rows", path["grouped.jsonl"], "--vectors", "never"])
            score = b_cubed(events, path["grouped.jsonl"])
            each = 1000 * seconds / documents
            lines.append(f"| {documents:,} | {size:,.0f} | {seconds:.0f} | {each:.2f} | {mebibytes:,.0f} | {score:.1f} |")
            print(lines[-1], flush=True)
    if args.write:
        with open(args.write, "w", encoding="utf-8") as file:
            file.write("# Grouping against the number of documents\n\n")
            file.write("Written by `benches/group.py`: `pressmark group --vectors never --rows`, from annotated rows.\n\n")
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
