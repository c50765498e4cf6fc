//! Exports of media databases: one document per article, with the export's metadata.

use pressmark_core::Document;
use pressmark_ingest::{Format, Inputs, Options, SkipReason};

use crate::{checked, problems, stream};

const FIRST: &str = "The ferry to Sandoy was cancelled on Monday after a storm tore the ramp from its hinges.\n\n\
\"Nobody was hurt,\" said the harbour master, Jutta Berg. IN THE END the cars were lifted off by crane.";
const SECOND: &str = "A court in Halden has told the port to publish its contracts.\n\nThe ruling can be appealed.";

/// Title, outlet, date, authors and text of each document, verified against its record.
fn told(export: &str) -> Vec<[String; 5]> {
    let docs = stream(export, &Options::default());
    for doc in &docs {
        assert!(!problems(doc).contains(&"several_articles"), "{:?}", doc.problems);
    }
    docs.iter().map(row).collect()
}

fn row(doc: &Document) -> [String; 5] {
    let meta = &doc.meta;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let body = doc.text.split_once("\n\n").map_or("", |(_, body)| body).to_owned();
    [text(&meta.title), text(&meta.site), text(&meta.published), meta.authors.join("; "), body]
}

fn expected(rows: [[&str; 5]; 2]) -> Vec<[String; 5]> {
    rows.map(|row| row.map(str::to_owned)).to_vec()
}

fn check(export: &str, authors: [&str; 2]) -> Vec<Document> {
    let rows = [
        ["Storm halts Sandoy ferry", "The Skerry Times", "2023-11-06", authors[0], FIRST],
        ["Port must open its books, court rules", "Halden Post", "2023-11-07", authors[1], SECOND],
    ];
    assert_eq!(told(export), expected(rows), "{export}");
    stream(export, &Options::default())
}

fn extra(doc: &Document, key: &str) -> Option<String> {
    let extra: serde_json::Value = serde_json::from_str(doc.extra.as_deref()?).unwrap();
    extra.get(key)?.as_str().map(str::to_owned)
}

#[test]
fn the_older_layout_of_nexis() {
    let article = |n: u32, outlet: &str, date: &str, title: &str, byline: &str, body: &str| {
        format!(
            "{n} of 2 DOCUMENTS\r\n\r\n\r\n                    {outlet}\r\n\r\n                 {date}\r\n              Final \
             Edition\r\n\r\n{title}\r\n\r\n{byline}SECTION: NEWS; Pg. A{n}\r\n\r\nLENGTH: 40 words\r\n\r\nDATELINE: SANDOY\r\n\r\n\
             BODY:\r\n{}\r\n\r\nLOAD-DATE: November 8, 2023\r\n\r\nLANGUAGE: ENGLISH\r\n\r\nPUBLICATION-TYPE: Newspaper\r\n\r\n\
             \x20             Copyright 2023 {outlet} Ltd.\r\n                All Rights Reserved\r\n\r\n",
            body.replace('\n', "\r\n")
        )
    };
    let export = [
        article(
            1,
            "The Skerry Times",
            "November 6, 2023 Monday",
            "Storm halts Sandoy ferry",
            "BYLINE: Ida Falk, Staff Writer\r\n\r\n",
            FIRST,
        ),
        article(2, "Halden Post", "November 7, 2023 Tuesday", "Port must open its books, court rules", "", SECOND),
    ]
    .concat();
    let docs = check(&export, ["Ida Falk", ""]);
    assert_eq!(extra(&docs[0], "section").as_deref(), Some("NEWS; Pg. A1"));
    assert_eq!(docs[1].meta.language.as_deref(), Some("en"));
}

#[test]
fn the_layout_of_nexis_uni() {
    let article = |title: &str, outlet: &str, date: &str, byline: &str, body: &str| {
        format!(
            "{title}\n\n{outlet}\n{date}\n\nCopyright 2023 {outlet} Limited All Rights Reserved\n\nSection: WORLD NEWS; \
             Version:1\nLength: 43 words\n{byline}\nBody\n\n{body}\n\nClassification\n\nLanguage: ENGLISH\n\nPublication-Type: \
             Newspaper\n\nSubject: FERRIES (90%)\n\nLoad-Date: November 8, 2023\n\nEnd of Document\n\n"
        )
    };
    let contents = "1. Storm halts Sandoy ferry\nClient/Matter: -None-\n2. Port must open its books\n\n";
    let articles = [
        article(
            "Storm halts Sandoy ferry",
            "The Skerry Times",
            "November 6, 2023 Monday 10:00 AM",
            "Byline: Ida Falk in Sandoy\n",
            FIRST,
        ),
        article(
            "Port must open its books, court rules",
            "Halden Post",
            "November 7, 2023 Tuesday",
            "Byline: Ida Falk and Ole Rask\n",
            SECOND,
        ),
    ];
    check(&articles.concat(), ["Ida Falk", "Ida Falk; Ole Rask"]);
    let counted = format!("{contents}Document 1 of 2\n{}Document 2 of 2\n{}", articles[0], articles[1]);
    let mut inputs = Inputs::from_reader("-", std::io::Cursor::new(counted), Options::default()).unwrap();
    let docs: Vec<_> = inputs.by_ref().map(|record| checked(&record, &Options::default())).collect();
    assert_eq!(docs.len(), 2);
    assert_eq!(inputs.skipped()[0].reason, SkipReason::NotAnArticle);
}

#[test]
fn nexis_in_german_and_french() {
    let german = |n: u32, title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "Dokument {n} von 2\n\n{title}\n\n{outlet}\n{date}\n\nCopyright 2023 {outlet} Alle Rechte vorbehalten\n\nRubrik: Politik; \
             S. 4\nLänge: 43 Wörter\nAutor: Ida Falk\n\nTextkörper\n\n{body}\n\nKlassifizierung\n\nSprache: GERMAN; DEUTSCH\n\n\
             Ladedatum: 8. November 2023\n\nEnde des Dokuments\n"
        )
    };
    let export = german(1, "Storm halts Sandoy ferry", "The Skerry Times", "Montag 6. November 2023", FIRST)
        + &german(2, "Port must open its books, court rules", "Halden Post", "Dienstag 7. November 2023", SECOND);
    check(&export, ["Ida Falk", "Ida Falk"]);
    let french = |n: u32, title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "{n} de 2 DOCUMENTS\n\n        {outlet}\n\n       {date}\n\n{title}\n\nAUTEUR: Ida Falk\n\nRUBRIQUE: Monde; Pg. 4\n\n\
             LONGUEUR: 43 mots\n\n{body}\n\nDATE-CHARGEMENT: 8 novembre 2023\n\nLANGUE: FRENCH; FRANÇAIS\n\nTYPE-PUBLICATION: Journal\n\n"
        )
    };
    let export = french(1, "Storm halts Sandoy ferry", "The Skerry Times", "Lundi 6 Novembre 2023", FIRST)
        + &french(2, "Port must open its books, court rules", "Halden Post", "Mardi 7 Novembre 2023", SECOND);
    check(&export, ["Ida Falk", "Ida Falk"]);
    // The same in a legacy character set.
    let bytes = encoding_rs::WINDOWS_1252.encode(&export).0.into_owned();
    assert_eq!(stream(bytes, &Options::default()).len(), 2);
}

#[test]
fn factiva_with_codes() {
    let article = |title: &str, by: &str, date: &str, outlet: &str, body: &str, n: u32| {
        let (lead, rest) = body.split_once("\n\n").unwrap();
        format!(
            "SE News\nHD {title}\n{by}WC 43 words\nPD {date}\nSN {outlet}\nSC SKTIM\nPG 4\nLA English\nCY (c) 2023 {outlet}\nLP\n\
             {lead}\nTD\n{rest}\n\nCO skrry : Skerry Lines\nNS gcat : Political/General News\nRE faro : Faroe Islands\nAN Document \
             SKTIM0002023110{n}eb{n}60000{n}\n\n"
        )
    };
    let export =
        article("Storm halts Sandoy ferry", "BY By Ida Falk\n", "6 November 2023", "The Skerry Times", FIRST, 6)
            + &article("Port must open its books, court rules", "", "2023-11-07", "Halden Post", SECOND, 7)
            + "\nSearch Summary\n\nText\tferry\nDate\tAll Dates\n";
    let docs = check(&export, ["Ida Falk", ""]);
    assert_eq!(docs[0].id, "SKTIM00020231106eb6600006");
    assert_eq!(extra(&docs[1], "section").as_deref(), Some("News"));
}

#[test]
fn factiva_as_displayed() {
    let article = |head: &str, words: &str, date: &str, outlet: &str, language: &str, body: &str, last: &str| {
        format!(
            "{head}\n{words}\n{date}\n10:15\n{outlet}\nSKTIM\n4\n{language}\n(c) 2023 {outlet} Ltd.\n\n{body}\n\n{last}\n\n"
        )
    };
    let export = article(
        "Storm halts Sandoy ferry\n\nBy Ida Falk",
        "43 words",
        "6 November 2023",
        "The Skerry Times",
        "English",
        FIRST,
        "Document SKTIM00020231106eb6600006",
    ) + &article(
        "Port must open its books, court rules\n",
        "43 Wörter",
        "7. November 2023",
        "Halden Post",
        "Deutsch",
        SECOND,
        "Dokument HLDPO00020231107eb7700007",
    );
    check(&export, ["Ida Falk", ""]);
}

#[test]
fn factiva_with_more_around() {
    let article = |head: &str, date: &str, outlet: &str, body: &str, last: &str| {
        format!(
            "{head}\n43 words\n{date}\n{outlet}\nSKTIM\nFinal\n1\nEnglish\nCopyright 2023 {outlet}. All Rights Reserved.  \n\n\
             {body}\n\nSkerry Lines Holding, Inc.\n\nDocument {last}\n\n\n"
        )
    };
    let export = article(
        "World News\nStorm halts Sandoy ferry\n\nIda Falk",
        "6 November 2023",
        "The Skerry Times",
        FIRST,
        "SKTIM00020231106eb6600006",
    ) + &article(
        "Port must open its books, court rules\n\nIda Falk; Ole Rask",
        "7 November 2023",
        "Halden Post",
        SECOND,
        "HLDPO00020231107eb7700007",
    );
    check(&export, ["Ida Falk", "Ida Falk; Ole Rask"]);

    // Field codes on separate lines.
    let coded = |title: &str, date: &str, outlet: &str, body: &str, n: u32| {
        let (lead, rest) = body.split_once("\n\n").unwrap();
        format!(
            "HD\n{title}\n\nBY\nIda Falk\n\nWC\n43 words\n\nPD\n{date}\n\nSN\n{outlet}\n\nLA\nEnglish\n\nCY\n(c) 2023 {outlet}\n\n\
             LP\n{lead}\n\nTD\n{rest}\n\nPUB\nSkerry Ltd\n\nAN\nDocument SKTIM0002023110{n}eb{n}60000{n}\n\n"
        )
    };
    let export = coded("Storm halts Sandoy ferry", "6 November 2023", "The Skerry Times", FIRST, 6)
        + &coded("Port must open its books, court rules", "7 November 2023", "Halden Post", SECOND, 7);
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn nexis_with_the_copyright_first_and_the_headline_behind_its_label() {
    let article = |n: u32, outlet: &str, date: &str, title: &str, byline: &str, body: &str| {
        format!(
            "                 {n} of 2 DOCUMENTS\n\n\n        Copyright 2023 {outlet} Company\n           All Rights Reserved\n\n\
             \x20                   {outlet}\n\n             {date}\n\nSECTION: Section A; Column 1; Pg. 4\n\nLENGTH: 43 words\n\n\
             HEADLINE: {title}\n\nBYLINE: {byline}\n\nBODY:\n   {body}\n\nURL: http://www.example.org\n\nGRAPHIC: Photo: A ferry\n\n\
             LOAD-DATE: November 8, 2023\n\n"
        )
    };
    let export = article(
        1,
        "The Skerry Times",
        "November 6, 2023, Monday, Late Edition - Final",
        "Storm halts Sandoy ferry",
        "By Ida Falk",
        FIRST,
    ) + &article(
        2,
        "Halden Post",
        "November 7, 2023, Tuesday",
        "Port must open its books, court rules",
        "By Ida Falk and Ole Rask; Ole Rask reported from Halden.",
        SECOND,
    );
    check(&export, ["Ida Falk", "Ida Falk; Ole Rask"]);
}

#[test]
fn proquest() {
    let rule = "_".repeat(60);
    let info = |n: u32, title: &str, author: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "{rule}\n\nDocument {n} of 2\n\n{title}\n\nAuthor: {author}\n\nPublication info: {outlet} ; Halden [Halden]. {date}: A.1.\n\n\
             https://www.proquest.com/docview/{n}?accountid=1\n\nAbstract: A storm.\n\nFull text: {body}\n\nSubject: Ferries; Storms\n\n\
             Publication title: {outlet}\n\nProQuest document ID: 77000{n}\n\nDocument URL: https://www.proquest.com/docview/{n}\n\n"
        )
    };
    let export = info(1, "Storm halts Sandoy ferry", "Falk, Ida", "The Skerry Times", "2023-11-06", FIRST)
        + &info(
            2,
            "Port must open its books, court rules",
            "Falk, Ida; Rask, Ole",
            "Halden Post",
            "2023-11-07",
            SECOND,
        )
        + &format!("{rule}\n\nContact ProQuest\n\nCopyright © 2023 ProQuest LLC. All rights reserved.\n");
    let docs = check(&export, ["Ida Falk", "Ida Falk; Ole Rask"]);
    assert_eq!(
        (docs[0].id.as_str(), docs[0].source.url.as_deref()),
        ("770001", Some("https://www.proquest.com/docview/1"))
    );

    let labelled = |n: u32, title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "Titre : {title}\nAuteur : Falk, Ida\nTitre de la publication : {outlet}; Halden\nDate de publication : {date}\nSection : \
             Monde\nTexte intégral : {body}\n\nLangue de publication : English\nIdentifiant de document ProQuest : 77000{n}\n{rule}\n"
        )
    };
    let export = labelled(1, "Storm halts Sandoy ferry", "The Skerry Times", "6 nov. 2023", FIRST)
        + &labelled(2, "Port must open its books, court rules", "Halden Post", "7 nov. 2023", SECOND);
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn europresse() {
    let article = |n: u32, outlet: &str, date: &str, title: &str, author: &str, body: &str| {
        format!(
            "{outlet}\n{date}\n\n{title}\n\n{author}{body}\n\n© 2023 {outlet}. Tous droits réservés. Le présent document est protégé \
             par les lois et conventions internationales sur le droit d'auteur.\n\nCertificat émis le 8 novembre 2023 à Bibliothèque \
             à des fins de visualisation personnelle et temporaire.\n\nnews·2023110{n}·SK·00{n}\n\n"
        )
    };
    let export =
        article(
            6,
            "The Skerry Times",
            "Monde, lundi 6 novembre 2023, p. 4",
            "Storm halts Sandoy ferry",
            "Ida Falk\n\n",
            FIRST,
        ) + &article(7, "Halden Post", "mardi 7 novembre 2023", "Port must open its books, court rules", "", SECOND);
    let docs = check(&export, ["Ida Falk", ""]);
    assert_eq!((extra(&docs[0], "section").as_deref(), docs[0].id.as_str()), (Some("Monde"), "news·20231106·SK·006"));

    let block = |n: u32, outlet: &str, date: &str, title: &str, author: &str, body: &str| {
        format!(
            "Nom de la source\n{outlet}\nType de source\nPresse • Journaux\nPériodicité\nQuotidien\n\n{date}\n{outlet} • p. 4 • 43 \
             mots\n\n{title}\n\n{author}{body}\n\n© 2023 {outlet}. Tous droits réservés.\nnews·2023110{n}·SK·00{n}\n\n"
        )
    };
    let export =
        block(6, "The Skerry Times", "Lundi 6 novembre 2023", "Storm halts Sandoy ferry", "Ida Falk\n\n", FIRST)
            + &block(7, "Halden Post", "Mardi 7 novembre 2023", "Port must open its books, court rules", "", SECOND);
    check(&export, ["Ida Falk", ""]);
}

#[test]
fn paragraphs_that_begin_like_a_label_are_part_of_the_text() {
    let body = format!(
        "{FIRST}\n\nUpdate: the ferry sails again since noon.\n\nPhoto: Jutta Berg\n\nSubject: the mail of 3 May, which the \
         paper has seen.\n\nCity: Halden\n\nCompany: Skerry Lines said on Tuesday that it would pay."
    );
    let nexis = format!(
        "1 of 1 DOCUMENTS\n\nThe Skerry Times\n\nNovember 6, 2023 Monday\n\nStorm halts Sandoy ferry\n\nBYLINE: Ida Falk\n\n\
         LENGTH: 40 words\n\n{body}\n\nSUBJECT: FERRIES (90%)\n\nCOMPANY: SKERRY LINES INC.\n\nFIRMA: HALDEN AG\n\nLOAD-DATE: \
         November 8, 2023\n\nLANGUAGE: ENGLISH\n\n"
    );
    let row = ["Storm halts Sandoy ferry", "The Skerry Times", "2023-11-06", "Ida Falk", &body];
    assert_eq!(told(&nexis), [row.map(str::to_owned)]);
    assert_eq!(extra(&stream(nexis, &Options::default())[0], "subjects").as_deref(), Some("FERRIES (90%)"));
    // Without lines that count the articles, a date of an update must not be taken for the last label of one.
    let unmarked = format!(
        "Storm halts Sandoy ferry\n\nThe Skerry Times\n\nNovember 6, 2023 Monday\n\nByline: Ida Falk\nLength: 43 words\n\n\
         {body}\n\nLoad-Date: November 8, 2023\n\nLanguage: ENGLISH\n\n"
    );
    assert_eq!(told(&unmarked), [row.map(str::to_owned)]);
    let proquest = format!(
        "Document 1 of 1\n\nFull text: {body}\n\nSubject: Ferries\n\nTitle: Storm halts Sandoy ferry\nAuthor: Falk, Ida\n\
         Publication title: The Skerry Times\nPublication date: 2023-11-06\nDocument URL: https://www.proquest.com/docview/1\n"
    );
    let docs = stream(proquest, &Options::default());
    assert!(docs.len() == 1 && docs[0].text.contains("would pay."), "{}", docs[0].text);
    assert!(!docs[0].text.contains("Ferries"), "{}", docs[0].text);
    assert_eq!(docs[0].meta.title.as_deref(), Some("Storm halts Sandoy ferry"));
}

#[test]
fn europresse_ends_at_the_claim_of_rights_and_at_no_paragraph_like_it() {
    let body = "Le présent document a été signé lundi à Halden.\n\nVisualisation des données : la mer monte depuis 1990.\n\n\
        This document is a draft, said the harbour master, and it is not signed.";
    let export = format!(
        "The Skerry Times\nSommet du G20, lundi 6 novembre 2023, p. 4\n\nStorm halts Sandoy ferry\n\n{body}\n\nLe présent \
         document est protégé par les lois sur le droit d'auteur.\n\nCertificat émis le 8 novembre 2023 à Bibliothèque\n\n\
         news·20231106·SK·006\n\n"
    );
    assert_eq!(
        told(&export),
        [["Storm halts Sandoy ferry", "The Skerry Times", "2023-11-06", "", body].map(str::to_owned)]
    );
    let section = |day: &str| {
        let export = export.replace("Sommet du G20, lundi 6 novembre 2023", day);
        extra(&stream(export, &Options::default())[0], "section")
    };
    assert_eq!(section("Sommet du G20, lundi 6 novembre 2023").as_deref(), Some("Sommet du G20"));
    assert_eq!(section("Budget 2024, lundi 6 novembre 2023").as_deref(), Some("Budget 2024"));
    assert_eq!(section("Monday, November 6, 2023"), None);
    assert_eq!(section("lundi 6 novembre 2023, –"), None);
}

#[test]
fn running_text_is_no_export() {
    for text in [
        "The panel read 2 of 40 documents.\n\nLENGTH: the pier is 90 m long.\n\nIt is to be rebuilt by the town in May.",
        "Body\n\nThe end of document culture has come, said the archivist, and nobody believed it at the time.",
        "HD was the name of the poet.\n\nPD stood on the car.\n\nIN the end nobody knew what SN meant, the police said.",
        "Full text: the minister's speech\n\n________________________________\n\nLadies and gentlemen, the harbour is open.",
    ] {
        let docs = stream(text, &Options::default());
        assert_eq!(docs.len(), 1, "{text}");
        assert_eq!(docs[0].extra, None, "{text}");
    }
}

#[test]
fn an_unknown_layout_is_told() {
    let export = format!("ITEM ONE\nLENGTH: 40 words\n\n{FIRST}\n\nITEM TWO\nLENGTH: 43 words\n\n{SECOND}\n");
    let docs = stream(export, &Options::default());
    assert_eq!(docs.len(), 1);
    assert!(problems(&docs[0]).contains(&"several_articles"), "{:?}", docs[0].problems);
    // A user who says that it is text wants one document.
    let nexis =
        format!("1 of 2 DOCUMENTS\n\nLENGTH: 4 words\n\n{FIRST}\n\n2 of 2 DOCUMENTS\n\nLENGTH: 4 words\n\n{SECOND}");
    let docs = stream(nexis, &Options { format: Some(Format::Text), ..Options::default() });
    assert_eq!((docs.len(), problems(&docs[0]).contains(&"several_articles")), (1, true));
}

#[test]
fn nexis_without_lines_between_its_articles() {
    let article = |title: &str, outlet: &str, date: &str, byline: &str, body: &str| {
        format!(
            "{title}\n\n{outlet}\n\n{date}\n\nCopyright 2023 {outlet} All Rights Reserved\n\n{byline}Length: 43 words\n\n\
             {body}\n\nLoad-Date: November 8, 2023\n\nLanguage: ENGLISH\n\n"
        )
    };
    let export =
        article("Storm halts Sandoy ferry", "The Skerry Times", "November 6, 2023 Monday", "Byline: Ida Falk\n", FIRST)
            + &article("Port must open its books, court rules", "Halden Post", "November 7, 2023 Tuesday", "", SECOND);
    check(&export, ["Ida Falk", ""]);
    let labelled = |title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "Headline: {title}\nByline: Ida Falk\nSource: {outlet}\nDate: {date}\nLength: 43 words\n\n{body}\n\n\
             Load-Date: November 8, 2023\n\n\n"
        )
    };
    let export = labelled("Storm halts Sandoy ferry", "The Skerry Times", "November 6, 2023", FIRST)
        + &labelled("Port must open its books, court rules", "Halden Post", "November 7, 2023", SECOND);
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn a_printed_nexis_uni_repeats_the_headline_on_each_page() {
    let article = |title: &str, outlet: &str, date: &str, body: &str| {
        let body = body.replace("\n\n", &format!("\n\nPage 2 of 2\n{title}\n\n"));
        format!(
            "Page 1 of 2\n{title}\n\n{title}\n{outlet}\n{date}\n\nCopyright 2023 {outlet} All Rights Reserved\n\nSection: \
             NEWS\nLength: 43 words\nByline: Ida Falk\nBody\n\n{body}\n\nLoad-Date: November 8, 2023\n\nEnd of Document\n\n"
        )
    };
    let cover = "User Name: = \nDate and Time: = Saturday, 1 June 2024 10:14:00 AM CEST\nJob Number: = 221\n\nDocuments (2)\n\n\
        1. Storm halts Sandoy ferry\nClient/Matter: -None-\nSearch Terms: ferry\n\n";
    let export = cover.to_owned()
        + &article("Storm halts Sandoy ferry", "The Skerry Times", "November 6, 2023 Monday", FIRST)
        + &article("Port must open its books, court rules", "Halden Post", "November 7, 2023 Tuesday", SECOND);
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn factiva_names_its_outlet_once_more_below_the_text() {
    let article = |title: &str, date: &str, outlet: &str, body: &str, n: u32| {
        format!(
            "{title}\nBy Ida Falk\n43 words\n{date}\n{outlet}\nSKTIM\nEnglish\n(c) 2023 {outlet}\n\n{body}\n\n{outlet}\n\n\
             Document SKTIM0002023110{n}eb{n}60000{n}\n\n"
        )
    };
    let export = article("Storm halts Sandoy ferry", "6 November 2023", "The Skerry Times", FIRST, 6)
        + &article("Port must open its books, court rules", "7 November 2023", "Halden Post", SECOND, 7);
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn proquest_with_headings_and_a_rule_above_the_text() {
    let rule = "_".repeat(60);
    let article = |title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "{rule}\n\n{title}\n\nFalk, Ida.\n{outlet}; Halden [Halden]. 06 Nov 2023: A.3.\n\nProQuest document link\n\n{rule}\n\n\
             FULL TEXT\n\n{body}\n\nDETAILS\n\nSubject: Ferries\n\nTitle: {title}\n\nAuthor: Falk, Ida\n\nPublication title: \
             {outlet}; Halden\n\nPublication date: {date}\n\nProQuest document ID: 29{}\n\n",
            title.len()
        )
    };
    let export = article("Storm halts Sandoy ferry", "The Skerry Times", "Nov 6, 2023", FIRST)
        + &article("Port must open its books, court rules", "Halden Post", "Nov 7, 2023", SECOND)
        + &rule
        + "\n\nContact us at: http://www.proquest.com/go/contactsupport\n";
    check(&export, ["Ida Falk", "Ida Falk"]);
}

#[test]
fn proquest_counts_its_articles_without_rules() {
    let article = |n: u32, title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "Document {n} of 2\n\nFull text: {body}\n\nTitle: {title}\nAuthor: Falk, Ida\nPublication title: {outlet}\n\
             Publication date: {date}\nDocument URL: https://www.proquest.com/docview/29{n}\n\n"
        )
    };
    let export = article(1, "Storm halts Sandoy ferry", "The Skerry Times", "Nov 6, 2023", FIRST)
        + &article(2, "Port must open its books, court rules", "Halden Post", "Nov 7, 2023", SECOND);
    // The headline comes after the body in this layout.
    let docs = stream(export, &Options::default());
    let told: Vec<_> =
        docs.iter().map(|doc| [doc.meta.title.clone(), doc.meta.site.clone(), doc.meta.published.clone()]).collect();
    let expected = [
        ["Storm halts Sandoy ferry", "The Skerry Times", "2023-11-06"],
        ["Port must open its books, court rules", "Halden Post", "2023-11-07"],
    ];
    assert_eq!(told, expected.map(|row| row.map(|value| Some(value.to_owned()))));
}

#[test]
fn europresse_with_bullets_and_the_section_in_a_line_of_its_own() {
    let article = |n: u32, title: &str, outlet: &str, date: &str, body: &str| {
        format!(
            "Document {n} de 2\n\n© 2023 {outlet}. Tous droits réservés.\n\n{outlet} • 43 mots\n{date} • p. {n}\n\nRégion\n\n\
             {title}\n\nIda Falk\n\n{body}\n\nNote(s) :\nif@skerry.example\n\nDocument news·2023110{n}·SK·000{n}\n\n"
        )
    };
    let export = article(6, "Storm halts Sandoy ferry", "The Skerry Times", "lundi 6 novembre 2023", FIRST)
        + &article(7, "Port must open its books, court rules", "Halden Post", "mardi 7 novembre 2023", SECOND);
    let docs = check(
        &export.replace("Document 6 de", "Document 1 de").replace("Document 7 de", "Document 2 de"),
        ["Ida Falk"; 2],
    );
    assert_eq!(docs[0].id, "news·20231106·SK·0006");
    assert_eq!(
        [extra(&docs[0], "section").as_deref(), extra(&docs[1], "page").as_deref()],
        [Some("Région"), Some("p. 7")]
    );
}
