//! The neutral pack, for text whose language is unknown or has no folder: its own words and those of all languages.

use crate::Language;
use crate::pack::Pack;

pub(crate) static LANGUAGE: Language = Language::new(Pack {
    abbreviations: include_str!("abbreviations.tsv"),
    agencies: include_str!("agencies.txt"),
    boilerplate: include_str!("boilerplate.txt"),
    calendar: include_str!("calendar.tsv"),
    caption_marks: include_str!("caption_marks.txt"),
    marks: include_str!("marks.tsv"),
    name_words: include_str!("name_words.tsv"),
    openers: include_str!("openers.tsv"),
    page_phrases: include_str!("page_phrases.tsv"),
    speech: include_str!("speech.tsv"),
    stop_words: include_str!("stop_words.txt"),
    words: include_str!("words.tsv"),
    ..Pack::EMPTY
});
