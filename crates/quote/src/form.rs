//! Surface properties of quoted words.

/// Surface properties of the text between quotation marks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    /// Whether its first letter is lowercase.
    pub(crate) lower: bool,
    /// Whether all its longer words are capitalised, as in the name of a show.
    pub(crate) title: bool,
    /// Number of words, counted up to [`MAX_WORDS`].
    pub(crate) words: usize,
    /// Whether it ends with a comma, a full stop or the like inside the marks.
    pub(crate) punctuated: bool,
    /// Whether it ends with a full stop, a question mark or an exclamation mark.
    pub(crate) ends: bool,
    /// Whether it ends with a question mark or an exclamation mark.
    pub(crate) asks: bool,
    /// Last character.
    pub(crate) last: char,
    /// Whether it can stand alone as a sentence.
    pub(crate) sentence: bool,
}

/// Words counted in a quotation. Set by hand: a longer one is neither a fragment nor a title.
const MAX_WORDS: usize = 12;

/// Upper bound on the words of a title of a work. Set by hand.
const TITLE_WORDS: usize = 9;

/// Words that make a sentence without a final mark; with one, [`MARKED_WORDS`] do. Both set by hand.
const UNMARKED_WORDS: usize = 10;
const MARKED_WORDS: usize = 3;

impl Form {
    pub(crate) fn of(inner: &str) -> Self {
        let inner = inner.trim();
        let last = inner.chars().next_back().unwrap_or(' ');
        let words = inner.split_whitespace().take(MAX_WORDS).count();
        let first = inner.chars().find(|c| c.is_alphanumeric());
        let asks = matches!(last, '?' | '!' | '？' | '！');
        let ends = asks || matches!(last, '.' | '…' | '。');
        let breaks = ends || matches!(last, ',' | '，' | '—');
        let marked = (breaks || matches!(last, '’' | '\'')) && words >= MARKED_WORDS;
        Self {
            lower: first.is_some_and(char::is_lowercase),
            title: words < TITLE_WORDS && words > 0 && has_title_case(inner),
            words,
            punctuated: breaks || matches!(last, '–' | '-'),
            ends,
            asks,
            last,
            sentence: first.is_some_and(|c| !c.is_lowercase()) && (marked || words >= UNMARKED_WORDS),
        }
    }
}

/// Whether every word of more than three letters is capitalised, as in the name of a book or a show.
fn has_title_case(inner: &str) -> bool {
    let capital = |word: &str| word.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase());
    let weighty = |word: &&str| word.chars().filter(|c| c.is_alphanumeric()).count() > 3;
    let words = || inner.split_whitespace().take(TITLE_WORDS);
    // "We all do." has no long word, so all its words must be capitalised.
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

    #[test]
    fn full_width_marks_are_marks() {
        let check = |inner: &str, punctuated: bool, ends: bool, asks: bool| {
            let form = Form::of(inner);
            assert_eq!((form.punctuated, form.ends, form.asks), (punctuated, ends, asks), "{inner:?}");
        };
        for (narrow, wide) in [("Why?", "为什么？"), ("No!", "不！")] {
            check(narrow, true, true, true);
            check(wide, true, true, true);
        }
        check("Go.", true, true, false);
        check("走。", true, true, false);
        check("Go,", true, false, false);
        check("走，", true, false, false);
        check("Go", false, false, false);
    }
}
