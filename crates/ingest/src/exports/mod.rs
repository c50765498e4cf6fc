//! Text exports of media databases: many articles in one file, each surrounded by metadata lines.
//!
//! [`detect`] recognizes an export by the start of a file, [`Borders`] finds the lines between two articles, and
//! [`parse`] reads one article. All of it works on whole lines, so that a file can be split while it is read.
//!
//! The layouts are those of the plain-text downloads from the makers' own sites, with the labels of their interfaces in
//! English, French, German and Spanish: Nexis and Nexis Uni (LexisNexis), Factiva (Dow Jones; with two-letter field
//! codes and as displayed), ProQuest, Europresse (Cision, formerly CEDROM-SNi).

mod article;
mod europresse;
mod factiva;
mod lines;
mod nexis;
mod proquest;

use self::article::Seen;
pub(crate) use self::article::{Article, Border};
use self::lines::Lines;

/// Maker of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Maker {
    Nexis,
    /// Nexis without lines that count or end the documents; the load date is the last label of each.
    NexisUnmarked,
    Factiva,
    ProQuest,
    Europresse,
}

impl Maker {
    const ALL: [Self; 5] = [Self::Factiva, Self::ProQuest, Self::Europresse, Self::Nexis, Self::NexisUnmarked];

    /// The maker's name in `extra`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Nexis | Self::NexisUnmarked => "nexis",
            Self::Factiva => "factiva",
            Self::ProQuest => "proquest",
            Self::Europresse => "europresse",
        }
    }
}

impl Article {
    /// Whether enough was found for an article, rather than a table of contents or a summary of the search.
    fn is_one(&self) -> bool {
        !self.body.is_empty() && (self.title.is_some() || self.site.is_some()) && self.published.is_some()
            || self.title.is_some() && self.site.is_some() && self.published.is_some()
    }
}

/// Detects the maker of an export from the start of a file; `None` for any other file.
///
/// Requires two signs that do not occur together in running text, such as a line `2 of 40 DOCUMENTS` and a line that
/// starts with `LENGTH:`.
pub(crate) fn detect(head: &str) -> Option<Maker> {
    let lines = Lines::of(head);
    Maker::ALL.into_iter().find(|maker| match maker {
        Maker::Nexis => nexis::is_export(&lines),
        Maker::NexisUnmarked => nexis::is_unmarked(&lines),
        Maker::Factiva => factiva::is_export(&lines),
        Maker::ProQuest => proquest::is_export(&lines),
        Maker::Europresse => europresse::is_export(&lines),
    })
}

/// Estimates the number of articles in a text of unknown layout: by lines that count documents, accession numbers, or
/// labelled lengths.
pub(crate) fn count_heads(text: &str) -> usize {
    let (mut counts, mut numbers, mut lengths) = (0, 0, 0);
    // Set by hand: longer lines are running text.
    for line in text.lines().map(str::trim).filter(|line| line.len() <= 80 && !line.is_empty()) {
        counts += usize::from(lines::is_count(line));
        numbers += usize::from(factiva::border(line) == Border::Ends || europresse::border(line) == Border::Ends);
        let value = lines::labelled(line).map(|(_, value)| value);
        lengths += usize::from(value.is_some_and(lines::is_length));
    }
    counts.max(numbers).max(lengths)
}

/// Finds the borders of articles, line by line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Borders {
    maker: Maker,
    seen: Seen,
}

impl Borders {
    pub(crate) fn new(maker: Maker) -> Self {
        Self { maker, seen: Seen::Nothing }
    }

    /// Classifies the next line.
    pub(crate) fn next(&mut self, line: &str) -> Border {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let border = match self.maker {
            Maker::Nexis => nexis::border(line),
            Maker::NexisUnmarked => nexis::border_behind_load_date(line, &mut self.seen),
            Maker::Factiva => factiva::border(line),
            Maker::ProQuest => proquest::border(line, &mut self.seen),
            Maker::Europresse => europresse::border(line),
        };
        if border != Border::Within {
            self.seen = Seen::Nothing;
        }
        border
    }
}

/// Parses the text between two borders; `None` if it is no article, as before the first and after the last.
pub(crate) fn parse(maker: Maker, text: &str) -> Option<Article> {
    let lines = Lines::of(text);
    let article = match maker {
        Maker::Nexis | Maker::NexisUnmarked => nexis::parse(&lines),
        Maker::Factiva => factiva::parse(&lines),
        Maker::ProQuest => proquest::parse(&lines),
        Maker::Europresse => europresse::parse(&lines),
    };
    Some(article).filter(Article::is_one)
}
