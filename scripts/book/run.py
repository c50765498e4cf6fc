"""Runs every command of the README and of the book, page by page, and holds outputs that they show against real ones.

    python scripts/book/run.py PRESSMARK [PAGE…]      all pages, or those whose path ends so
    python scripts/book/run.py --write-scores         the README's table of scores anew, from the model cards

Each page has a scratch folder of its own in which the folders of the repository that commands read are linked, so that a
command reads there as it does at the top of a checkout. Blocks run in their order:

- `sh`, `r`, `sql` (DuckDB) and `python` blocks run; Python keeps its names from block to block of a page.
- A `jsonc` block with `of=FILE` in its info is a part of the row of that file, its `//` comments aside.
- A block with `file=NAME` in its info is written to that file.
- A `text` block right after one that ran is its output, standard error included: `…` stands for any text, a line of
  `…` for any lines.
- `ignore` in the info keeps a block from running. A comment `<!-- not run: REASON -->` before it says why, or
  `<!-- run by .ci/run -->`, which is looked up there.
"""

import contextlib
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARDS = {"small": "models/pressmark-news-small/README.md", "news": "models/pressmark-news/README.md"}
SCORES = "<!-- scores: checked against the model cards -->\n"
LINKED = ["seeds", "crates", "docs", "examples", "models"]
# The comment before a block, the block's indentation, info and text; what stands between a block and the next.
BLOCK = re.compile(r"(?:<!-- (?P<why>[^>]*) -->\n+)?^(?P<indent> *)```(?P<info>[^\n`]+)\n(?P<text>.*?)^(?P=indent)```$", re.S | re.M)


class Failure(Exception):
    pass


def matches(shown: str, real: str) -> bool:
    pattern = re.escape(shown.strip()).replace("…", ".*")
    # Within a line an ellipsis stays in the line; on a line of its own it stands for any lines.
    pattern = "\n".join("(?s:.*)" if line.strip() == ".*" else line for line in pattern.split("\\\n"))
    real = "\n".join(line.rstrip() for line in real.strip().splitlines())
    return re.fullmatch(pattern, real) is not None


def is_part(part, whole, ids: dict) -> bool:
    """Whether JSON that is shown is a part of real JSON, lists with elements left out; ids of entities may be others."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and is_part(value, whole[key], ids) for key, value in part.items())
    if isinstance(part, list):
        return all(any(is_part(value, other, tried := dict(ids)) and not ids.update(tried) for other in whole) for value in part)
    if isinstance(part, str) and isinstance(whole, str) and re.fullmatch(r"e\d+ e\d+", f"{part} {whole}"):
        return ids.setdefault(part, whole) == whole
    return part == whole


def shell(command: list[str], folder: Path, text: str) -> str:
    done = subprocess.run(command, cwd=folder, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"exit status {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def run_in_ci(text: str) -> bool:
    """Whether .ci/run has a line with the words of each command in their order."""
    lines = (ROOT / ".ci/run").read_text().splitlines()
    return all(
        any(re.search(r"\b.*\s".join(map(re.escape, command.split())), line) for line in lines)
        for command in text.strip().splitlines()
    )


def score_on_card(model: str, data: str, measure: str) -> str:
    """The number as the README has it; `–` where the card has none."""
    card = (ROOT / CARDS[model]).read_text()
    number = re.search(rf"^\| {re.escape(data)} \|.*?\b{re.escape(measure)} ([\d.]+)", card, re.M)
    return str(Decimal(number[1]).quantize(Decimal("0.1"), ROUND_HALF_UP)) if number else "–"


def readme_scores() -> tuple[str, str]:
    """The README's table of scores (stage, measured on, measure, score of each model) as it is and as the cards have it."""
    table = (ROOT / "README.md").read_text().split(SCORES)[1].split("\n\n")[0]
    head, rule, *rows = table.splitlines()
    models = [cell.strip(" `") for cell in head.strip("|").split("|")][3:]
    lines = [head, rule]
    for row in rows:
        stage, data, measure, *_ = (cell.strip() for cell in row.strip("|").split("|"))
        scores = [score_on_card(model, data, measure) for model in models]
        lines.append(f"| {stage} | {data} | {measure} | {' | '.join(scores)} |".replace("|  |", "| |"))
    return table, "\n".join(lines)


class Page:
    def __init__(self, path: Path):
        self.path = path
        self.folder = Path(tempfile.mkdtemp(prefix="pressmark-book-"))
        for name in LINKED:
            (self.folder / name).symlink_to(ROOT / name)
        self.names: dict = {"__name__": "__main__"}
        self.ran = 0
        self.needs_wheel = False
        self.left: list[str] = []
        # Ids of entities that are shown → those of the row.
        self.ids: dict = {}

    def block(self, language: str, info: str, text: str, line: int) -> str | None:
        """Runs a block and gives its output; `None` for one that is not to be run."""
        if language == "sh":
            return shell(["bash", "-euo", "pipefail", "-s"], self.folder, text)
        if language == "jsonc":
            file = info.partition("of=")[2]
            row = json.loads(shell(["pressmark", "annotate", "--quiet", file], self.folder, "").splitlines()[0])
            for key, value in json.loads(re.sub(r"\s//.*", "", text)).items():
                if not is_part({key: value}, row, self.ids):
                    raise Failure(f"the row of {file} has no such {key}: {json.dumps(row[key], ensure_ascii=False)[:2000]}")
            return ""
        if language == "r":
            if not shutil.which("Rscript"):
                self.left.append(f"line {line}: R is not here")
                return None
            return shell(["Rscript", "-"], self.folder, text)
        if language == "sql":
            import duckdb

            with duckdb.connect() as connection:
                return str(connection.sql(text))
        if language == "python":
            self.needs_wheel |= "import pressmark" in text
            if self.needs_wheel and not importlib.util.find_spec("pressmark"):
                self.left.append(f"line {line}: no wheel of pressmark is here")
                return None
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(compile("\n" * line + text, self.path.name, "exec"), self.names)
            return output.getvalue()
        return None

    def run(self) -> None:
        source = self.path.read_text()
        os.chdir(self.folder)
        output, end = None, 0
        for found in BLOCK.finditer(source):
            info = found["info"].split(",")
            language, line = info[0].strip(), source.count("\n", 0, found.start("info")) + 1
            text = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.M)
            between, end = source[end : found.start()], found.end()
            file = next((part.removeprefix("file=") for part in info if part.startswith("file=")), None)
            try:
                if "ignore" in info:
                    why = found["why"] or ""
                    if why == "run by .ci/run":
                        if not run_in_ci(text):
                            raise Failure(".ci/run has no such command")
                    elif not why.startswith("not run: "):
                        raise Failure("a block that is not run needs a comment `not run: REASON` before it")
                    else:
                        self.left.append(f"line {line}: {why.removeprefix('not run: ')}")
                    output = None
                elif file:
                    (self.folder / file).write_text(text)
                    output = None
                elif language == "text":
                    if output is not None and not between.strip() and not matches(text, output):
                        raise Failure(f"shown:\n{text}\nreal:\n{output}")
                    output = None
                else:
                    output = self.block(language, found["info"], text, line)
                    self.ran += output is not None
            except Exception as error:
                raise Failure(f"{self.path.relative_to(ROOT)}:{line}: {error}") from error
        shutil.rmtree(self.folder)


def main() -> None:
    said, on_cards = readme_scores()
    if sys.argv[1:] == ["--write-scores"]:
        readme = ROOT / "README.md"
        readme.write_text(readme.read_text().replace(said, on_cards))
        return
    if said != on_cards:
        sys.exit("the README's scores are not those of the model cards: python3 scripts/book/run.py --write-scores")
    pressmark, *wanted = sys.argv[1:]
    os.environ["PATH"] = f"{Path(pressmark).resolve().parent}:{os.environ['PATH']}"
    book = ROOT / "docs/book/src"
    summary = re.findall(r"\]\(([^)]+\.md)\)", (book / "SUMMARY.md").read_text())
    paths = [ROOT / "README.md", *(book / page for page in summary)]
    passed, failed = 0, 0
    for path in paths:
        if wanted and not any(str(path).endswith(name) for name in wanted):
            continue
        page = Page(path)
        try:
            page.run()
            if page.ran or page.left:
                print(f"{path.relative_to(ROOT)}: {page.ran} blocks ran")
                for left in page.left:
                    print(f"  not run, {left}")
            passed += page.ran
        except Failure as failure:
            failed += 1
            print(failure)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
