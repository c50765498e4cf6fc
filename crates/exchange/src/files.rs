/// A file by its name, which has no folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }

    /// Its text; what is no UTF-8 is an error.
    pub(crate) fn text(&self) -> Result<&str, crate::Error> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| crate::error::wrong(&self.name, "is not UTF-8"))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The part of its name before the last point.
    pub(crate) fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&*self.name, |(stem, _)| stem)
    }

    pub(crate) fn ends_with(&self, ending: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
    }
}

/// A name for the file of each document: letters, digits, points, hyphens and underscores of its id, no two the same,
/// whatever the case. The same ids give the same names.
pub(crate) fn file_names<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = std::collections::HashSet::new();
    let name = |id: &str| {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        // File systems take some 255 bytes.
        let plain: String = id.chars().map(plain).take(120).collect();
        let plain = if plain.trim_matches('.').is_empty() { "document".to_owned() } else { plain };
        let plain = plain.trim_start_matches('.').to_owned();
        let mut name = plain.clone();
        let mut number = 2;
        while !taken.insert(name.to_lowercase()) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        name
    };
    ids.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_no_two_are_one() {
        let ids = ["https://a.example/b?c=1", "../x", "A", "a", "", "été"];
        assert_eq!(file_names(ids.into_iter()), ["https___a.example_b_c_1", "_x", "A", "a-2", "document", "_t_"]);
    }
}
