"""Runs the examples for engines on two workers, kills a worker in the middle, and holds their rows against those of the command.

    python tests/engines/check.py [ray] [spark] [datatrove] [--documents 300]

Every row must be that of `pressmark annotate`, and there must be none beside them. See scripts/engines.sh.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Optional

import corpus
import psutil
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
#: Seconds of processor time after which a worker has its model and is in the middle of annotating.
BUSY = 2.0
#: Seconds after which an engine is taken to hang.
LIMIT = 600
#: Name of the variable by which the processes of an example are found, wherever the engine put them.
MARK = "PRESSMARK_ENGINES_CHECK"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engines", nargs="*", choices=[[], "ray", "spark", "datatrove"])
    parser.add_argument("--documents", type=int, default=300)
    args = parser.parse_args()
    if "spark" in (args.engines or ["spark"]) and not shutil.which("java"):
        sys.exit("Spark needs Java: apt-get install default-jre-headless")
    checks = {"ray": check_ray, "spark": check_spark, "datatrove": check_datatrove}
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), args.documents)
        for name in args.engines or checks:
            checks[name](work)


class Work:
    """The corpus, and the rows of the command."""

    def __init__(self, folder: Path, documents: int) -> None:
        self.folder = folder
        rows = corpus.corpus(ROOT / "seeds", documents)
        corpus.write(rows, folder / "in")
        self.empty = {row["id"] for row in rows if not row["text"]}

    @cached_property
    def lines(self) -> list[dict]:
        return read_lines(self.folder, self.annotate("jsonl", "rows.jsonl"))

    @cached_property
    def table(self) -> list[dict]:
        """As `lines`, of Parquet: rows whose columns an engine must give too."""
        return pq.read_table(self.folder / self.annotate("parquet", "rows.parquet")).to_pylist()

    def annotate(self, kind: str, output: str) -> str:
        command = [sys.executable, "-m", "pressmark", "annotate", self.input(kind), "--duplicates", "keep", "-q"]
        # 1: some documents have no text.
        done = subprocess.run([*command, "-o", self.folder / output], check=False)
        assert done.returncode == 1, done.returncode
        return output

    def input(self, kind: str) -> str:
        return str(self.folder / "in" / kind)

    def output(self, name: str) -> Path:
        return self.folder / "out" / name


def check_ray(work: Work) -> None:
    out = work.output("ray-parquet")
    command = [EXAMPLES / "ray_annotate.py", "--input", work.input("parquet"), "--output", out, "--workers", "2"]
    worker = running("ray", command, kill="ray::MapWorker")
    assert (out / "_SUCCESS").exists() and not (out / "_temporary").exists()
    same_table("ray", work, out, f"worker {worker} killed")

    out = work.output("ray-jsonl")
    command = [EXAMPLES / "ray_annotate.py", "--input", work.input("jsonl"), "--output", out, "--output-format", "jsonl"]
    running("ray", command)
    same_lines("ray", work.lines, read_lines(out, "*.jsonl"))


def check_spark(work: Work) -> None:
    # Two executors in processes of their own, with a core each.
    cluster = ["--master", "local-cluster[2,1,1024]", "--task-bytes", "64k"]
    out = work.output("spark-parquet")
    command = [EXAMPLES / "spark_annotate.py", "--input", work.input("parquet"), "--output", out, *cluster]
    worker = running("spark", command, kill="pyspark.daemon")
    assert (out / "_SUCCESS").exists()
    same_table("spark", work, out, f"worker {worker} killed")

    out = work.output("spark-jsonl")
    command = [EXAMPLES / "spark_annotate.py", "--input", work.input("jsonl"), "--output", out, *cluster]
    executor = running("spark", [*command, "--input-format", "jsonl", "--output-format", "jsonl"], kill="pyspark.daemon", parent="CoarseGrained")
    # Spark does not number lines.
    expected = [{**row, "source": {**row["source"], "record": 0}} for row in work.lines]
    same_lines("spark", expected, read_lines(out, "*.txt"), f"executor {executor} killed")


def check_datatrove(work: Work) -> None:
    out = work.output("datatrove")
    command = [EXAMPLES / "datatrove_step.py", "--input", work.input("jsonl"), "--output", out, "--input-format", "jsonl"]
    # Its pool of processes waits for ever for one that is killed, so all are, as when a machine goes down.
    worker = running("datatrove", command, kill="multiprocess.forkserver", all_of_them=True)
    finished = {path.name: path.stat().st_mtime_ns for path in out.glob("*.jsonl")}
    assert list(out.glob("*.partial")) and len(finished) < corpus.FILES
    running("datatrove", command)
    again = [name for name, when in finished.items() if (out / name).stat().st_mtime_ns != when]
    assert not again, f"finished tasks were done again: {again}"
    # Its readers leave documents without a text out, and do not number the others.
    expected = [row for row in work.lines if row["id"] not in work.empty]
    expected = [{**row, "source": {**row["source"], "record": 0}} for row in expected]
    same_lines("datatrove", expected, read_lines(out, "*.jsonl"), f"everything with worker {worker} killed, and run again")


def running(name: str, command: list, kill: str = "", parent: str = "", all_of_them: bool = False) -> int:
    """Runs an example to its end, and kills one of its processes in the middle; returns which one.

    Args:
        kill: What stands in the command line of a worker; once one is busy, it is killed.
        parent: What stands in that of its ancestor that is killed instead.
        all_of_them: Whether all processes of the example are killed with it.
    """
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)], stdout=log, stderr=log, env={**os.environ, MARK: mark}
        )
        killed, end = 0, time.monotonic() + LIMIT
        try:
            while process.poll() is None and time.monotonic() < end:
                if kill and not killed and (victim := busy(mark, kill, parent)):
                    killed = victim.pid
                    for one in family(mark) if all_of_them else [victim]:
                        signal_to(one)
                time.sleep(0.1)
        finally:
            hangs = process.poll() is None
            for one in family(mark):
                signal_to(one)
        code = process.wait()
        if hangs or code != (-signal.SIGKILL if all_of_them else 0) or (kill and not killed):
            log.seek(0)
            print(log.read()[-10_000:])
            what = f"ran for {LIMIT} s" if hangs else f"ended with {code}"
            sys.exit(f"{name} {what}, killed {killed or 'nobody'}: {' '.join(map(str, command))}")
    return killed


def family(mark: str) -> list[psutil.Process]:
    """The processes of an example."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(process)
        except psutil.Error:
            pass
    return found


def busy(mark: str, kill: str, parent: str) -> Optional[psutil.Process]:
    """A worker that has worked for a while, or its ancestor."""
    for process in family(mark):
        try:
            times = process.cpu_times()
            if kill in " ".join(process.cmdline()) and times.user + times.system >= BUSY:
                if not parent:
                    return process
                return next(one for one in process.parents() if parent in " ".join(one.cmdline()))
        except psutil.Error:
            pass
    return None


def signal_to(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        pass


def read_lines(folder: Path, pattern: str) -> list[dict]:
    return [json.loads(line) for path in folder.glob(pattern) for line in path.read_text("utf-8").splitlines()]


def same_table(name: str, work: Work, out: Path, what: str) -> None:
    rows = [row for path in sorted(out.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    same(f"{name}, Parquet", work.table, rows, what)


def same_lines(name: str, expected: list[dict], rows: list[dict], what: str = "") -> None:
    same(f"{name}, JSON Lines", expected, rows, what)


def same(name: str, expected: list[dict], rows: list[dict], what: str) -> None:
    """Fails unless the rows are those that are expected, each once, in any order."""
    wanted = {row["id"]: row for row in expected}
    ids = [row["id"] for row in rows]
    if twice := {id for id in ids if ids.count(id) > 1}:
        sys.exit(f"{name}: {len(twice)} rows are there twice, such as {min(twice)}")
    if wanted.keys() != set(ids):
        missing, beside = sorted(wanted.keys() - set(ids)), sorted(set(ids) - wanted.keys())
        sys.exit(f"{name}: {len(missing)} rows are missing {missing[:3]}, {len(beside)} are too many {beside[:3]}")
    for row in rows:
        if row != wanted[row["id"]]:
            keys = [key for key in wanted[row["id"]] if row.get(key) != wanted[row["id"]][key]]
            differences = "".join(f"\n{key}:\n  {wanted[row['id']][key]}\n  {row.get(key)}" for key in keys)
            sys.exit(f"{name}: {row['id']} is another row: {differences[:4000]}")
    print(f"{name}: {len(rows)} rows are those of the command" + (f"; {what}" if what else ""), flush=True)


if __name__ == "__main__":
    main()
