"""Annotate a corpus in a datatrove pipeline: Parquet or JSON Lines in, JSON Lines out, a model in each worker.

    python examples/datatrove_step.py --input articles/ --output annotated/ --workers 8

`Annotate` is a step for any pipeline: documents come from whatever reader and filters stand before it, and go on with their
record, as JSON, in `metadata["pressmark"]`. A record is that of `pressmark annotate` for a JSON object with the document's id,
its text and its metadata, in this order. Documents without a text are left out by datatrove's readers, which say so.

A task that was interrupted is done again by the same command, with the same result, and finished tasks are not. What it wrote
has a name with `.partial` until it is whole.
"""

import argparse
import itertools
import json
import posixpath

import pressmark
import pyarrow as pa
from datatrove.data import Document, DocumentsPipeline
from datatrove.executor import LocalPipelineExecutor
from datatrove.io import DataFolderLike, get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.readers import JsonlReader, ParquetReader


class Annotate(PipelineStep):
    """Puts the record of each document into its metadata."""

    name = "pressmark"
    type = "📰 - ANNOTATOR"

    def __init__(self, batch_size: int = 64, **settings) -> None:
        """`settings` are the arguments of `pressmark.Annotator`."""
        super().__init__()
        self.batch_size = batch_size
        # One job, because datatrove runs a worker for each core; duplicates are no matter of one task.
        self.settings = {"jobs": 1, "mark_duplicates": False, **settings}

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        press = pressmark.Annotator(**self.settings)
        data = iter(data)
        while documents := list(itertools.islice(data, self.batch_size)):
            batch = {"line": [as_line(document) for document in documents]}
            # The reader's own note of the file.
            batch["file"] = [document.metadata.get("file_path", "-") for document in documents]
            with self.track_time("batch"):
                records = press.annotate_batch(pa.table(batch), format="jsonl", path="file")
            for document, record in zip(documents, records):
                document.metadata["pressmark"] = record.to_json()
                self.stat_update(record.status)
                yield document


def as_line(document: Document) -> str:
    """A document as a line of JSON that depends on nothing else."""
    known = {name: value for name, value in document.metadata.items() if name != "file_path" and value is not None}
    return json.dumps({"id": document.id, "text": document.text, **known}, ensure_ascii=False, separators=(",", ":"), default=str)


class WriteRecords(PipelineStep):
    """Writes the records of each task to a file of JSON Lines, which gets its name once it is whole."""

    name = "pressmark records"
    type = "💽 - WRITER"

    def __init__(self, output_folder: DataFolderLike) -> None:
        super().__init__()
        self.output = get_datafolder(output_folder)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        name = f"{rank:05d}.jsonl"
        with self.output.open(f"{name}.partial", "w", encoding="utf-8", newline="\n") as file:
            for document in data:
                file.write(document.metadata["pressmark"] + "\n")
                yield document
        self.output.mv(f"{name}.partial", name)


def main() -> None:
    args = arguments()
    reader = ParquetReader if args.input_format == "parquet" else JsonlReader
    LocalPipelineExecutor(
        pipeline=[
            reader(args.input, text_key=args.text_field or "text"),
            Annotate(model=args.model),
            WriteRecords(args.output),
        ],
        tasks=args.tasks,
        workers=args.workers,
        # Which tasks are done is told here.
        logging_dir=posixpath.join(args.output, "_logs"),
    ).run()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--input", required=True, help="a folder; each file goes to one task")
    parser.add_argument("--output", required=True, help="a folder; given again, unfinished tasks are done")
    parser.add_argument("--input-format", choices=["parquet", "jsonl"], default="parquet")
    parser.add_argument("--tasks", type=int, default=8, help="tasks; no more than files are of use")
    parser.add_argument("--workers", type=int, default=2, help="tasks at once, a model each; one per core")
    parser.add_argument("--model", help="small (the default) or news")
    parser.add_argument("--text-field", help="name of the field with the text, where it is not `text`")
    return parser.parse_args()


if __name__ == "__main__":
    main()
