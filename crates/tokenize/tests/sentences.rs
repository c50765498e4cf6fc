//! The rules of sentence boundaries, one table a theme.

use pressmark_tokenize::sentences;

/// `expected` marks the boundaries with `|`.
#[track_caller]
fn check(expected: &str) {
    let text = expected.replace('|', " ");
    let found: Vec<_> = sentences(&text).into_iter().map(|s| s.slice(&text)).collect();
    assert_eq!(found.join("|"), expected);
}

#[test]
fn abbreviations() {
    check("Gen. Okoro met Sen. J. P. Lund of Acme Inc. in St. Albans.|They talked.");
    check("It moved to the U.S. in May.|In the U.S. Senate it failed.|It left the U.S.|The end.");
    check("They arrived on Sept. 3.|No. 7 was late.|He said no.|Others, e.g. Lund, etc. agreed.");
    check("At 5 p.m. Mr. Okoro left.|It closed at 6 p.m.|Mr. Lund stayed until 9 a.m. Monday.");
    check("She holds a Ph.D. in law.|Vitamin C.|The rest is in vol. 3, p. 12.");
    check("Selon M. Le Goff et Mme Diop, c'est fini.|Ils partent le 3 janv. prochain.");
}

#[test]
fn quotations() {
    check("“We are here.|We will stay,” she said.|“Come.”");
    check("“Who pays?” Marta Kovac asked.|Nobody knew.");
    check("“Who pays?” she asked.|“Who knows?”|Kovac left the room.");
    check("They cried “Stop! Thief!” and ran.|He (the mayor. Yes.) fled.");
    check("« C'est fini. »|Il part.|Elle a dit : « Non ! » puis rien.");
    check("It ended.”|(He agreed.)|It rained.[1]|Then it snowed.");
}

#[test]
fn marks_and_numbers() {
    check("It rose 3.5 percent.|Shares cost $4.|5 of them fell.");
    check("Wait... no.|Really?!|Yes.|It goes on…|The end.");
    check("See example.org/a.html.|Write to a.b@example.org.|Then go.");
    check("It was in May.|iPhone sales rose.");
    check("这是第一句。|第二句！");
    check("यह पहला है।|यह दूसरा है।");
}

#[test]
fn text_that_lost_its_breaks() {
    let text = "The vote was in May.The result came late on Friday night It rained.";
    let found: Vec<_> = sentences(text).into_iter().map(|s| s.slice(text)).collect();
    assert_eq!(found, ["The vote was in May.", "The result came late on Friday night", "It rained."]);
}

#[test]
fn line_breaks() {
    // The first line is full, so its break means nothing; the second is short, so that its break was meant.
    let text =
        "The long first line of this letter runs to the\nmargin and ends here\nA new line begins\n\nAnd a paragraph";
    let found: Vec<_> = sentences(text).into_iter().map(|s| s.slice(text)).collect();
    let first = "The long first line of this letter runs to the\nmargin and ends here";
    assert_eq!(found, [first, "A new line begins", "And a paragraph"]);
}
