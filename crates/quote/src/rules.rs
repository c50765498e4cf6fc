//! Every rule that finds quotations and speakers, in the order in which they are tried.
//!
//! The first rule that applies decides, and explanations give its name. Each has an example, and a test checks that the
//! rule applies to it and gives its speaker.

use crate::after::{self, Attribution, Tail};
use crate::before;
use crate::indirect::{self, ReadReport};
use crate::inside;
use crate::nearby;
use crate::place::{Place, Verdict};
use crate::resolve::{self, Name};
use crate::rule::{Rule, Step, TURN, step};
use crate::turns;

/// Attributes a quotation by its surroundings; `None` where the rule does not apply.
pub(crate) type Attribute = fn(&Place<'_>) -> Option<Verdict>;

/// Attributions of quotations in marks.
pub(crate) const ATTRIBUTIONS: &[Step<Attribute>] = &[
    step(
        "interrupted",
        "“The road,” said Ines Duarte, the mayor, “is shut.”",
        "Ines Duarte, the mayor",
        nearby::interrupted,
    ),
    step("dash", "“The road is shut, and nobody told us.” – Ines Duarte, mayor", "Ines Duarte, mayor", nearby::dash),
    step(
        "name-in-brackets",
        "“The road is shut, and nobody told us.” (INES DUARTE, mayor)",
        "INES DUARTE, mayor",
        nearby::brackets,
    ),
    step("plain-verb-before", "Duarte said: “The road is shut.”", "Duarte", |place| {
        lead(place).filter(|found| before::is_plain(place.unit, found)).map(|found| place.verdict(&found))
    }),
    step("according-to-after", "“The road is shut,” according to Ines Duarte.", "Ines Duarte", |place| {
        behind(place, after::according)
    }),
    step("perfect-subject", "« La route est fermée », a déclaré Claire Morin.", "Claire Morin", |place| {
        behind(place, after::inverted_perfect)
    }),
    step("verb-subject", "“The road is shut,” said Ines Duarte.", "Ines Duarte", |place| {
        behind(place, after::inverted)
    }),
    step("subject-verb", "“The road is shut,” Ines Duarte told reporters.", "Ines Duarte", |place| {
        behind(place, after::subject_verb)
    }),
    step("subject-any-verb", "“The road is shut,” Duarte chuckled.", "Duarte", |place| {
        behind(place, after::subject_any_verb)
    }),
    step("verb-before", "Duarte fumed, “The road is shut.”", "Duarte", |place| {
        lead(place).map(|found| place.verdict(&found).or_speaker_before(place))
    }),
    step("next-sentence", "“Is it shut?” The mayor asked.", "The mayor", nearby::next_sentence),
    step(
        "paragraph-before",
        "Duarte wrote a letter to the town:\n\n“The road is shut, and nobody told us.”",
        "Duarte",
        nearby::paragraph_before,
    ),
    step(
        "line-below",
        "“The road is shut, and nobody told us.”\n\nInes Duarte, mayor",
        "Ines Duarte, mayor",
        nearby::line_below,
    ),
    step("colon", "Ines Duarte lost her temper on Monday: “The road is shut.”", "Ines Duarte", nearby::colon),
    step(
        "inside-the-marks",
        "« La route est fermée, a déclaré Claire Morin. Rentrez chez vous. »",
        "Claire Morin",
        inside::inside,
    ),
];

/// Speakers of quotations in marks that are sentences of their own, without an attribution.
pub(crate) const CONTINUATIONS: &[Step<Attribute>] = &[
    step(
        "new-subject",
        "“The road is shut,” Duarte said. PAUL KERN took the floor. “They told nobody about it.”",
        "PAUL KERN",
        nearby::new_subject,
    ),
    step("continues", "“The road is shut,” Duarte said. “Go home.”", "Duarte", nearby::continues),
    step(
        "sentence-before",
        "Duarte was angry. “They shut the road and told nobody.”",
        "Duarte",
        nearby::sentence_before,
    ),
    step("nobody", "“They shut the road and told nobody.”", "", nearby::nobody),
];

/// Speech without quotation marks, recognised by the page's layout.
const LAYOUT: &[Rule] = &[
    Rule {
        name: TURN,
        example: "INES DUARTE, MAYOR: The road is shut.\n\nPAUL KERN: Since when?",
        speaker: "INES DUARTE",
    },
    Rule {
        name: turns::BLOCK,
        example: "> The road is shut, and nobody told us.\n>\n> – INES DUARTE",
        speaker: "INES DUARTE",
    },
];

/// Reports in the outlet's words.
pub(crate) const REPORTS: &[Step<ReadReport>] = &[
    step(indirect::ACCORDING, "According to Acme, sales fell by a third.", "Acme", indirect::according),
    step("reported-behind-as", "As Acme noted, sales fell by a third.", "Acme", indirect::as_said),
    step("reported-before-cue", "Sales fell by a third, Acme said.", "Acme", indirect::fronted),
    step("reported-before-inverted", "Sales fell by a third, said Acme.", "Acme", indirect::inverted),
    step("reported-passive", "The closure of the plant was confirmed by Acme.", "Acme", indirect::passive),
    step("reported-behind-cue", "Acme said that sales fell by a third.", "Acme", indirect::following),
];

/// Resolution of the speaker's words to an entity. In the examples the names in capitals are entities.
pub(crate) const SPEAKERS: &[Step<Name>] = &[
    step(
        "interviewee",
        "INES DUARTE is the mayor.\n\nQ: Is the road shut?\n\nA: It is, and it stays so.",
        "A",
        resolve::interviewee,
    ),
    step("first-or-second-person", "“The road is shut,” we said.", "we", resolve::first_or_second_person),
    step(
        "personal-pronoun",
        "INES DUARTE came on Monday. “The road is shut,” she said.",
        "she",
        resolve::personal_pronoun,
    ),
    step("other-pronoun", "ACME closed two plants. “We regret it,” it said.", "it", resolve::other_pronoun),
    step("named-person", "“The road is shut,” said mayor INES DUARTE.", "mayor INES DUARTE", resolve::named_person),
    step("named-body", "“The road is shut,” ACME said.", "ACME", resolve::named_body),
    step(
        "office",
        "Defence minister INES DUARTE came on Monday. “The road is shut,” the minister said.",
        "the minister",
        resolve::office,
    ),
    step(
        "body-by-noun",
        "ACME closed two plants. “We regret it,” the company said.",
        "the company",
        resolve::body_by_noun,
    ),
    step(
        "person-by-gender",
        "ANNA DUARTE is in the film. “The road was shut,” the actress said.",
        "the actress",
        resolve::person_by_gender,
    ),
    step(
        "document-author",
        "INES DUARTE wrote a letter. “The road is shut,” her letter said.",
        "her letter",
        resolve::document_author,
    ),
    step(
        "state-body",
        "“The road is shut,” the government of CHAD said.",
        "the government of CHAD",
        resolve::state_body,
    ),
    step(
        "representative",
        "“The road is shut,” said a spokesman for ACME.",
        "a spokesman for ACME",
        resolve::representative,
    ),
    step("member", "“The road is shut,” ACME workers said.", "ACME workers", resolve::member),
];

/// Every rule that finds quotations or resolves their speakers, in the order in which they are tried.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let quoted = ATTRIBUTIONS.iter().chain(CONTINUATIONS).map(|step| step.rule);
    let reported = REPORTS.iter().map(|step| step.rule);
    quoted.chain(LAYOUT.iter().copied()).chain(reported).chain(SPEAKERS.iter().map(|step| step.rule)).collect()
}

/// Attribution before the quotation, if the quotation is the whole content.
fn lead(place: &Place<'_>) -> Option<Attribution> {
    let read =
        || before::before(place.unit, place.before.clone(), place.form, false).filter(|_| !nearby::goes_on(place));
    place.lead.get_or_init(read).clone()
}

/// Attribution behind the quotation.
fn behind(place: &Place<'_>, read: fn(&crate::unit::Unit<'_>, Tail) -> Option<Attribution>) -> Option<Verdict> {
    place.verdict_of_tail(&read(place.unit, place.tail()?)?)
}
