"""Measures what a corpus costs: documents a second a core, memory a worker, and two workers against one.

    python tests/engines/measure.py [length] [batch] [pipes] [ray] [spark] [--rounds 3] [--documents 3000]

Prints tables for docs/book/src/scale.md, each with what it was measured on. Pairs are measured in turns, so that other load on
the machine meets both alike; their ratio is the median over the rounds. See scripts/engines.sh.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
TABLES = ["length", "batch", "pipes", "ray", "spark"]
MODELS = ["small", "news"]
WORDS = [125, 250, 500, 1000, 2000, 4000]
BATCHES = [1, 16, 64, 256, 1024]

# One worker, as an engine has it: reads a table, annotates it batch by batch, and tells what that took.
WORKER = """
import json, resource, sys, time
started, cpu = time.perf_counter(), time.process_time()
import pyarrow as pa, pyarrow.parquet as pq
import pressmark
settings, path, size, rounds = json.loads(sys.argv[1])
table = pq.read_table(path)
begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
press = pressmark.Annotator(**settings, jobs=1, mark_duplicates=False)
press.annotate_batch(table.slice(0, 1), format="parquet")
ready, ready_cpu = time.perf_counter() - started, time.process_time() - cpu
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
times = []
for _ in range(rounds):
    start = time.process_time()
    for at in range(0, len(table), size):
        pa.table(pressmark.to_arrow(press.annotate_batch(table.slice(at, size), format="parquet"), "rows"))
    times.append(time.process_time() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ready": ready, "ready_cpu": ready_cpu, "cpu": min(times) / len(table), "begun": begun, "idle": idle, "peak": peak}))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", choices=[[], *TABLES], help="default: all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=3000, help="of the corpus that one and two workers annotate")
    args = parser.parse_args()
    print(f"On {cpu_name()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it began.\n")
    measures = {"length": length, "batch": batch, "pipes": pipes, "ray": ray, "spark": spark}
    with tempfile.TemporaryDirectory() as folder:
        for name in args.tables or TABLES:
            measures[name](Path(folder), args)


def length(folder: Path, args: argparse.Namespace) -> None:
    """Documents a second of one core, by the length of an article; processor time, so that other load matters little."""
    table("model", "words an article", "articles/s a core", "words/s a core", "ready after, s of processor", "memory, MB")
    for model in MODELS:
        for words in WORDS:
            path = parquet(folder, max(8, 16_000 // words), words)
            got = worker({"model": model}, path, 64, args.rounds)
            rate = 1 / got["cpu"]
            long = statistics.mean(len(text.split()) for text in pq.read_table(path)["text"].to_pylist())
            row(model, f"{long:.0f}", f"{rate:.1f}", f"{rate * long:,.0f}", f"{got['ready_cpu']:.2f}", f"{got['peak']:.0f}")
    print()


def batch(folder: Path, args: argparse.Namespace) -> None:
    """Speed and memory of a worker by rows a batch."""
    path = parquet(folder, 1024, 250)
    table("rows a batch", "articles/s a core", "memory, MB")
    for size in BATCHES:
        got = worker({"model": "small"}, path, size, 1)
        row(str(size), f"{1 / got['cpu']:.1f}", f"{got['peak']:.0f} (before the first batch {got['idle']:.0f})")
    print()


def pipes(folder: Path, args: argparse.Namespace) -> None:
    """One machine: a file against a pipe through decompression and compression."""
    lines = folder / "lines.jsonl"
    lines.write_text("".join(corpus.json_line(article) + "\n" for article in corpus.articles(ROOT / "seeds", 600)), "utf-8")
    subprocess.run(["zstd", "-q", "-f", lines], check=True)
    command = "pressmark annotate {} --input-format jsonl -q"
    direct = command.format(lines) + f" -o {folder}/a.jsonl --overwrite"
    piped = f"zstd -dc {lines}.zst | {command.format('-')} | zstd -q -f -o {folder}/b.jsonl.zst"
    ratios = [seconds(["sh", "-c", piped]) / seconds(["sh", "-c", direct]) for _ in range(args.rounds)]
    table("one machine", "time against a file")
    row("through zstd -dc, pressmark, zstd", f"{statistics.median(ratios):.2f}")
    print()


def ray(folder: Path, args: argparse.Namespace) -> None:
    pair("Ray Data", folder, args, lambda workers: ["ray_annotate.py", "--workers", str(workers)])


def spark(folder: Path, args: argparse.Namespace) -> None:
    master = "local-cluster[{},1,1024]"
    pair("Spark", folder, args, lambda n: ["spark_annotate.py", "--master", master.format(n), "--task-bytes", "128k"])


def pair(name: str, folder: Path, args: argparse.Namespace, example) -> None:
    """Two workers against one, on the same corpus, the engine's start taken off: that of a corpus of one document."""
    one = parquet(folder, 1, 250)
    many = parquet(folder, args.documents, 250)

    def run(path: Path, workers: int) -> float:
        out = Path(tempfile.mkdtemp(dir=folder)) / "out"
        script, *rest = example(workers)
        return seconds([sys.executable, ROOT / "examples" / script, "--input", path, "--output", out, *rest])

    ratios, starts = [], []
    for _ in range(args.rounds):
        start_of_one, start_of_two = run(one, 1), run(one, 2)
        ratios.append((run(many, 1) - start_of_one) / (run(many, 2) - start_of_two))
        starts.append(start_of_two)
    table("engine", "two workers against one", "start, s", "load")
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    row(name, f"{statistics.median(ratios):.2f} ({each})", f"{statistics.median(starts):.0f}", f"{os.getloadavg()[0]:.1f}")
    print()


def parquet(folder: Path, count: int, words: int) -> Path:
    path = folder / f"{count}-{words}.parquet"
    if not path.exists():
        articles = corpus.articles(ROOT / "seeds", count, words)
        pq.write_table(pa.Table.from_pylist(articles), path, row_group_size=100)
    return path


def worker(settings: dict, path: Path, size: int, rounds: int) -> dict:
    given = json.dumps([settings, str(path), size, rounds])
    done = subprocess.run([sys.executable, "-c", WORKER, given], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def seconds(command: list) -> float:
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        # The cause stands first, what follows from it is long.
        sys.exit(done.stderr.decode()[:4000])
    return time.perf_counter() - start


def cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def table(*names: str) -> None:
    print(f"| {' | '.join(names)} |\n|{'---|' * len(names)}", flush=True)


def row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
