use std::fs;
use std::path::Path;

use pressmark_frames::Codebook;
use pressmark_ner::Terms;

use crate::Error;

/// Names of the frame codebooks compiled into the program.
pub const SHIPPED: &[&str] = &Codebook::SHIPPED;

/// Names of the general codebooks, which are the default.
pub const GENERAL: &[&str] = &["policy-frames", "news-frames"];

/// The default frame codebooks.
#[must_use]
pub fn default_codebooks() -> Vec<Codebook> {
    GENERAL.iter().filter_map(|name| Codebook::shipped(name)).collect()
}

/// All frame codebooks compiled into the program.
#[must_use]
pub fn shipped_codebooks() -> Vec<Codebook> {
    SHIPPED.iter().filter_map(|name| Codebook::shipped(name)).collect()
}

/// Loads a frame codebook: a shipped one by its name ([`SHIPPED`]), or a TOML file by its path.
///
/// # Errors
/// If it is neither, or does not follow the format.
pub fn codebook(name: &str) -> Result<Codebook, Error> {
    if let Some(codebook) = Codebook::shipped(name) {
        return Ok(codebook);
    }
    let toml = fs::read_to_string(name).map_err(|source| Error::CodebookFile {
        name: name.to_owned(),
        expected: SHIPPED.join(", "),
        source,
    })?;
    Codebook::parse(name, &toml).map_err(Error::Codebook)
}

/// Reads a terms codebook from a TOML file.
///
/// # Errors
/// If it cannot be read or does not follow the format.
pub fn terms(path: impl AsRef<Path>) -> Result<Terms, Error> {
    let path = path.as_ref();
    Terms::read(path).map_err(|source| Error::Terms { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_codebook_has_its_name() {
        assert_eq!(shipped_codebooks().len(), SHIPPED.len());
        assert_eq!(default_codebooks().len(), GENERAL.len());
    }

    #[test]
    fn a_codebook_that_is_not_there_names_those_that_are() {
        let error = codebook("no-such-codebook").unwrap_err().to_string();
        assert!(error.contains("no-such-codebook") && error.contains("policy-frames"), "{error}");
    }
}
