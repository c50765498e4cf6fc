use std::io;
use std::path::PathBuf;

use safetensors::SafeTensorError;

/// Why a bundle cannot be used or a text cannot be encoded.
///
/// Each message is a fragment that fits after "failed to load the model: " or "failed to encode: "; the cause is in
/// `source()`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the bundle cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// Underlying I/O error.
        source: io::Error,
    },
    /// A file of the bundle exceeds its size limit.
    #[error("{file} is larger than {most} bytes")]
    FileTooLarge {
        /// The file's name in the bundle.
        file: String,
        /// The limit, in bytes.
        most: u64,
    },
    /// A file of the bundle is a folder, a pipe or a device.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The manifest lists a file outside the bundle's folder.
    #[error("manifest.json lists {file:?}, expected the name of a file in the same folder")]
    FileName {
        /// The name as listed.
        file: String,
    },
    /// The manifest lists too many files.
    #[error("manifest.json lists {got} files, expected at most {most}")]
    TooManyFiles {
        /// Number of files listed.
        got: usize,
        /// The limit.
        most: usize,
    },
    /// The header of `model.safetensors` exceeds the size limit.
    #[error("model.safetensors starts with a header of {got} bytes, expected at most {most}")]
    Header {
        /// Length of the header according to the file, in bytes.
        got: u64,
        /// The limit, in bytes.
        most: u64,
    },
    /// The manifest has a format that this version does not know.
    #[error("manifest.json has the format {got}, expected {expected}")]
    ManifestFormat {
        /// The supported format.
        expected: &'static str,
        /// The format in the file.
        got: String,
    },
    /// A file of the bundle is not in the manifest.
    #[error("manifest.json does not list {file}")]
    NotListed {
        /// The file's name in the bundle.
        file: String,
    },
    /// A file's size does not match the manifest.
    #[error("{file} has {got} bytes, expected {expected} from manifest.json")]
    Size {
        /// The file's name in the bundle.
        file: String,
        /// Size according to the manifest, in bytes.
        expected: u64,
        /// Actual size, in bytes.
        got: u64,
    },
    /// A file's SHA-256 does not match the manifest.
    #[error("{file} has SHA-256 {got}, expected {expected} from manifest.json")]
    Digest {
        /// The file's name in the bundle.
        file: String,
        /// Digest according to the manifest, in hexadecimal.
        expected: String,
        /// Actual digest, in hexadecimal.
        got: String,
    },
    /// `manifest.json` or `config.json` is malformed.
    #[error("{file} is not valid")]
    Json {
        /// The file's name in the bundle.
        file: String,
        /// Underlying JSON error, with its position.
        source: serde_json::Error,
    },
    /// A value in `config.json` is out of range.
    #[error("config.json has {key} = {got}, expected {expected}")]
    Config {
        /// Path of the key, for example `encoder.hidden_size`.
        key: String,
        /// The allowed values.
        expected: String,
        /// The actual value.
        got: String,
    },
    /// `model.safetensors` is not a safetensors file.
    #[error("model.safetensors is not valid")]
    Weights {
        /// Underlying error.
        source: SafeTensorError,
    },
    /// A required tensor is missing.
    #[error("model.safetensors lacks the tensor {name}")]
    NoTensor {
        /// Name of the tensor.
        name: String,
    },
    /// A tensor's shape does not match the configuration.
    #[error("tensor {name} has shape {got:?}, expected {expected:?}")]
    TensorShape {
        /// Name of the tensor.
        name: String,
        /// Shape according to the configuration.
        expected: Vec<usize>,
        /// Shape in the file.
        got: Vec<usize>,
    },
    /// A tensor has an unsupported number type.
    #[error("tensor {name} has type {got}, expected {expected}")]
    TensorType {
        /// Name of the tensor.
        name: String,
        /// The supported types.
        expected: &'static str,
        /// Type in the file.
        got: String,
    },
    /// A tensor contains an infinity or a NaN.
    #[error("tensor {name} has a value that is not finite at {index}")]
    NotFinite {
        /// Name of the tensor.
        name: String,
        /// Index of the first such value, in row-major order.
        index: usize,
    },
    /// The bundle has no head with this name.
    #[error("the model {bundle} has no head {name}")]
    NoHead {
        /// The requested head.
        name: String,
        /// Name of the bundle.
        bundle: String,
    },
    /// The bundle cannot be exported as a plain BERT.
    #[error("the model {bundle} is not a plain BERT: {reason}")]
    NotPlain {
        /// Name of the bundle.
        bundle: String,
        /// Why it is not a plain BERT.
        reason: String,
    },
    /// `ids` and `shapes` of the windows differ in length.
    #[error("there are {shapes} word shapes for {ids} subwords")]
    Lengths {
        /// Number of subwords.
        ids: usize,
        /// Number of word shapes.
        shapes: usize,
    },
    /// The window starts do not ascend from 0 to the number of subwords.
    #[error("window {window} ends at subword {end}, which is not in {from}..={to}")]
    Starts {
        /// Index of the window.
        window: usize,
        /// Its end.
        end: usize,
        /// Minimum end.
        from: usize,
        /// Maximum end.
        to: usize,
    },
    /// A window is longer than the model supports.
    #[error("window {window} has {got} subwords, expected at most {expected}")]
    WindowLength {
        /// Index of the window.
        window: usize,
        /// Maximum number of subwords.
        expected: usize,
        /// Actual number of subwords.
        got: usize,
    },
    /// A subword id is not in the model's vocabulary.
    #[error("subword {index} has the id {id}, expected less than {expected}")]
    UnknownId {
        /// Index of the subword.
        index: usize,
        /// Its id.
        id: u32,
        /// Size of the vocabulary.
        expected: usize,
    },
    /// A word shape is unknown to the model.
    #[error("subword {index} has the word shape {shape}, expected less than {expected}")]
    UnknownShape {
        /// Index of the subword.
        index: usize,
        /// Its shape.
        shape: u8,
        /// Number of shapes that the model knows.
        expected: usize,
    },
}

impl Error {
    pub(crate) fn json(file: &str, source: serde_json::Error) -> Self {
        Self::Json { file: file.to_owned(), source }
    }
}
