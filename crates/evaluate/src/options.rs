use std::path::PathBuf;

use pressmark::Settings;

use crate::gold::GoldOptions;

/// How an evaluation is made; [`Default`] states every default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How the gold data are read. Default: fields by their usual names, no map, every line must be good.
    pub gold: GoldOptions,
    /// The pipeline: model, precision, labels of entities, other libraries. Stages, codebooks and targets are those of the
    /// task. Default: that of [`Settings`].
    pub settings: Settings,
    /// Codebook of frames: the name of a shipped one or a TOML file. Default: the shipped one that has most of the labels
    /// of the gold data.
    pub codebook: Option<String>,
    /// A file that was annotated before, from which predictions are taken. Default: none.
    pub annotated: Option<PathBuf>,
}
