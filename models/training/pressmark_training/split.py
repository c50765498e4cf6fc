"""Copies the held-out parts of the data to a folder outside the repository.

`pressmark evaluate` is then pointed at that folder, so that both sides measure
on the same articles.
"""

import argparse
import csv
import io
import json
import shutil
from pathlib import Path

from .data_ner import is_dev, wikigold_trains
from .tasks import CCF_CODES, bbc_trains, chance


def worldwide(data: Path, out: Path) -> int:
    """Dev articles with two columns: token and the outer tag."""
    folder = out / "worldwide_dev"
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted((data / "ner/worldwide_newswire").glob("*.tsv")):
        if is_dev(path.name):
            lines = ["\t".join(line.split("\t")[:2]) for line in path.read_text(encoding="utf-8").splitlines()]
            (folder / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            count += 1
    return count


def wikigold(data: Path, out: Path) -> int:
    """The fifth of wikigold's articles that phase 2 does not train on."""
    text = (data / "ner/wikigold/wikigold.conll.txt").read_text(encoding="utf-8")
    articles = [a.strip("\n") for a in text.split("-DOCSTART- O\n")]
    # The reader numbers an article by how many came before it, counting the leading one.
    held = [a for i, a in enumerate(articles) if a and not wikigold_trains(f"wikigold-{i}")]
    (out / "wikigold_held.txt").write_text("\n\n".join(held) + "\n", encoding="utf-8")
    return len(held)


def ccf(data: Path, out: Path) -> int:
    """English dev units as `{text, label: [...]}` with the eight frame names."""
    rows = []
    for line in (data / "frames/ccf/train.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["meta"]["language"] == "EN" and chance(str(record["meta"]["doc_ID"]), 5) == 0:
            found = {x.lower().removesuffix("detection").strip() for x in record["label"] if "etection" in x}
            label = sorted(CCF_CODES[f] for f in found if f in CCF_CODES)
            rows.append(json.dumps({"text": record["text"], "label": label}, ensure_ascii=False))
    (out / "ccf_dev.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(rows)


def _csv(source: Path, target: Path, key: str, parts: int) -> int:
    reader = csv.DictReader(io.StringIO(source.read_text(encoding="utf-8", errors="replace")))
    rows = [r for r in reader if chance(r[key], parts) == 0]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def bbc(data: Path, out: Path) -> int:
    count = 0
    for kind in ("articles", "summaries"):
        (out / "bbc_held" / kind).mkdir(parents=True, exist_ok=True)
        for path in sorted((data / "summaries/bbc" / kind).glob("*.txt")):
            if not bbc_trains(path.name):
                shutil.copy(path, out / "bbc_held" / kind / path.name)
                count += kind == "articles"
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    print("worldwide_dev/", worldwide(args.data, args.out), "articles")
    print("wikigold_held.txt", wikigold(args.data, args.out), "articles")
    print("ccf_dev.jsonl", ccf(args.data, args.out), "units")
    print("gvfc_dev.csv", _csv(args.data / "frames/gvfc/train.csv", args.out / "gvfc_dev.csv", "news_title", 5), "headlines")
    print("vast_dev.csv", _csv(args.data / "stance/vast/dev.csv", args.out / "vast_dev.csv", "Target 1", 5), "comments")
    print("bbc_held/", bbc(args.data, args.out), "articles")


if __name__ == "__main__":
    main()
