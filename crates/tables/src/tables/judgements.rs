use crate::View;
use crate::schema::table;

table! {
    /// How much a document is framed in one way: every label of each codebook, best first.
    FRAMES = "frames", true,
    |view| for (index, frame) in view.record.frames.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("frame", "Place among the frames, from 0") => index,
        Column::text("codebook", "Name and version of the codebook") => &frame.codebook,
        Column::text("label", "The frame") => &frame.label,
        Column::score("score", "How much") => frame.score,
    }
}

table! {
    /// A passage that shows a frame.
    FRAME_EVIDENCE = "frame_evidence", true,
    |view| for (frame, index, evidence) in view.record.frames.iter().enumerate().flat_map(|(frame, of)| {
        of.evidence.iter().enumerate().map(move |(index, evidence)| (frame, index, evidence))
    }),
    {
        Column::doc() => view.doc(),
        Column::index("frame", "The frame").to("frames", "frame") => frame,
        Column::index("evidence", "Place among the passages of the frame, from 0") => index,
        Column::integer("sentence", "The sentence that it begins in").nullable().to("sentences", "sentence")
            => view.sentence_at(evidence.start),
        Column::text("voice", "Who speaks: `outlet`, or the number of a quotation") => evidence.voice.to_string(),
        Column::integer("quote", "The quotation, where the voice is one").nullable().to("quotes", "quote")
            => view.quote_of(evidence.voice),
        Column::score("score", "How clearly") => evidence.score,
        Column::offset("start", "First character in the document's text") => evidence.start,
        Column::offset("end", "Its end, exclusive") => evidence.end,
        Column::text("text", "Its characters") => view.slice(evidence.start..evidence.end),
    }
}

table! {
    /// Where somebody stands on a target.
    STANCES = "stances", true,
    |view| for (index, stance) in view.record.stances.iter().enumerate(),
    {
        Column::doc() => view.doc(),
        Column::index("stance", "Place among the stances, from 0") => index,
        Column::text("holder", "Id of the entity that holds the stance, or `outlet`") => stance.holder.as_str(),
        Column::text("holder_entity", "The same where it is an entity").nullable().to("entities", "entity")
            => entity(view, stance.holder.as_str()),
        Column::text("holder_name", "Name of that entity, or `outlet`") => name(view, stance.holder.as_str()),
        Column::text("target", "Id of the entity that the stance is towards, or the text given with `--target`")
            => &stance.target,
        Column::text("target_entity", "The same where it is an entity").nullable().to("entities", "entity")
            => entity(view, &stance.target),
        Column::text("target_name", "Name of that entity, or the text") => name(view, &stance.target),
        Column::text("label", "`favor`, `against` or `neutral`") => stance.label.as_str(),
        Column::score("score", "How sure") => stance.score,
        Column::score("bears_on_target", "Probability that the passages say something about the target").nullable()
            => stance.probabilities.as_ref().map(|all| all.bears_on_target),
        Column::score("takes_a_side", "That they take a side, if they do").nullable()
            => stance.probabilities.as_ref().map(|all| all.takes_a_side),
        Column::score("in_favor", "That the side is for the target, if they take one").nullable()
            => stance.probabilities.as_ref().map(|all| all.in_favor),
    }
}

table! {
    /// A passage that shows a stance.
    STANCE_EVIDENCE = "stance_evidence", true,
    |view| for (stance, index, evidence) in view.record.stances.iter().enumerate().flat_map(|(stance, of)| {
        of.evidence.iter().enumerate().map(move |(index, evidence)| (stance, index, evidence))
    }),
    {
        Column::doc() => view.doc(),
        Column::index("stance", "The stance").to("stances", "stance") => stance,
        Column::index("evidence", "Place among the passages of the stance, from 0") => index,
        Column::integer("sentence", "The sentence that it begins in").nullable().to("sentences", "sentence")
            => view.sentence_at(evidence.start),
        Column::offset("start", "First character in the document's text") => evidence.start,
        Column::offset("end", "Its end, exclusive") => evidence.end,
        Column::text("text", "Its characters") => view.slice(evidence.start..evidence.end),
    }
}

fn entity<'a>(view: &View<'a>, id: &'a str) -> Option<&'a str> {
    view.entity(id).map(|entity| entity.id.as_ref())
}

fn name<'a>(view: &View<'a>, id: &'a str) -> &'a str {
    view.entity(id).map_or(id, |entity| entity.name.as_ref())
}
