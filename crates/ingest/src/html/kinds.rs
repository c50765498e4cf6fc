//! One page of each kind that extraction tools are known to get wrong, with the expected blocks.

use pressmark_core::{DropReason, SegmentKind};

use super::{Page, extract};
use crate::Options;
use crate::clock::Clock;

const FIRST: &str = "The bakers of the lower town went back to their ovens on Sunday night, after the millers had agreed to sell flour at the price of last spring.";
const SECOND: &str = "Bread had been dear since the dry summer, and in some streets the loaves were gone before the church bells rang for the morning service.";
const THIRD: &str = "The guild will meet again in a fortnight, its clerk said, to talk about the price of rye and about the debts that some of the bakers still have.";

fn page(body: &str) -> Page {
    let html =
        format!("<!doctype html><html><head><title>Bakers go back to work</title></head><body>{body}</body></html>");
    extract(&html, None, &Options::default(), &Clock::default()).expect("the page is small")
}

fn texts(page: &Page) -> Vec<&str> {
    page.blocks.iter().map(|b| b.text.as_str()).collect()
}

/// Checks the article's blocks, except the title.
fn check(body: &str, expected: &[&str]) {
    let page = page(body);
    let found: Vec<&str> =
        page.blocks.iter().filter(|b| b.kind != Some(SegmentKind::Title)).map(|b| b.text.as_str()).collect();
    assert_eq!(found, expected, "{body}");
}

/// The reason why the words are not in the article.
fn reason(body: &str, words: &str) -> Option<DropReason> {
    let html =
        format!("<!doctype html><html><head><title>Bakers go back to work</title></head><body>{body}</body></html>");
    let page = extract(&html, None, &Options::default(), &Clock::default()).expect("the page is small");
    assert!(!texts(&page).iter().any(|t| t.contains(words)), "{words:?} is in the text");
    let at = html.find(words).expect("the page says it");
    page.dropped.iter().find(|d| d.input.contains(&at)).map(|d| d.reason)
}

#[test]
fn a_sentence_that_is_a_link_is_the_storys() {
    let linked = "The same guild had closed its ovens twice before, in the years of the two floods.";
    check(
        &format!(
            "<article><h1>Bakers go back to work</h1><p>{FIRST}</p><p><a href=/a>{linked}</a></p><p>{SECOND}</p></article>"
        ),
        &[FIRST, linked, SECOND],
    );
    // A headline is no sentence: it links to another story.
    let body = format!(
        "<article><h1>Bakers go back to work</h1><p>{FIRST}</p><p><a href=/b>Millers count their losses</a></p><p>{SECOND}</p></article>"
    );
    check(&body, &[FIRST, SECOND]);
    assert_eq!(reason(&body, "Millers count"), Some(DropReason::Related));
}

#[test]
fn a_sentence_in_which_every_name_is_a_link_stays() {
    let names = "<p><a href=/1>Anna Rehm</a> and <a href=/2>Piet Oord</a> met <a href=/3>Lea Quist</a> in <a href=/4>Haldern</a>.</p>";
    check(
        &format!("<article><h1>Bakers go back to work</h1><p>{FIRST}</p>{names}<p>{SECOND}</p></article>"),
        &[FIRST, "Anna Rehm and Piet Oord met Lea Quist in Haldern.", SECOND],
    );
}

#[test]
fn an_address_and_an_announced_list_of_links_are_sources() {
    let address = "<p><a href=https://guild.example/flour>https://guild.example/flour</a></p>";
    check(
        &format!("<article><p>{FIRST}</p>{address}<p>{SECOND}</p></article>"),
        &[FIRST, "https://guild.example/flour", SECOND],
    );
    let told = "These are the mills that have agreed to sell their flour to the guild until the end of the winter:";
    check(
        &format!(
            "<article><p>{FIRST}</p><p>{told}</p><ul><li><a href=/1>Upper mill</a></li><li><a href=/2>Weir mill</a></li></ul><p>{SECOND}</p></article>"
        ),
        &[FIRST, told, "Upper mill", "Weir mill", SECOND],
    );
}

#[test]
fn a_lead_beside_the_body_is_part_of_the_story() {
    for class in ["teaser-text", "excerpt", "chapo", "article-intro", "lead"] {
        check(
            &format!(
                "<main><h1>Bakers go back to work</h1><div class={class}><p>{THIRD}</p></div><div class=article-body><p>{FIRST}</p><p>{SECOND}</p></div></main>"
            ),
            &[THIRD, FIRST, SECOND],
        );
    }
    check(
        &format!(
            "<main><header><h1>Bakers go back to work</h1><h2>{THIRD}</h2></header><div class=article-body><p>{FIRST}</p><p>{SECOND}</p></div></main>"
        ),
        &[THIRD, FIRST, SECOND],
    );
}

#[test]
fn a_paragraph_called_teaser_that_leads_nowhere_is_the_storys() {
    check(
        &format!(
            "<article><h1>Bakers go back to work</h1><p>{FIRST}</p><div class=teaser><p>{SECOND}</p></div><p>{THIRD}</p></article>"
        ),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn what_the_page_hides_is_not_text() {
    for hidden in [
        "<p style='clip: rect(0 0 0 0); position: absolute'>Nobody sees this line of the page, said the clerk.</p>",
        "<p style='position:absolute; left:-10000px'>Nobody sees this line of the page, said the clerk.</p>",
        "<p class=hidden-metadata>Nobody sees this line of the page, said the clerk.</p>",
        "<div hidden><p>Nobody sees this line of the page, said the clerk.</p></div>",
        "<div aria-hidden=true role=dialog><p>Nobody sees this line of the page, said the clerk.</p></div>",
    ] {
        let body = format!("<article><p>{FIRST}</p>{hidden}<p>{SECOND}</p></article>");
        check(&body, &[FIRST, SECOND]);
        assert_eq!(reason(&body, "Nobody sees"), Some(DropReason::Hidden), "{hidden}");
    }
}

#[test]
fn a_short_caption_is_left_out_and_a_long_one_told() {
    let long = "The oven in Bell Street, which had been cold for three weeks, was lit again on Sunday night by the youngest of the apprentices.";
    let body = format!(
        "<article><p>{FIRST}</p><figure><img src=a><figcaption>The oven in Bell Street</figcaption></figure><p>{SECOND}</p>
         <figure><img src=b><figcaption>{long}</figcaption></figure><p>{THIRD}</p></article>"
    );
    check(&body, &[FIRST, SECOND, long, THIRD]);
    assert_eq!(reason(&body, "The oven in Bell Street<"), Some(DropReason::Caption));
}

#[test]
fn every_line_left_out_says_why() {
    let body = format!(
        "<nav><a href=/>Home of the paper</a></nav><article><h1>Bakers go back to work</h1><div class=byline>By Ruth Amsel</div>
         <p>{FIRST}</p><div class=newsletter-box><p>Our letter comes every morning.</p></div><p>{SECOND}</p>
         <ul><li><a href=/1>Rye at a ten-year high</a></li><li><a href=/2>Miller fined for false weights</a></li></ul></article>
         <section id=comments><p>I for one have missed the rolls.</p></section><footer>The Lower Town Post, Bell Street</footer>"
    );
    for (words, expected) in [
        ("Home of the paper", DropReason::Navigation),
        ("Ruth Amsel", DropReason::Credits),
        ("Our letter", DropReason::Newsletter),
        ("Rye at", DropReason::Related),
        ("missed the rolls", DropReason::Comment),
        ("Lower Town Post", DropReason::Boilerplate),
    ] {
        assert_eq!(reason(&body, words), Some(expected), "{words}");
    }
}

#[test]
fn a_long_sidebar_beside_a_short_post_is_a_sidebar() {
    // More than a third of the page's prose, in one block.
    let side = format!("{SECOND} {FIRST} {SECOND}");
    check(
        &format!(
            "<div class=post><h2>Bakers go back to work</h2><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>
             <div class=sidebar-box><div class=textwidget>{side}</div></div>"
        ),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn an_empty_title_in_a_drawing_ends_with_its_slash() {
    check(
        &format!(
            "<svg viewBox='0 0 1 1'><title/><path d=M0></svg><article><p>{FIRST}</p><svg><TITLE id=a /></svg><p>{SECOND}</p></article>"
        ),
        &[FIRST, SECOND],
    );
}

#[test]
fn last_lines_set_as_paragraphs_are_the_storys() {
    check(
        &format!("<article><p>{FIRST}</p><p>{SECOND}</p><p>So much for the bread of the lower town</p></article>"),
        &[FIRST, SECOND, "So much for the bread of the lower town"],
    );
}

#[test]
fn a_page_of_sections_is_read_whole() {
    let section = |text: &str| format!("<section class=part><div class=inner><p>{text}</p></div></section>");
    check(
        &format!(
            "<div class=page><h1>Bakers go back to work</h1>{}{}{}</div>",
            section(FIRST),
            section(SECOND),
            section(THIRD)
        ),
        &[FIRST, SECOND, THIRD],
    );
}

#[test]
fn a_page_that_takes_too_long_is_given_up() {
    let options = Options { timeout: Some(std::time::Duration::ZERO), ..Options::default() };
    let late = extract(&format!("<p>{FIRST}</p>"), None, &options, &Clock::start(&options));
    assert_eq!(late.expect_err("there is no time").0, pressmark_core::ProblemKind::Timeout);
}
