"""Annotate a corpus with Spark: Parquet or JSON Lines in and out, a model in each Python worker.

    python examples/spark_annotate.py --input articles/ --output annotated/ --master 'local[8]'
    spark-submit spark_annotate.py --input s3a://bucket/articles/ --output s3a://bucket/annotated/

Rows are those of `pressmark annotate articles/ --duplicates keep`, in whatever order the tasks finish. Give every document
an id of its own in a column `id`; without one, a row's id is the start of the SHA-256 of its record.

A task whose worker dies is run again, with the same result, and Spark's committer puts the files of a task in place only once
it is whole; OUTPUT/_SUCCESS is there when all are. Tasks are kept small (--task-bytes), so that a retry costs little.
"""

import argparse
from collections.abc import Iterator

import pressmark
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema


# Tasks that even out how long texts take; each loads a model, which takes less than a second.
TASKS_PER_CORE = 3


def main() -> None:
    args = arguments()
    builder = SparkSession.builder.appName("pressmark")
    if args.master:
        builder = builder.master(args.master)
    # Rows that go to a Python worker at once: texts are long, and none should wait for thousands of others.
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 64)
    builder = builder.config("spark.sql.files.maxPartitionBytes", args.task_bytes)
    spark = builder.getOrCreate()

    settings = {"model": args.model, "fields": {"text": args.text_field} if args.text_field else None}
    documents = read(spark, args.input, args.input_format)
    # As Spark cuts a small corpus, one task may have most of it, and the other cores wait for that one.
    fewest = TASKS_PER_CORE * spark.sparkContext.defaultParallelism
    if documents.rdd.getNumPartitions() < fewest:
        documents = documents.repartition(fewest)
    schema = from_arrow_schema(rows_schema(args.output_format))
    rows = documents.mapInArrow(annotator(settings, args.input_format, args.output_format), schema)
    if args.output_format == "parquet":
        rows.write.parquet(args.output, compression="zstd")
    else:
        rows.write.text(args.output)
    spark.stop()


def read(spark: SparkSession, path: str, input_format: str) -> DataFrame:
    """The documents, with the file that each came from and its place there."""
    reader = spark.read.option("recursiveFileLookup", True)
    # What Spark calls file:/a/b is /a/b to everyone else.
    file = F.regexp_replace(F.url_decode("_metadata.file_path"), "^file:/+", "/").alias("source_path")
    if input_format == "parquet":
        return reader.parquet(path).select("*", file, F.col("_metadata.row_index").alias("source_record"))
    # Spark does not number the lines of a text: `source.record` is 0.
    return reader.text(path).where(F.trim("value") != "").select("value", file)


def annotator(settings: dict, input_format: str, output_format: str):
    """The function for `mapInArrow`: it gets the batches of one task, and gives rows of them."""

    def annotate(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # One job, because Spark runs a worker for each core; duplicates are no matter of one batch.
        press = pressmark.Annotator(**settings, jobs=1, mark_duplicates=False)
        record = "source_record" if input_format == "parquet" else None
        for batch in batches:
            rows = press.annotate_batch(batch, format=input_format, path="source_path", record=record)
            if output_format == "parquet":
                yield from pa.table(pressmark.to_arrow(rows, "rows")).to_batches()
            else:
                yield pa.record_batch({"value": [row.to_json() for row in rows]})

    return annotate


def rows_schema(output_format: str) -> pa.Schema:
    if output_format == "parquet":
        return pa.schema(pressmark.to_arrow([], "rows"))
    return pa.schema({"value": pa.string()})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--input", required=True, help="a file or folder of Parquet or JSON Lines")
    parser.add_argument("--output", required=True, help="a folder that is not there yet")
    parser.add_argument("--input-format", choices=["parquet", "jsonl"], default="parquet")
    parser.add_argument("--output-format", choices=["parquet", "jsonl"], default="parquet")
    parser.add_argument("--master", help="of Spark, such as local[8]; default: what spark-submit says")
    parser.add_argument("--task-bytes", default="16m", help="bytes of input of one task at most")
    parser.add_argument("--model", help="small (the default) or news")
    parser.add_argument("--text-field", help="name of the column with the text, where it is no usual one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
