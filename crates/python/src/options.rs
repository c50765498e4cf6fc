use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use pressmark::{Length, ModelSource, Precision, RowLayer, Scheme, Settings};
use pressmark_ingest::Fields;
use pyo3::prelude::*;

use crate::error::{Kind, exception};

/// Arguments of `pressmark.Annotator`, as a dictionary; `None` keeps the library's default.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    model: Option<PathBuf>,
    precision: String,
    stages: Vec<String>,
    labels: String,
    min_score: Option<f32>,
    terms: Vec<PathBuf>,
    codebooks: Vec<PathBuf>,
    min_frame_score: f32,
    summary: Summary,
    targets: Vec<String>,
    max_tokens: Option<usize>,
    max_bytes: Option<usize>,
    language: Option<String>,
    fields: HashMap<String, String>,
    date_format: Option<String>,
    day_first: Option<bool>,
    layers: Vec<String>,
    mark_duplicates: bool,
    timeout: Option<f64>,
    jobs: Option<usize>,
}

/// Length of summaries: a number of sentences, or text as for `--summary`.
#[derive(FromPyObject)]
enum Summary {
    Sentences(usize),
    Text(String),
}

impl Options {
    /// Converts to settings of the library.
    pub(crate) fn settings(self, py: Python<'_>) -> PyResult<Settings> {
        let wrong = |message: String| Kind::Settings.raise(py, message);
        let failed = |error: pressmark::Error| exception(py, &error);
        let default = Settings::default();
        let mut settings = Settings {
            model: self.model.map_or(ModelSource::Find, ModelSource::named),
            precision: match self.precision.as_str() {
                "int8" => Precision::Int8,
                "f32" => Precision::F32,
                other => return Err(wrong(format!("there is no precision {other:?}, expected int8, f32"))),
            },
            stages: self.stages,
            scheme: Scheme::named(&self.labels)
                .ok_or_else(|| wrong(format!("there are no labels {:?}, expected news, conll03", self.labels)))?,
            min_score: share("min_score", self.min_score.unwrap_or(default.min_score)).map_err(wrong)?,
            min_frame_score: share("min_frame_score", self.min_frame_score).map_err(wrong)?,
            terms: self.terms.iter().map(|path| pressmark::terms(path).map_err(failed)).collect::<PyResult<_>>()?,
            codebooks: self
                .codebooks
                .iter()
                .map(|name| pressmark::codebook(&name.to_string_lossy()).map_err(failed))
                .collect::<PyResult<_>>()?,
            summary: self.summary.length().map_err(wrong)?,
            targets: self.targets,
            layers: self
                .layers
                .iter()
                .map(|name| {
                    let expected = || RowLayer::ALL.map(RowLayer::as_str).join(", ");
                    RowLayer::named(name)
                        .ok_or_else(|| wrong(format!("there is no layer {name:?}, expected {}", expected())))
                })
                .collect::<PyResult<_>>()?,
            mark_duplicates: self.mark_duplicates,
            timeout: self.timeout.map(seconds).transpose().map_err(wrong)?,
            jobs: self.jobs.map(|jobs| positive("jobs", jobs)).transpose().map_err(wrong)?,
            ..default
        };
        if let Some(tokens) = self.max_tokens {
            settings.max_tokens = positive("max_tokens", tokens).map_err(wrong)?;
        }
        let ingest = &mut settings.ingest;
        ingest.max_bytes = self.max_bytes.unwrap_or(ingest.max_bytes);
        ingest.language = self.language;
        ingest.date_format = self.date_format;
        ingest.day_first = self.day_first;
        ingest.fields = fields(self.fields).map_err(wrong)?;
        Ok(settings)
    }
}

impl Summary {
    fn length(&self) -> Result<Length, String> {
        let length = match self {
            Self::Sentences(count) => count.to_string().parse::<Length>(),
            Self::Text(text) => text.parse(),
        };
        length.map_err(|error| error.to_string())
    }
}

fn share(name: &str, share: f32) -> Result<f32, String> {
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("{name} is {share}, expected 0 to 1")) }
}

fn positive(name: &str, number: usize) -> Result<NonZeroUsize, String> {
    NonZeroUsize::new(number).ok_or_else(|| format!("{name} is 0, expected at least 1"))
}

fn seconds(seconds: f64) -> Result<Duration, String> {
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
    time.ok_or_else(|| format!("timeout is {seconds}, expected a number of seconds such as 30 or 0.5"))
}

/// Parses the names of fields, keyed by their content.
fn fields(given: HashMap<String, String>) -> Result<Fields, String> {
    let mut fields = Fields::default();
    for (what, name) in given {
        let slot = match what.as_str() {
            "text" => &mut fields.text,
            "id" => &mut fields.id,
            "title" => &mut fields.title,
            "url" => &mut fields.url,
            "date" => &mut fields.date,
            "site" => &mut fields.site,
            "language" => &mut fields.language,
            "authors" => &mut fields.authors,
            _ => {
                let expected = "text, id, title, url, date, site, language, authors";
                return Err(format!("there is no field {what:?}, expected {expected}"));
            }
        };
        *slot = Some(name);
    }
    Ok(fields)
}
