"""Annotate a corpus with Ray Data: Parquet or JSON Lines in and out, a model in each worker process.

    python examples/ray_annotate.py --input articles/ --output annotated/ --workers 8

Rows are those of `pressmark annotate articles/ --duplicates keep`, in whatever order the workers finish. Give every document
an id of its own in a column `id`; without one, a row's id is the start of the SHA-256 of its record.

A worker that dies is started anew and its batch annotated again, with the same result. What is written stands in
OUTPUT/_temporary until all is there; then the files are moved and OUTPUT/_SUCCESS is written, last.

Paths may be of an object store (s3://bucket/articles/). On a cluster: --address auto, and pressmark in the runtime environment.
"""

import argparse
import io
import posixpath

import pressmark
import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq
import ray
from ray.data.datasource import BlockBasedFileDatasink

ROWS_A_BATCH = 64


def main() -> None:
    args = arguments()
    settings = {"model": args.model, "fields": {"text": args.text_field} if args.text_field else None}
    output, folder = file_system(args.output)
    output.create_dir(folder, recursive=True)
    names = {file.base_name for file in output.get_file_info(pyarrow.fs.FileSelector(folder))}
    if names - {"_temporary"}:
        raise SystemExit(f"{args.output} is {'finished' if '_SUCCESS' in names else 'not empty'}")
    temporary = posixpath.join(folder, "_temporary")
    if names:
        # What an earlier try left behind.
        output.delete_dir(temporary)

    # One CPU more than models, which reads and writes.
    ray.init(address=args.address, num_cpus=None if args.address else args.workers + 1)
    parts = ray.data.from_items(list(find_parts(args.input)))
    documents = parts.repartition(parts.count()).map_batches(read, batch_size=1, batch_format="pyarrow", num_cpus=0.5)
    rows = documents.map_batches(
        Annotate,
        fn_constructor_args=(settings, args.output_format),
        batch_size=ROWS_A_BATCH,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=args.workers),
        num_cpus=1,
    )
    if args.output_format == "parquet":
        rows.write_parquet(temporary, filesystem=output, compression="zstd")
    else:
        rows.write_datasink(Lines(temporary, filesystem=output, file_format="jsonl"))

    for file in output.get_file_info(pyarrow.fs.FileSelector(temporary)):
        output.move(file.path, posixpath.join(folder, file.base_name))
    output.delete_dir(temporary)
    output.open_output_stream(posixpath.join(folder, "_SUCCESS")).close()


class Annotate:
    """Holds the model of one worker process, and annotates batches, each row for itself."""

    def __init__(self, settings: dict, output_format: str) -> None:
        # One job, because Ray runs a worker for each core; duplicates are no matter of one batch.
        self.press = pressmark.Annotator(**settings, jobs=1, mark_duplicates=False)
        self.output_format = output_format

    def __call__(self, batch: pa.Table) -> pa.Table:
        source = "jsonl" if "line" in batch.column_names else "parquet"
        rows = self.press.annotate_batch(batch, format=source, path="source_path", record="source_record")
        if self.output_format == "parquet":
            return pa.table(pressmark.to_arrow(rows, "rows"))
        return pa.table({"line": [row.to_json() for row in rows]})


class Lines(BlockBasedFileDatasink):
    """Writes a column of lines as it stands."""

    def write_block_to_file(self, block, file) -> None:
        for line in block.to_arrow()["line"]:
            file.write(line.as_py().encode() + b"\n")


def find_parts(source: str):
    """What one task reads: a row group of a Parquet file, or a file of JSON Lines."""
    files, root = file_system(source)
    info = files.get_file_info(root)
    found = [info] if info.is_file else files.get_file_info(pyarrow.fs.FileSelector(root, recursive=True))
    for path in sorted(file.path for file in found if file.is_file):
        # The path as `pressmark annotate SOURCE` would tell it.
        part = {"source": source, "path": source.rstrip("/") + path[len(root.rstrip("/")) :], "group": 0, "first": 0}
        if not path.endswith(".parquet"):
            yield part
            continue
        metadata = pq.read_metadata(path, filesystem=files)
        for group in range(metadata.num_row_groups):
            yield {**part, "group": group}
            part["first"] += metadata.row_group(group).num_rows


def read(part: pa.Table):
    """The documents of a part, with the place of each."""
    source, path, group, number = (part[name][0].as_py() for name in ("source", "path", "group", "first"))
    files, file = file_system(path)
    if file.endswith(".parquet"):
        batches = pq.ParquetFile(file, filesystem=files).iter_batches(ROWS_A_BATCH, row_groups=[group])
    else:
        batches = read_lines(files, file)
    for batch in batches:
        numbers = pa.array(range(number, number + len(batch)), pa.int64())
        number += len(batch)
        table = pa.Table.from_batches([batch])
        yield table.append_column("source_path", [[path] * len(batch)]).append_column("source_record", numbers)


def read_lines(files: pyarrow.fs.FileSystem, path: str):
    """The lines of a file, also of a compressed one, in batches; blank ones are no documents."""
    lines = []
    with io.BufferedReader(files.open_input_stream(path)) as stream:
        for line in stream:
            lines += [line.rstrip(b"\r\n")] if line.strip() else []
            if len(lines) == ROWS_A_BATCH:
                yield pa.record_batch({"line": lines})
                lines = []
    if lines:
        yield pa.record_batch({"line": lines})


def file_system(path: str) -> tuple[pyarrow.fs.FileSystem, str]:
    if "://" in path:
        return pyarrow.fs.FileSystem.from_uri(path)
    return pyarrow.fs.LocalFileSystem(), path


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--input", required=True, help="a file or folder of .parquet or .jsonl (also .gz, .zst)")
    parser.add_argument("--output", required=True, help="a folder that is empty or not there yet")
    parser.add_argument("--output-format", choices=["parquet", "jsonl"], default="parquet")
    parser.add_argument("--workers", type=int, default=2, help="processes with a model; one per core")
    parser.add_argument("--model", help="small (the default) or news")
    parser.add_argument("--text-field", help="name of the column with the text, where it is no usual one")
    parser.add_argument("--address", help="of a Ray cluster; else one is started on this machine")
    return parser.parse_args()


if __name__ == "__main__":
    main()
