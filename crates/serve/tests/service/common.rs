//! A test server, its clients, and a stage that blocks.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::{self, JoinHandle};

use pressmark::{Annotator, ModelSource, Settings};
use pressmark_core::{Document, Layer, Provenance, Stage, StageError};
use pressmark_serve::{Limits, Server, Stopped, Stopper};

/// Settings with these stages and the one model shared by all tests.
pub(crate) fn settings(stages: &[&str]) -> Settings {
    static MODEL: OnceLock<ModelSource> = OnceLock::new();
    let load = || ModelSource::Loaded(ModelSource::Find.load(Default::default()).expect("the model is inside"));
    let stages = stages.iter().map(|&stage| stage.to_owned()).collect();
    Settings { model: MODEL.get_or_init(load).clone(), stages, ..Settings::default() }
}

pub(crate) fn annotator(stages: &[&str]) -> Annotator {
    Annotator::new(settings(stages)).expect("the model has every head")
}

/// A running server, stopped on drop.
pub(crate) struct Running {
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<Stopped>>,
    agent: ureq::Agent,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Running {
    pub(crate) fn new(annotator: Annotator, limits: Limits) -> Self {
        let server = Server::bind(annotator, "127.0.0.1:0", limits).expect("there is a free port");
        let (address, stopper) = (server.address(), server.stopper());
        let thread = Some(thread::spawn(|| server.run().expect("it runs")));
        // One connection per request, so that open connections are exactly the waiting ones.
        let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let agent = config.max_idle_connections(0).build().new_agent();
        Self { address, stopper, thread, agent }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn post(&self, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        self.post_with(&[("content-type", content_type)], body)
    }

    pub(crate) fn post_with(&self, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let mut request = self.agent.post(format!("http://{}/annotate", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body.as_ref()))
    }

    /// Sends a request without a body.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Answer {
        let uri = format!("http://{}{path}", self.address);
        let request = ureq::http::Request::builder().method(method).uri(uri).body(()).expect("it is well-formed");
        read(self.agent.run(request))
    }

    pub(crate) fn metrics(&self) -> String {
        String::from_utf8(self.ask("GET", "/metrics").body).expect("it is text")
    }

    /// Returns the value of a metric without labels.
    pub(crate) fn metric(&self, name: &str) -> i64 {
        let metrics = self.metrics();
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.and_then(|value| value.parse().ok()).expect("the metric is there")
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("it listens")
    }

    /// Sends a request without reading the response.
    pub(crate) fn send(&self, content_type: &str, body: &str) -> TcpStream {
        let mut client = self.connect();
        let length = body.len();
        let head = format!("POST /annotate HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: {content_type}");
        write!(client, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").expect("it reads");
        client
    }

    pub(crate) fn stop(&self) {
        self.stopper.stop();
    }

    /// Stops the server and returns the number of connections that were cut off.
    pub(crate) fn end(mut self) -> usize {
        self.stop();
        self.thread.take().expect("it runs").join().expect("it ends").cut_off
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("it answers");
    let header = |name: &str| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
    let (content_type, retry_after) = (header("content-type").unwrap_or_default(), header("retry-after"));
    let body = answer.body_mut().read_to_vec().expect("it answers whole");
    Answer { status: answer.status().as_u16(), content_type, retry_after, body }
}

/// Waits until a condition holds.
pub(crate) fn poll(holds: impl Fn() -> bool) {
    while !holds() {
        thread::yield_now();
    }
}

/// A stage that blocks documents until released, and panics on those that contain "boom".
#[derive(Clone)]
pub(crate) struct Gate(Arc<(Mutex<State>, Condvar)>);

struct State {
    is_open: bool,
    seen: Vec<String>,
}

impl Gate {
    pub(crate) fn open() -> Self {
        Self::new(true)
    }

    pub(crate) fn shut() -> Self {
        Self::new(false)
    }

    fn new(is_open: bool) -> Self {
        Self(Arc::new((Mutex::new(State { is_open, seen: Vec::new() }), Condvar::new())))
    }

    /// An annotator whose last stage is the gate.
    pub(crate) fn annotator(&self, jobs: usize) -> Annotator {
        let settings = Settings { jobs: NonZeroUsize::new(jobs), ..settings(&["tokenize"]) };
        Annotator::builder(settings).with_stage(Box::new(self.clone())).build().expect("the stages fit")
    }

    /// Waits until this many documents have reached the gate.
    pub(crate) fn wait_for(&self, count: usize) {
        let state = self.0.0.lock().expect("no other thread broke down");
        drop(self.0.1.wait_while(state, |state| state.seen.len() < count).expect("no other thread broke down"));
    }

    pub(crate) fn release(&self) {
        self.0.0.lock().expect("no other thread broke down").is_open = true;
        self.0.1.notify_all();
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.0.0.lock().expect("no other thread broke down").seen.clone()
    }
}

impl Stage for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn needs(&self) -> &'static [Layer] {
        &[Layer::Tokens]
    }

    fn provides(&self) -> &'static [Layer] {
        &[]
    }

    fn provenance(&self) -> Provenance {
        Provenance { stage: "gate", model: None, sha256: None, settings: "{}".into() }
    }

    fn run(&self, doc: &mut Document) -> Result<(), StageError> {
        assert!(!doc.text.contains("boom"), "a boom in the text");
        let mut state = self.0.0.lock().expect("no other thread broke down");
        state.seen.push(doc.text.clone());
        self.0.1.notify_all();
        drop(self.0.1.wait_while(state, |state| !state.is_open).expect("no other thread broke down"));
        Ok(())
    }
}
