//! Rules of sentence boundaries, one table per theme.

use pressmark_tokenize::{sentences, sentences_in};

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
fn french() {
    let french = pressmark_lang::Language::of(Some("fr"));
    for expected in [
        "M. Diop a vu Mme Osei le 3 janv. dernier.|Il pleuvait.",
        "Le port, dit l’art. 5, ferme.|Les bateaux partent à 9 h.|Puis rien.",
        "Elle a lu Le Port, p. 12 et vol. 3.|L’éd. est de 1931.|Fin.",
        "« Qui paie ? » demande Mme Diop.|« Personne.|Rien. »|Il part.",
        "La Cie. Osei a coulé.|Cf. le no 4 du bd. Lima.|Il pleut, etc.|Les quais sont vides.",
        "Le Dr Osei et Me Lima (av. J.-C. ou non) sont là.|À demain !|Où ?|Là.",
    ] {
        let text = expected.replace('|', " ");
        let found: Vec<_> = sentences_in(&text, french).into_iter().map(|s| s.slice(&text)).collect();
        assert_eq!(found.join("|"), expected);
    }
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
    // The first line is full, so its break means nothing; the second is short, so its break is deliberate.
    let text =
        "The long first line of this letter runs to the\nmargin and ends here\nA new line begins\n\nAnd a paragraph";
    let found: Vec<_> = sentences(text).into_iter().map(|s| s.slice(text)).collect();
    let first = "The long first line of this letter runs to the\nmargin and ends here";
    assert_eq!(found, [first, "A new line begins", "And a paragraph"]);
}

/// Splits `text` into sentences with the English pack.
#[track_caller]
fn check_text(text: &str, expected: &[&str]) {
    let english = pressmark_lang::Language::of(Some("en"));
    let found: Vec<_> = sentences_in(text, english).into_iter().map(|s| s.slice(text)).collect();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn a_space_is_missing_behind_the_stop() {
    check_text("The ferry left in 2019.Nobody saw it.", &["The ferry left in 2019.", "Nobody saw it."]);
    check_text("It rose 3.5%.Nobody cared.", &["It rose 3.5%.", "Nobody cared."]);
    check_text("It cost $2.5m.Nobody paid.", &["It cost $2.5m.", "Nobody paid."]);
    check_text("It opens at 9 a.m.They sleep.", &["It opens at 9 a.m.", "They sleep."]);
    check_text("She told the FBI.They laughed.", &["She told the FBI.", "They laughed."]);
    check_text("It closed (in June).Boats rot there.", &["It closed (in June).", "Boats rot there."]);
    check_text("“It closed.”The boats rot.", &["“It closed.”", "The boats rot."]);
    check_text("The boats rot.“It closed in June.”", &["The boats rot.", "“It closed in June.”"]);
    check_text("The boats rot.\"It closed in June.\"", &["The boats rot.", "\"It closed in June.\""]);
    check_text("Er sank „gestern.“Der Rest schwimmt.", &["Er sank „gestern.“", "Der Rest schwimmt."]);
    check_text("Has it closed?Nobody knows.", &["Has it closed?", "Nobody knows."]);
    check_text("has it closed?nobody knows", &["has it closed?", "nobody knows"]);
    check_text("We waited...Then it closed.", &["We waited...", "Then it closed."]);
    for whole in [
        "Call Dr.Osei or St.Mark at 9.30am.",
        "See pier.example.com/Open?Key=Two.Three now.",
        "He joined ASP.Net in v2.Beta form.",
        "2.1.Background",
        "He joined the U.S.Army.",
    ] {
        check_text(whole, &[whole]);
    }
}

#[test]
fn a_bracket_closes_behind_an_abbreviation() {
    let asked = "They asked Rep. (later Gov.) Osei about the pier (and the dredging etc.).";
    check_text(&format!("{asked} Then it rained."), &[asked, "Then it rained."]);
    check_text("Prof. (emer.) Osei is 90 yrs. old.", &["Prof. (emer.) Osei is 90 yrs. old."]);
    check_text("Rep. Osei (R-Ky.) Lima wrote to.", &["Rep. Osei (R-Ky.) Lima wrote to."]);
    check_text("They met (in May.) The pier sank.", &["They met (in May.)", "The pier sank."]);
    check_text("Acme Ltd. (“the Owner”) sold it. It sank.", &["Acme Ltd. (“the Owner”) sold it.", "It sank."]);
}

#[test]
fn a_letter_may_end_a_sentence() {
    check_text("They went to Plan B. Harbour fees rose.", &["They went to Plan B.", "Harbour fees rose."]);
    check_text("He lacks vitamin D. Doctors agree.", &["He lacks vitamin D.", "Doctors agree."]);
    check_text("They met at Mohammed V. The rest went home.", &["They met at Mohammed V.", "The rest went home."]);
    check_text("Ana got an A. Teachers were pleased.", &["Ana got an A.", "Teachers were pleased."]);
    check_text("It sank off the U.S. Officials said so.", &["It sank off the U.S.", "Officials said so."]);
    check_text("A boat of the U.S. Officials Say It Sank", &["A boat of the U.S. Officials Say It Sank"]);
    check_text("It was after World War I. Europe starved.", &["It was after World War I.", "Europe starved."]);
    check_text("The pier was built by J. Osei.", &["The pier was built by J. Osei."]);
}

#[test]
fn numbers_of_sections_figures_and_notes_stay_with_their_sentence() {
    check_text("2.1. Tides of the bay", &["2.1. Tides of the bay"]);
    check_text("Figure 3. The old pier.", &["Figure 3. The old pier."]);
    let text = "It burned in 1931. [2] [14] The town rebuilt it.";
    check_text(text, &["It burned in 1931. [2] [14]", "The town rebuilt it."]);
}

#[test]
fn headers_and_closings_of_mail() {
    check_text(
        "Ana Lima 03/14/2002 09:26 AM The pier is shut.",
        &["Ana Lima", "03/14/2002 09:26 AM", "The pier is shut."],
    );
    check_text(
        "Ana Lima@NORTH on 03/14/2002 09:26:53 PM Hello.",
        &["Ana Lima@NORTH on 03/14/2002 09:26:53 PM", "Hello."],
    );
    check_text("The pier shut on 03/14/2002 for good.", &["The pier shut on 03/14/2002 for good."]);
    check_text(
        "Email: \"Ana\"<lima@north.example> the pier is shut",
        &["Email: \"Ana\"<lima@north.example>", "the pier is shut"],
    );
    check_text("It stays shut. Kind regards, Ana Lima", &["It stays shut.", "Kind regards,", "Ana Lima"]);
    check_text("Thanks, Mr. Speaker, for the floor.", &["Thanks, Mr. Speaker, for the floor."]);
    check_text(
        "From: Ana Lima\nTo: all who work on the old pier of the town\nSubject: the pier",
        &["From: Ana Lima", "To: all who work on the old pier of the town", "Subject: the pier"],
    );
    check_text("Ana Lima\nHarbour master\nNorth Pier 7", &["Ana Lima", "Harbour master", "North Pier 7"]);
}

#[test]
fn tables_and_lists_that_came_as_text() {
    check_text(
        "Boat\tLength\tCrew\nEsperance\t24\t6\nMercy\t9\t2",
        &["Boat\tLength\tCrew", "Esperance\t24\t6", "Mercy\t9\t2"],
    );
    check_text("See plan.pdf - costs.xls - map.png", &["See plan.pdf", "- costs.xls", "- map.png"]);
    check_text("https://a.example/1 https://a.example/2", &["https://a.example/1", "https://a.example/2"]);
    check_text("NOTICE------- This pier is shut.", &["NOTICE-------", "This pier is shut."]);
    check_text("The old pier Image: Ana Lima.", &["The old pier", "Image: Ana Lima."]);
    check_text(
        "An interview with the harbour master Monday, May 6, 2013",
        &["An interview with the harbour master", "Monday, May 6, 2013"],
    );
    check_text("The pier opens on Monday, May 6, 2013", &["The pier opens on Monday, May 6, 2013"]);
}

#[test]
fn writers_without_capitals() {
    check_text("i went to the pier. it was shut. so i left", &["i went to the pier.", "it was shut.", "so i left"]);
    check_text("It was in Miramar. i think so.", &["It was in Miramar.", "i think so."]);
    check_text("It cost approx. 5 euro and 2 sq. km of sand.", &["It cost approx. 5 euro and 2 sq. km of sand."]);
}

#[test]
fn a_text_without_spaces_takes_linear_time() {
    for piece in [".“A", ".\"A", "?a", ". [1", "a@b.c ", "A: @", "1/1/11 1:1 "] {
        let text = piece.repeat(40_000);
        assert!(sentences(&text).iter().all(|s| s.end <= text.len()));
    }
}
