use crate::schema::table;

table! {
    /// A stretch of the input, and what became of it. The segments of a document cover the whole input, in its order.
    SEGMENTS = "segments", true,
    |view| for (index, segment) in view.record.segments.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("segment", "Place among the segments, from 0") => index,
        Column::text(
            "kind",
            "`title`, `heading`, `body`, `list`, `quote`, `caption`, `table`, or, of what was dropped, `chrome` or \
             `duplicate`",
        ) => &segment.kind,
        Column::text("reason", "Why it was dropped").nullable() => segment.reason.as_ref(),
        Column::offset("start", "First character in the document's text; null when dropped").nullable()
            => segment.start,
        Column::offset("end", "Its end, exclusive").nullable() => segment.end,
        Column::integer("raw_start", "First byte of the input").unit("bytes") => segment.raw_start,
        Column::integer("raw_end", "Its end, exclusive").unit("bytes") => segment.raw_end,
    }
}

table! {
    /// A place where the text is not simply the decoded input.
    EDITS = "edits", false,
    |view| for (segment, index, edit) in view.record.segments.iter().enumerate().flat_map(|(segment, of)| {
        of.edits.iter().enumerate().map(move |(index, edit)| (segment, index, edit))
    }),
    {
        Column::doc() => view.doc(),
        Column::index("segment", "The segment").to("segments", "segment") => segment,
        Column::index("edit", "Place among the edits of the segment, from 0") => index,
        Column::text("kind", "`invisible`, `whitespace`, `markup`, `escape`, `replacement` or `chrome`") => &edit.kind,
        Column::offset("start", "First character of what stands in the text; empty for a deletion") => edit.start,
        Column::offset("end", "Its end, exclusive") => edit.end,
        Column::integer("raw_start", "First byte of what it stands for in the input").unit("bytes") => edit.raw_start,
        Column::integer("raw_end", "Its end, exclusive").unit("bytes") => edit.raw_end,
    }
}

table! {
    /// A sentence.
    SENTENCES = "sentences", true,
    |view| for (index, sent) in view.record.sents.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("sentence", "Place among the sentences, from 0") => index,
        Column::offset("start", "First character in the document's text") => sent.start,
        Column::offset("end", "Its end, exclusive") => sent.end,
        Column::text("text", "Its characters") => view.slice(sent.start..sent.end),
    }
}

table! {
    /// A word or a mark; white space other than one space between two words is a token of its own, as in spaCy.
    TOKENS = "tokens", false,
    |view| for (index, token) in view.record.tokens.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("token", "Place among the tokens, from 0") => index,
        Column::integer("sentence", "The sentence that it begins in").nullable().to("sentences", "sentence")
            => view.sentence_at(token.start),
        Column::offset("start", "First character in the document's text") => token.start,
        Column::offset("end", "Its end, exclusive") => token.end,
        Column::text("text", "Its characters") => view.slice(token.start..token.end),
    }
}

table! {
    /// A sentence of the extractive summary, in the order of the text.
    SUMMARY = "summary", true,
    |view| for (index, sent) in view.record.summary.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("position", "Place in the summary, from 0") => index,
        Column::integer("sentence", "The sentence that it is").nullable().to("sentences", "sentence")
            => view.sentence_at(sent.start),
        Column::integer("rank", "1 for the most salient") => sent.rank,
        Column::score("score", "How salient") => sent.score,
        Column::offset("start", "First character in the document's text") => sent.start,
        Column::offset("end", "Its end, exclusive") => sent.end,
        Column::text("text", "Its characters") => view.slice(sent.start..sent.end),
    }
}
