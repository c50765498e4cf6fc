//! Tests on whole pages, including hostile ones.

use pressmark_core::SegmentKind;
use proptest::prelude::*;

use super::{Page, extract};
use crate::block::Block;

fn page(html: &str) -> Page {
    let page =
        extract(html, None, &crate::Options::default(), &crate::clock::Clock::default()).expect("the page is small");
    page.blocks.iter().for_each(|b| replays(html, b));
    let mut at = 0;
    for block in &page.blocks {
        assert!(block.input.start >= at, "blocks overlap or run backwards");
        at = block.input.end;
    }
    page
}

/// Asserts that the pieces tile the text and map to its bytes.
fn replays(html: &str, block: &Block) {
    let (mut text, mut input) = (0, block.input.start);
    for piece in &block.pieces {
        assert_eq!(piece.span.start, text);
        assert!(piece.input.start >= input && piece.input.end >= piece.input.start);
        assert!(html.get(piece.input.clone()).is_some(), "off a character boundary");
        if piece.edit.is_none() {
            assert_eq!(block.text[piece.span.clone()], html[piece.input.clone()]);
        }
        text = piece.span.end;
        input = piece.input.end;
    }
    assert_eq!(text, block.text.len());
    assert_eq!(input, block.input.end);
    assert_eq!(block.text.trim(), block.text);
    assert!(!block.text.is_empty());
}

fn check(html: &str, expected: &[(SegmentKind, &str)]) {
    let page = page(html);
    let found: Vec<_> = page.blocks.iter().map(|b| (b.kind.expect("pages know the kind"), b.text.as_str())).collect();
    assert_eq!(found, expected);
}

const LONG: &str = "The harbour of the old town was shut for a week, the mayor said, after the wind had torn the roof off the market hall.";
const NEXT: &str = "Nobody was hurt, but the fishermen lost their nets, and the ferry to the islands will not sail before the end of the month.";

#[test]
fn the_source_of_a_quotation_stays_with_it() {
    use SegmentKind::*;
    let html = format!(
        "<title>Harbour shut</title><article><h1>Harbour shut</h1><p>{LONG}</p><blockquote><p>We were the last to leave.</p>\
         <footer>— Ana Silva, keeper</footer></blockquote><p>{NEXT}</p><footer>All rights are kept.</footer></article>"
    );
    check(
        &html,
        &[
            (Title, "Harbour shut"),
            (Body, LONG),
            (Quote, "We were the last to leave."),
            (Quote, "— Ana Silva, keeper"),
            (Body, NEXT),
        ],
    );
}

#[test]
fn what_is_hidden_depends_on_the_width_of_the_screen() {
    use SegmentKind::*;
    let html = format!(
        "<article><p>{LONG}</p><div class='hidden lg:block'><p>{NEXT}</p></div>\
         <p class=d-none>A note of the desk, which nobody sees.</p><p class='lg:hidden'>Turn the phone to see it all.</p>\
         <p>{LONG} Yes.</p></article>"
    );
    check(&html, &[(Body, LONG), (Body, NEXT), (Body, &format!("{LONG} Yes."))]);
}

#[test]
fn headings_at_the_edges_belong_to_their_sections() {
    use SegmentKind::*;
    let rows = "<table><tr><th>Port<th>Ships</tr><tr><td>North quay<td>12</tr></table>";
    let html = format!(
        "<title>Harbour shut</title><article><h1>Harbour shut</h1><h2>The storm</h2><p>{LONG}</p><h2>The boats</h2><p>{NEXT}</p>\
         <h3>The fleet</h3>{rows}</article>"
    );
    check(
        &html,
        &[
            (Title, "Harbour shut"),
            (Heading, "The storm"),
            (Body, LONG),
            (Heading, "The boats"),
            (Body, NEXT),
            (Heading, "The fleet"),
            (Table, "Port Ships"),
            (Table, "North quay 12"),
        ],
    );
    // A kicker is made otherwise, and a heading of nothing heads nothing.
    let html = format!("<article><h4>Coast</h4><p>{LONG}</p><h2>The boats</h2><p>{NEXT}</p><h2>More</h2></article>");
    check(&html, &[(Body, LONG), (Heading, "The boats"), (Body, NEXT)]);
}

#[test]
fn a_post_keeps_its_words() {
    use SegmentKind::*;
    let html = format!(
        "<article><p>{LONG}</p><blockquote class=instagram-media><a href=/p><div>View this post on Instagram</div></a>\
         <p><a href=/p>The nets are gone. The cat is not.</a></p></blockquote><p>{NEXT}</p>\
         <div class=social-embed><blockquote><p>We sail on Monday.</p></blockquote></div>\
         <blockquote class=wp-embedded-content><a href=/x>Rain on the islands</a></blockquote>\
         <div class=social-links><p>Find the harbour on every network that there is.</p></div><p>{LONG} Yes.</p></article>"
    );
    check(
        &html,
        &[
            (Body, LONG),
            (Quote, "The nets are gone. The cat is not."),
            (Body, NEXT),
            (Quote, "We sail on Monday."),
            (Body, &format!("{LONG} Yes.")),
        ],
    );
}

#[test]
fn linked_names_are_no_links_to_stories() {
    use SegmentKind::*;
    let names = "<li><a href=/a>Ida Falk, 41, cook</a><li><a href=/b>Per Holm, 30, mate</a>";
    let stories = "<li><a href=/c>Rain on the islands again</a><li><a href=/d>Why the pier is still shut</a>";
    let html = format!(
        "<article><p>{LONG}</p><p>The lost are:</p><ul>{names}</ul><p>{NEXT}</p><p>Read more:</p><ul>{stories}</ul>\
         <p><b>Crew:</b> <a href=/a>Falk</a>, <a href=/b>Holm</a>, <a href=/e>Lund</a></p><p>{LONG} Yes.</p></article>"
    );
    let page = page(&html);
    let has = |text: &str| page.blocks.iter().any(|b| b.text == text);
    assert!(has("Ida Falk, 41, cook") && has("Per Holm, 30, mate") && has("Crew: Falk, Holm, Lund"));
    assert!(!has("Rain on the islands again") && !has("Why the pier is still shut"));
    check(
        &format!(
            "<article><p>{LONG}</p><p>{NEXT}</p><p>Shut for now:</p><ul><li>Quay of <a href=/q>Nordby</a><li>The ferry</ul></article>"
        ),
        &[(Body, LONG), (Body, NEXT), (Body, "Shut for now:"), (List, "Quay of Nordby"), (List, "The ferry")],
    );
}

#[test]
fn a_linked_sentence_may_lead_and_a_label_leads_elsewhere() {
    use SegmentKind::*;
    let html = format!(
        "<article><p><a href=/a>{LONG}</a></p><p>{NEXT}</p><p>Related: <a href=/b>The quota was cut by a third.</a></p>\
         <p><a href=/c>Why is the pier still shut?</a></p><p>{LONG} Yes.</p></article>"
    );
    check(&html, &[(Body, LONG), (Body, NEXT), (Body, &format!("{LONG} Yes."))]);
}

#[test]
fn of_an_initial_and_its_copy_one_is_the_text() {
    for initial in [
        "<i aria-hidden=true>T</i><i class=sr-only>T</i>hrough",
        "<i class=sr-only>Through</i><i aria-hidden=true><b>T</b>hrough</i>",
        "<i aria-hidden=true>T</i><i class=sr-only>Through</i>",
    ] {
        let html = format!("<article><p>{initial} the night it blew.</p><p>{LONG}</p><p>{NEXT}</p></article>");
        assert_eq!(page(&html).blocks[0].text, "Through the night it blew.", "{initial}");
    }
    let html = format!(
        "<article><p>{LONG} <i aria-hidden=true>→</i><i class=sr-only>(opens elsewhere)</i></p><p>{NEXT}</p></article>"
    );
    assert_eq!(page(&html).blocks[0].text, LONG);
}

#[test]
fn a_button_inside_a_sentence_is_a_word() {
    let html = format!(
        "<article><p>{LONG} It is for the <button>harbour master</button> to say so. <button>Share</button></p><p>{NEXT}</p></article>"
    );
    assert_eq!(page(&html).blocks[0].text, format!("{LONG} It is for the harbour master to say so."));
}

#[test]
fn the_sign_of_a_link_to_a_heading_is_not_its_text() {
    use SegmentKind::*;
    let html = format!(
        "<article><p>{LONG}</p><h2 id=a>The boats <a href=#a>¶</a></h2><p>{NEXT}</p><h2><a href='/x#b'>#</a>What is № 1</h2><p>{LONG} Yes.</p></article>"
    );
    let last = format!("{LONG} Yes.");
    check(&html, &[(Body, LONG), (Heading, "The boats"), (Body, NEXT), (Heading, "What is № 1"), (Body, &last)]);
}

#[test]
fn an_article_is_found_among_what_stands_around_it() {
    use SegmentKind::*;
    let html = format!(
        "<!doctype html><html lang=en><head><title>Harbour shut | The Quay</title><script>var a = '<p>{LONG}</p>';</script></head>
        <body class='single has-sidebar'><header><nav><ul><li><a href=/>Home</a><li><a href=/n>News</a></ul></nav></header>
        <main><article class='post category-news'><h1>Harbour shut</h1>
        <div class=byline>By <a rel=author href=/a>Ana Silva</a>, 6 May 2024</div>
        <div class='share-tools'><a href=#>Facebook</a> <a href=#>Tweet</a></div>
        <div class=article-body><p>{LONG}</p>
        <figure><img src=a.jpg><figcaption>The market hall on Monday. Photo: A. Silva</figcaption></figure><p>{NEXT}</p>
        <aside><h3>More on this</h3><p>{LONG}</p></aside>
        <h2>What comes next</h2><ul><li>The roof is mended first;</li><li>then the nets.</li></ul>
        <blockquote>“We will <b>sail</b> again, whatever the sea may say to it, and soon.”</blockquote>
        <p><a href=/x>Read also: all that we know of the wind</a></p>
        <div class='newsletter-signup'><p>Sign up for our letter and get the news of the quay every morning, free of charge.</p></div>
        <p>{LONG} Again.</p></div>
        <footer><div class=author-bio>Ana Silva writes about the sea, the harbour and the people who live from it.</div></footer>
        </article><section id=comments><h2>Comments</h2><p>{NEXT} I was there, and I saw it with my own eyes.</p></section></main>
        <div class=related><a href=/y>Rain on the islands, and no end of it in sight</a></div>
        <footer>© The Quay</footer></body></html>"
    );
    check(
        &html,
        &[
            (Title, "Harbour shut"),
            (Body, LONG),
            (Body, NEXT),
            (Heading, "What comes next"),
            (List, "The roof is mended first;"),
            (List, "then the nets."),
            (Quote, "“We will sail again, whatever the sea may say to it, and soon.”"),
            (Body, &format!("{LONG} Again.")),
        ],
    );
    let page = page(&html);
    assert_eq!(page.meta.title.as_deref(), Some("Harbour shut"));
    assert_eq!(page.meta.authors, ["Ana Silva"]);
    assert_eq!(page.meta.language.as_deref(), Some("en"));
}

#[test]
fn lines_parted_by_breaks_are_paragraphs() {
    use SegmentKind::*;
    check(
        &format!("<body><div id=text>{LONG}<br><br>\n{NEXT}<br>One line.<p></div>"),
        &[(Body, LONG), (Body, &format!("{NEXT}\nOne line."))],
    );
}

#[test]
fn fragments_and_plain_text_are_pages_too() {
    use SegmentKind::*;
    check(
        &format!("<p>{LONG}</p><p>Wind &amp; rain&nbsp;came.</p><p>{NEXT}</p>"),
        &[(Body, LONG), (Body, "Wind & rain came."), (Body, NEXT)],
    );
    check(&format!("{LONG}\n\n{NEXT}\n"), &[(Body, LONG), (Body, NEXT)]);
}

#[test]
fn references_comments_and_hidden_marks_are_edits() {
    let html = format!(
        "<p>{LONG} &ldquo;Rain<!-- no -->ing&rdquo; caf\u{ad}é\u{200b}s &#x2014; a <i>b</i>\n <b>c</b>&nbsp;d.</p>"
    );
    assert!(page(&html).blocks[0].text.ends_with("“Raining” cafés — a b c d."));
}

#[test]
fn tables_that_lay_out_a_page_are_no_tables() {
    use SegmentKind::*;
    let rows = "<table><tr><th>Port<th>Ships</tr><tr><td>North quay<td>12</tr><tr><td>South quay<td>7</tr></table>";
    check(
        &format!("<table><tr><td width=20%><a href=/>Home</a><td><p>{LONG}</p>{rows}<p>{NEXT}</p></tr></table>"),
        &[(Body, LONG), (Table, "Port Ships"), (Table, "North quay 12"), (Table, "South quay 7"), (Body, NEXT)],
    );
}

#[test]
fn a_class_that_most_paragraphs_bear_is_no_sign() {
    use SegmentKind::*;
    let html = format!(
        "<article><p class=paywall>{LONG}</p><p class=paywall>{NEXT}</p><p class=paywall>{LONG} Yes.</p></article>"
    );
    check(&html, &[(Body, LONG), (Body, NEXT), (Body, &format!("{LONG} Yes."))]);
}

#[test]
fn json_ld_tells_where_the_article_ends() {
    use SegmentKind::*;
    let ad = "This has nothing to do with any of it, but it stands in the same element and reads like prose.";
    let html = format!(
        "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"articleBody\":\"{LONG} {NEXT} {NEXT}\"}}</script>
        <article><p>{LONG}</p><p>{NEXT}</p><p>{NEXT}</p><p>{ad}</p></article>"
    );
    check(&html, &[(Body, LONG), (Body, NEXT), (Body, NEXT)]);
}

#[test]
fn a_drawing_that_is_never_closed_ends_at_the_next_paragraph() {
    use SegmentKind::*;
    for open in ["<svg><use href=#a>", "<svg><g><path d=x>", "<math><mrow><msqrt>", "<a href=/x><svg></a>"] {
        check(&format!("<article>{open}<p>{LONG}</p><p>{NEXT}</p></article>"), &[(Body, LONG), (Body, NEXT)]);
    }
    let island = "<svg><foreignObject><p>A label of the drawing, which is no part of it.</p></foreignObject></svg>";
    check(&format!("<article><p>{LONG}</p>{island}<p>{NEXT}</p></article>"), &[(Body, LONG), (Body, NEXT)]);
}

#[test]
fn of_stories_below_one_another_the_one_under_the_title_is_read() {
    use SegmentKind::*;
    let story = |title: &str, text: &str| {
        format!("<section><h1>{title}</h1><div><article class=entry>{text}</article></div></section>")
    };
    let other = format!("<p>{NEXT} Elsewhere.</p>").repeat(9);
    let first = format!("<p>{LONG}</p><p>{NEXT}</p><p>{LONG} Yes.</p><p>{NEXT} Yes.</p>");
    let html = format!(
        "<title>Harbour shut</title><meta property=og:title content='Harbour shut'>
        <meta property=article:published_time content=2024-05-06><main>{}{}{}</main>",
        story("Harbour shut", &first),
        story("Moor on fire", &other),
        story("Storm ahead", &other)
    );
    let rest = [LONG, NEXT].map(|text| format!("{text} Yes."));
    let expected = [(Title, "Harbour shut"), (Body, LONG), (Body, NEXT), (Body, &*rest[0]), (Body, &*rest[1])];
    check(&html, &expected);
}

#[test]
fn a_long_table_does_not_outweigh_the_article_around_it() {
    let row = "<tr><td>North quay of the old town<td>Ida Falk, harbour master<td>ida@harbour.example</tr>";
    let html = format!(
        "<article><div><p>{LONG}</p><p>{NEXT}</p><p>{LONG} Yes.</p></div><div><div><table>{}</table></div></div></article>",
        row.repeat(60)
    );
    assert!(page(&html).blocks.iter().any(|block| block.text == LONG));
}

#[test]
fn pages_without_an_article_give_nothing() {
    for html in [
        "",
        " ",
        "<html><frameset><frame src=a><noframes>No frames</noframes></frameset></html>",
        "<body><nav><a href=/>Home</a><a href=/b>Business</a></nav></body>",
        "<script>let a = 1;</script><style>p { color: red }</style>",
        "<p>",
        "<!-- never closed <p>text</p>",
        "<title>Only a title",
        "<svg><title>a</title><text>A sentence in a picture, which is long enough to be one.</text></svg>",
        "<template><p>A sentence in a template, which is long enough to be one, and more.</p></template>",
        "<iframe srcdoc='<p>A sentence in a frame</p>'>A sentence in a frame, which is long enough.</iframe>",
    ] {
        assert_eq!(page(html).blocks, [], "{html}");
    }
}

#[test]
fn depth_costs_nothing() {
    for tag in ["div", "b", "span", "table", "ul><li", "a href=x", "section", "font color=red", "blockquote", "svg"] {
        let deep = format!("<{tag}>").repeat(100_000);
        let html = format!("<p>{LONG}</p><p>{NEXT}</p>{deep}<p>{LONG}</p>");
        let found = page(&html);
        assert!(found.blocks.iter().any(|b| b.text == LONG), "{tag}");
    }
    page(&"</div></p></b>".repeat(100_000));
    page(&format!("{}{}", "<div>".repeat(100_000), "</span>".repeat(100_000)));
}

#[test]
fn length_costs_no_more_than_length() {
    let found = page(&format!("<p>{LONG}</p><p>{}</p>", "&eacute;&#233;&nosuch;&amp ".repeat(50_000)));
    assert_eq!(found.blocks.len(), 2);
    page(&"&".repeat(1_000_000));
    page(&format!("<p>{}</p>", "word".repeat(500_000)));
    page(&"<p>a<br>".repeat(100_000));
    page(&"<a href=x>a</a> ".repeat(100_000));
    page(&format!("<p class='{}'>{LONG}</p>", "related ".repeat(100_000)));
    page(&format!("<p {}>{LONG}</p>", "a=b ".repeat(100_000)));
    page(&format!("<script type=application/ld+json>{}</script><p>{LONG}</p>", "[".repeat(100_000)));
    page(&"<table><tr><td>".repeat(20_000));
    page(&format!("<ul>{}</ul>", "<li>One item of a long list, with words in it.".repeat(20_000)));
    page(&format!("<article>{}</article>", format!("<div class=row><h2>Day</h2><p>{LONG}</p></div>").repeat(2_000)));
}

/// Fragments of pages, well-formed and not.
fn soup() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<div class=content>",
        "</div>",
        "<b>",
        "</b>",
        "<br>",
        "<br/>",
        "<a href=x>",
        "</a>",
        "<ul><li>",
        "</ul>",
        "<table><tr><td>",
        "</table>",
        "<h1>",
        "</h1>",
        "<!-- x -->",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style>p{}</style>",
        "<span hidden>",
        "</span>",
        "&amp;",
        "&nbsp;",
        "&eacute",
        "&#x200b;",
        "&#8220;",
        "&notit;",
        "&;",
        "&",
        "<",
        ">",
        "</",
        "<!",
        "<![CDATA[",
        "]]>",
        "\r\n",
        "\u{feff}",
        "\u{200b}",
        "\u{0}",
        "é",
        "水は流れる。",
        "🜁",
        " ",
        "\n",
        "\t",
        "\u{a0}",
        "'",
        "\"",
        "<title>",
        "</title>",
        "<body>",
        "</body>",
        "<svg/>",
        "<pre>",
        "</pre>",
        "<x-y z='",
        "'>",
        "<textarea>",
        "<h2 id=share>",
        "The rain fell on the old town, and the wind took the roofs off, one by one. ",
        "Rain, wind, and the sea, he said. ",
        "<figure><figcaption>",
        "</figcaption></figure>",
        "<blockquote>",
        "<aside>",
        "</aside>",
        "<article>",
        "<time datetime=2024-05-06>",
    ]);
    prop::collection::vec(bits, 0..60).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn every_block_leads_back_to_its_bytes(html in soup()) {
        page(&html);
    }

    #[test]
    fn anything_can_be_read(html in "\\PC{0,200}|(?s).{0,200}") {
        page(&html);
    }

    /// Nodes lie on character boundaries and inside the tree.
    #[test]
    fn runs_of_text_are_where_they_are_said_to_be(html in soup()) {
        let tree = super::tree::Tree::parse(&html);
        for (index, node) in tree.nodes().iter().enumerate() {
            let bytes = node.bytes.start as usize..node.bytes.end as usize;
            prop_assert!(html.get(bytes).is_some(), "node {index} is off a character boundary");
            prop_assert!(node.end as usize > index && node.end as usize <= tree.len());
        }
    }
}

#[test]
fn the_title_is_one_line_without_the_kicker_of_its_heading() {
    let check = |heading: &str, expected: &str| {
        let html = format!(
            "<title>Harbour shut for a week</title><article><h1>{heading}</h1><p>{LONG}</p><p>{NEXT}</p></article>"
        );
        let page = page(&html);
        assert_eq!(page.blocks[0].text, expected, "{heading}");
        assert_eq!(page.blocks[1].text, LONG, "{heading}");
    };
    check("<i>Ports</i><i>Harbour shut for a week</i>", "Harbour shut for a week");
    check("<b>Explained</b> Harbour shut for a week <a href=#c>12 comments</a>", "Harbour shut for a week");
    check("Harbour shut<br>for a week", "Harbour shut for a week");
    check("Harbour shut for a week, mayor says", "Harbour shut for a week, mayor says");
}
