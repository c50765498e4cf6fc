use std::fs;
use std::path::Path;

use pressmark_frames::Codebook;
use pressmark_ner::Terms;

use crate::Error;

/// The names of the codebooks of frames inside the program.
pub const SHIPPED: &[&str] = &Codebook::SHIPPED;

/// Those that are general, and used unless others are named.
pub const GENERAL: &[&str] = &["policy-frames", "news-frames"];

/// The codebooks of frames that are used where none is named.
#[must_use]
pub fn default_codebooks() -> Vec<Codebook> {
    GENERAL.iter().filter_map(|name| Codebook::shipped(name)).collect()
}

/// All codebooks of frames inside the program.
#[must_use]
pub fn shipped_codebooks() -> Vec<Codebook> {
    SHIPPED.iter().filter_map(|name| Codebook::shipped(name)).collect()
}

/// A codebook of frames: one inside the program by its name ([`SHIPPED`]), or a TOML file by its path.
///
/// # Errors
/// When it is neither, or does not follow the format.
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

/// A codebook of terms, from a TOML file.
///
/// # Errors
/// When it cannot be read or does not follow the format.
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
