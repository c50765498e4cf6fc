//! What the names that page authors give to elements say about them.
//!
//! Class, id, role, itemprop and component names are cut into words (`relatedArticles-box` →
//! `related`, `articles`, `box`) and looked up. Whole words and a few stems, no substrings: in
//! `subheader` stands no `header` and in `shadow` no `ad`. The lists were drawn up from the
//! markup of common content systems and held against Readability's own (`unlikelyCandidates`,
//! `okMaybeItsACandidate`, `positive`, `negative`).

use super::tree::{Attr, Tag, Tree};

/// What an element seems to be, as far as its names tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// Never part of an article: navigation, sharing, advertising, prompts.
    pub chrome: bool,
    /// Links to other stories.
    pub related: bool,
    /// Readers' comments.
    pub comments: bool,
    /// Who, when and where: bylines, dates, tag lists, biographies.
    pub credits: bool,
    /// May well be chrome (`widget`, `more`, `tools`).
    pub doubtful: bool,
    /// The text of an article.
    pub body: bool,
    /// Holds an article.
    pub article: bool,
    /// A caption or the credit of a picture.
    pub caption: bool,
    /// Not shown.
    pub hidden: bool,
    /// A row of pictures to leaf through.
    pub gallery: bool,
    /// A quotation repeated from the text for show.
    pub pullquote: bool,
}

impl Signs {
    /// Adds what one name says. `post-body-bio` names no body.
    fn add(&mut self, own: Signs) {
        let Signs { chrome, related, comments, credits, doubtful, body, article, caption, hidden, gallery, pullquote } =
            own;
        self.body |= body && !(chrome || related || comments || credits || caption);
        self.chrome |= chrome;
        self.related |= related;
        self.comments |= comments;
        self.credits |= credits;
        self.doubtful |= doubtful;
        self.article |= article;
        self.caption |= caption;
        self.hidden |= hidden;
        self.gallery |= gallery;
        self.pullquote |= pullquote;
    }
}

/// Reads the names of an element.
pub(super) fn signs(tree: &Tree, index: u32) -> Signs {
    let mut signs = Signs::default();
    let mut word = String::new();
    for (name, value) in tree.attrs(index) {
        match name {
            Attr::Class | Attr::Id | Attr::Component => {
                let mut before = Before::default();
                // Long ids are the headings they stand at, written small.
                let names = value.split_ascii_whitespace().filter(|n| name != Attr::Id || is_short(n));
                for name in names {
                    let mut own = Signs { hidden: is_hiding(name), ..Signs::default() };
                    words(name, &mut word, |w| read(w, &mut before, &mut own));
                    before = Before::default();
                    signs.add(own);
                }
            }
            Attr::Role => match value.trim() {
                "navigation" | "banner" | "contentinfo" | "search" | "menu" | "menubar" | "toolbar" | "dialog"
                | "alertdialog" | "tablist" | "complementary" | "form" => signs.chrome = true,
                "article" | "main" => signs.article = true,
                _ => {}
            },
            Attr::Itemprop => match value.trim() {
                "articleBody" | "reviewBody" => signs.body = true,
                "author" | "datePublished" | "dateModified" | "publisher" | "keywords" | "articleSection" => {
                    signs.credits = true;
                }
                "comment" => signs.comments = true,
                "caption" => signs.caption = true,
                _ => {}
            },
            Attr::Hidden => signs.hidden |= value != "until-found",
            Attr::AriaHidden => signs.hidden |= value.trim() == "true",
            Attr::Style => signs.hidden |= hides(value),
            Attr::Rel => signs.credits |= value.split_ascii_whitespace().any(|r| matches!(r, "author" | "tag")),
            _ => {}
        }
    }
    match tree.node(index).tag {
        Tag::Nav => signs.chrome = true,
        Tag::Aside => signs.doubtful = true,
        Tag::Figcaption | Tag::Caption => signs.caption = true,
        Tag::Address => signs.credits = true,
        _ => {}
    }
    signs
}

/// At most four words.
fn is_short(name: &str) -> bool {
    name.split(['-', '_']).count() <= 4
}

/// Whether an inline style takes the element off the page.
fn hides(style: &str) -> bool {
    style.split(';').any(|rule| {
        let (name, value) = rule.split_once(':').unwrap_or_default();
        let value = value.trim().trim_end_matches("!important").trim_end();
        (name.trim().eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none"))
            || (name.trim().eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden"))
    })
}

/// Class names by which common style sheets hide elements.
fn is_hiding(class: &str) -> bool {
    matches!(
        class,
        "hidden"
            | "hide"
            | "is-hidden"
            | "sr-only"
            | "screen-reader-text"
            | "visually-hidden"
            | "visuallyhidden"
            | "u-hidden"
            | "element-invisible"
            | "invisible"
            | "print-only"
            | "printonly"
            | "screenreader"
            | "a11y-hidden"
            | "show-for-sr"
            | "vh"
            | "visually-hide"
    )
}

/// Words of the same name that stood before.
#[derive(Default)]
struct Before {
    story: bool,
    most: bool,
    sign: bool,
    read: bool,
    pull: bool,
    about: bool,
}

fn read(word: &str, before: &mut Before, signs: &mut Signs) {
    // `has-sidebar`, `no-caption`: said of an element that holds the thing, or does not.
    let about =
        std::mem::replace(&mut before.about, matches!(word, "has" | "no" | "with" | "without" | "not" | "hide"));
    if about {
        before.about = true;
        return;
    }
    match word {
        "nav" | "navigation" | "navbar" | "menu" | "submenu" | "breadcrumb" | "breadcrumbs" | "masthead" | "footer"
        | "ad" | "ads" | "adv" | "advert" | "adslot" | "dfp" | "gpt" | "cookie" | "cookies" | "consent" | "gdpr"
        | "popup" | "modal" | "lightbox" | "newsletter" | "newsletters" | "subscribe" | "subscription" | "signup"
        | "login" | "register" | "share" | "sharing" | "shares" | "sharebar" | "sharetools" | "addthis"
        | "addtoany" | "social" | "socials" | "follow" | "sidebar" | "rail" | "pagination" | "pager" | "paging"
        | "skip" | "skiplink" | "toolbar" | "promo" | "promos" | "promotion" | "sponsor" | "sponsored" | "sponsors"
        | "banner" | "donate" | "donation" | "donations" | "survey" | "paywall" | "marketing" | "crosslinks"
        | "shop" | "shopping" | "sharedaddy" | "print" | "feedback" | "search" | "searchform" | "cta" | "callout"
        | "ai2html" | "datawrapper" | "graphic" | "infographic" | "chart" | "whatsapp" | "topbar" | "ticker"
        | "appbar" | "notification" | "push" | "toc" => signs.chrome = true,
        "related" | "relateds" | "recirc" | "recirculation" | "recommended" | "recommendations" | "recommendation"
        | "recommend" | "trending" | "popular" | "outbrain" | "taboola" | "zergnet" | "revcontent" | "mgid"
        | "teaser" | "teasers" | "readmore" | "morefrom" | "upnext" | "onward" | "jetpack" | "yarpp" | "latest"
        | "crosslink" | "seealso" | "headlines" | "mostread" | "mostpopular" => signs.related = true,
        "comment" | "comments" | "commentlist" | "disqus" | "livefyre" | "respond" | "discussion" | "replies"
        | "viafoura" | "coral" | "spotim" | "hyvor" => signs.comments = true,
        "byline" | "bylines" | "author" | "authors" | "bio" | "biography" | "contributor" | "contributors" | "meta"
        | "metadata" | "dateline" | "timestamp" | "date" | "datetime" | "published" | "pubdate" | "updated"
        | "tags" | "taglist" | "tagcloud" | "keywords" | "topics" | "kicker" | "eyebrow" | "category"
        | "categories" | "rubric" | "copyright" | "disclaimer" | "license" | "reporter" | "readtime"
        | "postmetadata" | "vcard" => {
            signs.credits = true;
        }
        "caption" | "captions" | "credit" | "credits" | "photographer" | "figcaption" | "imagecaption" => {
            signs.caption = true;
        }
        "next" | "also" if before.read => signs.related = true,
        "carousel" | "slideshow" | "slider" | "gallery" | "galleries" | "slides" => signs.gallery = true,
        "widget" | "widgets" | "more" | "tools" | "tool" | "module" | "box" | "links" | "list" | "aside" | "extra"
        | "extras" | "next" | "prev" | "previous" | "rating" | "ratings" | "poll" | "quiz" | "infobox" | "factbox"
        | "player" | "video" | "embed" | "tag" | "hub" | "info" | "header" | "overlay" | "utility" | "actions"
        | "buttons" | "button" | "live" | "sticky" | "sub" | "sidebars" | "inset" | "interstitial" => {
            signs.doubtful = true
        }
        "entry" | "story" | "post" | "article" => {
            signs.article = true;
            before.story = true;
        }
        "content" | "body" | "text" | "fulltext" | "main" | "copy" | "page" if before.story => signs.body = true,
        "articlebody" | "storybody" | "postbody" | "bodytext" | "storytext" | "articletext" | "articlecontent"
        | "bodycopy" | "storycontent" | "postcontent" | "entrycontent" | "richtext" | "prose" => signs.body = true,
        "main" | "hentry" | "blog" => signs.article = true,
        "pullquote" => signs.pullquote = true,
        "quote" if before.pull => signs.pullquote = true,
        "read" | "viewed" | "shared" | "commented" if before.most => signs.related = true,
        "up" if before.sign => signs.chrome = true,
        _ => stem(word, signs),
    }
    before.most |= word == "most";
    before.sign |= word == "sign";
    before.read |= word == "read" || word == "see";
    before.pull |= word == "pull";
}

/// Names that are written in one word with another.
fn stem(word: &str, signs: &mut Signs) {
    let starts = |stems: &[&str]| stems.iter().any(|s| word.starts_with(s));
    if starts(&["newsletter", "advert", "sponsor", "subscri", "breadcrumb", "cookie", "socialshare", "sharebutton"])
        || starts(&["shareicon", "sharelink", "sociallink", "socialicon", "navbar", "sidebar", "promobox"])
    {
        signs.chrome = true;
    } else if starts(&["related", "recommend", "mostpopular", "mostread", "trending", "outbrain", "taboola"]) {
        signs.related = true;
    } else if starts(&["comments", "commentlist", "commentform", "disqus"]) {
        signs.comments = true;
    } else if word.ends_with("caption") {
        signs.caption = true;
    } else if starts(&["authorbio", "authorbox", "authorinfo", "aboutauthor", "posttags", "entrymeta", "postmeta"]) {
        signs.credits = true;
    }
}

/// Cuts a name into lower-case words at case changes and non-letters.
///
/// Short words that only a case change sets apart are left out: they come from generated names.
fn words(name: &str, word: &mut String, mut read: impl FnMut(&str)) {
    word.clear();
    let (mut lower, mut cased) = (false, false);
    let mut done = |word: &mut String, cased: bool| {
        if word.len() > if cased { 3 } else { 1 } {
            read(word);
        }
        word.clear();
    };
    for c in name.chars() {
        if !c.is_alphabetic() {
            done(word, cased);
            cased = c.is_numeric();
        } else if c.is_uppercase() && lower {
            done(word, true);
            cased = true;
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    done(word, cased);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tag: &str) -> Signs {
        let tree = Tree::parse(tag);
        signs(&tree, 1)
    }

    #[test]
    fn names_are_read_in_whole_words() {
        assert!(of("<div class='relatedArticles-box'>").related);
        assert!(of("<div id=social_share>").chrome);
        assert!(of("<div class='most-read'>").related);
        assert!(of("<div class=StoryBodyText>").body);
        assert!(of("<div class='newsletter-sign-up'>").chrome);
        assert!(!of("<div class=post-body-bio>").body);
        assert!(of("<section itemprop=articleBody>").body);
        let plain = of("<div class='subheader shadow gradient loaded thread'>");
        assert_eq!(plain, Signs::default());
        assert_eq!(of("<div id=sharing-is-what-friends-do>"), Signs::default());
        assert_eq!(of("<p class='sc-77 hAdRRP x1ad'>"), Signs::default());
        assert_eq!(of("<div class='has-sidebar no-caption with-social-share'>"), Signs::default());
    }

    #[test]
    fn hidden_is_hidden() {
        assert!(of("<p hidden>").hidden);
        assert!(of("<p style='color:red; DISPLAY : none !important'>").hidden);
        assert!(of("<p class='a sr-only'>").hidden);
        assert!(!of("<p class='overflow-hidden'>").hidden);
    }
}
