use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array1;
use pressmark_encoder::{Model, Precision, list_in_manifest, read_bundle_file};
use pressmark_tokenize::Tokenizer;

use crate::background::background;
use crate::file::Label;
use crate::passage::encode;
use crate::{Codebook, Error};

/// Precomputed vectors of codebook texts, so that frames need no encoding at start-up.
///
/// They are an optimisation that changes no result: a missing text is encoded, and vectors of another model or
/// precision are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// By [`key`] of the text.
    by_text: BTreeMap<u64, Array1<f32>>,
}

/// Start of the header line, followed by the model's digest; the only format version that is read.
const FORMAT: &str = "pressmark-vectors/1";

impl Vectors {
    /// Encodes the texts of these codebooks and the background sentences.
    ///
    /// # Errors
    /// As [`Frames::new`](crate::Frames::new).
    pub fn encode(model: &Model, tokenizer: &Tokenizer, codebooks: &[Codebook]) -> Result<Self, Error> {
        let mut vectors = Self::default();
        let labels = codebooks.iter().flat_map(|codebook| &codebook.labels);
        for text in labels.flat_map(Label::texts).chain(background()) {
            vectors.by_text.insert(key(text), encode(model, tokenizer, text)?.0.embedding);
        }
        Ok(vectors)
    }

    /// Name of the file in a bundle's folder that holds the vectors of the shipped codebooks.
    pub const FILE: &str = "codebook-vectors.bin";

    /// Reads the vectors in a bundle's folder; empty if it has no [`FILE`](Self::FILE).
    ///
    /// # Errors
    /// If the file cannot be read, or as [`from_bytes`](Self::from_bytes).
    pub fn open(dir: impl AsRef<Path>, model: &Model) -> Result<Self, Error> {
        match read_bundle_file(dir, Self::FILE)? {
            Some(bytes) => Self::from_bytes(&bytes, model),
            None => Ok(Self::default()),
        }
    }

    /// Reads the output of [`to_bytes`](Self::to_bytes); empty if the vectors are for another model or precision, or if
    /// `bytes` is empty.
    ///
    /// # Errors
    /// If the bytes do not match the bundle's manifest entry for [`FILE`](Self::FILE).
    pub fn from_bytes(bytes: &[u8], model: &Model) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        model.check_file(Self::FILE, bytes)?;
        Ok(Self::parse(bytes, model).unwrap_or_default())
    }

    /// Writes the vectors into the bundle's folder and lists them in its manifest.
    ///
    /// # Errors
    /// If a file cannot be read or written, or the folder holds no bundle.
    pub fn save(&self, dir: impl AsRef<Path>, model: &Model) -> Result<(), Error> {
        const MANIFEST: &str = "manifest.json";
        let dir = dir.as_ref();
        let bytes = self.to_bytes(model);
        let manifest = read_bundle_file(dir, MANIFEST)?.unwrap_or_default();
        let manifest = list_in_manifest(&manifest, Self::FILE, &bytes)?;
        for (file, bytes) in [(Self::FILE, &bytes), (MANIFEST, &manifest)] {
            let path = dir.join(file);
            std::fs::write(&path, bytes).map_err(|source| Error::Write { path, source })?;
        }
        Ok(())
    }

    fn parse(bytes: &[u8], model: &Model) -> Option<Self> {
        let rest = bytes.strip_prefix(header(model)?.as_bytes())?;
        let width = model.head(Model::EMBEDDING).ok()?.outputs();
        let entries = rest.chunks_exact(8 + 4 * width);
        let whole = entries.remainder().is_empty();
        let by_text = entries.map(|entry| {
            let (key, floats) = entry.split_first_chunk::<8>()?;
            let (floats, _) = floats.as_chunks::<4>();
            Some((u64::from_le_bytes(*key), floats.iter().map(|f| f32::from_le_bytes(*f)).collect()))
        });
        whole.then_some(Self { by_text: by_text.collect::<Option<_>>()? })
    }

    /// Serializes the vectors for [`from_bytes`](Self::from_bytes), in little-endian on every machine. Without the
    /// header, and so unreadable, for a model that does not compute in int8.
    #[must_use]
    pub fn to_bytes(&self, model: &Model) -> Vec<u8> {
        let mut bytes = header(model).unwrap_or_default().into_bytes();
        for (key, vector) in &self.by_text {
            bytes.extend(key.to_le_bytes());
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes
    }

    /// Number of texts with a vector.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_text.len()
    }

    /// Whether there are no vectors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_text.is_empty()
    }

    /// The largest absolute difference between corresponding values of two sets; `None` if they cover different texts.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<f32> {
        if !self.by_text.keys().eq(other.by_text.keys()) {
            return None;
        }
        let values = |vectors: &Self| -> Vec<f32> { vectors.by_text.values().flatten().copied().collect() };
        let (a, b) = (values(self), values(other));
        Some(a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max))
    }

    /// The unit vector of a text, precomputed or encoded now.
    pub(crate) fn embed(&self, model: &Model, tokenizer: &Tokenizer, text: &str) -> Result<Array1<f32>, Error> {
        match self.by_text.get(&key(text)) {
            Some(vector) => Ok(vector.clone()),
            None => Ok(encode(model, tokenizer, text)?.0.embedding),
        }
    }
}

/// Header of this model's vectors; `None` unless it computes in int8, which alone gives the same bits on every CPU.
fn header(model: &Model) -> Option<String> {
    (model.precision() == Precision::Int8).then(|| format!("{FORMAT} {}\n", model.sha256()))
}

/// 64-bit FNV-1a hash (Fowler, Noll, Vo). Not collision-resistant, but a codebook's author has no reason to attack it.
fn key(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use pressmark_encoder::TinyBundle;

    use super::*;

    #[test]
    fn vectors_come_back_and_only_to_their_own_model() {
        let bundle = TinyBundle { heads: heads(), ..TinyBundle::default() };
        let own = Model::from_files(&bundle.files()).expect("it is sound");
        let width = own.head(Model::EMBEDDING).expect("it was asked for").outputs();
        let by_text = [(key("a"), Array1::from_elem(width, 0.5)), (key("b"), Array1::from_elem(width, -1.0))];
        let vectors = Vectors { by_text: BTreeMap::from(by_text) };
        let bytes = vectors.to_bytes(&own);
        // A bundle whose manifest lists these bytes, valid or not.
        let listing = |bundle: &TinyBundle, bytes: &[u8]| {
            let mut files = bundle.files();
            files.manifest = list_in_manifest(&files.manifest, Vectors::FILE, bytes).expect("it is sound").into();
            Model::from_files(&files).expect("it is sound")
        };
        let own = listing(&bundle, &bytes);
        assert_eq!(Vectors::from_bytes(&bytes, &own).expect("they are listed"), vectors);
        assert!(Vectors::from_bytes(b"", &own).expect("nothing is nothing").is_empty());
        let exact = listing(&bundle, &bytes).with_precision(Precision::F32).expect("it has both");
        assert!(Vectors::from_bytes(&bytes, &exact).expect("they are listed").is_empty());
        let other = listing(&TinyBundle { seed: 2, ..bundle.clone() }, &bytes);
        assert!(Vectors::from_bytes(&bytes, &other).expect("they are listed").is_empty());
        let short = &bytes[..bytes.len() - 1];
        assert!(Vectors::from_bytes(short, &listing(&bundle, short)).expect("they are listed").is_empty());
    }

    /// A single flipped bit would silently change the frames of a whole run.
    #[test]
    fn vectors_that_the_manifest_does_not_list_are_refused() {
        let bundle = TinyBundle { heads: heads(), ..TinyBundle::default() };
        let folder = tempfile::tempdir().expect("there is room");
        let files = bundle.files();
        for (name, bytes) in [
            ("manifest.json", &files.manifest),
            ("config.json", &files.config),
            ("tokenizer.json", &files.tokenizer),
            ("model.safetensors", &files.weights),
        ] {
            std::fs::write(folder.path().join(name), bytes).expect("there is room");
        }
        let model = Model::open(folder.path()).expect("it is sound");
        assert!(Vectors::open(folder.path(), &model).expect("there are none").is_empty());
        let width = model.head(Model::EMBEDDING).expect("it was asked for").outputs();
        let vectors = Vectors { by_text: BTreeMap::from([(key("a"), Array1::from_elem(width, 0.5))]) };
        vectors.save(folder.path(), &model).expect("there is room");
        // The manifest read earlier lists no vectors.
        assert!(matches!(Vectors::open(folder.path(), &model), Err(Error::Model(_))));
        let model = Model::open(folder.path()).expect("it is sound");
        assert_eq!(Vectors::open(folder.path(), &model).expect("they are listed"), vectors);

        let path = folder.path().join(Vectors::FILE);
        let good = std::fs::read(&path).expect("it was written");
        for at in [0, 40, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            std::fs::write(&path, bad).expect("there is room");
            assert!(matches!(Vectors::open(folder.path(), &model), Err(Error::Model(_))), "{at}");
        }
    }

    fn heads() -> Vec<(String, Vec<String>, Option<Vec<f32>>)> {
        vec![("embedding".to_owned(), vec!["x".to_owned(), "y".to_owned()], None)]
    }
}
