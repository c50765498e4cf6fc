use crate::schema::{Day, table};

table! {
    /// A document: where it came from, what its page says of itself, its text.
    DOCUMENTS = "documents", true,
    |view| for record in [view.record],
    {
        Column::text("doc", "The record's `id`, unique within a run").key() => view.doc(),
        Column::text(
            "status",
            "`ok`, `partial` (a stage failed or saw only part of the text) or `failed` (no text)",
        ) => record.status.as_str(),
        Column::text("path", "File of the input, `-` for standard input") => &record.source.path,
        Column::integer("record", "Place of the input within its file, from 0") => record.source.record,
        Column::text("url", "Address of the page").nullable() => record.source.url.as_ref(),
        Column::text("title", "Title").nullable() => record.meta.title.as_ref(),
        Column::text("published", "When it was published: RFC 3339 or a plain date").nullable()
            => record.meta.published.as_ref(),
        Column::date("published_date", "The day of `published`, in its own time zone").nullable()
            => record.meta.published.as_deref().and_then(Day::of),
        Column::text("site", "Name of the outlet").nullable() => record.meta.site.as_ref(),
        Column::text("credited_source", "The outlet that the page says it took the story from").nullable()
            => record.meta.credited_source.as_ref(),
        Column::text("language", "ISO 639 code").nullable() => record.meta.language.as_ref(),
        Column::score("language_score", "How sure the language is").nullable() => record.meta.language_score,
        Column::text(
            "duplicate_of",
            "The earlier document of the run that this one repeats",
        ).nullable().to("documents", "doc") => record.duplicate_of.as_ref(),
        Column::text("media_type", "Media type of the input") => &record.source.media_type,
        Column::text("encoding", "Character set of the input by its WHATWG name") => &record.source.encoding,
        Column::integer("bytes", "Length of the input").unit("bytes") => record.source.bytes,
        Column::text("sha256", "SHA-256 of the input's bytes, in hexadecimal") => &record.source.sha256,
        Column::text("pressmark", "Version of pressmark that made the row") => &record.provenance.pressmark,
        Column::text(
            "layers",
            "What the row was told to hold (`--layers`), separated by commas; null when all",
        ).nullable() => record.provenance.layers.as_ref().map(|layers| layers.join(",")),
        Column::text("extra", "The input record's other fields as one JSON object").nullable() => record.extra.as_ref(),
        Column::text("abstract", "A generated summary, where a generating backend ran").nullable()
            => record.abstract_text.as_ref(),
        Column::text(
            "text",
            "The cleaned article, into which all offsets point: title first where there is one, blocks separated \
             by one blank line; empty when `status` is `failed`",
        ) => &record.text,
    }
}

table! {
    /// An author of a document.
    AUTHORS = "authors", true,
    |view| for (index, name) in view.record.meta.authors.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("author", "Place among the authors, from 0") => index,
        Column::text("name", "The name as the page gives it") => name,
    }
}

table! {
    /// Something that went wrong with a document.
    PROBLEMS = "problems", true,
    |view| for (index, problem) in view.record.problems.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("problem", "Place among the problems, from 0") => index,
        Column::text("stage", "The stage that met it") => &problem.stage,
        Column::text("kind", "One of a closed list") => &problem.kind,
        Column::text("message", "For a person") => &problem.message,
        Column::offset("start", "Where, when it has a place in the text").nullable() => problem.start,
        Column::offset("end", "Its end, exclusive").nullable() => problem.end,
    }
}

table! {
    /// A stage that ran over a document, in the order in which they ran.
    STAGES = "stages", true,
    |view| for (index, stage) in view.record.provenance.stages.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("position", "Place in the order in which the stages ran, from 0") => index,
        Column::text("stage", "Its name") => &stage.stage,
        Column::text("model", "Name and version of its model").nullable() => stage.model.as_ref(),
        Column::text("sha256", "SHA-256 of the weights, in hexadecimal").nullable() => stage.sha256.as_ref(),
        Column::text("licence", "Licence of the weights, an SPDX expression").nullable() => stage.licence.as_ref(),
        Column::text("settings", "The settings in force, one JSON object") => &stage.settings,
    }
}

table! {
    /// How much of a document's text a stage saw.
    COVERAGE = "coverage", true,
    |view| for (index, coverage) in view.record.coverage.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("position", "Place in the list, from 0") => index,
        Column::text("stage", "The stage") => &coverage.stage,
        Column::integer("seen", "What it saw").unit("Unicode code points") => coverage.seen,
        Column::integer("total", "What it should have seen").unit("Unicode code points") => coverage.total,
        Column::integer(
            "passages_found",
            "Passages worth reading once more, for a stage that does that",
        ).unit("passages").nullable() => coverage.passages.as_ref().map(|passages| passages.found),
        Column::integer("passages_read", "Those of them that it read").unit("passages").nullable()
            => coverage.passages.as_ref().map(|passages| passages.read),
    }
}
