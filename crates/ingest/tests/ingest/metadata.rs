//! Metadata of pages, and paywalls.

use pressmark_core::{Document, Status};
use pressmark_ingest::Format;

use crate::{STORY, problems, read};

fn page(head: &str, above: &str, below: &str) -> Document {
    let paragraphs: String = STORY.split("\n\n").map(|p| format!("<p>{p}</p>\n")).collect();
    read(
        Format::Html,
        format!(
            "<html lang=en><head><title>Harbour shut</title>{head}</head><body><article><h1>Harbour shut</h1>{above}{paragraphs}\
             </article>{below}</body></html>"
        ),
    )
}

#[test]
fn dates_are_read_where_people_see_them() {
    let check = |above: &str, expected: Option<&str>| {
        let doc = page("", above, "");
        assert_eq!(doc.meta.published.as_deref(), expected, "{above}");
    };
    check("<div class=dateline>Published: Monday, 6 November 2023, 08:15 GMT</div>", Some("2023-11-06T08:15:00Z"));
    check("<time>6 November 2023</time>", Some("2023-11-06"));
    check("<div class='date date--v2' data-seconds=1699258500>6 Nov</div>", Some("2023-11-06T08:15:00Z"));
    check("<time data-timestamp=1699258500>2 hours ago</time>", Some("2023-11-06T08:15:00Z"));
    check("<time datetime='Mon Nov 06 2023 08:15:00 GMT+0100'>today</time>", Some("2023-11-06T08:15:00+01:00"));
    check(
        "<p class=meta-date>Updated: 7 November 2023</p><p class=meta-date>Posted: 6 November 2023</p>",
        Some("2023-11-06"),
    );
    check("<span class=date>11/06/2023</span>", None);
    check("<span class=date>Mon, 11/06/2023</span>", Some("2023-11-06"));
    check("<aside><span class=date>6 November 2023</span></aside>", None);
    let us = page("<meta http-equiv=content-language content=en-US>", "<span class=date>11/06/2023</span>", "");
    assert_eq!(us.meta.published, None, "the attribute of the element comes first");
}

#[test]
fn the_order_of_figures_is_that_of_the_pages_language() {
    let published = |lang: &str| {
        let page = format!(
            "<html lang={lang}><body><article><h1>Rain</h1><p class=date>05/03/2024</p><p>{STORY}</p></article></body></html>"
        );
        read(Format::Html, page).meta.published
    };
    assert_eq!(published("en-US").as_deref(), Some("2024-05-03"));
    assert_eq!(published("en-GB").as_deref(), Some("2024-03-05"));
    assert_eq!(published("fr").as_deref(), Some("2024-03-05"));
    assert_eq!(published("en"), None);
}

#[test]
fn authors_are_people_of_the_article() {
    let check = |head: &str, above: &str, below: &str, expected: &[&str]| {
        assert_eq!(page(head, above, below).meta.authors, expected, "{head} {above}");
    };
    let linked = |author: &str| {
        format!("<script type='application/ld+json'>{{\"@type\": \"NewsArticle\", \"author\": {author}}}</script>")
    };
    let byline = "<p class=byline>By <a rel=author href=/x>Ida Falk</a></p>";
    check(&linked(r#"{"@type": "Organization", "name": "Port Alder News"}"#), byline, "", &["Ida Falk"]);
    check(&linked(r#"{"@type": "Organization", "name": "Port Alder News"}"#), "", "", &["Port Alder News"]);
    check(&linked(r#"{"@type": "Person", "name": "Wire feed"}"#), byline, "", &["Ida Falk"]);
    check(&linked(r#"[{"givenName": "Ole", "familyName": "Rask"}]"#), byline, "", &["Ole Rask"]);
    check("<meta name=author content='Political Editor'>", byline, "", &["Ida Falk"]);
    check(
        "",
        "<p class=byline>By Ida Falk | ida@example.org <a href=mailto:x>Email the author</a> on March 5</p>",
        "",
        &["Ida Falk"],
    );
    check("", "", "<div class=comments><span itemprop=author>Old Salt</span><p>Too late.</p></div>", &[]);
}

#[test]
fn a_text_that_only_json_ld_has_is_the_text() {
    let body = serde_json::json!(format!("{STORY}\n\nCaf\u{e9} owners hope for Sunday &amp; the feast of \u{1F41F}."));
    let ascii = body.to_string().replace('\u{e9}', "\\u00e9").replace('\u{1F41F}', "\\ud83d\\udc1f");
    let page = format!(
        "<html><head><title>Harbour shut</title><script type='application/ld+json'>{{\"@type\": \"NewsArticle\", \"headline\": \
         \"Harbour shut\", \"articleBody\" : {ascii}}}</script></head><body><div id=root><p>Loading the story…</p></div></body></html>"
    );
    let doc = read(Format::Html, page);
    assert!(doc.text.ends_with("Café owners hope for Sunday & the feast of \u{1F41F}."), "{}", doc.text);
    assert!(doc.text.contains("Fishing boats lay idle") && !doc.text.contains("Loading"), "{}", doc.text);
}

#[test]
fn the_text_of_json_ld_is_that_of_the_article_which_is_named_first() {
    let teaser = format!("{} Another story.", "Elsewhere it rained on the moor. ".repeat(12));
    let list = serde_json::json!({"@type": "ItemList", "itemListElement": [{"@type": "Thing", "articleBody": teaser}]});
    for key in ["articleBody", "reviewBody"] {
        let article = serde_json::json!({"@type": "ReviewNewsArticle", "headline": "Harbour shut", key: STORY});
        let page = format!(
            "<html><head><title>Harbour shut</title><script type='application/ld+json'>[{list}, {article}]</script></head><body>\
             <div id=root><p>Loading the story…</p></div></body></html>"
        );
        let doc = read(Format::Html, page);
        assert!(doc.text.contains("Fishing boats lay idle") && !doc.text.contains("Elsewhere"), "{}", doc.text);
    }
}

#[test]
fn reporters_named_at_the_end_are_the_authors_where_nobody_else_is() {
    let story = STORY.replace("\n\n", "</p><p>");
    let read_page = |byline: &str, credit: &str| {
        let html =
            format!("<html><body><article><h1>Harbour shut</h1>{byline}<p>{story}{credit}</p></article></body></html>");
        read(Format::Html, html)
    };
    for credit in [
        " (Reporting by Ole Rask in Halden; Editing by Tom Kern)",
        "</p><p>(Reporting by Ole Rask in Halden; Editing by Tom Kern)",
        "</p><p>Reporting by Ole Rask in Halden, additional reporting by Lea Moss in Sandoy, Peter Marsh in Port Alder and Anna \
         Brook in Skerry; Writing by Eva Lind; Editing by Tom Kern and Jan Holt",
    ] {
        let doc = read_page("", credit);
        assert!(doc.text.ends_with("nothing but bread."), "{}", doc.text);
        assert!(doc.meta.authors.first().is_some_and(|name| name == "Ole Rask"), "{:?}", doc.meta.authors);
        let doc = read_page("<p class=byline>By Ida Falk</p>", credit);
        assert_eq!(doc.meta.authors, ["Ida Falk"]);
    }
}

#[test]
fn a_lead_before_a_pay_wall_is_partial() {
    let status = |doc: &Document| (problems(doc).contains(&"paywalled"), doc.status());
    let gate = "<div class='paywall-offer'><h3>Read on</h3><p>Get all of it for 3 crowns a week.</p></div>";
    assert_eq!(status(&page("", "", gate)), (true, Status::Partial));
    assert_eq!(status(&page("", "", "<p>Subscribe to continue reading this story.</p>")), (true, Status::Partial));
    let said =
        "<script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"isAccessibleForFree\": \"False\"}</script>";
    assert_eq!(status(&page(said, "", "")), (true, Status::Partial));
    assert_eq!(status(&page("", "", "<div class=paywall style='display: none'>Read on</div>")), (false, Status::Ok));
    assert_eq!(status(&page("", "", "")), (false, Status::Ok));
    // The whole article is there despite the paywall.
    let long: String = (0..12).map(|i| format!("<p>{} {i}</p>", STORY.replace('\n', " "))).collect();
    assert_eq!(status(&page("", &long, gate)), (false, Status::Ok));
}

#[test]
fn a_page_of_several_articles_says_so() {
    let article = |title: &str| {
        let text = STORY.replace("\n\n", "</p><p>");
        format!("<article><h2>{title}</h2><p>{text}</p><p>{}</p></article>", STORY.replace("harbour", title))
    };
    let two = format!("<html><body><main>{}{}</main></body></html>", article("Port"), article("Quay"));
    let doc = read(Format::Html, two);
    assert!(
        doc.text.contains("Quay") && problems(&doc).contains(&"several_articles"),
        "{:?} {}",
        doc.problems,
        doc.text
    );
    assert!(!problems(&page("", "", "")).contains(&"several_articles"));
}

#[test]
fn front_matter_says_what_a_text_is() {
    let doc = read(
        Format::Markdown,
        format!(
            "---\ntitle: 'Harbour shut: day 3'\nauthors: [Ida Falk, Ole Rask]\ndate: 2023-11-06\ntags: [sea]\n---\n\n{STORY}\n"
        ),
    );
    assert_eq!(doc.text, format!("Harbour shut: day 3\n\n{STORY}"));
    assert_eq!(doc.meta.title.as_deref(), Some("Harbour shut: day 3"));
    assert_eq!(doc.meta.authors, ["Ida Falk", "Ole Rask"]);
    assert_eq!(doc.meta.published.as_deref(), Some("2023-11-06"));
    assert_eq!(doc.extra.as_deref(), Some(r#"{"tags":"sea"}"#));
}

#[test]
fn a_record_of_a_word_is_too_short_and_not_all_boilerplate() {
    let doc = read(Format::Html, "<html><body>hi</body></html>");
    assert!(doc.text == "hi" || doc.problems[0].message.contains("too few"), "{:?}", doc.problems);
    let doc = read(Format::Text, "Menu");
    assert!(doc.text == "Menu" || doc.problems[0].message.contains("too few"), "{:?}", doc.problems);
}
