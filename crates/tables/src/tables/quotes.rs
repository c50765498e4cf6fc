use crate::schema::table;

table! {
    /// A quotation, its speaker and its cue.
    QUOTES = "quotes", true,
    |view| for (index, quote) in view.record.quotes.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("quote", "Place among the quotations, from 0") => index,
        Column::integer("sentence", "The sentence that it begins in").nullable().to("sentences", "sentence")
            => view.sentence_at(quote.start),
        Column::text("kind", "`direct`, `indirect` or `mixed`") => quote.kind.as_str(),
        Column::text("speaker", "The entity that speaks").nullable().to("entities", "entity") => quote.speaker.as_ref(),
        Column::text("speaker_name", "Name of that entity").nullable()
            => quote.speaker.as_deref().and_then(|id| view.entity(id)).map(|entity| &entity.name),
        Column::offset(
            "start",
            "First character in the document's text, the opening mark of a direct quotation included",
        ) => quote.start,
        Column::offset("end", "Its end, exclusive") => quote.end,
        Column::text("text", "Its characters") => view.slice(quote.start..quote.end),
        Column::offset("speaker_start", "First character of the words that name the speaker here").nullable()
            => quote.speaker_start,
        Column::offset("speaker_end", "Their end, exclusive").nullable() => quote.speaker_end,
        Column::text("speaker_text", "These words").nullable()
            => view.slice_known(quote.speaker_start, quote.speaker_end),
        Column::offset("cue_start", "First character of the words that introduce the quotation").nullable()
            => quote.cue_start,
        Column::offset("cue_end", "Their end, exclusive").nullable() => quote.cue_end,
        Column::text("cue_text", "These words").nullable() => view.slice_known(quote.cue_start, quote.cue_end),
        Column::boolean("closed", "Whether the closing mark was found") => quote.closed,
    }
}
