//! Lists that lost their line breaks: "1.) The first item 2.) The second item".

/// Marker that the next item of a list would have.
pub(crate) enum Markers {
    None,
    /// Every item begins with this character.
    Bullet(char),
    /// The items are numbered or lettered; `next` is the next marker as written.
    Counted {
        count: u32,
        letters: bool,
        suffix: &'static str,
        next: String,
    },
}

/// Endings of a counted marker, longer ones first.
const SUFFIXES: [&str; 3] = [".)", ")", "."];

impl Markers {
    /// Detects the kind of list from the first marker of a paragraph.
    pub(crate) fn at_start(paragraph: &str) -> Self {
        if let Some(bullet) = paragraph.chars().next().filter(|c| matches!(c, '•' | '⁃' | '◦' | '▪' | '‣' | '●' | '■'))
        {
            return Self::Bullet(bullet);
        }
        for suffix in SUFFIXES {
            for (label, letters) in [("1", false), ("a", true)] {
                let rest = paragraph.strip_prefix(label).and_then(|p| p.strip_prefix(suffix));
                if rest.is_some_and(|rest| rest.starts_with(char::is_whitespace)) {
                    return Self::counted(1, letters, suffix);
                }
            }
        }
        Self::None
    }

    fn counted(count: u32, letters: bool, suffix: &'static str) -> Self {
        let next = count + 1;
        // After "z" the letters start again; no list of prose gets that far.
        let label = if letters { char::from(b'a' + (count % 26) as u8).to_string() } else { next.to_string() };
        Self::Counted { count, letters, suffix, next: label + suffix }
    }

    /// Whether the next item of the list begins here; if so, advances to the item after it.
    pub(crate) fn next_item(&mut self, rest: &str) -> bool {
        match self {
            Self::None => false,
            Self::Bullet(bullet) => rest.starts_with(*bullet),
            Self::Counted { count, letters, suffix, next } => {
                let Some(item) = rest.strip_prefix(next.as_str()) else { return false };
                let text = item.trim_start();
                if text.len() == item.len() || !text.starts_with(|c: char| c.is_uppercase() || *suffix != ".") {
                    return false;
                }
                let (count, letters, suffix) = (*count + 1, *letters, *suffix);
                *self = Self::counted(count, letters, suffix);
                true
            }
        }
    }
}
