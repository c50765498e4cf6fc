use std::collections::HashSet;

/// A file in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// File name, without a folder.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// Returns the content as text without a byte order mark; an error if it is not UTF-8.
    pub(crate) fn text(&self) -> Result<&str, crate::Error> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| crate::error::wrong(&self.name, "is not UTF-8"))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// Returns the name without its last extension.
    pub(crate) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&*self.name, |(stem, _)| stem)
    }

    pub(crate) fn ends_with(&self, ending: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
    }
}

/// Allocates file names for documents.
///
/// A name consists of ASCII letters, digits, dots, hyphens and underscores of the id, and is unique ignoring case. The
/// same ids in the same order give the same names.
#[derive(Debug, Default)]
pub(crate) struct FileNames(HashSet<String>);

impl FileNames {
    pub(crate) fn name(&mut self, id: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        // File systems allow about 255 bytes. Set by hand: 120 leaves room for a suffix, an extension and a temporary
        // name.
        let plain: String = id.chars().map(plain).take(120).collect();
        let plain = if plain.trim_matches('.').is_empty() { "document".to_owned() } else { plain };
        let plain = plain.trim_start_matches('.').to_owned();
        let mut name = plain.clone();
        let mut number = 2;
        while !self.0.insert(name.to_lowercase()) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_no_two_are_one() {
        let ids = ["https://a.example/b?c=1", "../x", "A", "a", "", "été"];
        let mut names = FileNames::default();
        assert_eq!(ids.map(|id| names.name(id)), ["https___a.example_b_c_1", "_x", "A", "a-2", "document", "_t_"]);
    }
}
