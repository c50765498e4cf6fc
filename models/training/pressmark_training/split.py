"""Copies the held-out parts of the data to a folder outside the repository, for `pressmark evaluate`.

Both sides then measure on the same articles. Parts that the data folder has in files of their own (Wikinews, MEANTIME,
CoNLL++, NewsMTSC, the French sentences) are read where they lie.
"""

import argparse
import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from .data.columns import rows_of, wikigold_trains, worldwide_trains
from .data.items import chance
from .data.registry import registry
from .data.texts import CCF_CODES, bbc_trains, ccf_trains, sentfin_trains


def worldwide(data: Path, out: Path) -> int:
    """Dev articles with two columns: token and the outer tag."""
    folder = out / "worldwide_dev"
    folder.mkdir(parents=True, exist_ok=True)
    held = [p for p in sorted((data / "ner/worldwide_newswire").glob("*.tsv")) if not worldwide_trains(p.name)]
    for path in held:
        lines = ["\t".join(line.split("\t")[:2]) for line in path.read_text(encoding="utf-8").splitlines()]
        (folder / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(held)


def wikigold(data: Path, out: Path) -> int:
    """The fifth of wikigold's articles that does not train."""
    path = data / next(s.path for s in registry() if s.name == "wikigold")
    articles: list[list[str]] = [[]]
    for rows in rows_of(path.read_text(encoding="utf-8")):
        if rows[0][0] == "-DOCSTART-":
            articles.append([])
        else:
            articles[-1].append("".join(f"{word} {tag}\n" for word, tag in rows))
    numbered = [a for a in articles if a]
    held = [a for i, a in enumerate(numbered) if not wikigold_trains(f"{path.stem}-{i}")]
    (out / "wikigold_held.txt").write_text("\n".join("\n".join(a) for a in held), encoding="utf-8")
    return len(held)


def ccf(data: Path, out: Path) -> int:
    """English dev units as `{text, label: [...]}` with the eight frame names."""
    rows = []
    for line in (data / "frames/ccf/train.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["meta"]["language"] == "EN" and not ccf_trains(str(record["meta"]["doc_ID"])):
            found = {x.lower().removesuffix("detection").strip() for x in record["label"] if "etection" in x}
            label = sorted(CCF_CODES[f] for f in found if f in CCF_CODES)
            rows.append(json.dumps({"text": record["text"], "label": label}, ensure_ascii=False))
    (out / "ccf_dev.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(rows)


def _csv(source: Path, target: Path, held: Callable[[dict[str, str]], bool]) -> int:
    reader = csv.DictReader(io.StringIO(source.read_text(encoding="utf-8", errors="replace")))
    rows = [r for r in reader if held(r)]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def bbc(data: Path, out: Path) -> int:
    """Articles and summaries of the half that does not train."""
    count = 0
    for kind in ("articles", "summaries"):
        (out / "bbc_held" / kind).mkdir(parents=True, exist_ok=True)
        for path in sorted((data / "summaries/bbc" / kind).glob("*.txt")):
            if not bbc_trains(path.name):
                shutil.copy(path, out / "bbc_held" / kind / path.name)
                count += kind == "articles"
    return count


def main() -> None:
    """Copies them all, and says how many there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    data, out = args.data, args.out
    out.mkdir(parents=True, exist_ok=True)
    print("worldwide_dev/", worldwide(data, out), "articles")
    print("wikigold_held.txt", wikigold(data, out), "articles")
    print("ccf_dev.jsonl", ccf(data, out), "units")
    gvfc = _csv(data / "frames/gvfc/train.csv", out / "gvfc_dev.csv", lambda r: chance(r["news_title"], 5) == 0)
    print("gvfc_dev.csv", gvfc, "headlines")
    vast = _csv(data / "stance/vast/dev.csv", out / "vast_dev.csv", lambda r: chance(r["Target 1"], 5) == 0)
    print("vast_dev.csv", vast, "comments")
    sentfin = _csv(
        data / "open/sentiment/sentfin.csv", out / "sentfin_dev.csv", lambda r: not sentfin_trains(r["Title"])
    )
    print("sentfin_dev.csv", sentfin, "headlines")
    print("bbc_held/", bbc(data, out), "articles")


if __name__ == "__main__":
    main()
