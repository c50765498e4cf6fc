use std::time::Duration;

use axum::http::StatusCode;
use pressmark::{Annotator, resident_memory};
use pressmark_core::{Document, Severity, Status};
use prometheus::core::Collector;
use prometheus::{
    CounterVec, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder, opts,
};

/// Prometheus metrics of the service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    documents: IntCounterVec,
    problems: IntCounterVec,
    answers: Histogram,
    stage_seconds: CounterVec,
    read_bytes: IntCounter,
    written_bytes: IntCounter,
    queue: IntGauge,
    in_flight: IntGauge,
    streams: IntGauge,
    connections: IntGauge,
    memory: IntGauge,
}

/// Upper bounds of the latency histogram, in seconds from a document being read to its row. A short document on an idle
/// server takes about 0.02 s, the longest take minutes; the steps between are roughly 1-2.5-5 per decade.
const SECONDS: [f64; 13] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

impl Metrics {
    pub(crate) fn new(annotator: &Annotator) -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| register(&registry, IntCounter::new(name, help));
        let counters = |name: &str, help: &str, labels: &[&str]| {
            register(&registry, IntCounterVec::new(Opts::new(name, help), labels))
        };
        let gauge = |name: &str, help: &str| register(&registry, IntGauge::new(name, help));
        let model = annotator.model().id();
        let info = opts!("pressmark_info", "Version and model, as labels")
            .const_label("version", env!("CARGO_PKG_VERSION"))
            .const_label("model", &model);
        register(&registry, IntGauge::with_opts(info)).set(1);
        let answers = "Seconds from reading a document, outside of streams, to its row";
        Self {
            requests: counters("pressmark_requests_total", "Requests answered", &["path", "method", "status"]),
            documents: counters(
                "pressmark_documents_total",
                "Documents annotated, by the status of their rows",
                &["status"],
            ),
            problems: counters(
                "pressmark_problems_total",
                "Problems of documents that are partial or failed",
                &["kind"],
            ),
            answers: register(
                &registry,
                Histogram::with_opts(
                    HistogramOpts::new("pressmark_document_seconds", answers).buckets(SECONDS.to_vec()),
                ),
            ),
            stage_seconds: register(
                &registry,
                CounterVec::new(
                    Opts::new("pressmark_stage_seconds_total", "Seconds of each stage, over all threads"),
                    &["stage"],
                ),
            ),
            read_bytes: counter("pressmark_read_bytes_total", "Bytes of documents and streams read"),
            written_bytes: counter("pressmark_written_bytes_total", "Bytes of rows written"),
            queue: gauge("pressmark_queue_length", "Documents waiting for a thread"),
            in_flight: gauge("pressmark_documents_in_flight", "Documents being annotated"),
            streams: gauge("pressmark_streams", "Open streams of JSON Lines"),
            connections: gauge("pressmark_connections", "Open connections"),
            memory: gauge("process_resident_memory_bytes", "Resident memory of the process"),
            registry,
        }
    }

    pub(crate) fn request(&self, path: &str, method: &str, status: StatusCode) {
        self.requests.with_label_values(&[path, method, status.as_str()]).inc();
    }

    /// Counts a document whose row is sent.
    pub(crate) fn document(&self, doc: &Document) {
        let status = doc.status();
        self.documents.with_label_values(&[status.as_str()]).inc();
        for problem in
            doc.problems.iter().filter(|problem| status != Status::Ok && problem.kind.severity() > Severity::Note)
        {
            self.problems.with_label_values(&[problem.kind.as_str()]).inc();
        }
    }

    /// Returns the number of documents so far.
    pub(crate) fn documents(&self) -> u64 {
        let count = |status: Status| self.documents.with_label_values(&[status.as_str()]).get();
        [Status::Ok, Status::Partial, Status::Failed].map(count).iter().sum()
    }

    pub(crate) fn answered(&self, after: Duration) {
        self.answers.observe(after.as_secs_f64());
    }

    pub(crate) fn read(&self, bytes: usize) {
        self.read_bytes.inc_by(bytes as u64);
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        self.written_bytes.inc_by(bytes as u64);
    }

    /// Counts documents as in flight until the guard is dropped.
    pub(crate) fn in_flight(&self, documents: usize) -> During<'_> {
        During::of(&self.in_flight, documents)
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn connection(&self) -> During<'_> {
        During::of(&self.connections, 1)
    }

    /// Renders all metrics in the text format, updating those that are sampled.
    pub(crate) fn text(&self, annotator: &Annotator, waiting: usize, streams: usize) -> String {
        self.queue.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.streams.set(i64::try_from(streams).unwrap_or(i64::MAX));
        self.memory.set(resident_memory().and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(0));
        for time in annotator.times() {
            let seconds = self.stage_seconds.with_label_values(&[time.stage]);
            seconds.inc_by((time.time.as_secs_f64() - seconds.get()).max(0.0));
        }
        // Encoding fails only for inconsistent names or labels, and these are fixed.
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

/// Guard that keeps a gauge raised until it is dropped.
pub(crate) struct During<'a> {
    gauge: &'a IntGauge,
    count: i64,
}

impl<'a> During<'a> {
    fn of(gauge: &'a IntGauge, count: usize) -> Self {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        gauge.add(count);
        Self { gauge, count }
    }
}

impl Drop for During<'_> {
    fn drop(&mut self) {
        self.gauge.sub(self.count);
    }
}

/// Registers a metric.
fn register<M: Collector + Clone + 'static>(registry: &Registry, metric: prometheus::Result<M>) -> M {
    let metric = metric.expect("names and labels are well-formed");
    registry.register(Box::new(metric.clone())).expect("each name is registered once");
    metric
}
