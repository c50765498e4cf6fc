use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use pressmark_frames::Vectors;

use crate::args::BundleArgs;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pressmark::hub::{self, Entry, Lock, Snapshot, how_to_bring, registry};
use pressmark::{BundledModel, Model, ModelSource, Precision};

use crate::{Outcome, model};

const MODELS_EXAMPLES: &str = "\
Examples:
  Which models there are, and which are installed:
    pressmark models list
  Download a model for written summaries and check its hashes:
    pressmark models pull distilbart-cnn-12-6
  The same from a folder on a disk:
    pressmark models pull distilbart-cnn-12-6 --mirror /media/disk/models";

/// File that lists the files of one of our own models.
const MANIFEST: &str = "manifest.json";

/// List, download, check and export models, built-in and large ones
#[derive(Debug, Args)]
#[command(after_help = MODELS_EXAMPLES)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    pub(crate) action: ModelsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsAction {
    /// List the built-in models and those that can be downloaded: task, licence, size, location
    List(BundleArgs),
    /// Download models from the Hugging Face hub, or from a mirror
    Pull(PullArgs),
    /// Check models against the hashes of their manifest or lock file; all that are installed if none is named
    Verify(VerifyArgs),
    /// Print the folder of a model
    Path(PathArgs),
    /// Export a pressmark model for other programs
    Export(ExportArgs),
    /// Encode the shipped codebooks and store their vectors with the model, so that runs start faster
    ///
    /// Needed after a change of the model, the engine or the codebooks; without it a run encodes them itself.
    Prepare {
        /// Folder of the model bundle; the vectors are written into it
        #[arg(value_name = "DIR")]
        bundle: PathBuf,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "HF_HOME, HF_ENDPOINT, HF_TOKEN and the usual proxy variables are honoured.")]
pub(crate) struct PullArgs {
    /// Names, as printed by `pressmark models list`
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Download from here instead: a server with the hub's API, or a folder that contains OWNER/NAME/ or NAME/
    #[arg(long, value_name = "URL|DIR")]
    pub(crate) mirror: Option<String>,
    /// Print no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Names, as printed by `pressmark models list`, or folders of models
    #[arg(value_name = "NAME|DIR")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Layout of the files
    #[arg(long, value_enum, value_name = "LAYOUT")]
    pub(crate) to: Layout,
    /// Folder for the files; created if missing
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
}

/// A layout of model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// Layout of the Hugging Face hub: entities as a BertForTokenClassification in 32-bit floats; only for `--model
    /// news`, which is a plain BERT
    Hf,
    /// ONNX graphs: the encoder with int8 matrices and every head, with a README on what comes before and after them
    Onnx,
}

#[derive(Debug, Args)]
pub(crate) struct PathArgs {
    /// Name, as printed by `pressmark models list`
    pub(crate) name: String,
}

pub(crate) fn run(args: ModelsArgs) -> Result<Outcome> {
    let text = match args.action {
        ModelsAction::List(args) => format!("{}\n{}", ours(&args)?, table()?),
        ModelsAction::Pull(args) => pull(&args)?,
        ModelsAction::Verify(args) => verify(&args)?,
        ModelsAction::Path(args) => {
            if inside(&args.name).is_some() {
                bail!("{} is built in and has no folder; write it to one with pressmark models export", args.name);
            }
            let entry = Entry::named(&args.name)?;
            let snapshot = Snapshot::find(entry)?.with_context(|| how_to_bring(entry))?;
            format!("{}\n", snapshot.folder.display())
        }
        ModelsAction::Export(args) => export(&args)?,
        ModelsAction::Prepare { bundle } => prepare(bundle)?,
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Good)
}

/// Exports a model in the layout of other programs; existing files are never overwritten.
fn export(args: &ExportArgs) -> Result<String> {
    /// The head that other programs can run: one linear layer over each subword.
    const ENTITIES: &str = "ner.news";
    let model = model::open(&args.bundle)?;
    let files: BTreeMap<String, Vec<u8>> = match args.to {
        Layout::Hf => {
            model.to_token_classifier(ENTITIES)?.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
        }
        Layout::Onnx => model.to_onnx()?,
    };
    fs::create_dir_all(&args.dir).with_context(|| format!("failed to create the folder {}", args.dir.display()))?;
    if let Some(file) = files.keys().map(|name| args.dir.join(name)).find(|path| path.exists()) {
        bail!("{} already exists; choose another folder", file.display());
    }
    for (name, bytes) in &files {
        let path = args.dir.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to create the folder {}", folder.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("failed to write {}", path.display()))?;
    }
    let licence = model.licence().unwrap_or("not stated");
    Ok(format!("{}: {} files of {}, licence of the weights: {licence}\n", args.dir.display(), files.len(), model.id()))
}

fn prepare(dir: PathBuf) -> Result<String> {
    let path = dir.join(Vectors::FILE);
    let model = ModelSource::Folder(dir.clone()).load(Precision::default())?;
    let vectors = Vectors::encode(&model, &pressmark::tokenizer(&model, usize::MAX)?, &pressmark::shipped_codebooks())?;
    vectors.save(&dir, &model)?;
    Ok(format!("{}: {} vectors\n", path.display(), vectors.len()))
}

/// Describes our own models: the one named by the arguments, or else the default and the other bundled ones.
fn ours(args: &BundleArgs) -> Result<String> {
    let model = model::open(args)?;
    let mut text = describe(&args.source(), &model, "")?;
    for other in others(args, &model.id())? {
        let source = ModelSource::named(other.name);
        text.push('\n');
        text.push_str(&describe(&source, &*source.load(Precision::default())?, other.short)?);
    }
    Ok(text)
}

/// Bundled models other than the default; none if the arguments name a model.
fn others(args: &BundleArgs, chosen: &str) -> Result<Vec<BundledModel>> {
    if args.model.is_some() {
        return Ok(Vec::new());
    }
    Ok(pressmark::bundled_models()?.into_iter().filter(|model| model.id != chosen).collect())
}

/// Describes one of our own models, loaded from `source`; `short` is its short name, or empty.
fn describe(source: &ModelSource, model: &pressmark_encoder::Model, short: &str) -> Result<String> {
    let (files, place) = source.files()?;
    let place = if short.is_empty() { place } else { format!("{place}: --model {short}") };
    let heads: Vec<&str> = model.heads().iter().map(pressmark_encoder::Head::name).collect();
    Ok(format!(
        "{} {}\n  where    {place}\n  licence  {}\n  weights  {:.1} MB, sha256 {}\n  windows  {} subwords\n  reads    {}\n  heads    {}\n",
        model.name(),
        model.version(),
        model.licence().unwrap_or("not stated"),
        files.weights.len() as f64 / 1e6,
        model.sha256(),
        model.max_window(),
        languages(model),
        heads.join(", "),
    ))
}

/// Languages that a model was trained on, and those it reads only by transfer.
fn languages(model: &pressmark_encoder::Model) -> String {
    let trained = model.languages().join(", ");
    match model.transfer_languages() {
        [] => trained,
        others => format!("{trained}; by transfer, untested: {}", others.join(", ")),
    }
}

/// Describes the registry, one paragraph per model.
fn table() -> Result<String> {
    let mut text = String::from("For the rust-bert backend:\n");
    for entry in registry() {
        let place = match Snapshot::find(entry)? {
            Some(snapshot) => snapshot.folder.display().to_string(),
            None => format!("not installed: pressmark models pull {}", entry.name),
        };
        let revision = entry
            .revision
            .as_deref()
            .map_or_else(|| "revision fixed by the first pull".to_owned(), |revision| format!("revision {revision}"));
        text.push_str(&format!(
            "\n{}\n  task     {}\n  source   {}, {revision}\n  licence  {}\n  weights  about {} MB\n  memory   about {} MB to load, an estimate\n  where    {place}\n",
            entry.name,
            entry.task.as_str(),
            entry.source,
            entry.licence,
            entry.megabytes(),
            // The file and the tensors built from it.
            2 * entry.megabytes(),
        ));
    }
    Ok(text)
}

fn pull(args: &PullArgs) -> Result<String> {
    let entries = args.names.iter().map(|name| Entry::named(name)).collect::<Result<Vec<_>, _>>()?;
    let mut text = String::new();
    let bar = bar(args.quiet);
    for entry in entries {
        let snapshot = hub::pull(entry, args.mirror.as_deref(), &|file, done, all| show(&bar, file, done, all))?;
        text.push_str(&format!("{} {}: {}\n", entry.name, snapshot.revision, snapshot.folder.display()));
    }
    Ok(text)
}

/// Creates a progress bar on standard error, hidden if that is not a terminal.
fn bar(quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target);
    match ProgressStyle::with_template("{msg:24} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Updates the progress of a file.
fn show(bar: &ProgressBar, file: &str, done: u64, all: u64) {
    if done == 0 {
        bar.reset();
        bar.set_message(file.to_owned());
        bar.set_length(all);
    }
    bar.set_position(done);
}

fn verify(args: &VerifyArgs) -> Result<String> {
    let mut text = String::new();
    if args.names.is_empty() {
        let model = model::open(&args.bundle)?;
        text.push_str(&good(&model));
        for other in others(&args.bundle, &model.id())? {
            text.push_str(&good(&*ModelSource::named(other.name).load(Precision::default())?));
        }
        for entry in registry() {
            if let Some(snapshot) = Snapshot::find(entry)? {
                text.push_str(&verdict(&entry.name, &snapshot)?);
            }
        }
    }
    for name in &args.names {
        let path = Path::new(name);
        if !path.is_dir()
            && let Some(source) = inside(name)
        {
            text.push_str(&good(&*source.load(Precision::default())?));
            continue;
        }
        if path.join(MANIFEST).exists() {
            let report = pressmark_encoder::verify_bundle(path)?;
            text.push_str(&format!("{name} {}: good ({} files, {})\n", report.id, report.files.len(), report.sha256));
            if !report.unlisted.is_empty() {
                let beside = report.unlisted.join(", ");
                text.push_str(&format!("{name}: not part of the model, and never read with it: {beside}\n"));
            }
            continue;
        }
        let snapshot = if path.is_dir() {
            Snapshot::local(path)?
        } else {
            let entry = Entry::named(name)?;
            Snapshot::find(entry)?.with_context(|| how_to_bring(entry))?
        };
        if snapshot.lock.is_none() {
            bail!(no_hashes(&snapshot.folder));
        }
        text.push_str(&verdict(name, &snapshot)?);
    }
    Ok(text)
}

/// Reports a model of our own as verified: loading checks every file against the manifest and every tensor against the
/// configuration.
fn good(model: &Model) -> String {
    format!("{} {}: good ({})\n", model.name(), model.version(), model.sha256())
}

/// Finds a bundled model by its name or short name.
fn inside(name: &str) -> Option<ModelSource> {
    Some(ModelSource::named(name)).filter(|source| matches!(source, ModelSource::Named(_)))
}

/// Builds the error for a folder without manifest or lock, suggesting models one level below.
fn no_hashes(folder: &Path) -> String {
    let mut deeper: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join(MANIFEST).is_file() || path.join(Lock::FILE).is_file())
        .map(|path| path.display().to_string())
        .collect();
    deeper.sort_unstable();
    let advice = if deeper.is_empty() { String::new() } else { format!("; models in it: {}", deeper.join(", ")) };
    format!(
        "{} has no hashes to verify: neither {MANIFEST}, as in pressmark's models, nor {}, as in those from `pressmark models pull`{advice}",
        folder.display(),
        Lock::FILE,
    )
}

fn verdict(name: &str, snapshot: &Snapshot) -> Result<String> {
    Ok(match &snapshot.lock {
        Some(lock) => {
            lock.verify(&snapshot.folder)?;
            format!("{name} {}: good ({} files)\n", snapshot.revision, lock.files.len())
        }
        None => format!("{name} {}: unknown (not downloaded by `pressmark models pull`)\n", snapshot.revision),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_vectors_are_those_of_the_shipped_models() {
        for bundled in pressmark::bundled_models().unwrap() {
            let args = BundleArgs { model: Some(bundled.name.into()) };
            let model = model::open(&args).unwrap();
            let tokenizer = pressmark::tokenizer(&model, usize::MAX).unwrap();
            let fresh = Vectors::encode(&model, &tokenizer, &pressmark::shipped_codebooks()).unwrap();
            let distance = args.source().codebook_vectors(&model).unwrap().distance(&fresh);
            let name = bundled.name;
            assert!(distance.is_some_and(|d| d < 1e-6), "{distance:?}: run pressmark models prepare models/{name}");
        }
    }
}
