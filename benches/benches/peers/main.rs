//! Compares pressmark with its peers: the same work, alternating, in one run; writes one table for readers and one for
//! programs.
//!
//!     scripts/peers.sh [--quick] [--only encoder,whole]
//!
//! sets up the peers and runs this bench; `cargo bench -p pressmark-benches --bench peers` runs it alone, with whatever
//! contenders are installed.

mod contender;
mod inputs;
mod machine;
mod ours;
mod report;
mod sections;
mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};

use crate::contender::Launcher;
use crate::inputs::Corpus;
use crate::machine::{Machine, allowed_cpus, said};
use crate::report::{Claim, Report, Table};

/// Compares pressmark with its peers
#[derive(Debug, Parser)]
struct Args {
    /// Fewer and shorter rounds: minutes instead of half an hour
    #[arg(long)]
    quick: bool,
    /// Only these tables
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Section>,
    /// Folder that scripts/peers.sh set up
    #[arg(long, env = "PRESSMARK_PEERS")]
    peers: Option<PathBuf>,
    /// Folder of the results
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results"))]
    results: PathBuf,
    /// Answers as this contender instead
    #[arg(long, hide = true)]
    contender: Option<String>,
    #[arg(long, hide = true, default_value_t = 1)]
    threads: usize,
    /// What cargo bench adds
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Section {
    Encoder,
    Text,
    Entities,
    Summary,
    Html,
    Duplicates,
    Whole,
    Scaling,
}

/// Length of the measurements.
#[derive(Clone, Copy)]
struct Plan {
    rounds: usize,
    /// Rounds of cases that take seconds per run.
    long_rounds: usize,
    /// Minimum seconds per turn.
    seconds: f64,
    quick: bool,
}

impl Plan {
    /// Chooses a value by the length of the run.
    fn of<T>(self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// State shared by all sections.
struct Bench {
    launcher: Launcher,
    corpus: Corpus,
    plan: Plan,
    versions: BTreeMap<String, String>,
    missing: BTreeMap<String, String>,
    claims: Vec<Claim>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(name) = &args.contender {
        return ours::serve(name, args.threads);
    }
    let start = Instant::now();
    let cpus = allowed_cpus();
    let machine = Machine::here(cpus.len());
    let work = work()?;
    let plan = if args.quick {
        Plan { rounds: 3, long_rounds: 3, seconds: 0.25, quick: true }
    } else {
        Plan { rounds: 7, long_rounds: 5, seconds: 1.0, quick: false }
    };
    let launcher = Launcher { peers: peers(args.peers), work, cpus };
    let mut bench = Bench {
        launcher,
        corpus: inputs::corpus()?,
        plan,
        versions: BTreeMap::from([("rustc".into(), said("rustc", &["--version"]))]),
        missing: BTreeMap::new(),
        claims: Vec::new(),
    };
    let mut tables = Vec::new();
    for section in Section::value_variants() {
        if args.only.is_empty() || args.only.contains(section) {
            // A failed section is noted in the report: the others took minutes.
            let made = run(&mut bench, *section).unwrap_or_else(|error| {
                bench.missing.insert(format!("{section:?}"), format!("{error:#}"));
                Vec::new()
            });
            for table in &made {
                writeln!(std::io::stdout(), "{}", table.markdown())?;
            }
            tables.extend(made);
        }
    }
    ensure!(!tables.is_empty(), "nothing was measured");
    let report = Report {
        date: said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        commit: said("git", &["describe", "--always", "--dirty"]),
        command: if args.quick { "scripts/peers.sh --quick" } else { "scripts/peers.sh" }.into(),
        quick: args.quick,
        machine,
        versions: bench.versions,
        claims: bench.claims,
        tables,
        missing: bench.missing,
        seconds: start.elapsed().as_secs_f64(),
    };
    fs::create_dir_all(&args.results)?;
    // A partial table must not replace the complete one.
    let name = if args.only.is_empty() { "peers" } else { "part" };
    fs::write(args.results.join(format!("{name}.json")), format!("{:#}\n", serde_json::to_value(&report)?))?;
    fs::write(args.results.join(format!("{name}.md")), report.markdown())?;
    writeln!(std::io::stdout(), "{name}.md and {name}.json are in {}", args.results.display())?;
    Ok(())
}

/// A folder for cases and logs in the target folder, where a failed run can be inspected.
fn work() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let target = here.ancestors().find(|dir| dir.join("CACHEDIR.TAG").exists()).context("this runs from target/")?;
    let work = target.join("peers");
    fs::create_dir_all(&work).with_context(|| format!("failed to make {}", work.display()))?;
    Ok(work)
}

/// The folder of the peers: the given one, or the default of `scripts/peers.sh`.
fn peers(named: Option<PathBuf>) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    named.or_else(|| Some(cache?.join("pressmark/peers"))).filter(|folder| folder.is_dir())
}

fn run(bench: &mut Bench, section: Section) -> Result<Vec<Table>> {
    match section {
        Section::Encoder => sections::encoder(bench),
        Section::Text => sections::text(bench),
        Section::Entities => sections::entities(bench),
        Section::Summary => sections::summary(bench),
        Section::Html => sections::html(bench),
        Section::Duplicates => sections::duplicates(bench),
        Section::Whole => whole::chains(bench),
        Section::Scaling => whole::scaling(bench),
    }
}
