"""Preprocessor of mdBook for what the book takes from the rest of the repository.

- `{{#include FILE.md}}` of a page outside of the book: its links lead to the page of the book that includes the file they
  name. A link to a file that is no page of the book is left as its text.
- `{{scores TASK}}`: the rows of both model cards that `pressmark evaluate TASK` measured, and `{{score MODEL: DATA: MEASURE}}`,
  one number of them, so that the book cannot say anything else than the cards.
"""

import json
import os
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

INCLUDE = re.compile(r"\{\{#include ([^}:]+\.md)\}\}")
SCORES = re.compile(r"\{\{scores (\w+)\}\}")
SCORE = re.compile(r"\{\{score (\w+): ([^:}]+): ([^:}]+)\}\}")
FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.S | re.M)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)")
RUSTDOC = re.compile(r"\[(`[^`\]]+`)\](?![(\[:])")
CARDS = {"small": "models/pressmark-news-small/README.md", "news": "models/pressmark-news/README.md"}


def chapters(items):
    for item in items:
        if isinstance(item, dict) and "Chapter" in item:
            yield item["Chapter"]
            yield from chapters(item["Chapter"]["sub_items"])


def rows(root: Path, model: str):
    """What the card's table of scores through the Rust pipeline says: data, score, command."""
    for line in (root / CARDS[model]).read_text().splitlines():
        cells = [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split(" | ")]
        if len(cells) == 4 and cells[3].startswith("`pressmark evaluate "):
            yield cells[0], cells[1], cells[3]


def scores(root: Path, task: str) -> str:
    """A table of what the cards say of the task: data, score of each model, command."""
    found: dict[str, dict[str, str]] = {}
    for model in CARDS:
        for data, score, command in rows(root, model):
            if command.startswith(f"`pressmark evaluate {task} "):
                found.setdefault(data, {"command": command})[model] = score
    if not found:
        sys.exit(f"no model card has scores of {task}")
    lines = ["| measured on | `small` (default) | `news` | command |", "|---|---|---|---|"]
    lines += [f"| {data} | {row.get('small', '–')} | {row.get('news', '–')} | {row['command']} |" for data, row in found.items()]
    return "\n".join(lines)


def score(root: Path, model: str, data: str, measure: str) -> str:
    """One number of a card."""
    for name, all_scores, _ in rows(root, model):
        number = re.search(rf"\b{re.escape(measure)} ([\d.]+)", all_scores)
        if name == data and number:
            return str(Decimal(number[1]).quantize(Decimal("0.1"), ROUND_HALF_UP))
    sys.exit(f"the card of {model} has no {measure} on {data}")


def main() -> None:
    context, book = json.load(sys.stdin)
    src = (Path(context["root"]) / "src").resolve()
    root = src.parents[2]
    pages = [chapter for chapter in chapters(book["items"]) if chapter["path"]]
    # Which page of the book a file of the repository is.
    page_of = {src / page["path"]: src / page["path"] for page in pages}
    for page in pages:
        for included in INCLUDE.findall(page["content"]):
            page_of[((src / page["path"]).parent / included).resolve()] = src / page["path"]

    def relink(text: str, base: Path, page: Path) -> str:
        def link(match: re.Match) -> str:
            bang, label, target = match.groups()
            path, _, fragment = target.partition("#")
            if not path or "://" in target or target.startswith("mailto:"):
                return match[0]
            file = (base / path).resolve()
            if file.is_dir():
                file /= "README.md"
            if bang or file not in page_of:
                return match[0] if file.is_relative_to(src) else label
            to = os.path.relpath(page_of[file], page.parent)
            return f"[{label}]({to}{'#' + fragment if fragment else ''})"

        # What is between fences is no link.
        parts = re.split(FENCE, text)
        return "".join(part if part.startswith("```") else LINK.sub(link, RUSTDOC.sub(r"\1", part)) for part in parts)

    for page in pages:
        path = src / page["path"]

        def include(match: re.Match) -> str:
            file = (path.parent / match[1]).resolve()
            return relink(file.read_text(), file.parent, path)

        text = relink(page["content"], path.parent, path)
        text = SCORES.sub(lambda match: scores(root, match[1]), text)
        text = SCORE.sub(lambda match: score(root, *match.groups()), text)
        page["content"] = INCLUDE.sub(include, text)
    json.dump(book, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1:2] != ["supports"]:
        main()
