//! Verbs of speech and other cues.

use std::borrow::Cow;

use crate::Language;
use crate::classes::{ClassSet, SpeechClass};
use crate::pack::Pack;
use crate::table::{Line, Table, class_set, lines};
use crate::verb_form::VerbForm;

/// How often a word was the cue of reported speech in annotated text, file `cues.tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cue {
    /// The word in small letters; `"*"` for all words that have no line of their own.
    pub word: &'static str,
    /// The construction it stood in, by the name that the counting program gave it; `"-"` for any.
    pub construction: &'static str,
    /// How often it was a cue there.
    pub cue: u32,
    /// How often it stood there.
    pub seen: u32,
}

impl Cue {
    pub(crate) fn read(line: &Line<'static>) -> Option<Self> {
        let (word, construction) = (line.cell(0)?, line.cell(1)?);
        let cue = Self { word, construction, cue: line.cell(2)?.parse().ok()?, seen: line.cell(3)?.parse().ok()? };
        (cue.cue <= cue.seen).then_some(cue)
    }
}

impl Language {
    /// What a verb of speech, in small letters and in one of its forms, can do; empty for other words.
    #[must_use]
    pub fn speech(&self, lower: &str) -> ClassSet<SpeechClass> {
        self.speech_table().get(lower).copied().unwrap_or_default()
    }

    /// Every form of a verb of speech with what it can do, in no order.
    pub fn speech_forms(&self) -> impl Iterator<Item = (&str, ClassSet<SpeechClass>)> {
        self.speech_table().map.iter().map(|(word, classes)| (word.as_ref(), *classes))
    }

    pub(crate) fn speech_table(&self) -> &Table<ClassSet<SpeechClass>> {
        self.speech.get_or_init(|| {
            let mut table = Table::default();
            for pack in self.packs() {
                for line in lines(pack.speech) {
                    read_speech(pack, &line, &mut table);
                }
            }
            table
        })
    }

    /// The words that attribute what stands beside them: "according to".
    pub fn attributions(&self) -> impl Iterator<Item = &'static str> {
        self.files(|p| p.attributions).flat_map(lines).map(|line| line.text)
    }

    /// How often words were the cue of reported speech in annotated text, by the construction they stood in.
    pub fn cues(&self) -> impl Iterator<Item = Cue> {
        self.files(|p| p.cues).flat_map(lines).filter_map(|line| Cue::read(&line))
    }
}

/// `classes<TAB>regular|listed<TAB>word word …`: all forms of regular verbs are made by the language's own rule.
fn read_speech(pack: &Pack, line: &Line<'static>, table: &mut Table<ClassSet<SpeechClass>>) {
    let row = || Some((class_set::<SpeechClass>(line.cell(0)?)?, line.cell(1)?, line.cell(2)?));
    let Some((classes, kind @ ("regular" | "listed"), words)) = row() else {
        table.unread.push(line.text);
        return;
    };
    for word in words.split_whitespace() {
        table.add(Cow::Borrowed(word), classes);
        if kind == "regular" {
            for (form, kind) in (pack.inflect)(word) {
                let mut classes = classes;
                if kind == VerbForm::PresentParticiple {
                    classes.insert(SpeechClass::Participle);
                }
                table.add(Cow::Owned(form), classes);
            }
        }
    }
}
