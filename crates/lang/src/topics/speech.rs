//! Verbs of speech and other cues.

use std::borrow::Cow;

use crate::Language;
use crate::classes::{ClassSet, SpeechClass};
use crate::pack::Pack;
use crate::table::{Line, Table, class_set, lines};
use crate::verb_form::VerbForm;

/// What a sign of reported speech weighs, file `cues.tsv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    /// What sort of sign it is, by the name that the fitting program gave it: `stem+follows`.
    pub sign: &'static str,
    /// Its value: `claim+That`.
    pub value: &'static str,
    /// Its weight: how much it adds to the logarithm of the odds that something is reported.
    pub weight: f32,
}

impl Cue {
    pub(crate) fn read(line: &Line<'static>) -> Option<Self> {
        let (sign, value) = (line.cell(0)?, line.cell(1)?);
        Some(Self { sign, value, weight: line.cell(2)?.parse().ok()? })
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

    /// What the signs of reported speech weigh, as they were fitted on annotated text; empty where nothing was.
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
