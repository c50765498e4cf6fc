"""Makes a corpus of invented articles out of the samples in seeds/: the same for the same number, with ids of their own."""

import gzip
import json
import random
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SEEDS = ["01-ferry-dispute.txt", "02-copper-rail.txt", "03-measles-campaign.txt", "10-match-report.md"]
PLACES = ["Port Amsel", "Brunholm", "Costa Verra", "Delwick", "Esterhaven", "Fort Kaleth", "Grenmouth", "Harrowdale"]
FILES = 8
ROWS_A_GROUP = 20


def articles(seeds: Path, count: int, words: int = 250) -> list[dict]:
    """Articles of some `words` words, put together of sentences of the samples."""
    pool = [sentence for name in SEEDS for sentence in sentences((seeds / name).read_text(encoding="utf-8"))]
    made = []
    for number in range(count):
        dice = random.Random(number)
        text, length = [], 0
        while length < words:
            # No paragraph stands twice in an article: each tells of another place and with other numbers.
            place = f"{dice.choice(PLACES)}, district {len(text) + 1}: "
            chosen = dice.sample(pool, 3)
            paragraph = place + re.sub(r"\d{2,}", lambda _: str(dice.randrange(10, 1000)), " ".join(chosen))
            text.append(paragraph)
            length += len(paragraph.split())
        made.append(
            {
                "id": f"article-{number:06}",
                "text": "\n\n".join(text),
                "title": f"Note {number} from {dice.choice(PLACES)}" if number % 7 else None,
                "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
                "outlet": f"Outlet {number % 5}",
                "views": dice.randrange(10_000),
            }
        )
    return made


def corpus(seeds: Path, count: int) -> list[dict]:
    """Articles, and among them what goes wrong in a corpus: no text, the same text again, no words, another language."""
    made = articles(seeds, count)
    made[5]["text"] = ""
    made[count // 2]["text"] = made[3]["text"]
    made[count // 3]["text"] = "* * * 12 34 * * *"
    made[count // 4]["text"] = "Der Bürgermeister sperrte am Montag die alte Brücke. „Sie ist nicht sicher“, sagte er vor dem Rathaus."
    return made


def sentences(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    body = " ".join(line for line in lines if len(line) > 80)
    return re.split(r"(?<=[.!?”])\s+(?=[A-Z“])", body)


def write(rows: list[dict], folder: Path) -> None:
    """Writes them as Parquet and as JSON Lines, each in several files."""
    parquet, lines = folder / "parquet", folder / "jsonl"
    parquet.mkdir(parents=True)
    lines.mkdir()
    schema = pa.Table.from_pylist(rows).schema
    size = -(-len(rows) // FILES)
    for number in range(FILES):
        part = rows[number * size : (number + 1) * size]
        pq.write_table(pa.Table.from_pylist(part, schema), parquet / f"part-{number}.parquet", row_group_size=ROWS_A_GROUP)
        text = "".join(json_line(row) + "\n" for row in part)
        if number == 0:
            (lines / "part-0.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            (lines / f"part-{number}.jsonl").write_text(text, encoding="utf-8")


def json_line(row: dict) -> str:
    known = {name: value for name, value in row.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))
