//! Decides whether a full stop or another terminator ends a sentence.

use pressmark_lang::{Abbreviation, Case, Ending, NameClass, SpeechClass, WordClass};

use crate::context::{After, Before, REACH, after, before, is_dotted};
use crate::sentences::{Scanner, Terminator};

/// Most words of an adverbial of time before a full stop: "At 5 a.m." Set by hand.
const MAX_ADVERBIAL: usize = 4;
/// Longest number or letter of a list item with what precedes it, in bytes: longer than any, so that long sentences are
/// spared the checks.
const MAX_MARKER: usize = 16;
/// Longest Roman numeral of a list item: "viii", "xiii"; longer ones are rare and look like words.
const MAX_ROMAN: usize = 4;

impl Scanner<'_> {
    /// Whether the terminator ends a sentence.
    pub(crate) fn is_boundary(&self, mark: &Terminator) -> bool {
        let rest = &self.text[mark.end..self.end];
        let Some(next) = rest.chars().next() else { return true };
        if mark.sure {
            return true;
        }
        if !next.is_whitespace() {
            return self.is_glued(mark, rest);
        }
        let Some(after) = after(rest) else { return false };
        if self.is_marker_only(mark) {
            return false;
        }
        if after.is_continuation() {
            return after.is_plain_small() && self.ends_before_small(mark, after.at + mark.end);
        }
        // "[...]" marks an omission and ends nothing.
        if mark.ellipsis && mark.closed && self.text[self.start..mark.start].ends_with(['[', '(']) {
            return false;
        }
        if mark.strong {
            return !(mark.quote && self.is_attribution(after.at + mark.end));
        }
        if mark.ellipsis {
            // "I" is capitalised anywhere, so it is no evidence, and three dots leave the sentence open.
            let open = after.word == "I" && mark.full_stops <= 3;
            return !open && self.has_word;
        }
        self.full_stop_ends(mark, &after)
    }

    /// Whether a sentence ends although a lowercase letter follows, as in text written without capitals: the word
    /// before is an ordinary one ("dog. i want"; not "sq. km", "Yahoo! in", "etc. and"), and no quotation closes or
    /// continues. Shorter and capitalised words count only where the sentence itself began in lowercase, or where "i"
    /// or "we" follows.
    fn ends_before_small(&self, mark: &Terminator, at: usize) -> bool {
        if mark.closed || mark.ellipsis {
            return false;
        }
        let before = before(&self.text[self.start..mark.start]);
        if before.word.is_empty() || before.in_address || self.language.abbreviation(before.word).is_some() {
            return false;
        }
        let next = self.text[at..self.end].split_whitespace().take(2).map(|w| w.trim_end_matches(['.', ',']));
        if next.clone().any(|w| self.follows_speech(w)) {
            return false;
        }
        let small = before.word.chars().all(char::is_lowercase);
        let vowel = before.word.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        // At least three letters: a shorter lowercase word before a full stop is more often an abbreviation than a last
        // word.
        if small && (mark.strong || vowel && before.word.chars().nth(2).is_some()) {
            return true;
        }
        // Two letters are enough for a stop word or a capitalised word, where the text is written casually.
        let first_person = |word: &str| {
            self.language.pronoun(word).any(|p| p.person == 1 && p.case == Case::Subject && !word.is_empty())
        };
        let casual =
            self.text[self.start..mark.start].chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase);
        let known = !small || self.language.is_stop_word(before.word);
        known && before.word.chars().nth(1).is_some() && (casual || next.clone().next().is_some_and(first_person))
    }

    /// Whether a single full stop ends a sentence, given that the next word could open one.
    fn full_stop_ends(&self, mark: &Terminator, after: &After<'_>) -> bool {
        let before = before(&self.text[self.start..mark.start]);
        let opens = || self.opens(after.word) || self.opens_with_people(after.word, mark.end + after.at);
        if mark.closed && !mark.quote && self.closes_one_word(mark) {
            // "Prof. (emer.) Osei", "Lind (R-Ky.) Osei".
            return opens();
        }
        if is_dotted(before.word) {
            return self.dotted_ends(&before, after, opens());
        }
        let class = self.language.abbreviation(before.word);
        if let Some(letter) = before.single_letter() {
            return match letter {
                // "vitamin C. Nothing" against "by C. Nolan".
                _ if self.is_labelled(before.text_before) => true,
                // "you and I. Did" against "Albert I. Jones".
                'I' => opens() || !before.follows_name || before.text_before.is_empty(),
                _ if class == Some(Abbreviation::Leads) => false,
                _ if letter.is_uppercase() => opens() && !before.text_before.is_empty(),
                // "p. 5": a page, a line, a note.
                _ => !(after.digit && class == Some(Abbreviation::BeforeNumber)),
            };
        }
        match class {
            None => true,
            // "Sen. (now Gov.) Lind": the bracket closes before the name.
            Some(Abbreviation::Leads) if mark.closed && !mark.quote => false,
            Some(_) if mark.closed => true,
            Some(Abbreviation::Leads) => false,
            Some(Abbreviation::BeforeNumber) => !(after.digit || after.is_roman()),
            Some(Abbreviation::MayEnd) => opens(),
            Some(Abbreviation::Ends) => !after.digit,
            Some(Abbreviation::AfterComma) => opens() || !before.text_before.trim_end().ends_with(','),
        }
    }

    /// Whether the full stop of "U.S.", "a.m." or "Ph.D." also ends the sentence.
    fn dotted_ends(&self, before: &Before<'_>, after: &After<'_>, opens: bool) -> bool {
        let word = before.word;
        if self.language.is_half_of_day(word) {
            if self.goes_on_with_time(after.word) {
                return false;
            }
            // "At 5 a.m. Mr. Smith went": a few words, the first a preposition of time, are no clause.
            let words = before.text_before.split_whitespace().take(MAX_ADVERBIAL + 1).count();
            let first = before.text_before.split_whitespace().next().unwrap_or_default();
            let adverbial = words <= MAX_ADVERBIAL && self.is_circumstance(first);
            return opens || !adverbial;
        }
        opens && self.language.abbreviation(word) != Some(Abbreviation::Leads)
    }

    /// Whether a sentence ends although no space follows, as in text that lost a line break: "in May.The", "in
    /// 2019.The", "the CIA.She", "“No.”They", "gone?we".
    fn is_glued(&self, mark: &Terminator, rest: &str) -> bool {
        let rest = rest.trim_start_matches(['“', '"', '«', '‘', '(', '[']);
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (next, behind) = rest.split_at(end);
        let before = before(&self.text[self.start..mark.start]);
        // "3.5", "U.S".
        let pointed = is_quantity(before.word) || is_dotted(before.word) && self.opens(next);
        let part = before.in_address && !pointed || behind.starts_with(['.', '@', '/', '_', '=']);
        if part || self.is_address(mark) {
            return false;
        }
        let ordinary = before.word.chars().count() > 1 && before.word.chars().skip(1).all(char::is_lowercase);
        if mark.strong && !mark.ellipsis && ordinary && next.chars().count() > 1 && next.starts_with(char::is_lowercase)
        {
            return true;
        }
        let mut letters = next.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let named = letters.next().map_or_else(|| self.opens(next), char::is_lowercase);
        // Domains are sometimes capitalised: "Booking.Com".
        let top_level = matches!(next, "Com" | "Net" | "Org" | "Js" | "Io" | "Ai" | "Co" | "Fr" | "Uk");
        if !capital || !named || top_level {
            return false;
        }
        if mark.ellipsis {
            return mark.full_stops > 1 && ordinary;
        }
        // A bracket or quotation mark closes before the stop or behind it, or a unit precedes it.
        let closed = mark.closed || before.text_before.ends_with([')', ']', '”', '"', '»', '%']);
        if closed || mark.strong {
            return closed || ordinary;
        }
        match self.language.abbreviation(before.word) {
            Some(Abbreviation::Leads) => false,
            Some(Abbreviation::MayEnd) => self.opens(next),
            _ if ordinary => true,
            _ => !self.is_marker_only(mark) && (is_acronym(before.word) || pointed),
        }
    }

    /// Whether the terminator is part of a web or mail address or a path, by the marks around it up to white space.
    fn is_address(&self, mark: &Terminator) -> bool {
        let telling = |c: &char| matches!(c, '/' | '@' | '=' | '&' | '\\');
        let before = self.text[self.start..mark.start].chars().rev().take(REACH).take_while(|c| !c.is_whitespace());
        let behind = self.text[mark.end..self.end].chars().take(REACH).take_while(|c| !c.is_whitespace());
        before.chain(behind).any(|c| telling(&c))
    }

    /// Whether the current sentence is so far only the number or letter of a list item.
    fn is_marker_only(&self, mark: &Terminator) -> bool {
        let so_far = &self.text[self.start..mark.start];
        if so_far.len() > MAX_MARKER {
            return false;
        }
        let label = so_far.trim_start_matches(|c: char| !c.is_alphanumeric());
        let roman = label.len() <= MAX_ROMAN && label.bytes().all(|b| b.is_ascii_lowercase() && b"ivxlc".contains(&b));
        let letter = label.len() == 1 && label != "I" && label.as_bytes()[0].is_ascii_alphabetic();
        // "2.", "2.1.", and "Figure 1." before the caption.
        let section = is_digits(label.split('.').next().unwrap_or_default())
            && label.len() <= "10.2.1".len()
            && label.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let caption = label.rsplit_once(' ').is_some_and(|(noun, number)| is_digits(number) && self.is_labelled(noun));
        !mark.strong && (label.is_empty() || section || roman || letter || caption)
    }

    /// Whether the last word before a letter or number is a noun that such a label follows: "vitamin", "figure".
    fn is_labelled(&self, before: &str) -> bool {
        let noun = before.split_whitespace().next_back().unwrap_or_default();
        noun.len() <= REACH && self.language.classes(&noun.to_lowercase()).contains(WordClass::Labelled)
    }

    /// Whether the text at `at` could be a new sentence.
    pub(crate) fn opens_after(&self, at: usize) -> bool {
        self.text[at..self.end].starts_with(char::is_whitespace)
            && after(&self.text[at..self.end]).is_some_and(|after| !after.is_continuation())
    }

    /// Whether the speaker and the verb of a quotation that just closed follow at `at`: "Marta Kovac asked."
    fn is_attribution(&self, at: usize) -> bool {
        // Set by hand: a name of up to four words, then the verb.
        const WORDS: usize = 5;
        let rest = &self.text[at..self.end];
        for (i, word) in rest.split_whitespace().take(WORDS).enumerate() {
            let bare = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
            if i > 0 && self.follows_speech(bare) {
                let end = word.as_ptr() as usize + word.len() - rest.as_ptr() as usize;
                let next = rest[end..].split_whitespace().next().unwrap_or_default();
                return bare.len() < word.len()
                    || next.is_empty()
                    || self.language.classes(next).contains(WordClass::Circumstance);
            }
            let name = word.starts_with(char::is_uppercase) && !(i == 0 && self.opens(bare));
            let particle = self.language.name_word(word).contains(NameClass::Particle);
            if !name && !particle || word.ends_with([',', ';', ':', '!', '?']) {
                return false;
            }
        }
        false
    }

    /// Whether `word`, written with a capital, opens sentences.
    fn opens(&self, word: &str) -> bool {
        self.language.opener(word).is_some()
    }

    /// Whether `word` at `at` is a plural noun for people, the typical subject of a news sentence, outside a headline:
    /// "in the U.S. Officials said" against "U.S. Officials Say No".
    fn opens_with_people(&self, word: &str, at: usize) -> bool {
        let next = self.text.get(at + word.len()..self.end).and_then(|rest| rest.strip_prefix(' '));
        if !next.is_some_and(|next| next.starts_with(char::is_lowercase)) {
            return false;
        }
        let lower = word.to_lowercase();
        self.language.endings(&lower).contains(Ending::Plural)
            && self.language.classes(&lower).contains(WordClass::Role)
    }

    /// Whether the terminator closes a bracket inside the sentence that holds a single word.
    fn closes_one_word(&self, mark: &Terminator) -> bool {
        let before = &self.text[self.start..mark.start];
        let inside = before.rfind(|c: char| c.is_whitespace()).map_or(before, |at| &before[at..]).trim_start();
        inside.len() <= REACH && inside.len() < before.trim_start().len() && inside.starts_with(['(', '['])
    }

    /// Whether `word` is a verb of speech in a form that follows its speaker: "…?" Marta Kovac asked.
    fn follows_speech(&self, word: &str) -> bool {
        self.language.speech(word).contains(SpeechClass::Follows)
    }

    /// Whether `word` continues a time of day: "5 p.m. EST", "9 a.m. Monday".
    fn goes_on_with_time(&self, word: &str) -> bool {
        let named = self.language.weekday(word).is_some() || self.language.month(word).is_some();
        self.language.is_time_zone(word) || named && word.starts_with(char::is_uppercase)
    }

    /// Whether `word` opens a phrase of time or place: "At 5 a.m. Mr. Smith went".
    fn is_circumstance(&self, word: &str) -> bool {
        self.language.classes(&word.to_lowercase()).contains(WordClass::Circumstance)
    }
}

/// Whether a word is two or more capitals: "CIA".
fn is_acronym(word: &str) -> bool {
    word.len() > 1 && word.chars().all(char::is_uppercase)
}

/// Whether a word is a number with a unit of at most two letters: "2019", "3.5m".
fn is_quantity(word: &str) -> bool {
    let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    word.len() - number.len() <= 2 && number.split('.').count() <= 2 && number.split('.').all(digits)
}

/// One to four digits: years, and numbers of sections and figures.
fn is_digits(word: &str) -> bool {
    (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
}
