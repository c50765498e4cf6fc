//! Names that end in a possessive: "Moody's", "McDonald's".

use std::collections::HashSet;

use pressmark_core::EntityType;
use pressmark_lang::{Ending, FunctionWord, NameClass, SpeechClass, WordClass};

use super::context::{Context, TokenMention};

/// Marks mentions whose possessive ending belongs to the name, and extends those that lack it.
///
/// The ending belongs to "St Paul's", unless that is a person. A possessive is followed by a noun and never by the verb
/// of the sentence: in "Barlow's opened a branch" the ending belongs to the name, and then does so throughout the
/// document. Well-known names are listed in the language's folder; one that may also be a person's ("Claire's") counts
/// where the model sees no person, or a verb follows.
pub(super) fn keep_own(context: &Context<'_>, mut mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    let language = context.view.language;
    let named: HashSet<Vec<String>> = (mentions.iter())
        .filter_map(|m| Some((m, ending(context, m)?)))
        .filter(|(m, at)| *context.type_of(m) == EntityType::Org && a_verb_follows(context, at + 1))
        .map(|(m, at)| words(context, m, at))
        .collect();
    for mention in &mut mentions {
        let Some(at) = ending(context, mention) else { continue };
        let name = words(context, mention, at);
        let listed = || {
            if let [saint, _] = &name[..] {
                let saint = saint.trim_end_matches('.').to_lowercase();
                return language.name_word(&saint).contains(NameClass::Saint);
            }
            let [word] = &name[..] else { return false };
            let form = format!("{word}{}", context.view.word(at)).to_lowercase().replace('’', "'");
            language.name_word(&form).contains(NameClass::Possessive)
        };
        let is_person = context.type_of(mention).is_person();
        // "Claire's insured it": the ending cannot be a person's. "Claire's of London": "of" is not a noun that Claire
        // could own.
        let own = || {
            a_verb_follows(context, at + 1)
                || context.view.language.function_word(context.view.word(at + 1)).contains(FunctionWord::Of)
        };
        let firm = context.kind(&EntityType::Org).filter(|_| is_person && listed() && own());
        if let Some(firm) = firm {
            mention.kind = firm;
        }
        if named.contains(&name) || firm.is_some() || (!is_person && listed()) {
            mention.tokens.end = at + 1;
            mention.possessive = true;
        }
    }
    mentions
}

/// Token of the possessive ending at the end of a mention or right behind it.
fn ending(context: &Context<'_>, mention: &TokenMention) -> Option<usize> {
    let last = mention.tokens.end - 1;
    let sentence = context.view.sentence(last);
    let is_ending = |at| context.view.language.function_word(context.view.word(at)).contains(FunctionWord::Genitive);
    [last, last + 1].into_iter().find(|&at| is_ending(at) && at > mention.tokens.start && sentence.contains(&at))
}

fn words(context: &Context<'_>, mention: &TokenMention, ending: usize) -> Vec<String> {
    context.view.slice(&(mention.tokens.start..ending)).iter().map(|w| (*w).to_owned()).collect()
}

/// Whether the word at a token is the verb of a sentence whose subject precedes it: an auxiliary, a verb of speech, or
/// a past form with its object. "Acme's said to", "Acme's planned merger" and "Acme's expected in" do not count.
fn a_verb_follows(context: &Context<'_>, at: usize) -> bool {
    let (view, language) = (context.view, context.view.language);
    if !view.sentence(at - 1).contains(&at) {
        return false;
    }
    let (word, next) = (view.word(at), view.word(at + 1));
    if !word.starts_with(char::is_lowercase) {
        return false;
    }
    if language.classes(word).contains(WordClass::Auxiliary) {
        return true;
    }
    let past = language.endings(word).contains(Ending::Past);
    let speech = language.speech(word);
    if speech.contains(SpeechClass::Says) && !speech.contains(SpeechClass::Participle) {
        // "Acme's report." and "Acme's claims" have nouns that are also verbs: those need an object to count as verbs.
        let object = language.classes(next);
        let has_object = object.contains(WordClass::Determiner) || object.contains(WordClass::SubjectPronoun);
        return has_object || (past && !next.starts_with(char::is_alphabetic));
    }
    let object = language.classes(&next.to_lowercase());
    let has_object = object.contains(WordClass::Determiner) || object.contains(WordClass::ObjectPronoun);
    // More than three letters: "red" and "bed" end like past forms.
    (word.len() > 3 && past || language.classes(word).contains(WordClass::Finite)) && has_object
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn an_ending_before_a_verb_is_the_names_own() {
        check(
            "[ORG Barlow]’s opened a branch. Critics like [ORG Barlow]’s tea.",
            "[ORG Barlow’s] opened a branch. Critics like [ORG Barlow’s] tea.",
        );
        check("[ORG Barlow]'s has grown.", "[ORG Barlow's] has grown.");
        check("[ORG Barlow]'s planned merger failed.", "[ORG Barlow]'s planned merger failed.");
        check("They read the [ORG Barlow Institute]'s report.", "They read the [ORG Barlow Institute]'s report.");
        check("[ORG Barlow]'s said to be sold.", "[ORG Barlow]'s said to be sold.");
        check("[PERSON Reed]'s opened the door.", "[PERSON Reed]'s opened the door.");
    }

    #[test]
    fn well_known_names_keep_theirs() {
        check("[ORG Moody]'s Lowers Rating", "[ORG Moody's] Lowers Rating");
        check("eating at [ORG McDonald's].", "eating at [ORG McDonald's].");
        check("at [ORG St Paul]'s and [FAC St. Mary]'s", "at [ORG St Paul's] and [FAC St. Mary's]");
        check("[PERSON Claire]'s mother", "[PERSON Claire]'s mother");
        check("[PERSON Claire]'s insured it.", "[ORG Claire's] insured it.");
        check("[PERSON Sotheby]'s sold the vase.", "[ORG Sotheby's] sold the vase.");
        check("[PERSON Lloyd]'s of Hull paid.", "[ORG Lloyd's] of Hull paid.");
        check("[ORG Acme]'s mother", "[ORG Acme]'s mother");
    }
}
