//! Entity clustering: groups a document's mentions by the thing they name.
//!
//! Mentions are first grouped into forms with the same folded text; named rules then merge forms. Each rule is a table
//! look-up, so the cost is linear in the mentions. Precision comes first: an ambiguous form is left alone, and persons
//! are never merged with anything else.

mod entities;
mod forms;
mod institutions;
mod merge;
mod persons;
mod relabel;
#[cfg(test)]
mod tests;

use pressmark_core::{Document, Explanation, Mention, Span, Subject};
use pressmark_lang::Language;

use crate::countries::Countries;
use forms::Forms;

/// Context that the rules read besides the mentions.
struct Context<'a> {
    doc: &'a Document,
    language: &'static Language,
    countries: &'static Countries,
}

/// Fills `ents` and `entities`: the mentions, each with its entity, and the entities in order of first mention.
///
/// Mentions must be in text order; an acronym that a name introduces in brackets is added to them.
pub(crate) fn fill(doc: &mut Document, mentions: Vec<Mention>) {
    let language = Language::of(doc.meta.language.as_deref());
    let context = Context { doc, language, countries: Countries::in_language(language) };
    let mut mentions = merge::add_introduced(&context, mentions);
    let relabelled = relabel::relabel(&context, &mut mentions);
    let mut forms = Forms::collect(&context, &mentions);
    merge::merge(&context, &mentions, &mut forms);
    let mut chosen = institutions::resolve(&mut forms, language);
    chosen.extend(persons::resolve(&mut forms, language));
    let groups: Vec<usize> =
        (0..mentions.len()).map(|m| chosen.get(&m).copied().unwrap_or_else(|| forms.root(forms.of[m]))).collect();
    let entities = entities::build(&context, &mut mentions, &groups);
    if doc.explanations.is_some() {
        explain(doc, &mentions, &forms, relabelled);
    }
    (doc.ents, doc.entities) = (mentions, entities);
}

/// Records which rule relabelled a mention and which rule merged two forms.
fn explain(doc: &mut Document, mentions: &[Mention], forms: &Forms, relabelled: Vec<(Span, &'static str, String)>) {
    for (span, rule, label) in relabelled {
        doc.explain(|_| Explanation::new("ner", span, rule).deciding(label));
    }
    for merge in &forms.merges {
        let first = forms.of.iter().position(|&form| form == merge.short);
        let Some(entity) = first.and_then(|mention| mentions[mention].entity) else { continue };
        let [short, long] = [merge.short, merge.long].map(|form| forms.all[form].written.as_str());
        doc.explain(|_| {
            Explanation::new("ner", Subject::Entity(entity), merge.rule).deciding(format!("{short} = {long}"))
        });
    }
}
