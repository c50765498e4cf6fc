//! The command with stages on rust-bert, using the tiny models of pressmark-rust-bert and a local server in place of
//! the hub.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use pressmark_core::Status;
use pressmark_jsonl::Record;
use tempfile::TempDir;

/// Commit that the server reports.
const COMMIT: &str = "4c53496aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Registry entry that the tiny model stands in for; the registry pins a commit that starts like `COMMIT`.
const NAME: &str = "bert-large-conll03";
const SOURCE: &str = "dbmdz/bert-large-cased-finetuned-conll03-english";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tiny(model: &str) -> String {
    root().join("crates/rust-bert/tests/models").join(model).display().to_string()
}

/// The command with its own cache and no network.
fn command(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressmark"));
    for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command.env_remove("HF_HUB_CACHE").env_remove("HF_TOKEN");
    // Nobody listens on this port.
    command.env("HF_HOME", home.path()).env("HF_ENDPOINT", "http://127.0.0.1:9").current_dir(root());
    command
}

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn stdout(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code < 2), "{error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Returns the error of a run that could not start.
fn refusal(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{error}");
    error
}

/// Arguments for every stage that rust-bert supports, on tiny models.
fn all_stages() -> Vec<String> {
    let models = [("ner", "ner-bert"), ("summarize", "sum-bart"), ("frames", "nli-bart"), ("stance", "nli-bart")];
    let models = models.iter().flat_map(|(stage, model)| ["--model".to_owned(), format!("{stage}={}", tiny(model))]);
    ["--backend".to_owned(), "rust-bert".to_owned()].into_iter().chain(models).collect()
}

fn records(lines: &str) -> Vec<Record<'_>> {
    lines.lines().map(|line| serde_json::from_str(line).expect("each line is a record")).collect()
}

fn annotate(home: &TempDir, input: &str, more: &[&str]) -> String {
    let args = all_stages();
    stdout(command(home).args(["annotate", "--quiet", input]).args(args).args(more).output().expect("it runs"))
}

fn check_rows(lines: &str) {
    let points = |record: &Record<'_>| record.text.chars().count();
    for record in records(lines) {
        let length = points(&record);
        assert_ne!(record.status, Status::Failed, "{:?}", record.problems);
        assert!(record.problems.iter().all(|p| p.kind != "stage_failed"), "{:?}", record.problems);
        let mut at = 0;
        for mention in &record.ents {
            assert!(at <= mention.start && mention.start < mention.end && mention.end <= length);
            at = mention.end;
            assert!(mention.entity.as_ref().is_some_and(|id| record.entities.iter().any(|e| e.id == *id)));
        }
        assert!(record.frames.iter().all(|f| f.evidence.iter().all(|e| e.start < e.end && e.end <= length)));
        assert!(record.stances.iter().all(|s| s.evidence.iter().all(|e| e.start < e.end && e.end <= length)));
        assert_eq!(record.frames.len(), 20, "fifteen policy frames and five news frames");
        assert!(record.stances.iter().any(|s| s.target == "the railway"));
        assert!(!record.summary.is_empty() && record.abstract_text.is_some(), "{}", record.id);
        for stage in ["ner", "abstract", "frames", "stance"] {
            let ran = record.provenance.stages.iter().find(|s| s.stage == stage).expect("it ran");
            let model = ran.model.as_deref().unwrap_or_default();
            assert!(
                model.ends_with(" local") && ran.sha256.as_ref().is_some_and(|h| h.len() == 64),
                "{stage}: {model}"
            );
            assert!(ran.settings.contains(r#""backend":"rust-bert""#), "{stage}: {}", ran.settings);
            let coverage = record.coverage.iter().find(|c| c.stage == stage).expect("it says what it saw");
            assert_eq!(coverage.seen, coverage.total, "{stage}");
        }
    }
}

#[test]
fn rows_are_whole_and_the_same_whatever_the_jobs() {
    let home = home();
    let more = ["--target", "the railway"];
    let one = annotate(&home, "seeds/02-copper-rail.txt", &[&more[..], &["--jobs", "1"]].concat());
    check_rows(&one);
    assert_eq!(records(&one).len(), 1);
    let all = annotate(&home, "seeds", &[&more[..], &["--jobs", "3"]].concat());
    assert!(all.lines().any(|line| line == one.trim_end()), "a document's line depends on its company");
    assert_eq!(all, annotate(&home, "seeds", &[&more[..], &["--jobs", "1"]].concat()));
}

#[test]
fn a_run_to_a_file_says_which_backend_and_models_made_it_and_its_rows_verify() {
    let home = home();
    let file = home.path().join("out.jsonl").display().to_string();
    annotate(&home, "seeds", &["--output", &file]);
    let verified = command(&home).args(["verify", &file, "--inputs", "seeds"]).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    // Resuming compares the backend as given, and every model by hash.
    let settings = |model: &str| {
        let file = home.path().join(format!("{model}.jsonl"));
        let model = format!("ner={}", tiny(model));
        let args = ["annotate", "--quiet", "seeds/09-museum-door.txt", "--backend", "ner=rust-bert", "--model", &model];
        let output = command(&home).args(args).arg("--output").arg(&file).output().expect("it runs");
        stdout(output);
        let manifest = fs::read_to_string(file.with_extension("jsonl.manifest.json")).expect("it is there");
        let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("it is JSON");
        manifest["settings"].clone()
    };
    let (bert, roberta) = (settings("ner-bert"), settings("ner-roberta"));
    assert_eq!(bert["--backend"], "ner=rust-bert", "{bert}");
    let named = bert["model"].as_str().expect("the models are recorded");
    assert!(named.contains("pressmark-news-small ") && named.contains("ner-bert local sha256 "), "{named}");
    assert_ne!(bert["model"], roberta["model"]);
}

#[test]
fn a_codebook_is_fitted_on_the_model_of_our_own_only() {
    let args = ["codebook", "fit", "coded.jsonl", "--codebook", "news-frames", "--backend", "rust-bert"];
    assert!(refusal(command(&home()).args(args).output().expect("it runs")).contains("--backend"));
}

#[test]
fn articles_from_outside_make_whole_rows() {
    let shared = root().join("../shared/seeds");
    if !shared.exists() {
        writeln!(std::io::stdout(), "skipped: {} is missing", shared.display()).expect("it can be said");
        return;
    }
    let home = home();
    let (inputs, file) = (shared.display().to_string(), home.path().join("out.jsonl").display().to_string());
    annotate(&home, &inputs, &["--target", "the railway", "--output", &file]);
    let lines = fs::read_to_string(&file).expect("it is there");
    assert!(records(&lines).len() > 2);
    check_rows(&lines);
    let verified = command(&home).args(["verify", &file, "--inputs", &inputs]).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn one_stage_at_a_time() {
    let home = home();
    let run = |args: &[&str]| {
        stdout(
            command(&home)
                .args(["annotate", "--quiet", "seeds/09-museum-door.txt"])
                .args(args)
                .output()
                .expect("it runs"),
        )
    };
    let model = format!("summarize={}", tiny("sum-t5"));
    let mixed = run(&["--backend", "ner=embedded,summarize=rust-bert", "--model", &model]);
    let mixed = &records(&mixed)[0];
    assert!(mixed.abstract_text.is_some() && !mixed.summary.is_empty());
    let ner = mixed.provenance.stages.iter().find(|s| s.stage == "ner").expect("it ran");
    assert!(ner.model.as_deref().is_some_and(|m| m.starts_with("pressmark-news-small ")));
    let vectors = format!("embed={}", tiny("emb-bert"));
    let ner = format!("ner={}", tiny("ner-deberta-v3"));
    let embedded = run(&["--stages", "summarize", "--model", &vectors, "--model", &ner]);
    let embedded = &records(&embedded)[0];
    assert!(!embedded.summary.is_empty());
    assert!(embedded.provenance.stages.iter().all(|s| s.stage != "encoder"));
    let all = command(&home).args(["annotate", "seeds", "--model", &vectors]).output().expect("it runs");
    assert!(refusal(all).contains("replaces the bundled encoder, which ner needs"));
}

#[test]
fn evaluate_inspect_and_bench_take_the_same_options() {
    let home = home();
    let gold = home.path().join("gold.txt");
    fs::write(&gold, "Oslo B-LOC\nwaits O\n. O\n").expect("room for it");
    let model = format!("ner={}", tiny("ner-bert"));
    let evaluate = ["evaluate", "ner", &gold.display().to_string(), "--labels", "conll03", "--model", &model];
    let table = stdout(command(&home).args(evaluate).output().expect("it runs"));
    assert!(table.contains(r#""name":"all""#), "{table}");
    // The bundled model finds the one name; random weights find something else.
    let bundled = stdout(command(&home).args(&evaluate[..5]).output().expect("it runs"));
    assert_ne!(table, bundled);
    let model = format!("summarize={}", tiny("sum-bart"));
    let shown = command(&home).args(["inspect", "seeds/09-museum-door.txt", "--model", &model]).output();
    assert!(stdout(shown.expect("it runs")).contains("Abstract"));
    let timed = command(&home)
        .args(["bench", "seeds/09-museum-door.txt", "--stages", "summarize", "--repeats", "1", "--model", &model])
        .output();
    assert!(stdout(timed.expect("it runs")).contains("abstract"));
}

#[test]
fn without_network_it_says_what_is_missing_and_how_to_bring_it() {
    let home = home();
    let annotate = |args: &[&str]| {
        refusal(
            command(&home)
                .args(["annotate", "seeds", "--backend", "ner=rust-bert"])
                .args(args)
                .output()
                .expect("it runs"),
        )
    };
    let missing = annotate(&[]);
    for part in
        [NAME, "pressmark models pull", "--pull", "config.json, vocab.txt", SOURCE, "--model STAGE=DIR", "--mirror"]
    {
        assert!(missing.contains(part), "{part}: {missing}");
    }
    let unreachable = annotate(&["--pull"]);
    assert!(unreachable.contains("the file list of") && unreachable.contains("--mirror DIR"), "{unreachable}");
    assert!(annotate(&["--model", "ner=no-such"]).contains("no-such is neither a folder nor a known model"));
    let path = refusal(command(&home).args(["models", "path", NAME]).output().expect("it runs"));
    assert!(path.contains("is not installed"), "{path}");
    let listed = stdout(command(&home).args(["models", "list"]).output().expect("it runs"));
    assert!(
        listed.contains("pressmark-news") && listed.contains("not installed: pressmark models pull bart-large-cnn")
    );
    assert!(listed.contains("weights  about 1624 MB\n  memory   about 3248 MB to load"), "{listed}");
}

#[test]
fn a_model_from_a_mirror_folder_is_locked_and_verified() {
    let (home, mirror) = (home(), home());
    let place = mirror.path().join(SOURCE);
    fs::create_dir_all(&place).expect("room for it");
    for file in ["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"] {
        fs::copy(Path::new(&tiny("ner-bert")).join(file), place.join(file)).expect("room for it");
    }
    let mirror = mirror.path().display().to_string();
    let pulled = stdout(command(&home).args(["models", "pull", NAME, "--mirror", &mirror]).output().expect("it runs"));
    assert!(pulled.starts_with(&format!("{NAME} mirror-")), "{pulled}");
    let verify = || command(&home).args(["models", "verify", NAME]).output().expect("it runs");
    assert!(stdout(verify()).contains("good (4 files)"));
    let run =
        || command(&home).args(["annotate", "-q", "seeds/09-museum-door.txt", "--backend", "ner=rust-bert"]).output();
    let lines = stdout(run().expect("it runs"));
    let records = records(&lines);
    let ner = records[0].provenance.stages.iter().find(|s| s.stage == "ner").expect("it ran");
    assert!(ner.model.as_deref().is_some_and(|m| m.starts_with(&format!("{SOURCE} mirror-"))));
    // Replaced weights are rejected, by `verify` and on use.
    let folder = stdout(command(&home).args(["models", "path", NAME]).output().expect("it runs"));
    let weights = Path::new(folder.trim()).join("model.safetensors");
    let mut bytes = fs::read(&weights).expect("it is there");
    *bytes.last_mut().expect("it is not empty") ^= 1;
    fs::write(&weights, bytes).expect("room for it");
    assert!(refusal(verify()).contains("damaged or was replaced"));
    assert!(refusal(run().expect("it runs")).contains("damaged or was replaced"));
}

#[test]
fn a_pull_from_a_hub_is_pinned_resumed_and_verified() {
    let home = home();
    let hub = Hub::start();
    let pull = || {
        let mut command = command(&home);
        command.env("HF_ENDPOINT", &hub.address).env("HF_TOKEN", "secret");
        command.args(["models", "pull", NAME, "--quiet"]).output().expect("it runs")
    };
    // Half of the weights are present from an interrupted pull.
    let weights = fs::read(Path::new(&tiny("ner-bert")).join("model.safetensors")).expect("it is there");
    let blobs = home.path().join("hub").join(format!("models--{}", SOURCE.replace('/', "--"))).join("blobs");
    fs::create_dir_all(&blobs).expect("room for it");
    let part = blobs.join(format!("{}.part", hub.sha256));
    fs::write(&part, &weights[..weights.len() / 2]).expect("room for it");
    let pulled = stdout(pull());
    assert!(pulled.starts_with(&format!("{NAME} {COMMIT}: ")), "{pulled}");
    let asked = hub.asked();
    let resumed = format!("bytes={}-", weights.len() / 2);
    assert!(asked.iter().any(|r| r.contains("model.safetensors") && r.contains(&resumed)), "{asked:?}");
    assert!(asked.iter().all(|r| r.contains("Bearer secret")), "{asked:?}");
    assert!(asked.iter().all(|r| !r.contains("main")), "a branch was asked for: {asked:?}");
    let folder = stdout(command(&home).args(["models", "path", NAME]).output().expect("it runs"));
    let lock = fs::read_to_string(Path::new(folder.trim()).join("pressmark.lock.json")).expect("it is there");
    assert!(lock.contains(COMMIT) && lock.contains(&hub.sha256), "{lock}");
    assert!(stdout(command(&home).args(["models", "verify"]).output().expect("it runs")).contains(COMMIT));
    // The second pull requests nothing, and `annotate` names the commit.
    stdout(pull());
    assert_eq!(hub.asked().len(), asked.len());
    let run =
        command(&home).args(["annotate", "-q", "seeds/09-museum-door.txt", "--backend", "ner=rust-bert"]).output();
    let lines = stdout(run.expect("it runs"));
    assert!(lines.contains(&format!("{SOURCE} {COMMIT}")) && lines.contains(&hub.sha256));
}

#[test]
fn a_hub_with_another_commit_or_other_bytes_is_refused() {
    let home = home();
    let mut hub = Hub::start();
    let pull = |hub: &Hub| {
        let args = ["models", "pull", NAME, "--quiet", "--mirror", &hub.address];
        refusal(command(&home).args(args).output().expect("it runs"))
    };
    hub.change(|state| state.commit = "../../../../../../etc/aaaaaaaaaaaaaaaaaa".into());
    assert!(pull(&hub).contains("expected 4c53496"));
    hub.change(|state| state.commit = "b".repeat(40));
    assert!(pull(&hub).contains("expected 4c53496"));
    hub.change(|state| (state.commit, state.etag) = (COMMIT.into(), "0".repeat(64)));
    assert!(pull(&hub).contains(&format!("expected {}", "0".repeat(64))));
    let path = command(&home).args(["models", "path", NAME]).output().expect("it runs");
    assert_eq!(path.status.code(), Some(2), "what was refused must not be found");
}

/// A server that imitates the hub, for one model.
struct Hub {
    address: String,
    sha256: String,
    state: Arc<Mutex<State>>,
}

struct State {
    commit: String,
    etag: String,
    asked: Vec<String>,
}

impl Hub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("it has one"));
        let locked = Command::new("sha256sum").arg(Path::new(&tiny("ner-bert")).join("model.safetensors")).output();
        let sha256 = stdout(locked.expect("coreutils are here"))[..64].to_owned();
        let state = State { commit: COMMIT.into(), etag: sha256.clone(), asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                // A client that hangs up early does not matter.
                let _ = answer(stream, &shared);
            }
        });
        Self { address, sha256, state }
    }

    fn asked(&self) -> Vec<String> {
        self.state.lock().expect("no panic").asked.clone()
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no panic"));
    }
}

/// Answers one request and closes the connection.
fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    while !request.ends_with("\r\n\r\n") && reader.read_line(&mut request)? > 0 {}
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let range = request.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let mut state = state.lock().expect("no panic");
    state.asked.push(request.replace("\r\n", " | "));
    let files = ["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"];
    if path.starts_with("/api/") {
        let siblings = files.map(|f| format!(r#"{{"rfilename":"{f}"}}"#)).join(",");
        let body = format!(r#"{{"sha":"{}","siblings":[{siblings}]}}"#, state.commit);
        return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    let mut body = Vec::new();
    fs::File::open(Path::new(&tiny("ner-bert")).join(file))?.read_to_end(&mut body)?;
    let etag = if file == "model.safetensors" { state.etag.clone() } else { format!("git-{}", file.len()) };
    let (first, last) = range.as_deref().and_then(|r| r.split_once('-')).unwrap_or(("0", ""));
    let first: usize = first.trim().parse().unwrap_or(0);
    let end = last.trim().parse().map_or(body.len(), |last: usize| (last + 1).min(body.len()));
    let slice = body.get(first..end).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 206 Partial Content\r\nx-repo-commit: {}\r\netag: \"{etag}\"\r\nContent-Range: bytes {first}-{}/{}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        state.commit,
        end.saturating_sub(1),
        body.len(),
        slice.len()
    )?;
    stream.write_all(slice)
}
