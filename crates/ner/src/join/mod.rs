//! Mentions to entities: what in a document names the same thing.
//!
//! Mentions are first gathered into forms that read the same; rules then join forms. Each rule is a
//! look-up in a table, so that the cost is linear in the mentions. Precision comes first: what two
//! things may claim is left alone, and persons are never joined with anything else.

mod entities;
mod forms;
mod labels;
mod names;
mod persons;
#[cfg(test)]
mod tests;

use pressmark_core::{Document, Entity, Mention};

use forms::Forms;

/// The mentions, each with its entity, and the entities in order of first mention.
///
/// The mentions come in text order; an acronym that a name introduces in brackets is added to them.
pub(crate) fn join(doc: &Document, mentions: Vec<Mention>) -> (Vec<Mention>, Vec<Entity>) {
    let mut mentions = names::add_introduced(doc, mentions);
    labels::settle(doc, &mut mentions);
    let mut forms = Forms::collect(doc, &mentions);
    names::unite(doc, &mentions, &mut forms);
    let persons = persons::resolve(&mut forms);
    let groups: Vec<usize> =
        (0..mentions.len()).map(|m| persons.get(&m).copied().unwrap_or_else(|| forms.root(forms.of[m]))).collect();
    let entities = entities::build(doc, &mut mentions, &groups);
    (mentions, entities)
}
