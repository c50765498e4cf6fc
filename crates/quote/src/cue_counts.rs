//! Counts of words and cues over annotated articles, by construction.

use std::collections::BTreeMap;

use pressmark_core::Document;
use pressmark_lang::Language;

use crate::cue_context::context;
use crate::cues::{Count, Follow, Role};
use crate::gold::Gold;
use crate::lexicon::{ADVERB, AUXILIARY, COORDINATOR, DETERMINER, Lexicon, POSSESSIVE, PREPOSITION, PUNCTUATION, TIME};
use crate::marks;
use crate::paragraph::paragraphs;
use crate::unit::units;

/// Counts words and cues over annotated articles; its table is what a language has as `cues.tsv`.
///
/// Retrain on articles of your own: add each document (with sentences and tokens) and its gold
/// quotations, then write [`table`](CueCounts::table).
#[derive(Debug)]
pub struct CueCounts {
    lexicon: Lexicon,
    counts: BTreeMap<String, BTreeMap<(Role, Follow), Count>>,
}

impl CueCounts {
    /// No counts yet, for text of a language.
    #[must_use]
    pub fn new(language: &'static Language) -> Self {
        Self { lexicon: Lexicon::new(language), counts: BTreeMap::new() }
    }

    /// Adds one document and its gold.
    pub fn add(&mut self, doc: &Document, gold: &[Gold]) {
        let paragraphs = paragraphs(&doc.text);
        let quoted = marks::find(&doc.text, &paragraphs);
        let units = units(doc, &paragraphs, &quoted, &self.lexicon);
        let mut heads = Vec::new();
        for unit in &units {
            for cue in gold.iter().flat_map(|g| &g.cue) {
                let own = |i: usize| unit.items[i].quoted.is_none() && cue.overlaps(unit.items[i].span);
                let from = unit.items.partition_point(|i| i.span.end <= cue.start);
                let to = unit.items.partition_point(|i| i.span.start < cue.end);
                let light =
                    AUXILIARY | PREPOSITION | ADVERB | DETERMINER | PUNCTUATION | POSSESSIVE | COORDINATOR | TIME;
                let head =
                    (from..to).rev().find(|i| own(*i) && !unit.is(*i, light)).or((from..to).rev().find(|i| own(*i)));
                heads.extend(head.map(|h| unit.items[h].span));
            }
        }
        heads.sort_unstable();
        for unit in &units {
            for (i, item) in unit.items.iter().enumerate().filter(|(_, i)| i.is_word()) {
                let context = context(unit, i);
                let count = self
                    .counts
                    .entry(item.lower.to_string())
                    .or_default()
                    .entry((context.role, context.follow))
                    .or_default();
                count.all += 1;
                count.cue += u32::from(heads.binary_search(&item.span).is_ok());
            }
        }
    }

    /// The counts of every word that was a cue at least `least` times, as lines of
    /// word, context, cues and occurrences; the sums over all other words stand under `*`.
    #[must_use]
    pub fn table(&self, least: u32) -> String {
        let mut table = String::from("# word\tcontext\tcues\toccurrences\n");
        let mut rest: BTreeMap<(Role, Follow), Count> = BTreeMap::new();
        for (word, contexts) in &self.counts {
            let sum = contexts.values().fold(Count::default(), |a, b| Count { cue: a.cue + b.cue, all: a.all + b.all });
            // One in fifty: below that no context makes a word a cue.
            if sum.cue < least || sum.cue * 50 < sum.all {
                for (context, count) in contexts {
                    let total = rest.entry(*context).or_default();
                    total.cue += count.cue;
                    total.all += count.all;
                }
                continue;
            }
            table += &format!("{word}\t-\t{}\t{}\n", sum.cue, sum.all);
            for ((role, follow), count) in contexts.iter().filter(|(_, c)| c.all > 1) {
                table += &format!("{word}\t{role:?}+{follow:?}\t{}\t{}\n", count.cue, count.all);
            }
        }
        for ((role, follow), count) in &rest {
            table += &format!("*\t{role:?}+{follow:?}\t{}\t{}\n", count.cue, count.all);
        }
        table
    }
}
