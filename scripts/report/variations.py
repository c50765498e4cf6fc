"""Many rows from few: variations.py ROWS COUNT > more rows.

Each is a row with another id, title, day and outlet, so that lists, charts and filters have as much to do as in a corpus.
"""

import json
import sys
from datetime import date, timedelta

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
for number in range(int(sys.argv[2])):
    row = dict(rows[number % len(rows)])
    row["tokens"] = []  # No page needs them, and they are half of a row.
    row["id"] = f"{row['id']}-{number}"
    row["meta"] = dict(row["meta"])
    row["meta"]["title"] = f"{row['meta']['title'] or 'Untitled'} ({number})"
    row["meta"]["site"] = f"Outlet {number * 7919 % 40}"
    row["meta"]["published"] = str(date(2023, 1, 1) + timedelta(days=number * 104729 % 730))
    row["duplicate_of"] = None
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
