//! Resolution of the words that name a speaker to an entity of the document.
//!
//! The conventions are the rules passed in (`SPEAKERS` of `rules.rs`), tried in order.

mod author;
mod gender;
mod nouns;
mod office;
mod pronouns;

use std::cell::RefCell;

use pressmark_core::{Document, EntityType, Explanation, Mention, Quote, QuoteKind, Span};
use pressmark_lang::{Case, Ending, Gender, Number, PagePhrase, Pronoun};

use crate::after::behind_hyphens;
use crate::candidate::Candidate;
use crate::indirect::ACCORDING;
use crate::lexicon::{
    AND, CAPITALISED, Class, DETERMINER, DOCUMENT, GENITIVE, IN, Lexicon, NUMBER, OBJECT_PRONOUN, PLURAL_GENITIVE,
    POSSESSIVE, PREPOSITION, PUNCTUATION, REPRESENTATIVE, ROLE, SHOWS, STATE_BODY, SUBJECT_PRONOUN, TITLE, WH, lower,
};
use crate::refusals::Refusals;
use crate::rule::{Step, TURN};
use crate::unit::Unit;

/// Units searched backwards for a pronoun's referent or a document's author. Set by hand: farther back somebody else
/// has been mentioned; the bound keeps a text of nothing but pronouns linear.
const MEMORY: usize = 8;
/// Items or mentions examined in a unit. Set by hand: sentences are shorter, and the bound keeps malformed ones cheap.
const REACH: usize = 120;

/// Cue probability from which the subject need not be recognisable as a speaker. Of 0.4, 0.6, 0.8 and never, the first
/// has the best F1 on 250 of PolNeAR's training articles (overlap, all kinds: 73.6, 72.9, 72.3, 71.6).
const LIKELY: f32 = 0.4;

/// A quotation with the names of the rules that made it.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) quote: Quote,
    attribution: &'static str,
    cue_probability: Option<f32>,
    /// Rule that resolved the speaker's words to an entity, or to nobody.
    speaker: Option<&'static str>,
}

impl Resolved {
    /// Explanations of the quotation and of the resolution of its speaker.
    pub(crate) fn explanations(
        &self,
        stage: &'static str,
    ) -> impl Iterator<Item = impl FnOnce(&Document) -> Explanation + '_> {
        [false, true].into_iter().filter(|of_speaker| !of_speaker || self.speaker.is_some()).map(move |of_speaker| {
            move |doc: &Document| {
                let Quote { span, speaker, speaker_span, .. } = self.quote;
                if of_speaker {
                    let name = speaker.and_then(|entity| doc.entities.get(entity)).map_or("nobody", |e| &*e.name);
                    let rule = self.speaker.unwrap_or_default();
                    return Explanation::new(stage, speaker_span.unwrap_or(span), rule).deciding(name);
                }
                let words = speaker_span.map_or("no words name the speaker", |words| doc.slice(words));
                let explanation = Explanation::new(stage, span, self.attribution).deciding(words);
                self.cue_probability.into_iter().fold(explanation, |e, share| e.with("cue_probability", share))
            }
        })
    }
}

/// Answer of a rule on a speaker's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Index into the document's entities.
    Entity(usize),
    /// Nobody whom the document names; no further rule is tried.
    Nobody,
}

impl From<Option<usize>> for Answer {
    fn from(entity: Option<usize>) -> Self {
        entity.map_or(Self::Nobody, Self::Entity)
    }
}

/// Resolves the words that name a speaker; `None` where the rule does not apply.
pub(crate) type Name = fn(&Naming<'_>) -> Option<Answer>;

/// Resolves the speakers of candidates, each by the first rule that answers, and drops reports without a credible
/// speaker.
pub(crate) fn speakers(
    rules: &[Step<Name>],
    doc: &Document,
    lexicon: &Lexicon,
    units: &[Unit<'_>],
    candidates: Vec<Candidate>,
    refusals: &mut Refusals,
) -> Vec<Resolved> {
    let resolver = Resolver {
        rules,
        doc,
        lexicon,
        units,
        genders: RefCell::new(gender::genders(doc, lexicon)),
        offices: office::offices(office::Words { doc, lexicon }),
        first_turn: candidates.iter().find(|c| c.rule == TURN).map(|c| c.span.start),
    };
    let mut resolved: Vec<Resolved> = Vec::with_capacity(candidates.len());
    let mut last: Option<Last> = None;
    for c in candidates {
        let found = c.speaker.and_then(|span| resolver.resolve(&Naming::new(&resolver, span, c.span, last)));
        let entity = match found {
            Some((_, Answer::Entity(entity))) => Some(entity),
            Some((_, Answer::Nobody)) | None => None,
        };
        // Quotations found by their marks are kept regardless of their speaker, and so are reports that are quoted as a
        // whole.
        let reported = c.cue_probability.filter(|_| c.kind != QuoteKind::Direct && entity.is_none());
        if let Some(probability) = reported
            && !c.speaker.is_some_and(|span| resolver.may_say(span, &c))
        {
            refusals.add(c.span, "subject-that-cannot-speak", &[("cue_probability", probability), ("likely", LIKELY)]);
            continue;
        }
        if let Some(entity) = entity {
            last = Some(Last { unit: c.unit, entity });
        }
        resolved.push(Resolved {
            quote: Quote {
                span: c.span,
                kind: c.kind,
                speaker: entity,
                speaker_span: c.speaker,
                cue: c.cue,
                closed: c.closed,
            },
            attribution: c.rule,
            cue_probability: c.cue_probability,
            speaker: c.speaker.map(|_| found.map_or("no-rule", |(rule, _)| rule)),
        });
    }
    resolved
}

/// The last quotation with a resolved speaker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Last {
    /// Unit in which it starts.
    unit: usize,
    /// Entity that speaks.
    entity: usize,
}

pub(crate) struct Resolver<'a> {
    rules: &'a [Step<Name>],
    doc: &'a Document,
    lexicon: &'a Lexicon,
    units: &'a [Unit<'a>],
    /// Gender of each entity, where known so far.
    genders: RefCell<Vec<Option<Gender>>>,
    /// Nouns by which people are named.
    offices: Vec<office::Held>,
    /// Start of the first turn of an interview or transcript.
    first_turn: Option<usize>,
}

/// The words that name the speaker of a quotation, with their context.
pub(crate) struct Naming<'a> {
    resolver: &'a Resolver<'a>,
    span: Span,
    /// Span of the quotation.
    content: Span,
    last: Option<Last>,
    /// Mentions in the words.
    mentions: &'a [Mention],
    /// Union of the classes of all the words.
    classes: Class,
    /// Reading as a pronoun, when the words are one.
    pronoun: Option<Pronoun>,
}

impl<'a> Naming<'a> {
    fn new(resolver: &'a Resolver<'a>, span: Span, content: Span, last: Option<Last>) -> Self {
        let words = resolver.doc.slice(span).to_lowercase();
        // "dit-elle" is one word with its verb.
        let mut readings = resolver.lexicon.language.pronoun(behind_hyphens(&words));
        let pronoun = readings.next().map(|first| readings.find(|p| p.case == Case::Subject).unwrap_or(first));
        let classes = resolver.doc.tokens_in(span).fold(0, |all, i| all | resolver.class(i).0);
        Self { resolver, span, content, last, mentions: resolver.mentions(span), classes, pronoun }
    }

    /// Entity of the first mention of one of these types that is not just a location: "a teacher in Harrow".
    fn labelled(&self, wanted: &[EntityType]) -> Option<usize> {
        let place = |m: &Mention| {
            let before = self.resolver.doc.tokens_in(m.span).start.checked_sub(1);
            before.is_some_and(|at| self.resolver.class(at).0 & IN != 0)
        };
        self.mentions.iter().find(|m| wanted.contains(&m.label) && !place(m)).and_then(|m| m.entity)
    }
}

/// *I*, *we*, *you*: not resolved.
pub(crate) fn first_or_second_person(n: &Naming<'_>) -> Option<Answer> {
    n.pronoun.filter(|p| p.person < 3).map(|_| Answer::Nobody)
}

/// *A:* in an interview: the only person named before the first question.
pub(crate) fn interviewee(n: &Naming<'_>) -> Option<Answer> {
    let end = n.resolver.first_turn?;
    let words = n.resolver.doc.slice(n.span).to_lowercase();
    n.resolver.lexicon.language.page_phrases(PagePhrase::Answer).find(|letter| *letter == words)?;
    let mut named = n.resolver.mentions(Span::new(0, end)).iter().filter(|m| m.label.is_person());
    let first = named.next()?.entity?;
    named.all(|m| m.entity == Some(first)).then_some(Answer::Entity(first))
}

/// *He*, *she*, *who*: the person last mentioned.
pub(crate) fn personal_pronoun(n: &Naming<'_>) -> Option<Answer> {
    let personal = n.pronoun.is_some_and(|p| p.gender.is_some() && p.number != Some(Number::Plural));
    let relative =
        n.classes & WH != 0 && n.classes & SUBJECT_PRONOUN != 0 && n.resolver.doc.tokens_in(n.span).len() == 1;
    let gender = n.pronoun.and_then(|p| p.gender);
    (personal || relative).then(|| {
        let person = n.resolver.person(n.span, n.content, n.last, gender);
        if let Some(entity) = person {
            n.resolver.learn(entity, gender);
        }
        person.into()
    })
}

/// *They*, *it*: the body or people that spoke last.
pub(crate) fn other_pronoun(n: &Naming<'_>) -> Option<Answer> {
    n.pronoun.map(|pronoun| n.resolver.body(n.span, n.last, pronoun.number).into())
}

/// A person who heads the phrase: "spokeswoman Ana Reis", "Reis, a lawyer for Acme".
pub(crate) fn named_person(n: &Naming<'_>) -> Option<Answer> {
    n.resolver.head(n.span, n.mentions, EntityType::is_person).map(Answer::Entity)
}

/// Another entity that heads the phrase: "the White House", "Acme".
pub(crate) fn named_body(n: &Naming<'_>) -> Option<Answer> {
    n.resolver.head(n.span, n.mentions, |l| !l.is_person() && can_speak(l)).map(Answer::Entity)
}

/// An office mentioned with its holder: "the minister".
pub(crate) fn office(n: &Naming<'_>) -> Option<Answer> {
    if n.classes & DOCUMENT != 0 { None } else { n.resolver.office_holder(n.span).map(Answer::Entity) }
}

/// A body by its head noun: "the commission", "the company".
pub(crate) fn body_by_noun(n: &Naming<'_>) -> Option<Answer> {
    let unnamed = !n.mentions.iter().any(|m| can_speak(&m.label));
    if unnamed { n.resolver.body_by_noun(n.span).map(Answer::Entity) } else { None }
}

/// The only man or woman mentioned nearby: "the father".
pub(crate) fn person_by_gender(n: &Naming<'_>) -> Option<Answer> {
    if n.mentions.is_empty() { n.resolver.person_by_gender(n.span).map(Answer::Entity) } else { None }
}

/// A document, which speaks for its author.
pub(crate) fn document_author(n: &Naming<'_>) -> Option<Answer> {
    let author =
        || n.resolver.author(n.span).or_else(|| n.labelled(&[EntityType::Person, EntityType::Per, EntityType::Org]));
    (n.classes & DOCUMENT != 0).then(|| author().into())
}

/// The government or army of a country, which speaks for it.
pub(crate) fn state_body(n: &Naming<'_>) -> Option<Answer> {
    (n.classes & STATE_BODY != 0).then(|| n.labelled(&[EntityType::Org, EntityType::Loc, EntityType::Fac]).into())
}

/// An unnamed representative, who speaks for a body; one of another person is not resolved.
pub(crate) fn representative(n: &Naming<'_>) -> Option<Answer> {
    (n.classes & REPRESENTATIVE != 0).then(|| n.labelled(&[EntityType::Org, EntityType::Fac]).into())
}

/// An unnamed member of a body: "Acme workers".
pub(crate) fn member(n: &Naming<'_>) -> Option<Answer> {
    (n.classes & ROLE != 0).then(|| n.labelled(&[EntityType::Org]).into())
}

impl Resolver<'_> {
    fn resolve(&self, naming: &Naming<'_>) -> Option<(&'static str, Answer)> {
        self.rules.iter().find_map(|step| Some((step.rule.name, (step.read)(naming)?)))
    }

    /// Records the gender of an entity, if unknown, for later pronouns.
    fn learn(&self, entity: usize, gender: Option<Gender>) {
        if let Some(slot) = self.genders.borrow_mut().get_mut(entity) {
            *slot = slot.or(gender);
        }
    }

    /// Classes and text of a token.
    fn class(&self, token: usize) -> (Class, &str) {
        let text = self.doc.tokens.get(token).map_or("", |t| self.doc.slice(t.span));
        (self.lexicon.class_of(text), text)
    }

    /// Whether the words, which refer to no entity, can be the speaker of the report.
    ///
    /// *According to* takes anything, and the subject of a likely cue is somebody who says, believes or wants
    /// something. "History shows" is not: with verbs of showing the words must denote somebody who speaks, or something
    /// written or measured.
    fn may_say(&self, words: Span, candidate: &Candidate) -> bool {
        let is_shown = |cue| self.doc.tokens_in(cue).any(|i| self.class(i).0 & SHOWS != 0);
        let shows = || candidate.kind != QuoteKind::Mixed && candidate.cue.is_some_and(is_shown);
        let likely = candidate.cue_probability.is_some_and(|share| share >= LIKELY);
        candidate.rule == ACCORDING || likely && !shows() || self.can_say(words)
    }

    /// Whether a phrase without an entity denotes somebody or something that speaks: not "talks with Acme showed".
    fn can_say(&self, span: Span) -> bool {
        // "Twenty percent said": a share of the respondents.
        let known = NUMBER
            | SUBJECT_PRONOUN
            | OBJECT_PRONOUN
            | POSSESSIVE
            | ROLE
            | REPRESENTATIVE
            | DOCUMENT
            | STATE_BODY
            | TITLE;
        // Without entities a capital letter has to do.
        let known = if self.doc.ents.is_empty() { known | CAPITALISED } else { known };
        self.doc.tokens_in(span).any(|i| {
            let (class, text) = self.class(i);
            let lower = lower(text);
            let language = self.lexicon.language;
            let singular = language.without_ending(&lower, Ending::Plural);
            let classes = class | singular.map_or(0, |one| self.lexicon.class(one, one));
            classes & known != 0
                // "Refugee", "analyst", "historian", "firefighter": more than five bytes, as short words with these
                // endings are often others.
                || lower.len() > 5 && language.without_ending(singular.unwrap_or(&lower), Ending::Agent).is_some()
                || language.numeral(&lower).is_some()
        })
    }

    /// Mentions that overlap a span.
    fn mentions(&self, span: Span) -> &[Mention] {
        let ents = &self.doc.ents;
        let start = ents.partition_point(|m| m.span.end <= span.start);
        let end = ents.partition_point(|m| m.span.start < span.end);
        ents.get(start..end.max(start)).unwrap_or_default()
    }

    /// Entity of a wanted type that heads the phrase.
    fn head(&self, span: Span, mentions: &[Mention], wanted: impl Fn(&EntityType) -> bool) -> Option<usize> {
        let found = mentions.iter().find(|m| wanted(&m.label) && m.entity.is_some() && self.is_head(span, m.span));
        found.and_then(|m| m.entity)
    }

    /// Whether the mention is the head of the phrase rather than a modifier as in "Reis’s lawyer", "a lawyer for Reis",
    /// "Acme spokesman".
    fn is_head(&self, span: Span, mention: Span) -> bool {
        let tokens = self.doc.tokens_in(span);
        let own = self.doc.tokens_in(mention);
        if own.end < tokens.end {
            let (next, text) = self.class(own.end);
            let bracket = text == "(";
            // "Chad-Niger Council".
            if text == "-"
                || next & (GENITIVE | PLURAL_GENITIVE) != 0
                || next & (PUNCTUATION | PREPOSITION | AND) == 0 && !bracket
            {
                return false;
            }
        }
        // Reis is not the head in "a lawyer for President Reis", but is in "Secretary of State Reis".
        let mut before = own.start;
        while before > tokens.start && self.class(before - 1).0 & (TITLE | DETERMINER) != 0 {
            before -= 1;
        }
        // A mention may begin before the phrase; then nothing in the phrase precedes it.
        before <= tokens.start || self.class(before - 1).0 & PREPOSITION == 0
    }

    fn is_person(&self, entity: usize) -> bool {
        self.doc.entities.get(entity).is_some_and(|e| e.label.is_person())
    }
}

/// Whether things of this type can speak, if only through representatives.
pub(crate) fn can_speak(label: &EntityType) -> bool {
    use EntityType::{Date, Fac, Loc, Misc, Money, Norp, Org, Other, Per, Person, Product};
    match label {
        Person | Per | Org | Loc | Fac | Norp => true,
        Date | Money | Product | Misc | Other(_) => false,
    }
}
