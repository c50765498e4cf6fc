//! What the quoted words themselves tell about what they are.

/// The form of what stands in quotation marks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    /// Its first letter is a small one.
    pub(crate) lower: bool,
    /// All its words of weight are capitalised, as in the name of a show.
    pub(crate) title: bool,
    /// How many words it has, counted up to [`MAX_WORDS`].
    pub(crate) words: usize,
    /// It ends with a comma, a full stop or the like inside of the marks.
    pub(crate) punctuated: bool,
    /// It ends with a full stop, a question mark or an exclamation mark.
    pub(crate) ends: bool,
    /// It ends with a question mark or an exclamation mark.
    pub(crate) asks: bool,
    /// Its last character.
    pub(crate) last: char,
    /// It can stand alone as a sentence.
    pub(crate) sentence: bool,
}

/// Words of a quotation that are looked at: what is longer than this is no fragment and no title.
const MAX_WORDS: usize = 12;

/// A name of a work is shorter than this many words.
const TITLE_WORDS: usize = 9;

/// This many words make a sentence even without a mark at its end; with one, [`MARKED_WORDS`] do.
const UNMARKED_WORDS: usize = 10;
const MARKED_WORDS: usize = 3;

impl Form {
    pub(crate) fn of(inner: &str) -> Self {
        let inner = inner.trim();
        let last = inner.chars().next_back().unwrap_or(' ');
        let words = inner.split_whitespace().take(MAX_WORDS).count();
        let first = inner.chars().find(|c| c.is_alphanumeric());
        let marked = matches!(last, '.' | '?' | '!' | '…' | ',' | '—' | '。' | '？' | '！' | '’' | '\'')
            && words >= MARKED_WORDS;
        Self {
            lower: first.is_some_and(char::is_lowercase),
            title: words < TITLE_WORDS && words > 0 && has_title_case(inner),
            words,
            punctuated: matches!(last, ',' | '.' | '?' | '!' | '…' | '—' | '–' | '-'),
            ends: matches!(last, '.' | '?' | '!' | '…'),
            asks: matches!(last, '?' | '!'),
            last,
            sentence: first.is_some_and(|c| !c.is_lowercase()) && (marked || words >= UNMARKED_WORDS),
        }
    }
}

/// Whether every word but the smallest is capitalised, as in the name of a book or a show.
fn has_title_case(inner: &str) -> bool {
    let capital = |word: &str| word.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase());
    let weighty = |word: &&str| word.chars().filter(|c| c.is_alphanumeric()).count() > 3;
    let words = || inner.split_whitespace().take(TITLE_WORDS);
    // "We all do." has no word of weight.
    words().filter(weighty).all(capital) && (words().any(|w| weighty(&w)) || words().all(capital))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_sentences_are_told_by_capitals_marks_and_length() {
        let check = |inner: &str, title: bool, sentence: bool| {
            let form = Form::of(inner);
            assert_eq!((form.title, form.sentence), (title, sentence), "{inner:?}");
        };
        check("A Year of Rain", true, false);
        check("We left at noon,", false, true);
        check("We all do.", false, true);
        check("Up We Go", true, false);
        check("we left at noon,", false, false);
        check("We left", false, false);
        check("We had been there for a good many years by then", false, true);
        check("", false, false);
    }
}
