//! Load test of the service: many connections, each posting one document at a time. Measures latency and losses, and
//! compares the throughput with the command's on the same documents.
//!
//!     cargo build --release && cargo bench -p pressmark-benches --bench serve -- target/release/pressmark
//!
//! writes `benches/results/serve.md`. Service, stream and command alternate, so that other work on the machine affects
//! all three alike.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Loads the service
#[derive(Debug, Parser)]
struct Args {
    /// The program
    binary: PathBuf,
    /// Documents, each posted once
    #[arg(long, default_value_t = 10_000)]
    requests: usize,
    /// Connections of the main table
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Documents among them that go through a stream and the command as well
    #[arg(long, default_value_t = 10_000)]
    compared: usize,
    /// Turns that service, stream and command take
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Documents annotated at once
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Where the table goes
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/results/serve.md"))]
    output: PathBuf,
    /// What cargo bench adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    let documents = documents(&seeds, args.requests)?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let service = Service::start(&args)?;
    // The first documents of a process are slower.
    runtime.block_on(post(&service.address, &documents[..args.requests.min(50)], args.connections))?;
    let (mut posted, mut stream, mut command) = (Load::default(), Rate::default(), Rate::default());
    for documents in documents.chunks(args.requests.div_ceil(args.rounds.max(1))) {
        posted.add(runtime.block_on(post(&service.address, documents, args.connections))?);
        let compared = &documents[..documents.len().min(args.compared.div_ceil(args.rounds.max(1)))];
        stream.add(compared.len(), || runtime.block_on(send_stream(&service.address, compared)))?;
        command.add(compared.len(), || annotate(&args, folder.path(), compared))?;
    }
    let alone = runtime.block_on(post(&service.address, &documents[..args.requests.min(500)], 1))?;
    service.end()?;
    ensure!(posted.lost + alone.lost == 0, "{} requests had no answer", posted.lost + alone.lost);
    let text = table(&args, &documents, &[(args.connections, posted), (1, alone)], &stream, &command);
    fs::write(&args.output, text).with_context(|| format!("failed to write {}", args.output.display()))
}

/// Records of five sentences from `seeds/` each, all different: about 700 bytes, like an agency's report.
fn documents(seeds: &Path, count: usize) -> Result<Vec<String>> {
    let mut texts = String::new();
    for entry in fs::read_dir(seeds)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            texts.push_str(&String::from_utf8_lossy(&fs::read(path)?));
        }
    }
    let mut sentences: Vec<&str> = texts.split_inclusive(['.', '\n']).map(str::trim).collect();
    // One of the files is not UTF-8.
    sentences.retain(|sentence| (60..400).contains(&sentence.len()) && !sentence.contains('\u{FFFD}'));
    sentences.sort_unstable();
    let mut state = 1_u64;
    // SplitMix64 (Steele et al. 2014): the same documents on every machine.
    let mut draw = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        sentences[((x ^ (x >> 31)) % sentences.len() as u64) as usize]
    };
    let text = |_| (0..5).map(|_| draw()).collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = (0..count).map(text).collect();
    Ok(texts.iter().enumerate().map(|(n, text)| json!({"id": n.to_string(), "text": text}).to_string()).collect())
}

/// The service as a separate process.
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(args: &Args) -> Result<Self> {
        let mut command = Command::new(&args.binary);
        let queue = args.connections.to_string();
        command.args(["serve", "--listen", "127.0.0.1:0", "--queue", &queue, "--jobs", &args.jobs.to_string()]);
        let mut child = command.stderr(Stdio::piped()).spawn().context("failed to start the program")?;
        let mut said = String::new();
        let mut stderr = BufReader::new(child.stderr.take().context("it has a standard error")?);
        stderr.read_line(&mut said)?;
        // Drained, so that its closing message does not hit a broken pipe.
        thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let address = said.strip_prefix("listening on http://").and_then(|rest| rest.split(',').next());
        Ok(Self { child, address: address.with_context(|| format!("it said {said:?}"))?.to_owned() })
    }

    fn end(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the service ended with {status}");
        Ok(())
    }
}

/// Results of the requests.
#[derive(Default)]
struct Load {
    latencies: Vec<Duration>,
    /// Documents per second, by round.
    rate: Rate,
    /// Answers other than the row of the document that was sent.
    errors: usize,
    /// Requests without an answer.
    lost: usize,
}

impl Load {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.rate.0.extend(other.rate.0);
        self.errors += other.errors;
        self.lost += other.lost;
    }

    /// Latency in milliseconds at this quantile.
    fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(at.saturating_sub(1)).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// Documents per second, by round.
#[derive(Default)]
struct Rate(Vec<f64>);

impl Rate {
    fn add(&mut self, documents: usize, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let start = Instant::now();
        work()?;
        self.0.push(documents as f64 / start.elapsed().as_secs_f64());
        Ok(())
    }

    fn median(&self) -> f64 {
        middle(self.0.clone())
    }

    /// Median of the rounds' ratios: a disturbance in a round affects both sides.
    fn times(&self, other: &Self) -> f64 {
        middle(self.0.iter().zip(&other.0).map(|(ours, theirs)| ours / theirs).collect())
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Posts each document individually, over this number of connections.
async fn post(address: &str, documents: &[String], connections: usize) -> Result<Load> {
    let (next, documents) = (Arc::new(AtomicUsize::new(0)), Arc::new(documents.to_vec()));
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (next, documents, address) = (Arc::clone(&next), Arc::clone(&documents), address.to_owned());
        clients.spawn(async move {
            let (mut load, mut connection) = (Load::default(), None);
            while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                match ask(&mut connection, &address, document).await {
                    Ok((StatusCode::OK, row)) if is_row_of(&row, document) => load.latencies.push(start.elapsed()),
                    Ok(_) => load.errors += 1,
                    Err(_) => (load.lost, connection) = (load.lost + 1, None),
                }
            }
            load
        });
    }
    let mut load = Load::default();
    while let Some(client) = clients.join_next().await {
        load.add(client?);
    }
    load.rate.0.push(documents.len() as f64 / start.elapsed().as_secs_f64());
    Ok(load)
}

fn is_row_of(row: &[u8], document: &str) -> bool {
    let read = |json: &[u8]| serde_json::from_slice::<Value>(json).ok();
    read(row)
        .zip(read(document.as_bytes()))
        .is_some_and(|(row, document)| row["status"] == "ok" && row["id"] == document["id"])
}

type Connection = SendRequest<Full<Bytes>>;

async fn connect(address: &str) -> Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (connection, driver) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(driver);
    Ok(connection)
}

fn request(address: &str, content_type: &str, body: String) -> Result<Request<Full<Bytes>>> {
    let request = Request::post("/annotate").header("host", address).header("content-type", content_type);
    Ok(request.body(Full::new(body.into()))?)
}

async fn ask(connection: &mut Option<Connection>, address: &str, document: &str) -> Result<(StatusCode, Bytes)> {
    let sender = match connection {
        Some(sender) => sender,
        None => connection.insert(connect(address).await?),
    };
    sender.ready().await?;
    let answer = sender.send_request(request(address, "application/json", document.to_owned())?).await?;
    let status = answer.status();
    Ok((status, answer.into_body().collect().await?.to_bytes()))
}

/// Sends all documents as one stream while reading its rows.
async fn send_stream(address: &str, documents: &[String]) -> Result<()> {
    let mut connection = connect(address).await?;
    let lines = documents.iter().map(|document| format!("{document}\n")).collect();
    let mut rows = connection.send_request(request(address, "application/x-ndjson", lines)?).await?.into_body();
    let mut count = 0;
    while let Some(frame) = rows.frame().await {
        count += frame?.into_data().unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count();
    }
    ensure!(count == documents.len(), "{count} rows of {} documents", documents.len());
    Ok(())
}

/// Annotates the documents with the command.
fn annotate(args: &Args, folder: &Path, documents: &[String]) -> Result<()> {
    let (input, output) = (folder.join("documents.jsonl"), folder.join("rows.jsonl"));
    fs::write(&input, documents.join("\n"))?;
    let mut command = Command::new(&args.binary);
    command.arg("annotate").arg(&input).arg("-o").arg(&output);
    let status = command.args(["--quiet", "--overwrite", "--jobs", &args.jobs.to_string()]).status()?;
    ensure!(status.success(), "the command ended with {status}");
    Ok(())
}

fn table(args: &Args, documents: &[String], loads: &[(usize, Load)], stream: &Rate, command: &Rate) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let bytes = documents.iter().map(String::len).sum::<usize>() / documents.len().max(1);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "# The service under load\n\n\
         Written by `cargo bench -p pressmark-benches --bench serve -- target/release/pressmark --compared {}`: documents of\n\
         five sentences of `seeds/` ({bytes} bytes on average), all stages, {} jobs on {cores} cores, of which the client takes its\n\
         part; load average at the end {load}: read the ratios. Each connection posts one document after the other; a row must be there, of status `ok`\n\
         and with the id that was sent.\n\n\
         | connections | requests | p50, ms | p90, ms | p99, ms | documents/s | errors | lost |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|\n",
        args.compared, args.jobs
    );
    for (connections, load) in loads {
        let count = load.latencies.len() + load.errors + load.lost;
        let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|share| load.percentile(share));
        let (rate, errors, lost) = (load.rate.median(), load.errors, load.lost);
        let _ = writeln!(
            text,
            "| {connections} | {count} | {p50:.0} | {p90:.0} | {p99:.0} | {rate:.1} | {errors} | {lost} |"
        );
    }
    let posted = loads.first().map(|(_, load)| &load.rate);
    let ratio = posted.map_or(0.0, |posted| posted.times(command));
    let _ = write!(
        text,
        "\nIn turns: {} documents posted, {} of them streamed and annotated by the command (medians of {} turns, and of the ratios\n\
         within them):\n\n\
         | how | documents/s | of the command |\n|---|---:|---:|\n\
         | posted one by one, {} connections | {:.1} | {:.0} % |\n\
         | one stream of JSON lines | {:.1} | {:.0} % |\n\
         | `pressmark annotate`, from a file to a file | {:.1} | |\n",
        documents.len().div_ceil(args.rounds.max(1)),
        documents.len().min(args.compared).div_ceil(args.rounds.max(1)),
        command.0.len(),
        args.connections,
        posted.map_or(0.0, Rate::median),
        ratio * 100.0,
        stream.median(),
        stream.times(command) * 100.0,
        command.median(),
    );
    text
}
