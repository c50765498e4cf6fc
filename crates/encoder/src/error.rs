use std::io;
use std::path::PathBuf;

use safetensors::SafeTensorError;

/// Why a bundle cannot be used, or a text not be encoded.
///
/// Each message is a fragment that fits after "failed to load the model: " or
/// "failed to encode: "; what lies beneath is in `source()`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the bundle cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the bundle is larger than any bundle's.
    #[error("{file} is larger than {most} bytes")]
    FileTooLarge {
        /// The file's name in the bundle.
        file: String,
        /// The most that is read.
        most: u64,
    },
    /// A file of the bundle is a folder, a pipe or a device.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// The manifest lists a file by a name that leads out of the bundle's folder.
    #[error("manifest.json lists {file:?}, expected the name of a file in the same folder")]
    FileName {
        /// The name.
        file: String,
    },
    /// The manifest lists more files than any bundle has.
    #[error("manifest.json lists {got} files, expected at most {most}")]
    TooManyFiles {
        /// Files that it lists.
        got: usize,
        /// The most that are allowed.
        most: usize,
    },
    /// The list of tensors at the start of `model.safetensors` is larger than any bundle's.
    #[error("model.safetensors starts with a header of {got} bytes, expected at most {most}")]
    Header {
        /// Its length, as the file tells it.
        got: u64,
        /// The most that is read.
        most: u64,
    },
    /// The manifest has a layout that this version does not know.
    #[error("manifest.json has the format {got}, expected {expected}")]
    ManifestFormat {
        /// The layout that this version reads.
        expected: &'static str,
        /// The layout that the file names.
        got: String,
    },
    /// A file of the bundle is not in the manifest.
    #[error("manifest.json does not list {file}")]
    NotListed {
        /// The file's name in the bundle.
        file: String,
    },
    /// A file's size is not what the manifest says.
    #[error("{file} has {got} bytes, expected {expected} from manifest.json")]
    Size {
        /// The file's name in the bundle.
        file: String,
        /// Bytes according to the manifest.
        expected: u64,
        /// Bytes that are there.
        got: u64,
    },
    /// A file's SHA-256 is not what the manifest says.
    #[error("{file} has SHA-256 {got}, expected {expected} from manifest.json")]
    Digest {
        /// The file's name in the bundle.
        file: String,
        /// Hexadecimal digest according to the manifest.
        expected: String,
        /// Hexadecimal digest of the bytes that are there.
        got: String,
    },
    /// `manifest.json` or `config.json` is not the JSON that it should be.
    #[error("{file} is not valid")]
    Json {
        /// The file's name in the bundle.
        file: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A value of `config.json` is out of its range.
    #[error("config.json has {key} = {got}, expected {expected}")]
    Config {
        /// Path of the key, for example `encoder.hidden_size`.
        key: String,
        /// What is allowed.
        expected: String,
        /// What is there.
        got: String,
    },
    /// `model.safetensors` is not a safetensors file.
    #[error("model.safetensors is not valid")]
    Weights {
        /// Why.
        source: SafeTensorError,
    },
    /// A tensor that the configuration asks for is missing.
    #[error("model.safetensors lacks the tensor {name}")]
    NoTensor {
        /// The tensor's name.
        name: String,
    },
    /// A tensor has another shape than the configuration asks for.
    #[error("tensor {name} has shape {got:?}, expected {expected:?}")]
    TensorShape {
        /// The tensor's name.
        name: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
        /// The shape in the file.
        got: Vec<usize>,
    },
    /// A tensor has a number type that cannot be used in its place.
    #[error("tensor {name} has type {got}, expected {expected}")]
    TensorType {
        /// The tensor's name.
        name: String,
        /// The types allowed.
        expected: &'static str,
        /// The type in the file.
        got: String,
    },
    /// A tensor holds an infinity or a NaN.
    #[error("tensor {name} has a value that is not finite at {index}")]
    NotFinite {
        /// The tensor's name.
        name: String,
        /// Position of the first such value, rows laid end to end.
        index: usize,
    },
    /// The bundle has no head of this name.
    #[error("the model {bundle} has no head {name}")]
    NoHead {
        /// The head asked for.
        name: String,
        /// The bundle's name.
        bundle: String,
    },
    /// The bundle cannot be written as a plain BERT.
    #[error("the model {bundle} is no plain BERT: {reason}")]
    NotPlain {
        /// The bundle's name.
        bundle: String,
        /// What stands against it.
        reason: String,
    },
    /// `ids` and `shapes` of the windows differ in length.
    #[error("there are {shapes} word shapes for {ids} subwords")]
    Lengths {
        /// Subwords given.
        ids: usize,
        /// Word shapes given.
        shapes: usize,
    },
    /// The window starts do not rise from 0 to the number of subwords.
    #[error("window {window} ends at subword {end}, which is not in {from}..={to}")]
    Starts {
        /// Which window, counted from 0.
        window: usize,
        /// Where it would end.
        end: usize,
        /// The least end allowed.
        from: usize,
        /// The greatest end allowed.
        to: usize,
    },
    /// A window has more subwords than the model has seen in training.
    #[error("window {window} has {got} subwords, expected at most {expected}")]
    WindowLength {
        /// Which window, counted from 0.
        window: usize,
        /// The model's limit.
        expected: usize,
        /// Subwords in the window.
        got: usize,
    },
    /// A subword id is not in the model's vocabulary.
    #[error("subword {index} has the id {id}, expected less than {expected}")]
    UnknownId {
        /// Which subword, counted from 0.
        index: usize,
        /// Its id.
        id: u32,
        /// The vocabulary's size.
        expected: usize,
    },
    /// A word shape is none of the model's.
    #[error("subword {index} has the word shape {shape}, expected less than {expected}")]
    UnknownShape {
        /// Which subword, counted from 0.
        index: usize,
        /// Its shape.
        shape: u8,
        /// How many shapes the model knows.
        expected: usize,
    },
}

impl Error {
    pub(crate) fn json(file: &str, source: serde_json::Error) -> Self {
        Self::Json { file: file.to_owned(), source }
    }
}
