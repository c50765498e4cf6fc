//! Calendar dates and sums of money, where the words themselves decide.

use std::ops::Range;

use pressmark_core::EntityType;
use pressmark_lang::WordClass;

use super::context::{Context, TokenMention};

/// Score of mentions by a rule of this file. In the training articles of Wikinews, of the 423 spans that [`date_at`]
/// takes for a date all but one are a date or part of one; a longer one ("early July 2020") is left to the model.
const SCORE: f32 = 0.99;

/// Marks days and months with their numbers, and days of the week.
pub(super) fn dates(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    mark(context, mentions, &EntityType::Date, date_at)
}

/// Marks amounts with a currency.
pub(super) fn sums(context: &Context<'_>, mentions: Vec<TokenMention>) -> Vec<TokenMention> {
    mark(context, mentions, &EntityType::Money, sum_at)
}

/// Marks the matches of a grammar as mentions of one type. A match inside a longer mention is left to it, whatever its
/// type: the "July 11 Movement", "Super Tuesday", "early July 2020".
fn mark(
    context: &Context<'_>,
    mentions: Vec<TokenMention>,
    entity_type: &EntityType,
    grammar: fn(&Context<'_>, &Range<usize>) -> Option<usize>,
) -> Vec<TokenMention> {
    let Some(kind) = context.kind(entity_type) else { return mentions };
    let mut marked = Vec::with_capacity(mentions.len());
    let mut rest = mentions.into_iter().peekable();
    for sentence in &context.view.sents {
        let mut start = sentence.start;
        while start < sentence.end {
            let Some(length) = grammar(context, &(start..sentence.end)) else {
                start += 1;
                continue;
            };
            let tokens = start..start + length;
            start = tokens.end;
            while let Some(before) = rest.next_if(|m| m.tokens.end <= tokens.start) {
                marked.push(before);
            }
            let mut inside: Vec<TokenMention> = Vec::new();
            while let Some(overlapping) = rest.next_if(|m| m.tokens.start < tokens.end) {
                inside.push(overlapping);
            }
            let held = |m: &TokenMention| tokens.start <= m.tokens.start && m.tokens.end <= tokens.end;
            let same = matches!(&inside[..], [only] if only.tokens == tokens && only.kind == kind);
            let behind = marked.last().is_some_and(|m| m.tokens.end > tokens.start);
            if same || behind || !inside.iter().all(held) {
                marked.extend(inside);
            } else {
                marked.push(TokenMention::new(tokens, kind, SCORE));
            }
        }
    }
    marked.extend(rest);
    marked
}

/// Length in tokens of the date at the start of `tokens`: "Friday, March 5, 2021", "5 March 2021", "March 2021",
/// "Friday". A month or a year alone may be something else ("May", "1,500").
fn date_at(context: &Context<'_>, tokens: &Range<usize>) -> Option<usize> {
    let word = |at: usize| if tokens.contains(&at) { context.view.word(at) } else { "" };
    let start = tokens.start;
    if is_weekday(context, word(start)) {
        let comma = usize::from(word(start + 1) == ",");
        return match day_and_month(context, start + 1 + comma, &word) {
            Some(length) => Some(1 + comma + length),
            // "Black Friday" and "Ruby Tuesday" are special days or names.
            None => (!follows_capital(context, start)).then_some(1),
        };
    }
    day_and_month(context, start, &word)
}

/// "March 5, 2021", "March 5", "March 2021", "5 March 2021", "5 March".
fn day_and_month<'a>(context: &Context<'_>, start: usize, word: &impl Fn(usize) -> &'a str) -> Option<usize> {
    let is_month = |at: usize| is_month(context, word(at));
    let is_day = |word: &str| context.view.language.day_of_month(word).is_some();
    if is_month(start) {
        if is_day(word(start + 1)) {
            let year = word(start + 2) == "," && is_year(word(start + 3));
            return Some(if year { 4 } else { 2 });
        }
        return is_year(word(start + 1)).then_some(2);
    }
    // "2-1 January": a score or a range.
    let alone = start == 0 || !matches!(context.view.word(start - 1), "-" | "–" | "/" | "$" | "£" | "€");
    let dated = alone && is_day(word(start)) && is_month(start + 1);
    dated.then(|| if is_year(word(start + 2)) { 3 } else { 2 })
}

/// Whether a word is the name or abbreviation of a month, capitalised where the language does so.
fn is_month(context: &Context<'_>, word: &str) -> bool {
    let language = context.view.language;
    language.month(word).is_some() && (word.starts_with(char::is_uppercase) || !language.capitalises_months())
}

/// Whether a word is a day of the week in full, of six letters or more: "Sun" and "Sat" are also other words.
fn is_weekday(context: &Context<'_>, word: &str) -> bool {
    word.chars().count() >= 6 && word.starts_with(char::is_uppercase) && context.view.language.weekday(word).is_some()
}

/// Whether a word is a year from 1000 to 1999 or from 2000 to 2099.
fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) && (word.starts_with("1") || word.starts_with("20"))
}

/// Whether a capitalised word precedes a token in its sentence.
fn follows_capital(context: &Context<'_>, token: usize) -> bool {
    let sentence = context.view.sentence(token);
    token > sentence.start && context.view.word(token - 1).starts_with(char::is_uppercase)
}

/// Length in tokens of the sum of money at the start of `tokens`: "$4.50", "US$3 million", "2.5bn naira", "ten million
/// euros".
fn sum_at(context: &Context<'_>, tokens: &Range<usize>) -> Option<usize> {
    let word = |at: usize| if tokens.contains(&at) { context.view.word(at) } else { "" };
    let has = |at: usize, class| context.view.language.classes(&word(at).to_lowercase()).contains(class);
    // "US" and "$3" may be two tokens.
    let country = usize::from(is_country_code(word(tokens.start)) && context.view.is_joined(tokens.start));
    let start = tokens.start + usize::from(country == 1 && after_symbol(word(tokens.start + 1)).is_some());
    let prefix = start - tokens.start;
    let symbol = word(start);
    let scale = |at: usize| usize::from(word(at).starts_with(char::is_lowercase) && has(at, WordClass::Scale));
    if let Some(amount) = after_symbol(symbol) {
        let number = usize::from(amount.is_empty());
        let is_sum = if amount.is_empty() { is_number(context, word(start + 1)) } else { is_number(context, amount) };
        return is_sum.then(|| prefix + 1 + number + scale(start + 1 + number));
    }
    // "$2.5 million": the number belongs to the symbol before it.
    let fresh = start == 0 || after_symbol(context.view.word(start - 1)).is_none();
    let length = 1 + scale(start + 1);
    let counted = is_number(context, symbol) && !symbol.contains(['-', '–']);
    (fresh && counted && has(start + length, WordClass::Currency)).then_some(length + 1)
}

/// Text behind a currency symbol in its token: "" for "US$", "4.50" for "$4.50".
fn after_symbol(word: &str) -> Option<&str> {
    const SYMBOLS: &[char] = &['$', '£', '€', '¥', '₹', '₦', '₽', '₩', '₺', '₴', '₵', '₱', '₫', '₪'];
    let at = word.find(SYMBOLS)?;
    let symbol = word[at..].chars().next()?;
    let country = &word[..at];
    (country.is_empty() || is_country_code(country)).then(|| &word[at + symbol.len_utf8()..])
}

/// Whether a word is a prefix of one to three capitals before a currency symbol: the "US" of "US$", the "HK" of "HK$".
fn is_country_code(word: &str) -> bool {
    (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Digits with separators, with or without the letters of a scale: "1,500", "4.50", "2.5bn".
fn is_number(context: &Context<'_>, word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
        && (digits == word || context.view.language.classes(&word[digits.len()..]).contains(WordClass::Scale))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_french};

    #[test]
    fn dates_of_the_calendar_are_dates() {
        check("It opened on 1 February with songs.", "It opened on [DATE 1 February] with songs.");
        check("It opened on Friday, March 5, 2021.", "It opened on [DATE Friday, March 5, 2021].");
        check("since [DATE March] 2021", "since [DATE March 2021]");
        check("It rained on Tuesday.", "It rained on [DATE Tuesday].");
        check("[MISC Tuesday] came", "[DATE Tuesday] came");
    }

    #[test]
    fn french_dates_and_sums_are_told_by_french_words() {
        check_french("Il ouvre le 1er février 2021.", "Il ouvre le [DATE 1er février 2021].");
        check_french("Il ouvre le 1st février.", "Il ouvre le 1st février.");
        check_french("Il coûte 3 millions francs ou €2mds.", "Il coûte [MONEY 3 millions francs] ou [MONEY €2mds].");
        check("It cost €2mds.", "It cost €2mds.");
        check("It opened on 1st February.", "It opened on [DATE 1st February].");
        check("It opened on 1er February.", "It opened on 1er February.");
    }

    #[test]
    fn names_with_dates_in_them_are_names() {
        check("the [ORG July 11 Movement] met", "the [ORG July 11 Movement] met");
        check("They shop on Black Friday.", "They shop on Black Friday.");
        check("He may run in 5 races.", "He may run in 5 races.");
        check("[DATE late March 2021]", "[DATE late March 2021]");
        check("the 2-1 win", "the 2-1 win");
    }

    #[test]
    fn numbers_with_a_currency_are_sums() {
        check("It cost $4.50 or 2.5bn naira.", "It cost [MONEY $4.50] or [MONEY 2.5bn naira].");
        check("It cost US$3 million more.", "It cost [MONEY US$3 million] more.");
        check("It cost £6m less.", "It cost [MONEY £6m] less.");
        check("It cost 40 million euros.", "It cost [MONEY 40 million euros].");
        check("It drew 40 million viewers.", "It drew 40 million viewers.");
        check("It weighs 40 pounds.", "It weighs 40 pounds.");
    }
}
