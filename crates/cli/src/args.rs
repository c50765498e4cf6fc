use std::env;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PathBufValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use pressmark::{Backends, Length, RowLayer, Settings, Slot, StageInfo};
use pressmark_core::Scheme;
use pressmark_encoder::Precision;
use pressmark_ingest::{Fields, Format, Options};

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) fields: FieldArgs,
    /// Read tables as having no header: their columns are column_1, column_2, …
    #[arg(long)]
    pub(crate) no_header: bool,
}

/// What the fields of tabular input are, and what is known of every document.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct FieldArgs {
    /// Field of tabular input that holds the text
    #[arg(long, value_name = "NAME")]
    pub(crate) text_field: Option<String>,
    /// Field that holds the record's id
    #[arg(long, value_name = "NAME")]
    pub(crate) id_field: Option<String>,
    /// Field that holds the title
    #[arg(long, value_name = "NAME")]
    pub(crate) title_field: Option<String>,
    /// Field that holds the page's URL
    #[arg(long, value_name = "NAME")]
    pub(crate) url_field: Option<String>,
    /// Field that holds the date of publication
    #[arg(long, value_name = "NAME")]
    pub(crate) date_field: Option<String>,
    /// Format of the dates in that field, in strptime notation, such as %d.%m.%Y
    #[arg(long, value_name = "FORMAT")]
    pub(crate) date_format: Option<String>,
    /// Read 03/05/2024 as 3 May
    #[arg(long)]
    pub(crate) day_first: bool,
    /// Field that holds the outlet
    #[arg(long, value_name = "NAME")]
    pub(crate) site_field: Option<String>,
    /// Field that holds the authors
    #[arg(long, value_name = "NAME")]
    pub(crate) author_field: Option<String>,
    /// Field that holds the record's language, instead of detecting it
    #[arg(long, value_name = "NAME")]
    pub(crate) language_field: Option<String>,
    /// Language of every document (ISO 639 code), instead of detecting it
    #[arg(long, value_name = "CODE")]
    pub(crate) language: Option<String>,
}

/// The formats that the library reads, by their names.
fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.as_str()))
        .try_map(|name| Format::from_extension(&name).ok_or("no format has this name"))
}

/// How bytes become records.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct ReadArgs {
    /// Read every input in this format, whatever its name; `export` is a text export of Nexis, Factiva, ProQuest or
    /// Europresse
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) input_format: Option<Format>,
    /// Character set of every input, such as windows-1252, instead of detecting it
    #[arg(long, value_name = "LABEL")]
    pub(crate) encoding: Option<String>,
    /// Maximum record size, such as 16M; larger records are reported and skipped
    #[arg(long, default_value = "16M", value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_bytes: usize,
    /// Maximum ratio of decompressed to compressed size of a file, once past 16M
    #[arg(long, default_value_t = Options::default().max_ratio, value_name = "N")]
    pub(crate) max_ratio: u32,
    /// Maximum decompressed size of one compressed file
    #[arg(long, default_value = "64G", value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_unpacked: usize,
}

impl ReadArgs {
    /// The settings of reading.
    pub(crate) fn options(&self) -> Options {
        Options {
            format: self.input_format,
            encoding: self.encoding.clone(),
            max_bytes: self.max_bytes,
            max_ratio: self.max_ratio,
            max_unpacked_bytes: self.max_unpacked as u64,
            ..Options::default()
        }
    }
}

impl InputArgs {
    /// The settings of ingestion.
    pub(crate) fn options(&self) -> Options {
        Options { header: self.no_header.then_some(false), ..self.fields.options(self.read.options()) }
    }
}

impl FieldArgs {
    /// The settings of ingestion, those of reading being given.
    pub(crate) fn options(&self, read: Options) -> Options {
        Options {
            fields: Fields {
                text: self.text_field.clone(),
                id: self.id_field.clone(),
                title: self.title_field.clone(),
                url: self.url_field.clone(),
                date: self.date_field.clone(),
                site: self.site_field.clone(),
                language: self.language_field.clone(),
                authors: self.author_field.clone(),
            },
            language: self.language.clone(),
            date_format: self.date_format.clone(),
            day_first: self.day_first.then_some(true),
            ..read
        }
    }
}

/// What rows hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LayerArgs {
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = row_layer, help = layers_help())]
    pub(crate) layers: Vec<RowLayer>,
}

fn row_layers() -> String {
    RowLayer::ALL.map(RowLayer::as_str).join(", ")
}

fn layers_help() -> String {
    let layers = row_layers();
    format!(
        "Layers to write besides text, segments and sentences, with the layers that they refer to: {layers} [default: all]"
    )
}

fn row_layer(name: &str) -> Result<RowLayer, String> {
    RowLayer::named(name).ok_or_else(|| format!("expected one of {}", row_layers()))
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Annotation")]
pub(crate) struct StageArgs {
    #[arg(long, value_delimiter = ',', value_name = "LIST", value_parser = stage_name, help = stages_help())]
    pub(crate) stages: Vec<String>,
    /// Label scheme of entities
    #[arg(long, value_enum, default_value_t = Labels::News)]
    pub(crate) labels: Labels,
    /// Minimum score of a mention, in [0, 1]
    #[arg(long, default_value_t = Settings::default().min_score, value_name = "SCORE", value_parser = parse_share)]
    pub(crate) min_score: f32,
    /// Codebook of terms that adds labels to entities (TOML); may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) terms: Vec<PathBuf>,
    #[arg(long, value_name = "NAME|FILE", help = codebook_help())]
    pub(crate) codebook: Vec<String>,
    /// Minimum score of a frame, in [0, 1]
    #[arg(long, default_value_t = 0.0, value_name = "SCORE", value_parser = parse_share)]
    pub(crate) min_frame_score: f32,
    /// Length of the summary: sentences (3), words (60w) or a share of the text (20%)
    #[arg(long, default_value = "3", value_name = "LENGTH")]
    pub(crate) summary: Length,
    /// Find the stance of the outlet and of speakers on this target; may be given more than once
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) target: Vec<String>,
    /// Maximum words and punctuation marks to annotate per document; the row of a longer one says how much was left out
    #[arg(long, default_value_t = Settings::default().max_tokens, value_name = "N")]
    pub(crate) max_tokens: NonZeroUsize,
}

fn codebook_help() -> String {
    let (all, used) = (pressmark::SHIPPED_CODEBOOKS.join(", "), pressmark::DEFAULT_CODEBOOKS.join(", "));
    format!("Codebook of frames: {all} or a TOML file; may be given more than once [default: {used}]")
}

/// The help text of `--stages`: those that the library has.
fn stages_help() -> String {
    format!("Run only these stages and the stages that they need: {}", stage_names())
}

fn stage_names() -> String {
    let names: Vec<_> = pressmark::stages().iter().filter(|stage| !stage.is_internal).map(|stage| stage.name).collect();
    names.join(", ")
}

fn stage_name(name: &str) -> Result<String, String> {
    match StageInfo::named(name) {
        Some(stage) => Ok(stage.name.to_owned()),
        None => Err(format!("expected one of {}", stage_names())),
    }
}

/// Label schemes of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Labels {
    /// PERSON, ORG, LOC, FAC, NORP, DATE, MONEY, PRODUCT, MISC
    News,
    /// PER, ORG, LOC, MISC
    Conll03,
}

impl From<Labels> for Scheme {
    fn from(labels: Labels) -> Self {
        match labels {
            Labels::News => Self::News,
            Labels::Conll03 => Self::Conll03,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct BundleArgs {
    /// Name of a built-in model, or folder of a model bundle (./NAME if a folder has the name of a built-in model)
    #[arg(long, value_name = "NAME|DIR", env = "PRESSMARK_MODEL")]
    pub(crate) model: Option<PathBuf>,
}

/// The model of our own, for work that no other library can do.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct EncoderArgs {
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
    /// Number format of the encoder's computations
    #[arg(long, value_enum, default_value_t = PrecisionName::Int8, value_name = "TYPE")]
    pub(crate) precision: PrecisionName,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelArgs {
    /// Name of a built-in model, or folder of a model bundle (./NAME if a folder has the name of a built-in model);
    /// with STAGE=, a folder in the layout of the Hugging Face hub, or a name from `pressmark models list`, for a stage
    /// on rust-bert
    #[arg(long, value_name = "[STAGE=]NAME|DIR", env = "PRESSMARK_MODEL")]
    pub(crate) model: Vec<ModelChoice>,
    /// Run stages on another library: rust-bert for all stages that it supports (ner, summarize, frames, stance), or
    /// stage by stage as in ner=embedded,summarize=rust-bert [default: embedded]
    #[arg(long, value_name = "LIST")]
    pub(crate) backend: Option<Backends>,
    /// Download missing rust-bert models
    #[arg(long)]
    pub(crate) pull: bool,
    /// Number format of the encoder's computations
    #[arg(long, value_enum, default_value_t = PrecisionName::Int8, value_name = "TYPE")]
    pub(crate) precision: PrecisionName,
}

/// A model given with `--model`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    /// The name or the folder of a bundle of our own.
    Bundle(PathBuf),
    /// A folder or a name of the registry, for a stage on rust-bert.
    Stage(Slot, String),
}

impl FromStr for ModelChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=').and_then(|(stage, model)| Some((Slot::named(stage)?, model))) {
            Some((_, "")) => Err(format!("{text:?} does not name a model")),
            Some((slot, model)) => Ok(Self::Stage(slot, model.to_owned())),
            None => Ok(Self::Bundle(text.into())),
        }
    }
}

impl ModelArgs {
    /// What concerns the model of our own.
    pub(crate) fn encoder(&self) -> EncoderArgs {
        EncoderArgs { bundle: BundleArgs { model: self.bundle() }, precision: self.precision }
    }

    /// Name or folder of the bundle, when one was given.
    fn bundle(&self) -> Option<PathBuf> {
        let folder = |choice: &ModelChoice| match choice {
            ModelChoice::Bundle(folder) => Some(folder.clone()),
            ModelChoice::Stage(..) => None,
        };
        // A model for a stage on the command line must not hide the bundle of the environment, as clap would have it.
        let set = || env::var(pressmark::MODEL_VARIABLE).ok().and_then(|set| folder(&set.parse().ok()?));
        self.model.iter().rev().find_map(folder).or_else(set)
    }

    /// The stages that run on rust-bert: those of `--backend`, and those that were given a model.
    pub(crate) fn backends(&self) -> Backends {
        let mut backends = Backends { pull: self.pull, ..self.backend.clone().unwrap_or_default() };
        for choice in &self.model {
            if let ModelChoice::Stage(slot, model) = choice {
                backends.rust_bert.insert(*slot, Some(model.clone()));
            }
        }
        backends
    }
}

/// Number format of the encoder's computations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionName {
    /// 8-bit integers for multiplications
    Int8,
    /// 32-bit floats, the reference: a third as fast
    F32,
}

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Int8 => Self::Int8,
            PrecisionName::F32 => Self::F32,
        }
    }
}

pub(crate) fn parse_pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(a, b)| !a.is_empty() && !b.is_empty());
    pair.map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or_else(|| format!("{text:?} is not of the form THEIRS=OURS"))
}

/// A number in [0, 1].
fn parse_share(text: &str) -> Result<f32, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("{text:?} is not a number from 0 to 1"))
}

/// How many things are done at once.
pub(crate) fn parse_jobs(text: &str) -> Result<NonZeroU16, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number from 1 to {}", u16::MAX))
}

/// A file or folder that is written, and cannot be standard output.
pub(crate) fn file_name() -> impl TypedValueParser<Value = PathBuf> {
    let is_named = |path: PathBuf| if path.as_os_str() == "-" { Err("name a file or folder") } else { Ok(path) };
    PathBufValueParser::new().try_map(is_named)
}

/// A time in seconds, such as 30 or 0.5.
pub(crate) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|&seconds| seconds > 0.0);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.ok_or_else(|| format!("{text:?} is not a number of seconds such as 30 or 0.5"))
}

/// A size in bytes with an optional K, M or G (powers of 1024).
pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let wrong = || format!("{text:?} is not a size such as 500K, 16M or 1G");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err(wrong()),
    };
    let number: usize = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|&n| n > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_a_bundle_or_for_a_stage() {
        let check = |text: &str, expected| assert_eq!(text.parse::<ModelChoice>().unwrap(), expected);
        check("ner=models/x", ModelChoice::Stage(Slot::Ner, "models/x".into()));
        check("models/a=b", ModelChoice::Bundle("models/a=b".into()));
        check("bundle", ModelChoice::Bundle("bundle".into()));
        assert!("ner=".parse::<ModelChoice>().is_err());
    }

    #[test]
    fn sizes() {
        let check = |text: &str, expected: Option<usize>| assert_eq!(parse_size(text).ok(), expected, "{text}");
        check("16M", Some(16 << 20));
        check("500k", Some(500 << 10));
        check("7", Some(7));
        check("0", None);
        check("", None);
        check("M", None);
        check("-1M", None);
        check("99999999999999999999G", None);
        check("5é", None);
    }

    #[test]
    fn times() {
        let check = |text: &str, expected| assert_eq!(parse_seconds(text).ok(), expected, "{text}");
        check("30", Some(Duration::from_secs(30)));
        check("0.5", Some(Duration::from_millis(500)));
        for wrong in ["0", "-1", "nan", "inf", "1e300", "5s", ""] {
            check(wrong, None);
        }
    }
}
