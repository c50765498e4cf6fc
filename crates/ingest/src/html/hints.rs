//! Classification of elements by the names that page authors give them.
//!
//! Class, id, role, itemprop and component names are split into words (`relatedArticles-box` → `related`, `articles`,
//! `box`) and looked up. Only whole words and a few stems match, no substrings: `subheader` is no `header` and `shadow`
//! no `ad`. The lists were drawn up from the markup of common content management systems and compared with
//! Readability's own (`unlikelyCandidates`, `okMaybeItsACandidate`, `positive`, `negative`).

use pressmark_core::DropReason;

use super::tree::{Attr, Tag, Tree};

/// What an element seems to be, according to its names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NameHints {
    /// Never part of an article, with the reason: navigation, sharing, advertising, prompts.
    pub chrome: Option<DropReason>,
    /// Links to other stories.
    pub related: bool,
    /// Readers' comments.
    pub comments: bool,
    /// Bylines, dates, tag lists, biographies.
    pub credits: bool,
    /// May well be chrome (`widget`, `more`, `tools`).
    pub doubtful: bool,
    /// The text of an article.
    pub body: bool,
    /// Contains an article.
    pub article: bool,
    /// A caption or the credit of a picture.
    pub caption: bool,
    /// Not displayed.
    pub hidden: bool,
    /// A carousel or gallery of pictures.
    pub gallery: bool,
    /// A pull quote, which repeats a sentence of the text.
    pub pullquote: bool,
    /// A post of a social network, if it is a block quotation.
    pub post: bool,
}

impl NameHints {
    /// Merges the hints of one name. A name such as `post-body-bio` is no body.
    fn add(&mut self, own: NameHints) {
        let NameHints {
            chrome,
            related,
            comments,
            credits,
            doubtful,
            body,
            article,
            caption,
            hidden,
            gallery,
            pullquote,
            post,
        } = own;
        self.body |= body && !(chrome.is_some() || related || comments || credits || caption);
        self.chrome = self.chrome.or(chrome);
        self.related |= related;
        self.comments |= comments;
        self.credits |= credits;
        self.doubtful |= doubtful;
        self.article |= article;
        self.caption |= caption;
        self.hidden |= hidden;
        self.gallery |= gallery;
        self.pullquote |= pullquote;
        self.post |= post;
    }
}

/// Classifies an element by its names.
pub(super) fn hints(tree: &Tree, index: u32) -> NameHints {
    let mut hints = NameHints::default();
    let mut word = String::new();
    for (name, value) in tree.attrs(index) {
        match name {
            Attr::Class | Attr::Id | Attr::Component => {
                let mut before = Before::default();
                hints.hidden |= match name {
                    Attr::Class => is_undisplayed(value),
                    _ => value.split_ascii_whitespace().any(is_hiding),
                };
                // Long ids are slugs of headings.
                let names = value.split_ascii_whitespace().filter(|n| name != Attr::Id || is_short(n));
                for name in names {
                    let mut own = NameHints::default();
                    words(name, &mut word, |w| read(w, &mut before, &mut own));
                    before = Before::default();
                    hints.add(own);
                }
            }
            Attr::Role => match value.trim() {
                "navigation" | "banner" | "contentinfo" | "search" | "menu" | "menubar" | "toolbar" | "dialog"
                | "alertdialog" | "tablist" | "complementary" | "form" => {
                    hints.chrome = hints.chrome.or(role_reason(value.trim()));
                }
                "article" | "main" => hints.article = true,
                _ => {}
            },
            Attr::Itemprop => match value.trim() {
                "articleBody" | "reviewBody" => hints.body = true,
                "author" | "datePublished" | "dateModified" | "publisher" | "keywords" | "articleSection" => {
                    hints.credits = true;
                }
                "comment" => hints.comments = true,
                "caption" => hints.caption = true,
                _ => {}
            },
            Attr::Hidden => hints.hidden |= value != "until-found",
            Attr::AriaHidden => hints.hidden |= value.trim() == "true",
            Attr::Style => hints.hidden |= hides(value),
            Attr::Rel => hints.credits |= value.split_ascii_whitespace().any(|r| matches!(r, "author" | "tag")),
            _ => {}
        }
    }
    match tree.node(index).tag {
        Tag::Nav => hints.chrome = Some(DropReason::Navigation),
        Tag::Aside => hints.doubtful = true,
        Tag::Figcaption | Tag::Caption => hints.caption = true,
        Tag::Address => hints.credits = true,
        _ => {}
    }
    hints
}

/// Whether a name has at most four words (set by hand).
fn is_short(name: &str) -> bool {
    name.split(['-', '_']).count() <= 4
}

/// Whether an inline style hides the element.
fn hides(style: &str) -> bool {
    let (mut tiny, mut cut_off) = (false, false);
    for rule in style.split(';') {
        let (name, value) = rule.split_once(':').unwrap_or_default();
        let value = value.trim().to_ascii_lowercase();
        let value: String = value.trim_end_matches("!important").chars().filter(|c| !c.is_whitespace()).collect();
        match name.trim().to_ascii_lowercase().as_str() {
            "display" if value == "none" => return true,
            "visibility" if value == "hidden" || value == "collapse" => return true,
            // Text for screen readers is clipped to nothing, or moved off the page.
            "clip" if value.starts_with("rect(") && is_empty_rect(&value) => return true,
            "clip-path" if matches!(value.as_str(), "inset(50%)" | "inset(100%)" | "circle(0)") => return true,
            "left" | "top" | "text-indent" | "margin-left" if is_off_page(&value) => return true,
            "font-size" if length(&value) == Some(0.0) => return true,
            "width" | "height" | "max-height" => tiny |= length(&value).is_some_and(|length| length <= 1.0),
            "overflow" | "overflow-x" | "overflow-y" => cut_off |= value == "hidden" || value == "clip",
            _ => {}
        }
    }
    // `opacity: 0` does not count: scripts fade such text in when the reader comes to it.
    tiny && cut_off
}

/// `rect(0, 0, 0, 0)` and `rect(1px, 1px, 1px, 1px)`, with and without commas.
fn is_empty_rect(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit);
    digits.clone().count() <= 4 && digits.clone().all(|d| d == '0' || d == '1')
}

/// The number of a length, whatever its unit.
fn length(value: &str) -> Option<f32> {
    value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse().ok()
}

/// Whether an offset moves an element off the page: −900 or less, since style sheets use −999, −1000, −9999 and the
/// like.
fn is_off_page(value: &str) -> bool {
    let number = value.trim_end_matches("px").trim_end_matches("em");
    number.parse::<f32>().is_ok_and(|n| n <= -900.0)
}

/// Whether classes leave an element undisplayed on the screen of a desktop.
///
/// Tailwind and Bootstrap hide and show from a width of the screen on (`hidden md:block`, `d-none d-lg-block`,
/// `md:hidden`): the widest one decides.
fn is_undisplayed(classes: &str) -> bool {
    let classes = classes.split_ascii_whitespace();
    let widest = classes.clone().filter_map(from_width).max_by_key(|(width, _)| *width);
    widest.map_or_else(|| classes.clone().any(is_hiding), |(_, is_hidden)| is_hidden)
}

/// The rank of the width of screen from which a class applies, and whether it hides the element there.
fn from_width(class: &str) -> Option<(usize, bool)> {
    // Up to 1280 pixels; `2xl` and `xxl` are wider than many desktops.
    const WIDTHS: &[&str] = &["xs", "sm", "mobile", "md", "tablet", "lg", "laptop", "desktop", "xl"];
    const DISPLAYS: &[&str] = &[
        "block",
        "inline",
        "inline-block",
        "flex",
        "inline-flex",
        "grid",
        "inline-grid",
        "table",
        "table-row",
        "table-cell",
        "contents",
        "flow-root",
        "list-item",
    ];
    let (width, display) = class.split_once(':').or_else(|| class.strip_prefix("d-")?.split_once('-'))?;
    let width = WIDTHS.iter().position(|w| *w == width)?;
    match display {
        "hidden" | "none" => Some((width, true)),
        shown => DISPLAYS.contains(&shown).then_some((width, false)),
    }
}

/// Whether a class hides elements in common style sheets, with `-` or `_` and in any case.
fn is_hiding(class: &str) -> bool {
    const HIDING: &[&str] = &[
        "hidden",
        "hide",
        "sr-only",
        "sronly",
        "d-none",
        "display-none",
        "visually-hidden",
        "visuallyhidden",
        "visually-hide",
        "invisible",
        "print-only",
        "printonly",
        "assistive-text",
        "show-for-sr",
        "vh",
        "offscreen",
    ];
    // Prefixes for utilities, states and hooks of scripts.
    const PREFIXES: &[&str] = &["u-", "is-", "js-", "ng-", "a11y-", "element-"];
    // `hidden-xs` hides on some screens only; `hidden-metadata` is never shown.
    const ON_SOME_SCREENS: &[&str] =
        &["xs", "sm", "md", "lg", "xl", "xxl", "print", "phone", "tablet", "desktop", "mobile"];
    let class = class.replace('_', "-").to_ascii_lowercase();
    let bare = PREFIXES.iter().find_map(|prefix| class.strip_prefix(prefix)).unwrap_or(&class);
    HIDING.contains(&bare)
        || ["screen-reader", "screenreader"].iter().any(|start| bare.starts_with(start))
        || bare.strip_prefix("hidden-").is_some_and(|rest| {
            rest.chars().all(|c| c.is_ascii_lowercase()) && rest.len() > 1 && !ON_SOME_SCREENS.contains(&rest)
        })
}

/// Words seen earlier in the same name.
#[derive(Default)]
struct Before {
    story: bool,
    most: bool,
    sign: bool,
    read: bool,
    pull: bool,
    about: bool,
    image: bool,
}

fn read(word: &str, before: &mut Before, hints: &mut NameHints) {
    // `has-sidebar` and `no-caption` describe an element that contains the thing, or does not.
    let about =
        std::mem::replace(&mut before.about, matches!(word, "has" | "no" | "with" | "without" | "not" | "hide"));
    if about {
        before.about = true;
        return;
    }
    match word {
        "related" | "relateds" | "recirc" | "recirculation" | "recommended" | "recommendations" | "recommendation"
        | "recommend" | "trending" | "popular" | "outbrain" | "taboola" | "zergnet" | "revcontent" | "mgid"
        | "teaser" | "teasers" | "readmore" | "morefrom" | "upnext" | "onward" | "jetpack" | "yarpp" | "latest"
        | "crosslink" | "seealso" | "headlines" | "mostread" | "mostpopular" => hints.related = true,
        "comment" | "comments" | "commentlist" | "disqus" | "livefyre" | "respond" | "discussion" | "replies"
        | "viafoura" | "coral" | "spotim" | "hyvor" => hints.comments = true,
        "byline" | "bylines" | "author" | "authors" | "bio" | "biography" | "contributor" | "contributors" | "meta"
        | "metadata" | "dateline" | "timestamp" | "date" | "datetime" | "published" | "pubdate" | "updated"
        | "tags" | "taglist" | "tagcloud" | "keywords" | "topics" | "kicker" | "eyebrow" | "category"
        | "categories" | "rubric" | "copyright" | "disclaimer" | "license" | "reporter" | "readtime"
        | "postmetadata" | "vcard" => {
            hints.credits = true;
        }
        "caption" | "captions" | "credit" | "credits" | "photographer" | "figcaption" | "imagecaption" | "legend" => {
            hints.caption = true;
        }
        "box" | "text" | "description" | "source" | "title" | "info" if before.image => {
            hints.caption = true;
        }
        // Classes of the codes with which networks embed a post: `twitter-tweet`, `instagram-media`, `reddit-embed-bq`.
        "media" | "tweet" | "instagram" | "tiktok" | "reddit" | "bluesky" | "mastodon" | "fb" | "facebook"
        | "telegram" | "vk" => hints.post = true,
        "next" | "also" if before.read => hints.related = true,
        "carousel" | "slideshow" | "slider" | "gallery" | "galleries" | "slides" => hints.gallery = true,
        "widget" | "widgets" | "more" | "tools" | "tool" | "module" | "box" | "links" | "list" | "aside" | "extra"
        | "extras" | "next" | "prev" | "previous" | "rating" | "ratings" | "poll" | "quiz" | "infobox" | "factbox"
        | "player" | "video" | "embed" | "tag" | "hub" | "info" | "header" | "overlay" | "utility" | "actions"
        | "buttons" | "button" | "live" | "sticky" | "sub" | "sidebars" | "inset" | "interstitial" => {
            hints.doubtful = true
        }
        "entry" | "story" | "post" | "article" => {
            hints.article = true;
            before.story = true;
        }
        "content" | "body" | "text" | "fulltext" | "main" | "copy" | "page" if before.story => hints.body = true,
        "articlebody" | "storybody" | "postbody" | "bodytext" | "storytext" | "articletext" | "articlecontent"
        | "bodycopy" | "storycontent" | "postcontent" | "entrycontent" | "richtext" | "prose" => hints.body = true,
        "main" | "hentry" | "blog" => hints.article = true,
        "pullquote" => hints.pullquote = true,
        "quote" if before.pull => hints.pullquote = true,
        "read" | "viewed" | "shared" | "commented" if before.most => hints.related = true,
        "up" if before.sign => hints.chrome = Some(DropReason::Newsletter),
        _ => match chrome(word) {
            Some(reason) => hints.chrome = hints.chrome.or(Some(reason)),
            None => stem(word, hints),
        },
    }
    before.image = matches!(word, "image" | "img" | "picture" | "photo" | "foto");
    before.most |= word == "most";
    before.sign |= word == "sign";
    before.read |= word == "read" || word == "see";
    before.pull |= word == "pull";
}

/// The reason for dropping an element with this word in its name, if it is never part of an article.
fn chrome(word: &str) -> Option<DropReason> {
    Some(match word {
        "nav" | "navigation" | "navbar" | "menu" | "submenu" | "breadcrumb" | "breadcrumbs" | "masthead" | "skip"
        | "skiplink" | "toc" | "crosslinks" | "topbar" | "appbar" => DropReason::Navigation,
        "pagination" | "pager" | "paging" => DropReason::Pagination,
        "ad" | "ads" | "adv" | "advert" | "adslot" | "dfp" | "gpt" | "sponsor" | "sponsored" | "sponsors" | "promo"
        | "promos" | "promotion" | "marketing" | "shop" | "shopping" | "cta" | "callout" => DropReason::Advertisement,
        "cookie" | "cookies" | "consent" | "gdpr" => DropReason::CookieNotice,
        "newsletter" | "newsletters" | "signup" => DropReason::Newsletter,
        "subscribe" | "subscription" | "login" | "register" | "paywall" => DropReason::Subscription,
        "donate" | "donation" | "donations" => DropReason::Donation,
        "share" | "sharing" | "shares" | "sharebar" | "sharetools" | "addthis" | "addtoany" | "sharedaddy"
        | "print" | "whatsapp" | "toolbar" => DropReason::ShareBar,
        "social" | "socials" | "follow" => DropReason::FollowUs,
        "search" | "searchform" | "survey" | "feedback" => DropReason::Form,
        "ai2html" | "datawrapper" | "graphic" | "infographic" | "chart" => DropReason::Player,
        // What is not worth printing is no article either.
        "noprint" | "footer" | "popup" | "modal" | "lightbox" | "sidebar" | "rail" | "banner" | "ticker"
        | "notification" | "push" => DropReason::Boilerplate,
        _ => return None,
    })
}

/// The reason for dropping an element with this ARIA role, if it is never part of an article.
fn role_reason(role: &str) -> Option<DropReason> {
    Some(match role {
        "navigation" | "menu" | "menubar" | "tablist" => DropReason::Navigation,
        "search" | "form" => DropReason::Form,
        "toolbar" => DropReason::ShareBar,
        "banner" | "contentinfo" | "dialog" | "alertdialog" | "complementary" => DropReason::Boilerplate,
        _ => return None,
    })
}

/// Matches words that are written together with others.
fn stem(word: &str, hints: &mut NameHints) {
    let starts = |stems: &[&str]| stems.iter().any(|s| word.starts_with(s));
    const STEMS: &[(&[&str], DropReason)] = &[
        (&["newsletter"], DropReason::Newsletter),
        (&["advert", "sponsor", "promobox"], DropReason::Advertisement),
        (&["subscri"], DropReason::Subscription),
        (&["breadcrumb", "navbar"], DropReason::Navigation),
        (&["cookie"], DropReason::CookieNotice),
        (&["socialshare", "sharebutton", "shareicon", "sharelink"], DropReason::ShareBar),
        (&["sociallink", "socialicon"], DropReason::FollowUs),
        (&["sidebar"], DropReason::Boilerplate),
    ];
    if let Some((_, reason)) = STEMS.iter().find(|(stems, _)| starts(stems)) {
        hints.chrome = hints.chrome.or(Some(*reason));
    } else if starts(&["related", "recommend", "mostpopular", "mostread", "trending", "outbrain", "taboola"]) {
        hints.related = true;
    } else if starts(&["comments", "commentlist", "commentform", "disqus"]) {
        hints.comments = true;
    } else if word.ends_with("caption") {
        hints.caption = true;
    } else if starts(&["authorbio", "authorbox", "authorinfo", "aboutauthor", "posttags", "entrymeta", "postmeta"]) {
        hints.credits = true;
    }
}

/// Splits a name into lower-case words at case changes and non-letters.
///
/// Words of three bytes or fewer that only a case change separates are left out: they come from generated names.
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

    fn of(tag: &str) -> NameHints {
        let tree = Tree::parse(tag);
        hints(&tree, 1)
    }

    #[test]
    fn names_are_read_in_whole_words() {
        assert!(of("<div class='relatedArticles-box'>").related);
        assert_eq!(of("<div id=social_share>").chrome, Some(DropReason::FollowUs));
        assert!(of("<div class='most-read'>").related);
        assert!(of("<div class=StoryBodyText>").body);
        assert_eq!(of("<div class='newsletter-sign-up'>").chrome, Some(DropReason::Newsletter));
        assert!(!of("<div class=post-body-bio>").body);
        assert!(of("<section itemprop=articleBody>").body);
        let plain = of("<div class='subheader shadow gradient loaded thread'>");
        assert_eq!(plain, NameHints::default());
        assert_eq!(of("<div id=sharing-is-what-friends-do>"), NameHints::default());
        assert_eq!(of("<p class='sc-77 hAdRRP x1ad'>"), NameHints::default());
        assert_eq!(of("<div class='has-sidebar no-caption with-social-share'>"), NameHints::default());
    }

    #[test]
    fn hidden_is_hidden() {
        assert!(of("<p hidden>").hidden);
        assert!(of("<p style='color:red; DISPLAY : none !important'>").hidden);
        assert!(of("<p class='a sr-only'>").hidden);
        assert!(of("<p class='hidden-metadata'>").hidden);
        assert!(of("<i style='position: absolute; clip: rect(1px, 1px, 1px, 1px)'>").hidden);
        assert!(of("<i style='clip-path:inset(50%)'>").hidden);
        assert!(of("<i style='position:absolute;left:-9999px'>").hidden);
        assert!(of("<i style='height: 1px; width: 1px; overflow: hidden'>").hidden);
        for class in [
            "d-none",
            "display-none",
            "is-visually-hidden",
            "u-hide",
            "ng-hide",
            "js-hidden",
            "sr_only",
            "visuallyHidden",
            "assistive-text",
            "screen-reader-hint",
            "md:hidden",
            "d-block d-lg-none",
            "hidden sm:block lg:hidden",
        ] {
            assert!(of(&format!("<p class='{class}'>")).hidden, "{class}");
        }
        assert!(of("<p style='max-height:0rem;overflow-y:hidden'>").hidden);
        for shown in [
            "class='overflow-hidden'",
            "class=hidden-xs",
            "class='hidden md:block'",
            "class='d-none d-md-flex'",
            "class='d-print-none'",
            "class='not-hidden'",
            "style='overflow:hidden;width:100%'",
            "style='left:-1px'",
            "style='opacity:0'",
        ] {
            assert!(!of(&format!("<p {shown}>")).hidden, "{shown}");
        }
    }
}
