//! Classes of a word: by the word lists of its language and by its shape.
//!
//! There is no part-of-speech tagger: lists of function words and verbs of speech (crate `lang`) and the shape of a
//! word take its place.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use pressmark_lang::{Ending, FunctionWord, Gender, Language, SpeechClass, WordClass};

/// Classes of a word, as a bit set.
pub(crate) type Class = u128;

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: Class = 1 << $bit;)*
    };
}

bits! {
    DETERMINER = 0;
    PREPOSITION = 1;
    /// he, they: pronouns in subject position, who included.
    SUBJECT_PRONOUN = 2;
    /// is, has, will: words that may precede a main verb.
    AUXILIARY = 3;
    ADVERB = 4;
    COORDINATOR = 5;
    /// because, when, while, although, that.
    SUBORDINATOR = 6;
    /// who, what, how, whether.
    WH = 7;
    /// yesterday, Tuesday, earlier.
    TIME = 8;
    /// Mr., Sen., President.
    TITLE = 9;
    CAPITALISED = 10;
    NUMBER = 11;
    PUNCTUATION = 12;
    /// spokesman, official: speaks for somebody else.
    REPRESENTATIVE = 13;
    /// letter, statement: speaks for its author.
    DOCUMENT = 14;
    /// A verb of speech that may introduce a verbatim quotation.
    SAYS = 15;
    /// him, her, me.
    OBJECT_PRONOUN = 16;
    /// his, their; also ’s.
    POSSESSIVE = 17;
    BE = 18;
    /// A present participle of a verb of speech.
    PARTICIPLE = 19;
    /// senator, mother, analyst: a common noun for a person or body that speaks.
    ROLE = 20;
    /// A French past participle, which needs its auxiliary.
    NEEDS_AUXILIARY = 21;
    /// government, army: stands for its country.
    STATE_BODY = 22;
    /// French *a* and *ont*, which make a past participle a finite verb.
    PERFECT = 23;
    /// French *-il*, a subject behind its verb.
    CLITIC_SUBJECT = 24;
    /// out, back: completes a verb of speech.
    PARTICLE = 25;
    /// during, via: begins an adverbial behind a complete quotation.
    ADVERBIAL = 26;
    /// The plainest verbs of speech.
    PLAIN = 27;
    /// told, asked: takes the addressee as its object.
    TELLS = 28;
    /// urged, accused: has its content behind its object.
    ADDRESSES = 37;
    /// spoke, wrote: followed by *to* and the addressee.
    TO_HEARER = 40;
    /// called, dubbed: quotation marks behind it may hold a name.
    NAMES = 29;
    /// claims, report: as often a noun as a verb.
    ALSO_NOUN = 30;
    /// shows, proves: takes things as subjects as well as people.
    SHOWS = 36;
    /// The first word of "according to" and the like.
    ATTRIBUTES = 31;
    /// went, took: finite verbs that no ending reveals.
    FINITE = 34;
    /// seek, try: actions rather than speech.
    ACT = 38;
    /// company, group: a noun for a body.
    BODY = 35;
    /// A noun or title for a man.
    MASCULINE = 32;
    /// A noun or title for a woman.
    FEMININE = 33;
    /// PARIS: all capitals, more than one.
    UPPERCASE = 39;
    /// French *étonne*: a verb of speech behind a reflexive pronoun.
    REFLEXIVE_VERB = 41;
    /// French *étonné*: the same as a past participle.
    REFLEXIVE_PARTICIPLE = 42;
    // Functions of single function words; see `FunctionWord`.
    THAT = 64;
    TO = 65;
    WHETHER = 66;
    OF = 67;
    FOR = 68;
    ABOUT = 69;
    ON = 70;
    WITH = 71;
    AS = 72;
    AGAINST = 73;
    IN = 74;
    BY = 75;
    AND = 76;
    BUT = 77;
    OR = 78;
    THEN = 79;
    NOT = 80;
    GENITIVE = 81;
    PLURAL_GENITIVE = 82;
    RELATIVE_PRONOUN = 83;
    TELLING = 84;
    ATTACHES = 85;
    ORIGIN = 86;
    ASIDE = 87;
    NEAREST = 88;
    MODAL = 89;
    WHEN = 90;
    COMPLETING = 91;
    CONTRASTING = 92;
    AGO = 93;
    PEOPLE = 94;
    EUPHONIC = 95;
    PRONOMINAL = 96;
    REFLEXIVE = 97;
    // Classes by ending; see `Ending`.
    PAST_FORM = 112;
    GERUND = 113;
    PASSIVE_FORM = 114;
    PLURAL_FORM = 115;
    ADVERB_FORM = 116;
}

const WORD_CLASSES: &[(WordClass, Class)] = &[
    (WordClass::Determiner, DETERMINER),
    (WordClass::Possessive, POSSESSIVE),
    (WordClass::Preposition, PREPOSITION),
    (WordClass::SubjectPronoun, SUBJECT_PRONOUN),
    (WordClass::ObjectPronoun, OBJECT_PRONOUN),
    (WordClass::Be, BE),
    (WordClass::Auxiliary, AUXILIARY),
    (WordClass::Negation, AUXILIARY),
    (WordClass::Adverb, ADVERB),
    (WordClass::Coordinator, COORDINATOR),
    (WordClass::Subordinator, SUBORDINATOR),
    (WordClass::Wh, WH),
    (WordClass::Time, TIME),
    (WordClass::Representative, REPRESENTATIVE),
    (WordClass::Role, ROLE),
    (WordClass::StateBody, STATE_BODY),
    (WordClass::Document, DOCUMENT),
    (WordClass::Particle, PARTICLE),
    (WordClass::Adverbial, ADVERBIAL),
    (WordClass::Perfect, PERFECT),
    (WordClass::CliticSubject, CLITIC_SUBJECT),
    (WordClass::Finite, FINITE),
    (WordClass::Act, ACT),
    (WordClass::Body, BODY),
    (WordClass::Masculine, MASCULINE),
    (WordClass::Feminine, FEMININE),
];

const SPEECH_CLASSES: &[(SpeechClass, Class)] = &[
    (SpeechClass::Says, SAYS),
    (SpeechClass::NeedsAuxiliary, NEEDS_AUXILIARY),
    (SpeechClass::Participle, PARTICIPLE),
    (SpeechClass::Reflexive, REFLEXIVE_VERB),
    (SpeechClass::ReflexiveParticiple, REFLEXIVE_PARTICIPLE),
    (SpeechClass::Plain, PLAIN),
    (SpeechClass::Tells, TELLS),
    (SpeechClass::Addresses, ADDRESSES),
    (SpeechClass::ToHearer, TO_HEARER),
    (SpeechClass::Names, NAMES),
    (SpeechClass::AlsoNoun, ALSO_NOUN),
    (SpeechClass::Shows, SHOWS),
];

const FUNCTION_WORDS: &[(FunctionWord, Class)] = &[
    (FunctionWord::That, THAT),
    (FunctionWord::To, TO),
    (FunctionWord::Whether, WHETHER),
    (FunctionWord::Of, OF),
    (FunctionWord::For, FOR),
    (FunctionWord::About, ABOUT),
    (FunctionWord::On, ON),
    (FunctionWord::With, WITH),
    (FunctionWord::As, AS),
    (FunctionWord::Against, AGAINST),
    (FunctionWord::In, IN),
    (FunctionWord::By, BY),
    (FunctionWord::And, AND),
    (FunctionWord::But, BUT),
    (FunctionWord::Or, OR),
    (FunctionWord::Then, THEN),
    (FunctionWord::Not, NOT),
    (FunctionWord::Genitive, GENITIVE),
    (FunctionWord::PluralGenitive, PLURAL_GENITIVE),
    (FunctionWord::Relative, RELATIVE_PRONOUN),
    (FunctionWord::Telling, TELLING),
    (FunctionWord::Attaches, ATTACHES),
    (FunctionWord::Origin, ORIGIN),
    (FunctionWord::Aside, ASIDE),
    (FunctionWord::Nearest, NEAREST),
    (FunctionWord::Modal, MODAL),
    (FunctionWord::When, WHEN),
    (FunctionWord::Completing, COMPLETING),
    (FunctionWord::Contrasting, CONTRASTING),
    (FunctionWord::Ago, AGO),
    (FunctionWord::People, PEOPLE),
    (FunctionWord::Euphonic, EUPHONIC),
    (FunctionWord::Pronominal, PRONOMINAL),
    (FunctionWord::Reflexive, REFLEXIVE),
];

const ENDINGS: &[(Ending, Class)] = &[
    (Ending::Past, PAST_FORM),
    (Ending::Gerund, GERUND),
    (Ending::Passive, PASSIVE_FORM),
    (Ending::Plural, PLURAL_FORM),
    (Ending::Adverb, ADVERB_FORM),
];

/// Mask of the classes from word lists and shape, without those of function words and endings: bits 0 to 63.
pub(crate) const LEXICAL: Class = (1 << 64) - 1;

/// Word classes of one language, as the rules for quotations need them.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) language: &'static Language,
    classes: HashMap<Cow<'static, str>, Class, FixedState>,
    /// Endings with their classes.
    endings: Vec<(&'static str, Class)>,
    /// "according to" and the like, split into words.
    attributions: Vec<Vec<&'static str>>,
}

impl Lexicon {
    pub(crate) fn new(language: &'static Language) -> Self {
        let mut classes: HashMap<Cow<'static, str>, Class, FixedState> = HashMap::default();
        let mut add = |word: Cow<'static, str>, class| *classes.entry(word).or_default() |= class;
        for (word, set) in language.words() {
            add(word.into(), bits(WORD_CLASSES, |class| set.contains(class)));
        }
        for (word, set) in language.speech_forms() {
            add(word.into(), bits(SPEECH_CLASSES, |class| set.contains(class)));
        }
        for (word, does) in language.function_words() {
            add(word.into(), bits(FUNCTION_WORDS, |function| does.contains(function)));
        }
        for (words, title) in language.titles().filter(|(words, _)| !words.contains(' ')) {
            let gender = match title.gender {
                Some(Gender::Masculine) => MASCULINE,
                Some(Gender::Feminine) => FEMININE,
                None => 0,
            };
            add(words.into(), TITLE | gender);
            add(format!("{words}.").into(), TITLE | gender);
        }
        let attributions: Vec<Vec<&str>> = language.attributions().map(|a| a.split(' ').collect()).collect();
        for first in attributions.iter().filter_map(|words| words.first()) {
            add((*first).into(), ATTRIBUTES);
        }
        let endings = language
            .all_endings()
            .map(|(end, tells)| (end, bits(ENDINGS, |ending| ending == tells)))
            .filter(|(_, class)| *class != 0)
            .collect();
        Self { language, classes, endings, attributions }
    }

    /// Classes of a word, given as spelled (`text`) and in lowercase.
    pub(crate) fn class(&self, text: &str, lower: &str) -> Class {
        let mut class = self.classes.get(lower).copied().unwrap_or(0);
        let mut chars = text.chars();
        match chars.next() {
            Some(c) if c.is_uppercase() => {
                class |= CAPITALISED;
                if text.len() > c.len_utf8() && text.chars().all(char::is_uppercase) {
                    class |= UPPERCASE;
                }
            }
            Some(c) if c.is_ascii_digit() => class |= NUMBER,
            Some(c) if !c.is_alphanumeric() && !text.chars().any(char::is_alphanumeric) => class |= PUNCTUATION,
            _ => {}
        }
        for (end, tells) in &self.endings {
            if lower.ends_with(end) {
                class |= tells;
            }
        }
        // Words of four letters end in -ly by chance as often: "only", but "rely".
        if lower.len() > 4 && class & ADVERB_FORM != 0 && class & (SAYS | CAPITALISED) == 0 {
            class |= ADVERB;
        }
        class
    }

    /// Classes of a word as spelled.
    pub(crate) fn class_of(&self, text: &str) -> Class {
        self.class(text, &lower(text))
    }

    /// Length in words of the attributing phrase at a position, 2 for "according to"; `word` returns the words from
    /// there on.
    pub(crate) fn attribution<'w>(&self, word: impl Fn(usize) -> &'w str) -> Option<usize> {
        self.attributions
            .iter()
            .filter(|phrase| phrase.iter().enumerate().all(|(i, w)| word(i) == *w))
            .map(Vec::len)
            .max()
    }
}

/// Lowercases a word, borrowing it when unchanged, as most are.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    let small = |byte: &u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.as_bytes().iter().all(small) || !text.chars().any(char::is_uppercase) {
        text.into()
    } else {
        text.to_lowercase().into()
    }
}

/// Bits of the classes for which `has` holds.
fn bits<C: Copy>(classes: &[(C, Class)], has: impl Fn(C) -> bool) -> Class {
    classes.iter().filter(|(class, _)| has(*class)).fold(0, |all, (_, bit)| all | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_classes_of_its_language_and_of_its_shape() {
        let english = Lexicon::new(Language::of(Some("en")));
        let check = |lexicon: &Lexicon, text: &str, has: Class, lacks: Class| {
            let class = lexicon.class(text, &text.to_lowercase());
            assert_eq!((class & has, class & lacks), (has, 0), "{text}");
        };
        check(&english, "Said", SAYS | PLAIN | CAPITALISED, ALSO_NOUN);
        check(&english, "claims", SAYS | ALSO_NOUN, PLAIN);
        check(&english, "Mr.", TITLE | MASCULINE | CAPITALISED, FEMININE);
        check(&english, "slowly", ADVERB, SAYS);
        check(&english, "…", PUNCTUATION, ADVERB);
        check(&english, "a", DETERMINER, PERFECT);
        let french = Lexicon::new(Language::of(Some("fr")));
        check(&french, "a", PERFECT, DETERMINER);
        check(&french, "déclaré", NEEDS_AUXILIARY, SAYS);
    }

    #[test]
    fn phrases_that_attribute_are_those_of_the_language() {
        let check = |code, words: &[&str], expected| {
            let lexicon = Lexicon::new(Language::of(Some(code)));
            assert_eq!(lexicon.attribution(|i| words.get(i).copied().unwrap_or("")), expected, "{words:?}");
        };
        check("en", &["according", "to", "her"], Some(2));
        check("en", &["according", "ranks"], None);
        check("en", &["in", "the", "words", "of"], Some(4));
        check("fr", &["selon", "elle"], Some(1));
        check("en", &["selon", "elle"], None);
    }
}
