//! Gender of the people in a document, by titles, nouns, first names and pronouns.

use pressmark_core::{Document, Mention};
use pressmark_lang::{Case, Gender};

use crate::lexicon::{Class, FEMININE, Lexicon, MASCULINE, POSSESSIVE, PUNCTUATION, WH};

/// Words behind a name and a comma in which a noun may show the gender: "Ana Reis, a retired businesswoman". Set by
/// hand.
const APPOSITION: usize = 5;

/// Words before a noun within which its owner is named: "her much older brother". Set by hand.
const OWNER: usize = 3;

/// Bytes of the longest pronoun with a gender, "himself" or "herself"; spares longer words the look-up.
const MAX_PRONOUN: usize = 7;

/// Gender of each entity; `None` for one that is not a person, and where it is unknown.
pub(super) fn genders(doc: &Document, lexicon: &Lexicon) -> Vec<Option<Gender>> {
    // Titles and nouns first, then the first name, then the pronouns in sentences that name no other person.
    let mut told: Vec<Option<Gender>> = vec![None; doc.entities.len()];
    for mention in people(doc) {
        let Some(slot) = mention.entity.and_then(|entity| told.get_mut(entity)) else { continue };
        *slot = slot.or_else(|| beside(doc, lexicon, mention));
    }
    let votes = pronoun_votes(doc, lexicon);
    told.into_iter()
        .zip(&doc.entities)
        .zip(votes)
        .map(|((told, entity), (masculine, feminine))| {
            if !entity.label.is_person() {
                return None;
            }
            let voted = match masculine.cmp(&feminine) {
                std::cmp::Ordering::Greater => Some(Gender::Masculine),
                std::cmp::Ordering::Less => Some(Gender::Feminine),
                std::cmp::Ordering::Equal => None,
            };
            told.or_else(|| first_name(&entity.name, lexicon)).or(voted)
        })
        .collect()
}

fn people(doc: &Document) -> impl Iterator<Item = &Mention> {
    doc.ents.iter().filter(|m| m.label.is_person())
}

/// Gender that a word's classes show.
pub(super) fn gender_of(class: Class) -> Option<Gender> {
    match (class & MASCULINE != 0, class & FEMININE != 0) {
        (true, false) => Some(Gender::Masculine),
        (false, true) => Some(Gender::Feminine),
        _ => None,
    }
}

/// Gender by a word beside the name: *Mrs. Reis*, *actress Ana Reis*, *Ana Reis, a businesswoman*.
fn beside(doc: &Document, lexicon: &Lexicon, mention: &Mention) -> Option<Gender> {
    let class = |token: usize| {
        let text = doc.tokens.get(token).map_or("", |t| doc.slice(t.span));
        lexicon.class_of(text)
    };
    let own = doc.tokens_in(mention.span);
    let title = own.start.checked_sub(1).into_iter().chain(own.clone().take(1)).find_map(|i| gender_of(class(i)));
    title.or_else(|| relative(own.start, class)).or_else(|| {
        let comma = doc.tokens.get(own.end).is_some_and(|t| doc.slice(t.span) == ",");
        let words = (own.end + 1..own.end + 1 + APPOSITION).filter(|_| comma).map(class);
        words.take_while(|c| c & (PUNCTUATION | WH | POSSESSIVE) == 0).find_map(gender_of)
    })
}

/// Gender by a noun with its owner before the name and a comma: *his wife, Sam*, *Ana’s older brother, Sam*.
fn relative(name: usize, class: impl Fn(usize) -> Class) -> Option<Gender> {
    let noun = name.checked_sub(2).filter(|noun| class(noun + 1) & PUNCTUATION != 0)?;
    let owned = (noun.saturating_sub(OWNER)..noun).any(|i| class(i) & POSSESSIVE != 0);
    gender_of(class(noun)).filter(|_| owned)
}

fn first_name(name: &str, lexicon: &Lexicon) -> Option<Gender> {
    let first = name.split_whitespace().next()?.to_lowercase();
    // "Jean-Pierre" has an entry of its own; of other double names the first part decides.
    let part = first.split('-').next().unwrap_or(&first);
    lexicon.language.first_name(&first).or_else(|| lexicon.language.first_name(part))
}

/// Counts of masculine and feminine pronouns behind each person in sentences that name no other person; in others, of
/// possessive ones up to the next person: "X and his wife, Y".
fn pronoun_votes(doc: &Document, lexicon: &Lexicon) -> Vec<(u32, u32)> {
    let mut votes = vec![(0, 0); doc.entities.len()];
    let mut next = 0;
    for sentence in &doc.sents {
        let from = next + doc.ents[next..].partition_point(|m| m.span.start < sentence.span.start);
        next = from + doc.ents[from..].partition_point(|m| m.span.start < sentence.span.end);
        let mut named = doc.ents[from..next].iter().filter(|m| m.label.is_person());
        let Some(first) = named.next() else { continue };
        let Some(votes) = first.entity.and_then(|e| votes.get_mut(e)) else { continue };
        let other = named.find(|m| m.entity != first.entity);
        let until = other.map_or(sentence.tokens.end, |m| doc.tokens_in(m.span).start);
        for token in doc.tokens.get(doc.tokens_in(first.span).end..until).unwrap_or_default() {
            // Pronouns with a gender are short: most words need no look-up.
            let text = doc.slice(token.span);
            if text.len() > MAX_PRONOUN {
                continue;
            }
            let text = text.to_lowercase();
            let counts = |case| if other.is_some() { case == Case::Possessive } else { case != Case::Object };
            let gender = lexicon.language.pronoun(&text).find(|p| counts(p.case)).and_then(|p| p.gender);
            match gender {
                Some(Gender::Masculine) => votes.0 += 1,
                Some(Gender::Feminine) => votes.1 += 1,
                None => {}
            }
        }
    }
    votes
}

#[cfg(test)]
mod tests {
    use pressmark_core::{Entity, EntityType, Span, Stage};
    use pressmark_lang::Language;
    use pressmark_tokenize::Splitter;

    use super::*;

    #[test]
    fn titles_nouns_first_names_and_pronouns_tell_the_gender() {
        let check = |text: &str, name: &str, expected| {
            let mut doc = Document::from_text("t", text);
            Splitter.run(&mut doc).unwrap();
            let label = EntityType::Person;
            doc.entities.push(Entity {
                name: name.into(),
                label: label.clone(),
                aliases: Vec::new(),
                mentions: 1,
                sentiment: None,
            });
            for (start, _) in text.match_indices(name) {
                let span = Span::new(start, start + name.len());
                doc.ents.push(Mention { span, label: label.clone(), score: 1.0, entity: Some(0) });
            }
            let lexicon = Lexicon::new(Language::of(Some("en")));
            assert_eq!(genders(&doc, &lexicon), [expected], "{text}");
        };
        let (he, she) = (Some(Gender::Masculine), Some(Gender::Feminine));
        check("Mrs. Tolk left.", "Tolk", she);
        check("The actress Kim Tolk left.", "Kim Tolk", she);
        check("Kim Tolk, a retired policeman, left.", "Kim Tolk", he);
        check("Elin Tolk left.", "Elin Tolk", she);
        check("Jens-Aage Tolk left.", "Jens-Aage Tolk", he);
        check("Tolk said he had left his bag.", "Tolk", he);
        check("Tolk left.", "Tolk", None);
        check("Kern and his wife, Tolk, left.", "Tolk", she);
        check("Kern met her older brother, Tolk.", "Tolk", he);
        // Nobody's brother: the two are in a list.
        check("A brother, Tolk and Kern left.", "Tolk", None);
    }
}
