//! The shipped bundle's stance on short texts about plans: for, against, about; negation, accusation and denial.

use std::path::Path;
use std::sync::Arc;

use pressmark_core::StanceLabel::{self, Against, Favor, Neutral};
use pressmark_encoder::Model;
use pressmark_stance::{Stances, StancesOptions};
use pressmark_tokenize::{Options, Subwords, Tokenizer};

/// The shipped bundle, or the one that `PRESSMARK_MODEL` names.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
fn model() -> Option<Arc<Model>> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/pressmark-news-small");
    let dir = std::env::var("PRESSMARK_MODEL").unwrap_or_else(|_| shipped.to_owned());
    if !Path::new(&dir).join("manifest.json").exists() {
        eprintln!("skipped: there is no model in {dir}");
        return None;
    }
    Some(Arc::new(Model::open(&dir).expect("the model opens")))
}

type Case = (&'static str, Option<&'static str>, &'static str, StanceLabel);

/// The number of cases with the expected label, and the others.
fn right(model: &Arc<Model>, cases: &[Case]) -> (usize, Vec<String>) {
    let subwords = Subwords::from_json(model.tokenizer_json()).expect("the shipped tokenizer is read");
    let tokenizer = Arc::new(Tokenizer::new(subwords, Options::default()).expect("the default window is wide enough"));
    let (mut right, mut wrong) = (0, Vec::new());
    for &(target, holder, text, expected) in cases {
        let options = StancesOptions { targets: vec![target.to_owned()], ..StancesOptions::default() };
        let stances = Stances::new(Arc::clone(model), Arc::clone(&tokenizer), options).expect("a stage");
        let reading = stances.read_text(holder, text).expect("it is read")[0];
        if reading.label() == expected {
            right += 1;
        } else {
            wrong.push(format!(
                "{text:?} on {target:?}: {} for {}, {reading:?}",
                reading.label().as_str(),
                expected.as_str()
            ));
        }
    }
    (right, wrong)
}

#[test]
fn short_texts_for_and_against_a_plan() {
    let Some(model) = model() else { return };
    const TARGET: &str = "the harbour tunnel";
    let cases = [
        (TARGET, None, "The harbour tunnel is the best thing that could happen to this town.", Favor),
        (TARGET, None, "We need the harbour tunnel, and we need it soon.", Favor),
        (TARGET, None, "Building the harbour tunnel would be a mistake.", Against),
        (TARGET, None, "The harbour tunnel will ruin the bay and must be stopped.", Against),
        (TARGET, Some("Rosa Keller"), "Keller said she supports the harbour tunnel.", Favor),
        (TARGET, Some("Rosa Keller"), "\"The harbour tunnel will bring us jobs,\" Keller said.", Favor),
        (TARGET, Some("the fishing union"), "The fishing union said it opposes the harbour tunnel.", Against),
        (TARGET, Some("the fishing union"), "\"This tunnel is a waste of public money,\" the union said.", Against),
    ];
    let (right, wrong) = right(&model, &cases);
    assert!(right >= 7, "{right} of {}: {wrong:#?}", cases.len());
}

#[test]
fn negation_accusation_and_denial() {
    let Some(model) = model() else { return };
    let cases = [
        ("the pay deal", Some("Omar Sayed"), "Sayed said he does not support the pay deal.", Against),
        ("the pay deal", Some("Omar Sayed"), "Sayed said he would never vote for the pay deal.", Against),
        ("the pay deal", Some("Omar Sayed"), "\"I have nothing against the pay deal,\" Sayed said.", Favor),
        ("the pay deal", Some("teachers"), "Teachers oppose the pay deal.", Against),
        ("a ban on fireworks", Some("the mayor"), "The mayor said a ban on fireworks would be a mistake.", Against),
        (
            "the former treasurer",
            Some("the prosecutor"),
            "The prosecutor accused the former treasurer of theft.",
            Against,
        ),
        (
            "the accusation of theft",
            Some("the former treasurer"),
            "The former treasurer denied the accusation of theft.",
            Against,
        ),
        (
            "the claim that the bridge is unsafe",
            Some("the engineers"),
            "The engineers rejected the claim that the bridge is unsafe.",
            Against,
        ),
    ];
    let (right, wrong) = right(&model, &cases);
    assert!(right >= 6, "{right} of {}: {wrong:#?}", cases.len());
}

#[test]
fn announcements_take_no_side() {
    let Some(model) = model() else { return };
    const TARGET: &str = "the harbour tunnel";
    let cases = [
        (TARGET, None, "The council will vote on the harbour tunnel on Thursday.", Neutral),
        (TARGET, None, "Work on the harbour tunnel is due to begin in March.", Neutral),
        (TARGET, None, "The harbour tunnel would be four kilometres long.", Neutral),
        ("the former treasurer", None, "The former treasurer was cleared of all charges on Friday.", Neutral),
        (TARGET, None, "The bakery on Mill Street won a prize for its rye bread.", Neutral),
        (TARGET, Some("the goalkeeper"), "\"We were awful in the second half,\" the goalkeeper said.", Neutral),
    ];
    let (right, wrong) = right(&model, &cases);
    assert!(right >= 4, "{right} of {}: {wrong:#?}", cases.len());
}
