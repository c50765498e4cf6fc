use crate::schema::table;

table! {
    /// A real-world thing that a document names, by all its mentions. Ids hold within one document: the same thing in
    /// another document has another row.
    ENTITIES = "entities", true,
    |view| for entity in &view.record.entities,
    {
        Column::doc() => view.doc(),
        Column::text("entity", "Id of the entity, unique within the document").key() => &entity.id,
        Column::text("name", "Its fullest form") => &entity.name,
        Column::text("label", "Its type: `PERSON`, `ORG`, `LOC` …, of the scheme in force") => entity.label.as_str(),
        Column::integer("mentions", "How often it is named").unit("mentions") => entity.mentions,
    }
}

table! {
    /// Another form under which a document names an entity.
    ALIASES = "aliases", true,
    |view| for (entity, index, name) in view.record.entities.iter().flat_map(|entity| {
        entity.aliases.iter().enumerate().map(move |(index, name)| (entity, index, name))
    }),
    {
        Column::doc() => view.doc(),
        Column::text("entity", "The entity").key().to("entities", "entity") => &entity.id,
        Column::index("alias", "Place among its aliases, from 0") => index,
        Column::text("name", "The form") => name,
    }
}

table! {
    /// A mention: characters that name an entity. Mentions never overlap.
    MENTIONS = "mentions", true,
    |view| for (index, ent) in view.record.ents.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("mention", "Place among the mentions, from 0") => index,
        Column::text("entity", "The entity that it names").nullable().to("entities", "entity") => ent.entity.as_ref(),
        Column::integer("sentence", "The sentence that it begins in").nullable().to("sentences", "sentence")
            => view.sentence_at(ent.start),
        Column::text("label", "Its type: `PERSON`, `ORG`, `LOC` …, of the scheme in force") => ent.label.as_str(),
        Column::score("score", "How sure") => ent.score,
        Column::offset("start", "First character in the document's text") => ent.start,
        Column::offset("end", "Its end, exclusive") => ent.end,
        Column::text("text", "Its characters") => view.slice(ent.start..ent.end),
    }
}

table! {
    /// The tone of a document towards an entity, over all its mentions.
    SENTIMENTS = "sentiments", true,
    |view| for (entity, sentiment) in view.record.entities.iter().filter_map(|entity| {
        Some((entity, entity.sentiment.as_ref()?))
    }),
    {
        Column::doc() => view.doc(),
        Column::text("entity", "The entity").key().to("entities", "entity") => &entity.id,
        Column::text("label", "The most probable: `positive`, `neutral` or `negative`") => sentiment.label.as_str(),
        Column::score("score", "Its probability") => sentiment.score,
        Column::score("positive", "Probability of a positive tone") => sentiment.positive,
        Column::score("neutral", "Probability of a neutral tone") => sentiment.neutral,
        Column::score("negative", "Probability of a negative tone") => sentiment.negative,
    }
}
