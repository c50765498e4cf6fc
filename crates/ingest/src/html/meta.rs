//! Metadata of a page: JSON-LD, Open Graph, `meta` elements, microdata, its title.

use std::collections::HashMap;

use pressmark_core::Meta;
use serde_json::Value;

use super::byline::{byline, is_role, people};
use super::dated::{Elsewhere, published};
use super::element_text::{inner, key};
use super::tree::{Attr, Tag, Tree};
use crate::Options;
use crate::date::normalize;
use crate::language::primary;
use crate::markup::decode;

/// Most elements marked as authors that are read. Set by hand: more are a list of the staff.
const MAX_AUTHORS: usize = 20;
/// Most bytes of the page between the marks of two authors of one article. Set by hand: room for a name, a link and a
/// picture.
const CREDIT_DISTANCE: u32 = 500;
/// Most bytes of a byline. Readability takes 100 characters without the surrounding white space; this is counted with
/// it, in bytes.
const BYLINE_BYTES: usize = 400;
/// Most JSON-LD values examined in a page. Set by hand: a bound on hostile pages.
const MAX_OBJECTS: usize = 2_000;

/// The metadata of a page.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub meta: Meta,
    pub canonical: Option<String>,
    /// All forms of the title in the page, the most trusted first.
    pub titles: Vec<String>,
    /// The article text in JSON-LD: evidence of what belongs to the article, and the text itself if the page does not
    /// show it.
    pub body: Option<String>,
    /// Whether JSON-LD declares the article as not freely accessible.
    pub is_gated: bool,
    /// Words of the whole article according to JSON-LD.
    pub words: Option<usize>,
    /// Whether it is a live blog.
    pub is_live: bool,
}

/// Reads the metadata of a page; `url` is its address, if known.
pub(super) fn read(html: &str, tree: &Tree, url: Option<&str>, options: &Options) -> Found {
    let linked = Linked::read(html, tree);
    let elsewhere = Elsewhere::of(tree);
    let named = Named::read(html, tree, &elsewhere);
    let site = linked.site.or_else(|| named.first(&["og:site_name", "application-name", "apple-mobile-web-app-title"]));
    let tag = named.language(tree).or(linked.language);
    let order = options.order(tag.as_deref());
    let language = tag.and_then(|l| primary(&l));
    let day = linked.published.iter().chain(&named.published).find_map(|d| normalize(d, order));
    let day = day.or_else(|| published(html, tree, &elsewhere, order));
    let authors = without_outlet(authors(&linked.authors, &linked.organizations, &named), site.as_deref());
    let canonical = named.canonical.clone().or_else(|| named.first(&["og:url"]));
    let host = canonical.as_deref().into_iter().chain(url).find_map(pressmark_core::host);
    let heading = only_heading(html, tree);
    let og = named.first(&["og:title", "twitter:title", "dc.title", "parsely-title"]);
    let page = named.title.as_deref().map(|t| without_site(t, site.as_deref(), host, heading.as_deref()));
    let og = og.map(|t| without_site(&t, site.as_deref(), host, heading.as_deref()));
    // The only heading is the title if the page's `title` agrees; otherwise it may be the site's name.
    let is_title = |h: &String| page.as_ref().is_none_or(|p| key(p).contains(&key(h)) || key(h).contains(&key(p)));
    let sure = heading.clone().filter(is_title);
    let titles = [og, sure, linked.headline, page.clone(), heading].into_iter().flatten();
    let titles: Vec<String> = titles.filter(|t| !t.is_empty()).collect();
    let meta = Meta { title: titles.first().cloned(), authors, published: day, site, language, ..Meta::default() };
    let (body, is_gated, words, is_live) = (linked.body, linked.is_gated, linked.words, linked.is_live);
    Found { meta, canonical, titles, body, is_gated, words, is_live }
}

/// The authors of the article. JSON-LD is generated, and names a feed or the outlet if nobody filled it in: so people
/// in JSON-LD come first, then those in the byline, then anything else in JSON-LD.
fn authors(linked: &[String], organizations: &[String], named: &Named) -> Vec<String> {
    let all = |names: &[String]| people(names.iter().map(String::as_str));
    let is_person = |name: &String| !is_role(name) && !is_feed(name) && name.contains(' ');
    let persons: Vec<String> = all(linked).into_iter().filter(is_person).collect();
    let bylines: Vec<String> = all(&named.authors).into_iter().filter(|name| !is_role(name)).collect();
    [persons, bylines, all(linked), all(organizations)].into_iter().find(|names| !names.is_empty()).unwrap_or_default()
}

/// Drops the site itself among several authors: "Ana Silva, The Harbour".
fn without_outlet(mut authors: Vec<String>, site: Option<&str>) -> Vec<String> {
    let site = site.map(key).unwrap_or_default();
    if authors.iter().any(|name| key(name) != site) {
        authors.retain(|name| key(name) != site);
    }
    authors
}

/// Whether an author is the account of an import.
fn is_feed(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "import",
        "importer",
        "feed",
        "admin",
        "administrator",
        "webmaster",
        "newsdesk",
        "agency",
        "agencies",
        "wire",
        "automated",
        "bot",
    ];
    name.split_whitespace().any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// Metadata of the article from a page's JSON-LD.
#[derive(Debug, Default)]
struct Linked {
    headline: Option<String>,
    authors: Vec<String>,
    /// Authors that are not people.
    organizations: Vec<String>,
    published: Option<String>,
    site: Option<String>,
    language: Option<String>,
    body: Option<String>,
    is_gated: bool,
    words: Option<usize>,
    is_live: bool,
}

impl Linked {
    fn read(html: &str, tree: &Tree) -> Self {
        let mut objects = Vec::new();
        for (index, node) in tree.nodes().iter().enumerate().filter(|(_, n)| n.tag == Tag::Script) {
            let is_json =
                tree.attr(index as u32, Attr::Type).is_some_and(|t| t.trim().starts_with("application/ld+json"));
            if is_json && node.end as usize > index + 1 {
                let source: String = tree.texts(index as u32).filter_map(|t| html.get(t)).collect();
                objects.extend(json(&source));
            }
        }
        let mut found = Self::default();
        let (mut articles, mut others) = (Vec::new(), Vec::new());
        let mut queue: std::collections::VecDeque<&Value> = objects.iter().collect();
        let mut seen = 0;
        while let Some(value) = queue.pop_front().filter(|_| seen < MAX_OBJECTS) {
            seen += 1;
            match value {
                Value::Array(values) => queue.extend(values),
                Value::Object(object) => {
                    let is = |ends: &[&str]| types(value).any(|t| ends.iter().any(|e| t.ends_with(e)));
                    if is(&["Article", "BlogPosting", "Report", "Review", "SocialMediaPosting"]) {
                        articles.push(value);
                    } else if is(&["WebPage", "WebSite"]) {
                        others.push(value);
                    }
                    queue.extend(["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|k| object.get(*k)));
                }
                _ => {}
            }
        }
        let known = Known::of(&objects);
        for value in articles.iter().chain(&others) {
            let is_article = articles.iter().any(|a| std::ptr::eq(*a, *value));
            if is_article {
                found.headline =
                    found.headline.or_else(|| text_of(value.get("headline")).or_else(|| text_of(value.get("name"))));
                found.body = found
                    .body
                    .or_else(|| text_of(value.get("articleBody")).or_else(|| text_of(value.get("reviewBody"))));
                if found.authors.is_empty() && found.organizations.is_empty() {
                    for author in ["author", "creator"].iter().filter_map(|k| value.get(*k)).take(1) {
                        (found.authors, found.organizations) = credited(author, &known);
                    }
                }
                let is_free = value.get("isAccessibleForFree");
                found.is_gated |= is_free == Some(&Value::Bool(false))
                    || is_free.and_then(Value::as_str).is_some_and(|v| v.eq_ignore_ascii_case("false"));
                let words = value.get("wordCount");
                found.words = found.words.or_else(|| {
                    words
                        .and_then(Value::as_u64)
                        .or_else(|| words?.as_str()?.trim().parse().ok())
                        .and_then(|n| usize::try_from(n).ok())
                });
                found.is_live |= types(value).any(|t| t.ends_with("LiveBlogPosting"));
            }
            found.published = found
                .published
                .or_else(|| text_of(value.get("datePublished")).or_else(|| text_of(value.get("dateCreated"))));
            found.site = found.site.or_else(|| names(value.get("publisher")).into_iter().next());
            found.language = found.language.or_else(|| text_of(value.get("inLanguage")));
        }
        found
    }
}

/// The objects of a page's JSON-LD by their `@id`, by which others refer to them.
struct Known<'a>(HashMap<&'a str, &'a Value>);

impl<'a> Known<'a> {
    /// Collects the objects on top and in `@graph`, where pages keep those that are referred to.
    fn of(objects: &'a [Value]) -> Self {
        let inner = |value: &'a Value| value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        let top = objects.iter().flat_map(inner);
        let graph = top.clone().filter_map(|value| value.get("@graph")).flat_map(inner);
        let whole = top.chain(graph).filter(|value| value.as_object().is_some_and(|object| object.len() > 1));
        let ids = whole.take(MAX_OBJECTS).filter_map(|value| Some((value.get("@id")?.as_str()?, value)));
        Self(ids.collect())
    }

    /// The object that `{"@id": …}` refers to; any other value as it is.
    fn whole(&self, value: &'a Value) -> &'a Value {
        let is_reference = value.as_object().is_some_and(|object| object.len() == 1);
        let id = value.get("@id").filter(|_| is_reference).and_then(Value::as_str);
        id.and_then(|id| self.0.get(id)).copied().unwrap_or(value)
    }
}

/// Parses the JSON in a script, repairing common errors.
fn json(source: &str) -> Option<Value> {
    let source = source.trim().trim_end_matches(';');
    let source = source.strip_prefix("//<![CDATA[").or_else(|| source.strip_prefix("<![CDATA[")).unwrap_or(source);
    let source = source.strip_prefix("<!--").unwrap_or(source).trim();
    let source = source.trim_end_matches("-->").trim_end_matches("//]]>").trim_end_matches("]]>").trim();
    serde_json::from_str(source).ok().or_else(|| {
        // The most common error is raw line ends and tabs in strings.
        let mended: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        serde_json::from_str(&mended).ok()
    })
}

fn types(value: &Value) -> impl Iterator<Item = &str> {
    let types = value.get("@type");
    let many = types.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    types.into_iter().chain(many).filter_map(Value::as_str)
}

/// A string, the first of several, or the name of an object; without tags and references.
fn text_of(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.as_str(),
        Value::Array(values) => values.iter().find_map(Value::as_str)?,
        Value::Object(object) => {
            let named = ["name", "@value"].iter().filter_map(|key| object.get(*key).and_then(Value::as_str));
            match named.into_iter().find(|name| !name.trim().is_empty()) {
                Some(name) => name,
                None => return parted_name(object),
            }
        }
        _ => return None,
    };
    let text = plain(text);
    (!text.is_empty()).then_some(text)
}

/// The full name of a person with separate given and family names.
fn parted_name(object: &serde_json::Map<String, Value>) -> Option<String> {
    let part = |key: &str| object.get(key).and_then(Value::as_str).map(plain).filter(|part| !part.is_empty());
    let parts: Vec<String> = ["givenName", "additionalName", "familyName"].into_iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Splits the authors in JSON-LD into people and organizations; at most 50 are read (set by hand).
fn credited(value: &Value, known: &Known<'_>) -> (Vec<String>, Vec<String>) {
    let values = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    let (mut people, mut others) = (Vec::new(), Vec::new());
    for value in values.iter().take(50).map(|value| known.whole(value)) {
        let is_other = types(value).any(|t| t.ends_with("Organization") || t == "Brand" || t == "WebSite");
        if is_other { &mut others } else { &mut people }.extend(names(Some(value)));
    }
    (people, others)
}

fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values.iter().take(50).filter_map(|v| text_of(Some(v))).collect(),
        Some(Value::Object(object)) if object.get("name").is_some_and(Value::is_array) => names(object.get("name")),
        value => text_of(value).into_iter().collect(),
    }
}

/// A value without tags, references and repeated white space.
pub(super) fn plain(text: &str) -> String {
    let mut text = decode(text.trim());
    if text.contains("</") || text.contains("/>") || text.contains("<p>") || text.contains("<br>") {
        let tree = Tree::parse(&text);
        let parts: Vec<String> = tree
            .nodes()
            .iter()
            .filter(|n| n.tag == Tag::Text)
            .filter_map(|n| text.get(n.bytes.start as usize..n.bytes.end as usize).map(decode))
            .collect();
        text = parts.join(" ");
    } else if text.contains('&') {
        text = decode(&text);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Metadata from `meta`, `link` and `title` elements and from marked elements.
#[derive(Debug, Default)]
struct Named {
    values: Vec<(String, String)>,
    title: Option<String>,
    authors: Vec<String>,
    published: Vec<String>,
    canonical: Option<String>,
}

/// Names of `meta` elements with the author, the most trusted first.
const AUTHOR_NAMES: &[&str] = &[
    "author",
    "article:author",
    "og:author",
    "dc.creator",
    "dcterms.creator",
    "dc:creator",
    "dcterm:creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
    "cxenseparse:author",
    "weibo:article:create_author",
];
/// Names of `meta` elements with the date, the most trusted first.
const DATE_NAMES: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "dc:date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "article.published",
    "article:published",
    "article:pubdate",
    "bt:pubdate",
    "date.release",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "published_date",
    "publication_date",
    "publication-date",
    "published_at",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "date",
    "ptime",
];

impl Named {
    fn read(html: &str, tree: &Tree, elsewhere: &Elsewhere) -> Self {
        let mut named = Self::default();
        let mut marked = Marked::default();
        for (index, node) in tree.nodes().iter().enumerate().filter(|(_, n)| n.tag != Tag::Text) {
            let index = index as u32;
            let value = |name| tree.attr(index, name).map(str::trim).filter(|v| !v.is_empty());
            match node.tag {
                Tag::Meta => named.values.extend(Self::pairs(tree, index)),
                Tag::Title if named.title.is_none() => {
                    named.title = Some(inner(html, tree, index)).filter(|t| !t.is_empty());
                }
                Tag::Link if value(Attr::Rel).is_some_and(|r| r.eq_ignore_ascii_case("canonical")) => {
                    named.canonical = named.canonical.take().or_else(|| value(Attr::Href).map(str::to_owned));
                }
                _ => {}
            }
            if !elsewhere.has(index) {
                marked.read(html, tree, index);
            }
        }
        let all = |name: &str| -> Vec<String> {
            named.values.iter().filter(|(k, _)| k == name).map(|(_, v)| plain(v)).collect()
        };
        let known = |names: &[String]| people(names.iter().map(String::as_str)).iter().any(|name| !is_role(name));
        let authors = AUTHOR_NAMES.iter().map(|n| all(n)).chain([marked.credited, marked.bylines]).find(|a| known(a));
        let dates = DATE_NAMES.iter().flat_map(|n| all(n)).chain(marked.dates).chain(marked.times).collect();
        Self { authors: authors.unwrap_or_default(), published: dates, ..named }
    }

    /// The name-value pairs of a `meta` element, which may have several names.
    fn pairs(tree: &Tree, index: u32) -> Vec<(String, String)> {
        let Some(content) = tree.attr(index, Attr::Content).map(str::trim).filter(|v| !v.is_empty()) else {
            return Vec::new();
        };
        let names = [Attr::Property, Attr::Name, Attr::Itemprop, Attr::HttpEquiv];
        let names = names.into_iter().filter_map(|n| tree.attr(index, n)).flat_map(str::split_ascii_whitespace);
        names.map(|n| (n.to_ascii_lowercase(), content.to_owned())).collect()
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|n| self.values.iter().find(|(k, _)| k == n))
            .map(|(_, v)| plain(v))
            .filter(|v| !v.is_empty())
    }

    fn language(&self, tree: &Tree) -> Option<String> {
        let of = |tag| {
            let index = tree.nodes().iter().position(|n| n.tag == tag)?;
            tree.attr(index as u32, Attr::Lang).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned)
        };
        of(Tag::Html)
            .or_else(|| of(Tag::Body))
            .or_else(|| self.first(&["content-language", "language", "dc.language", "og:locale"]))
    }
}

/// Metadata from marked elements of the body.
#[derive(Debug, Default)]
struct Marked {
    /// Authors from `rel=author` and `itemprop=author`.
    credited: Vec<String>,
    last_credit: Option<u32>,
    /// Authors from the first element with the class of a byline that contains a name.
    bylines: Vec<String>,
    /// Dates from `itemprop=datePublished`.
    dates: Vec<String>,
    /// Dates from all `time` elements.
    times: Vec<String>,
}

impl Marked {
    fn read(&mut self, html: &str, tree: &Tree, index: u32) {
        let node = tree.node(index);
        let value = |name| tree.attr(index, name).map(str::trim).filter(|v| !v.is_empty());
        let prop = value(Attr::Itemprop).unwrap_or_default();
        if prop == "datePublished" {
            self.dates.extend(value(Attr::Datetime).or_else(|| value(Attr::Content)).map(str::to_owned));
        }
        if node.tag == Tag::Time {
            self.times.extend(value(Attr::Datetime).map(str::to_owned));
        }
        let is_author = value(Attr::Rel).is_some_and(|r| r.split_ascii_whitespace().any(|r| r == "author"));
        if node.tag != Tag::Meta && (is_author || prop == "author") {
            // The authors of one article are close together; others wrote something else.
            let start = node.bytes.start;
            let near = self.last_credit.is_none_or(|last| start.saturating_sub(last) < CREDIT_DISTANCE);
            if near && self.credited.len() < MAX_AUTHORS {
                let names = byline(html, tree, index);
                let plain = names.is_empty().then(|| inner(html, tree, index));
                self.credited.extend(names.into_iter().chain(plain));
                self.last_credit = Some(start);
            }
        }
        if self.bylines.is_empty()
            && value(Attr::Class).is_some_and(is_byline)
            && tree.text_bytes(index, BYLINE_BYTES).is_some()
        {
            self.bylines = byline(html, tree, index);
        }
    }
}

/// Whether a class names a byline.
fn is_byline(class: &str) -> bool {
    class.split(|c: char| !c.is_ascii_alphabetic()).any(|w| {
        let is = |name: &str| w.eq_ignore_ascii_case(name);
        is("byline") || is("bylines") || is("author") || is("authors") || is("writtenby") || is("authorname")
    })
}

/// The text of the page's only `h1`.
fn only_heading(html: &str, tree: &Tree) -> Option<String> {
    let mut headings = tree.nodes().iter().enumerate().filter(|(_, n)| n.tag == Tag::H1).map(|(i, _)| i as u32);
    let first = headings.by_ref().map(|i| inner(html, tree, i)).find(|t| !t.is_empty())?;
    headings.all(|i| inner(html, tree, i).is_empty()).then_some(first)
}

/// Strips the site's name before or after a title.
fn without_site(title: &str, site: Option<&str>, host: Option<&str>, heading: Option<&str>) -> String {
    let title = title.trim();
    // The heading of the page is the best evidence for the title. Set by hand: of at least three words, since a shorter
    // one may be a section.
    if let Some(heading) = heading.filter(|h| h.split_whitespace().count() >= 3) {
        let (whole, part) = (key(title), key(heading));
        if !part.is_empty() && whole.len() > part.len() && (whole.starts_with(&part) || whole.ends_with(&part)) {
            return heading.to_owned();
        }
    }
    let site_key = site.map(key).unwrap_or_default();
    let host_key = host.map(key).unwrap_or_default();
    let is_site = |part: &str| {
        let part = key(part);
        !part.is_empty()
            && (part == site_key
                // Set by hand: shorter parts occur in a host by chance.
                || (part.len() >= 3 && host_key.contains(&part))
                || (!site_key.is_empty() && part.contains(&site_key) && part.len() <= site_key.len() * 2))
    };
    let marks = [" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " : ", ": "];
    for mark in marks {
        if let Some((before, after)) =
            title.rsplit_once(mark).filter(|(b, a)| is_site(a) && !b.trim().is_empty() && !is_site(b))
        {
            debug_assert!(!after.is_empty());
            return without_site(before, site, host, None);
        }
        if let Some((_, after)) = title.split_once(mark).filter(|(b, a)| is_site(b) && !a.trim().is_empty()) {
            return after.trim().to_owned();
        }
    }
    // Without a known name, drop what follows the last bar or dash if enough is left (Readability's rule, which asks
    // for more than four words).
    if heading.is_some_and(|h| key(h) == key(title)) {
        return title.to_owned();
    }
    for mark in [" | ", " » ", " :: ", " - ", " – ", " — "] {
        let words = |text: &str| text.split_whitespace().count();
        if let Some((before, _)) = title
            .rsplit_once(mark)
            .filter(|(b, a)| words(b) > 4 && (1..=4).contains(&words(a)) && !a.starts_with(char::is_lowercase))
        {
            return before.trim().to_owned();
        }
    }
    title.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str) -> Found {
        read(page, &Tree::parse(page), None, &Options::default())
    }

    #[test]
    fn json_ld_is_read_through_graphs_and_faults() {
        let found = check(
            "<script type='application/ld+json'>{broken</script><script type='application/ld+json'>
            {\"@graph\": [{\"@type\": \"WebSite\", \"name\": \"x\"}, {\"@type\": [\"NewsArticle\"], \"headline\": \"Rain &amp; wind\",
            \"author\": [{\"name\": \"Ana Silva\"}, \"By Rui Costa\"], \"publisher\": {\"name\": \"The Harbour\"},
            \"datePublished\": \"2024-05-06T07:08:09+0100\", \"articleBody\": \"It\nrained.\"}]}</script>",
        );
        assert_eq!(found.meta.title.as_deref(), Some("Rain & wind"));
        assert_eq!(found.meta.authors, ["Ana Silva", "Rui Costa"]);
        assert_eq!(found.meta.site.as_deref(), Some("The Harbour"));
        assert_eq!(found.meta.published.as_deref(), Some("2024-05-06T07:08:09+01:00"));
        assert_eq!(found.body.as_deref(), Some("It rained."));
    }

    #[test]
    fn json_ld_refers_to_people_by_their_ids() {
        let found = check(
            "<script type='application/ld+json'>{\"@graph\": [{\"@type\": \"NewsArticle\", \"headline\": \"Rain\",
            \"author\": [{\"@id\": \"#ana\"}, {\"@id\": \"#nobody\"}], \"publisher\": {\"@id\": \"#paper\"}},
            {\"@type\": \"Person\", \"@id\": \"#ana\", \"name\": \"\", \"givenName\": \"Ana\", \"familyName\": \"Silva\"},
            {\"@type\": \"Organization\", \"@id\": \"#paper\", \"name\": \"The Harbour\"}]}</script>",
        );
        assert_eq!((found.meta.authors.as_slice(), found.meta.site.as_deref()), (&["Ana Silva".to_owned()][..], None));
    }

    #[test]
    fn bylines_are_read_up_to_roles_places_and_outlets() {
        let check = |byline: &str, expected: &[&str]| {
            let found = check(&format!("<article><p class=byline>{byline}</p>"));
            assert_eq!(found.meta.authors, expected, "{byline}");
        };
        check("Ida Falk<br>Deputy Sports Editor<br>Sandoy", &["Ida Falk"]);
        check("By<br>Ida Falk<br>6 May 2024", &["Ida Falk"]);
        check("By Ida Falk<br>ida@post.example", &["Ida Falk"]);
        check("By Ida Falk, sports correspondent, The Harbour Post", &["Ida Falk"]);
        check("By Ida Falk and Ole Rask, staff reporters", &["Ida Falk", "Ole Rask"]);
        check("Ida Falk in Sandoy and Ole Rask in Port Ellis", &["Ida Falk", "Ole Rask"]);
        check("By Ida Falk for The Harbour Post", &["Ida Falk"]);
        check("Reported by Ida Falk; edited by Ole Rask", &["Ida Falk"]);
        check("BY IDA FALK AND OLE RASK", &["IDA FALK", "OLE RASK"]);
        check("By <b>Ida Falk</b><div>Share this story</div>", &["Ida Falk"]);
        check("Falk, Ida", &["Falk, Ida"]);
        check("By Ida May Falk", &["Ida May Falk"]);
    }

    #[test]
    fn authors_in_metadata_are_read_up_to_roles_and_outlets() {
        let check = |author: &str, expected: &[&str]| {
            let found = check(&format!(
                "<meta name=author content='{author}'><meta property=og:site_name content='The Harbour'>"
            ));
            assert_eq!(found.meta.authors, expected, "{author}");
        };
        check("Ana Silva, The Harbour", &["Ana Silva"]);
        check("Ana Silva, Reuters", &["Ana Silva"]);
        check("Ana Silva, staff writer", &["Ana Silva"]);
        check("Silva, Ana; Costa, Rui", &["Silva, Ana", "Costa, Rui"]);
        check("Ana Silva (ana@harbour.example)", &["Ana Silva"]);
        check("ana@harbour.example (Ana Silva)", &["Ana Silva"]);
        check("Silva, Ana", &["Silva, Ana"]);
        check("The Harbour", &["The Harbour"]);
        check("Reuters and AP", &["Reuters and AP"]);
    }

    #[test]
    fn meta_elements_are_read() {
        let found = check(
            "<html lang=pt-BR><title>Chuva em Lisboa | O Porto</title><meta property='og:site_name' content='O Porto'>
            <meta name=author content='By Ana Silva and Rui Costa'><meta property=article:author content='https://x.example/a'>
            <meta name=date content='6 May 2024'><link rel=canonical href='https://porto.example/chuva'>",
        );
        assert_eq!(found.meta.title.as_deref(), Some("Chuva em Lisboa"));
        assert_eq!(found.meta.authors, ["Ana Silva", "Rui Costa"]);
        assert_eq!(found.meta.language.as_deref(), Some("pt"));
        assert_eq!(found.meta.published.as_deref(), Some("2024-05-06"));
        assert_eq!(found.canonical.as_deref(), Some("https://porto.example/chuva"));
    }

    #[test]
    fn the_site_is_cut_from_titles() {
        let cut = |title, site, host| without_site(title, site, host, None);
        assert_eq!(cut("Rain falls - The Harbour", Some("The Harbour"), None), "Rain falls");
        assert_eq!(cut("The Harbour: Rain falls", Some("The Harbour"), None), "Rain falls");
        assert_eq!(cut("Rain falls | harbour", None, Some("harbour.example")), "Rain falls");
        assert_eq!(cut("Rain - and wind", Some("The Harbour"), None), "Rain - and wind");
        assert_eq!(without_site("Rain falls on us | News", None, None, Some("Rain falls on us")), "Rain falls on us");
    }
}
