use std::sync::LazyLock;

use pressmark_lang::{Language, PagePhrase};

/// The phrases of a class in all languages: a page need not speak the language of its article, nor a table that of its
/// texts.
pub(crate) type Phrases = LazyLock<Vec<&'static str>>;

macro_rules! phrases {
    ($class:ident) => {
        std::sync::LazyLock::new(|| $crate::phrases::of_all_languages(pressmark_lang::PagePhrase::$class))
    };
}
pub(crate) use phrases;

pub(crate) fn of_all_languages(class: PagePhrase) -> Vec<&'static str> {
    Language::neutral().page_phrases(class).collect()
}
