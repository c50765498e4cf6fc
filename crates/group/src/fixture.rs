//! Test records: texts with their names marked up.

use pressmark_core::Document;
use pressmark_jsonl::{Ent, Entity, Provenance, Record, Score, Sent};

/// A record of an English text; a sentence ends at a full stop before a space or line end. Each name becomes an entity
/// with a mention for every occurrence; `"Lena Moe|Moe"` lists the forms of one entity.
pub(crate) fn record(id: &str, site: &str, published: &str, text: &str, names: &[(&str, &str)]) -> Record<'static> {
    let mut doc = Document::from_text(id, text);
    doc.meta.language = Some("en".into());
    doc.meta.site = Some(site.into());
    let mut record = Record::of(&doc, &Provenance::default()).into_owned();
    record.meta.published = (!published.is_empty()).then(|| published.to_owned().into());
    let chars: Vec<char> = text.chars().collect();
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        let is_end = *c == '.' && chars.get(at + 1).is_none_or(|next| next.is_whitespace());
        if is_end || at + 1 == chars.len() {
            record.sents.push(Sent { start, end: at + 1 });
            start = at + 1;
            while chars.get(start).is_some_and(|c| c.is_whitespace()) {
                start += 1;
            }
        }
    }
    for (number, (forms, label)) in names.iter().enumerate() {
        let entity = format!("e{number}");
        let before = record.ents.len();
        for form in forms.split('|') {
            for (byte, _) in text.match_indices(form) {
                let start = text[..byte].chars().count();
                let end = start + form.chars().count();
                if record.ents.iter().all(|ent| end <= ent.start || ent.end <= start) {
                    let (label, entity) = ((*label).into(), Some(entity.clone().into()));
                    record.ents.push(Ent { start, end, label, score: Score::from(1.0), entity });
                }
            }
        }
        let mut forms = forms.split('|').map(|form| form.to_owned().into());
        record.entities.push(Entity {
            id: entity.into(),
            name: forms.next().unwrap_or_default(),
            label: (*label).into(),
            aliases: forms.collect(),
            mentions: record.ents.len() - before,
            sentiment: None,
        });
    }
    record.ents.sort_by_key(|ent| ent.start);
    record
}
