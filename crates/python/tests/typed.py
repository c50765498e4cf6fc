"""What type checkers are to see; read by mypy, not run."""

from typing import Dict, Iterator, List, Optional

import pressmark

press = pressmark.Annotator("news", stages=["ner"], summary="60w")
row: pressmark.Record = press.annotate("Rain fell.", title="Rain")
labels: List[str] = [ent.label for ent in row.ents]
score: float = row.frames[0].evidence[0].score
title: Optional[str] = row.meta.title
speaker: Optional[pressmark.Entity] = row.entity(row.quotes[0].speaker)
rows: Iterator[pressmark.Record] = press.annotate_many(["Rain fell.", b"<html>", {"body": "Rain fell."}], progress=False)
table: pressmark.ArrowTable = pressmark.to_arrow(rows, "quotes")
tables: Dict[str, pressmark.ArrowTable] = pressmark.to_arrow(row, ["quotes", "frames"])
wrong: int = row.text  # type: ignore[assignment]
