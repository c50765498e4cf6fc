use std::path::PathBuf;

use pressmark::Settings;

use crate::gold::GoldOptions;

/// Options of an evaluation; [`Default`] states every default.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How gold data are read. Default: common field names, no label map, invalid lines are errors.
    pub gold: GoldOptions,
    /// Pipeline settings: model, precision, entity types, backends. Stages, codebooks and targets are set by the task.
    /// Default: that of [`Settings`].
    pub settings: Settings,
    /// Frame codebook: the name of a shipped one, or a TOML file. Default: the shipped one that knows most of the gold
    /// labels.
    pub codebook: Option<String>,
    /// A previously annotated file to take predictions from. Default: none.
    pub annotated: Option<PathBuf>,
}
