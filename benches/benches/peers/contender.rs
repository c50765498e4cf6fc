//! Contenders, ours and the peers': each is a process that answers requests, pinned to the same CPUs with the same
//! number of threads, and they are timed alternately.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// Environment variables that set the number of threads of the peers' libraries.
const THREAD_VARIABLES: [&str; 5] =
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "RTEN_NUM_THREADS"];

/// Pause before each turn. Set by hand: threads may spin for a while after their work, which must not slow the next
/// contender.
const PAUSE: Duration = Duration::from_millis(60);

/// Starts contenders.
pub(crate) struct Launcher {
    /// The folder set up by `scripts/peers.sh`, if any.
    pub(crate) peers: Option<PathBuf>,
    /// Folder of cases and logs.
    pub(crate) work: PathBuf,
    /// CPUs that this process may use.
    pub(crate) cpus: Vec<usize>,
}

impl Launcher {
    /// A command pinned to as many CPUs as it has threads, starting from the last one, because the first serves
    /// interrupts.
    pub(crate) fn pinned(&self, threads: usize, program: &Path) -> Command {
        self.pinned_after(0, threads, program)
    }

    /// The same, skipping the `taken` last CPUs.
    fn pinned_after(&self, taken: usize, threads: usize, program: &Path) -> Command {
        let cpus: Vec<String> = self.cpus.iter().rev().skip(taken).take(threads).map(ToString::to_string).collect();
        let mut command = if Path::new("/usr/bin/taskset").exists() {
            let mut command = Command::new("/usr/bin/taskset");
            command.args(["-c", &cpus.join(",")]).arg(program);
            command
        } else {
            Command::new(program)
        };
        for variable in THREAD_VARIABLES {
            command.env(variable, threads.to_string());
        }
        // Settings that restrict OpenBLAS to older kernels would slow the peers.
        command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
        command.envs([("TOKENIZERS_PARALLELISM", "false"), ("HF_HUB_OFFLINE", "1")]);
        command
    }

    /// Starts the contender `name`; fails if it is not installed.
    pub(crate) fn start(&self, name: &str, threads: usize) -> Result<Contender> {
        self.start_after(0, name, threads)
    }

    /// The same, skipping the `taken` last CPUs.
    pub(crate) fn start_after(&self, taken: usize, name: &str, threads: usize) -> Result<Contender> {
        let count = threads.to_string();
        let mut command = if name.starts_with("pressmark") || name == "tokenizers" {
            let mut command = self.pinned_after(taken, threads, &std::env::current_exe()?);
            command.args(["--contender", name, "--threads", &count]);
            command
        } else {
            let peers = self.peers.as_ref().context("the peers are not set up: run scripts/peers.sh")?;
            let is_rust = name.starts_with("rten") || name.starts_with("candle");
            let python = peers.join("venv/bin/python");
            let program = if is_rust { peers.join("rust/release/pressmark-rust-peers") } else { python };
            let mut command = self.pinned_after(taken, threads, &program);
            if !is_rust {
                command.arg(pressmark_benches::repository("benches/peers/python/worker.py"));
            }
            command.args([name, &count]).arg(peers.join("models"));
            command
        };
        let log = self.work.join(format!("{name}-{threads}-{taken}.log"));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .with_context(|| format!("failed to start {name}"))?;
        let input = child.stdin.take().context("the child has a standard input")?;
        let output = BufReader::new(child.stdout.take().context("the child has a standard output")?);
        let mut contender =
            Contender { name: name.to_owned(), child, input, output, log, versions: Map::new(), peak_bytes: 0 };
        if let Value::Object(versions) = contender.reply()?["versions"].take() {
            contender.versions = versions;
        }
        Ok(contender)
    }
}

/// A running contender.
pub(crate) struct Contender {
    pub(crate) name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    log: PathBuf,
    pub(crate) versions: Map<String, Value>,
    /// Peak memory in bytes, as of the last request.
    pub(crate) peak_bytes: u64,
}

impl Contender {
    fn reply(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let last = log.lines().last().unwrap_or("it said nothing").to_owned();
            bail!("{} ended: {last} (see {})", self.name, self.log.display());
        }
        serde_json::from_str(&line).with_context(|| format!("{} answered {line:?}", self.name))
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        writeln!(self.input, "{request}").with_context(|| format!("{} hears nothing any more", self.name))?;
        self.input.flush()?;
        let reply = self.reply()?;
        self.peak_bytes = peak_bytes(self.child.id()).unwrap_or(self.peak_bytes);
        Ok(reply)
    }

    /// Its answer to a case, for the check; also warms it up.
    pub(crate) fn answer(&mut self, case: &Path) -> Result<Value> {
        Ok(self.ask(&json!({ "do": "answer", "case": case }))?["answer"].take())
    }

    /// Seconds per run over a case, averaged over at least `seconds`.
    pub(crate) fn time(&mut self, case: &Path, seconds: f64) -> Result<f64> {
        let reply = self.ask(&json!({ "do": "time", "case": case, "seconds": seconds }))?;
        let number = |key: &str| reply[key].as_f64().with_context(|| format!("{} gave no {key}", self.name));
        Ok(number("seconds")? / number("runs")?)
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Peak memory of a process in bytes, where the system reports it.
fn peak_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// Seconds per run of each contender on its own case, `rounds` times in alternation: by contender, then by round.
pub(crate) fn alternate(contenders: &mut [(Contender, PathBuf)], rounds: usize, seconds: f64) -> Result<Vec<Vec<f64>>> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for ((contender, case), times) in contenders.iter_mut().zip(&mut times) {
            thread::sleep(PAUSE);
            times.push(contender.time(case, seconds)?);
        }
    }
    Ok(times)
}

/// A complete run of a command.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) peak_bytes: u64,
}

/// Runs a command to its end, start-up included, and samples its memory.
pub(crate) fn run_whole(command: &mut Command) -> Result<Run> {
    thread::sleep(PAUSE);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let pid = child.id();
    let watch = thread::spawn(move || {
        let mut peak = 0;
        // The peak only rises, so sampling misses at most an increase in the last milliseconds.
        while let Some(bytes) = peak_bytes(pid) {
            peak = bytes.max(peak);
            thread::sleep(Duration::from_millis(2));
        }
        peak
    });
    let status = child.wait()?;
    let seconds = start.elapsed().as_secs_f64();
    let peak_bytes = watch.join().unwrap_or(0);
    // Exit code 1 means that some records failed, which real pages may.
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("{command:?} ended with {status}");
    }
    Ok(Run { seconds, peak_bytes })
}
