use std::fmt;

use crate::ProblemKind;

macro_rules! drop_reasons {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $sentence:literal;)*) => {
        /// Closed list of the reasons why a stretch of the input is not in the text.
        ///
        /// The list is exhaustive on purpose: a `match` names every variant, so adding a reason makes the compiler
        /// point at each place that decides by reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum DropReason {
            $($(#[$doc])* $name,)*
            /// The record has no text at all, because of this problem.
            Problem(ProblemKind),
        }

        impl DropReason {
            /// Every reason except [`Problem`](Self::Problem), in the order of the list.
            pub const ALL: &'static [DropReason] = &[$(DropReason::$name,)*];

            /// Name on the wire, in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(DropReason::$name => $wire,)*
                    DropReason::Problem(kind) => kind.as_str(),
                }
            }

            /// Explanation for readers: a fragment without a full stop that fits after "left out: ".
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
    // Material between the blocks.
    /// Blank lines and white space around blocks.
    Whitespace = "whitespace", "white space between blocks";
    /// Tags, scripts, styles and comments of the page's source.
    Markup = "markup", "markup of the page, which readers do not see";
    /// A byte order mark, or anything else that precedes the text.
    ByteOrderMark = "byte_order_mark", "a byte order mark";
    /// Fields of a record that are not its text or title.
    Record = "record", "another field of the record, or the syntax around the fields";
    /// Lines of an export or of front matter that describe the article: outlet, date, length.
    Metadata = "metadata", "lines that describe the article, such as its date or length, and are not part of its text";
    /// A block that is empty once its edits are applied.
    EmptyBlock = "empty_block", "a block with nothing left once its markup is removed";

    // Page chrome around the article.
    /// Menus, breadcrumbs, section names, lists of links.
    Navigation = "navigation", "a menu, a breadcrumb trail or another list of links within the site";
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
    /// Postal addresses, e-mail addresses and phone numbers.
    Contact = "contact", "a postal address, an e-mail address or a phone number";
    /// A URL on a line of its own.
    Link = "link", "a web address, alone on its line";
    /// Newsletter sign-ups.
    Newsletter = "newsletter", "an offer to sign up for a newsletter";
    /// Offers of a subscription, an account or an app; paywall notices.
    Subscription = "subscription", "an offer of a subscription or a paywall message";
    /// Calls for donations.
    Donation = "donation", "a call for donations";
    /// Advertisements and their labels.
    Advertisement = "advertisement", "an advertisement or its label";
    /// Consent banners.
    CookieNotice = "cookie_notice", "a cookie or consent notice";
    /// Terms, disclaimers, house rules.
    Legal = "legal", "terms, a disclaimer or another legal notice";
    /// Copyright claims.
    Copyright = "copyright", "a copyright notice";
    /// Fields and buttons of forms.
    Form = "form", "a form, its fields and buttons";
    /// The head of a comment section, and forms to write in it.
    CommentForm = "comment_form", "the heading, form or buttons of a comment section";
    /// Readers' comments.
    Comment = "comment", "a reader's comment";
    /// Audio and video players, charts and other embedded widgets.
    Player = "player", "controls of a player or the labels of a chart";
    /// Galleries and carousels.
    Gallery = "gallery", "a picture gallery";
    /// Counts of views, shares, comments.
    Counter = "counter", "a count of views, shares or comments";
    /// Alternative text of an image.
    ImageAlt = "image_alt", "the alternative text of a picture";
    /// Headers, footers, sidebars and other boilerplate that no other reason covers.
    Boilerplate = "boilerplate", "a header, footer, sidebar or box of the page around the article";
    /// Lines outside the element that holds the article.
    Outside = "outside", "outside the part of the page that holds the article";
    /// Lines that are not sentences, before the first or after the last paragraph.
    Fragment = "fragment", "a line without a sentence, before the first paragraph or after the last";
    /// Elements that the page hides from readers.
    Hidden = "hidden", "hidden from readers by the page";

    // Author, date and source, which the row gives in `meta`.
    /// A byline.
    Byline = "byline", "a byline: who wrote the article";
    /// A date of publication.
    Date = "date", "a date of publication";
    /// A reading time.
    ReadingTime = "reading_time", "how long the article takes to read";
    /// Keywords or topics.
    Tags = "tags", "keywords or topics";
    /// A credit of the outlet that the article was taken from.
    SourceCredit = "source_credit", "a line that says which outlet the article was taken from";
    /// A photo credit.
    PhotoCredit = "photo_credit", "a line that says who took or owns a picture";
    /// Captions that are not part of the text.
    Caption = "caption", "the caption of a picture";
    /// A note about the author.
    AuthorBio = "author_bio", "a note about the author";
    /// Author, date and keywords that the markup labels as such.
    Credits = "credits", "a part of the page about the article: author, date, keywords";
    /// Rules, arrows, stars and other separators.
    Separator = "separator", "marks that separate parts of the page";

    // Repetitions of text that is already in the article.
    /// A repeated title.
    DoubledTitle = "doubled_title", "the title again";
    /// A repeated paragraph.
    DoubledParagraph = "doubled_paragraph", "a paragraph that is already in the text";
    /// A pull quote: a passage of the text repeated as a display element.
    PullQuote = "pull_quote", "a quotation repeated from the text for display";
}

impl DropReason {
    /// Looks up a reason by its name on the wire.
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
