use std::fmt;

use crate::ProblemKind;

macro_rules! drop_reasons {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $sentence:literal;)*) => {
        /// The closed list of why a stretch of the input is not in the text.
        ///
        /// A `match` on it names every variant, so that a new reason is a decision wherever reasons decide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum DropReason {
            $($(#[$doc])* $name,)*
            /// The record has no text at all, for this problem.
            Problem(ProblemKind),
        }

        impl DropReason {
            /// Every reason but the problems, in the order of the list.
            pub const ALL: &'static [DropReason] = &[$(DropReason::$name,)*];

            /// The name under which the reason is written: `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(DropReason::$name => $wire,)*
                    DropReason::Problem(kind) => kind.as_str(),
                }
            }

            /// What it means, for a person: a sentence without its full stop that fits after "left out: ".
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(DropReason::$name => $sentence,)*
                    DropReason::Problem(_) => "the record has no text; its problems say why",
                }
            }
        }
    };
}

drop_reasons! {
    // What stands between the blocks.
    /// Blank lines and white space around blocks.
    Whitespace = "whitespace", "white space between blocks";
    /// Tags, scripts, styles, comments of the source.
    Markup = "markup", "markup of the page, which nobody reads";
    /// A byte order mark and what else stands before a text.
    ByteOrderMark = "byte_order_mark", "a byte order mark";
    /// Fields of a record that are not its text or title.
    Record = "record", "another field of the record, or the syntax around the fields";
    /// The lines of an export or of a front matter that say of an article what it is: outlet, date, length.
    Metadata = "metadata", "lines that tell of the article, such as its date or its length, and are no text of it";
    /// A block of which its cuts left nothing.
    EmptyBlock = "empty_block", "a block in which nothing is left once its marks are taken out";

    // What a page shows around its article.
    /// Menus, breadcrumbs, names of sections, lists of links.
    Navigation = "navigation", "a menu, a breadcrumb trail or another list of links through the site";
    /// Page numbers, "next", "previous".
    Pagination = "pagination", "page numbers or links to the next and previous page";
    /// "Back to top".
    BackToTop = "back_to_top", "a link back to the top of the page";
    /// Names of the site's sections.
    SectionName = "section_name", "the name of a section of the site";
    /// Links to other stories.
    Related = "related", "links to other stories, or their teasers";
    /// Buttons to share, print or save the page.
    ShareBar = "share_bar", "buttons to share, print, save or listen to the page";
    /// "Follow us on …".
    FollowUs = "follow_us", "an invitation to follow the outlet";
    /// Handles of accounts on a line of their own.
    SocialHandle = "social_handle", "the handle of an account, alone on its line";
    /// Addresses and numbers to reach somebody at.
    Contact = "contact", "an address or number to reach somebody at";
    /// A web address on a line of its own.
    Link = "link", "a web address, alone on its line";
    /// Offers of newsletters.
    Newsletter = "newsletter", "an offer of a newsletter";
    /// Offers of a subscription, an account or an app; what a pay wall says.
    Subscription = "subscription", "an offer of a subscription or what a pay wall says";
    /// Calls for donations.
    Donation = "donation", "a call for donations";
    /// Advertisements and their labels.
    Advertisement = "advertisement", "an advertisement or its label";
    /// Consent banners.
    CookieNotice = "cookie_notice", "a notice on cookies or consent";
    /// Terms, disclaimers, house rules.
    Legal = "legal", "terms, a disclaimer or another legal notice";
    /// Copyright claims.
    Copyright = "copyright", "a claim of copyright";
    /// Fields and buttons of forms.
    Form = "form", "a form, its fields and buttons";
    /// The head of a comment section, and forms to write in it.
    CommentForm = "comment_form", "the heading, form or buttons of a comment section";
    /// What readers wrote.
    Comment = "comment", "a reader's comment";
    /// Players of audio and video, charts and other programs inside the page.
    Player = "player", "controls of a player or the labels of a chart";
    /// Galleries and carousels.
    Gallery = "gallery", "a gallery to leaf through";
    /// Counts of views, shares, comments.
    Counter = "counter", "a count of views, shares or comments";
    /// A text that stands for a picture.
    ImageAlt = "image_alt", "the text that stands in for a picture";
    /// Headers, footers, sidebars and other blocks that nothing else tells apart.
    Boilerplate = "boilerplate", "a header, footer, sidebar or box of the page around the article";
    /// Lines outside of the element that holds the article.
    Outside = "outside", "it stands outside of the part of the page that holds the article";
    /// Lines without a sentence before the first or after the last paragraph.
    Fragment = "fragment", "a line without a sentence, before the first paragraph or after the last";
    /// Not shown to readers.
    Hidden = "hidden", "the page hides it from its readers";

    // Who, when and where, which the row says in `meta`.
    /// Who wrote it.
    Byline = "byline", "a byline: who wrote the article";
    /// When it was published.
    Date = "date", "a date of publication";
    /// How long it takes to read.
    ReadingTime = "reading_time", "how long the article takes to read";
    /// Keywords.
    Tags = "tags", "keywords or topics";
    /// Which outlet it was taken from.
    SourceCredit = "source_credit", "a line that says which outlet the article was taken from";
    /// Who took a picture.
    PhotoCredit = "photo_credit", "a line that says who took or owns a picture";
    /// Captions that are not part of the text.
    Caption = "caption", "the caption of a picture";
    /// About the author.
    AuthorBio = "author_bio", "a note about the author";
    /// Bylines, dates and keywords that the markup marks as such.
    Credits = "credits", "a part of the page about the article: author, date, keywords";
    /// Rules, arrows, stars.
    Separator = "separator", "marks that set parts of the page apart";

    // What stands in the text already.
    /// The title again.
    DoubledTitle = "doubled_title", "the title again";
    /// A paragraph again.
    DoubledParagraph = "doubled_paragraph", "a paragraph that stands in the text already";
    /// A quotation repeated from the text for show.
    PullQuote = "pull_quote", "a quotation that is repeated from the text for show";
}

impl DropReason {
    /// The reason that is written under this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let problem = || ProblemKind::named(name).map(Self::Problem);
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name).or_else(problem)
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_sentences_fit_into_one() {
        let problems = ProblemKind::ALL.iter().map(|kind| DropReason::Problem(*kind));
        for reason in DropReason::ALL.iter().copied().chain(problems) {
            let name = reason.as_str();
            assert_eq!(DropReason::named(name), Some(reason));
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            let sentence = reason.sentence();
            assert!(sentence.starts_with(char::is_lowercase) && !sentence.ends_with('.'), "{sentence}");
        }
        assert_eq!(DropReason::named("because"), None);
    }
}
