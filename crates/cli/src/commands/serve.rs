use std::num::{NonZeroU16, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use pressmark::Settings;
use pressmark_ingest::Options;
use pressmark_serve::{Limits, Server};

use crate::args::{FieldArgs, LayerArgs, ModelArgs, StageArgs, parse_jobs, parse_seconds, parse_size};
use crate::{Outcome, interrupt, stages, terminal};

const SERVE_EXAMPLES: &str = "\
Examples:
  On this machine alone, port 8750:
    pressmark serve
  A text, a page, and many records, each answered with its row:
    curl -s localhost:8750/annotate -H 'content-type: text/plain' --data-binary @story.txt
    curl -s localhost:8750/annotate -H 'content-type: text/html' --data-binary @page.html
    curl -sN localhost:8750/annotate -H 'content-type: application/x-ndjson' -T news.jsonl -X POST
  Only names, on four threads, any free port:
    pressmark serve --stages ner --jobs 4 --listen 127.0.0.1:0

Exit codes: 0 stopped by Ctrl-C or SIGTERM, and all requests answered; 1 some were cut off when --grace was over; 2 could not
run; 130 ended at once by a second signal.";

/// Annotate over HTTP: post a text, a page or JSON lines, get rows
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    #[command(flatten)]
    pub(crate) layers: LayerArgs,
    #[command(flatten)]
    pub(crate) fields: FieldArgs,
    #[command(flatten)]
    pub(crate) stages: StageArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceArgs {
    /// Address and port; port 0 takes a free one. There is no password and no TLS: let others in through a proxy that has both
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8750")]
    pub(crate) listen: String,
    /// Documents annotated at once [default: one per core]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Documents posted one by one that may wait; a further one is refused (503)
    #[arg(long, value_name = "N", default_value_t = Limits::default().queue)]
    pub(crate) queue: NonZeroUsize,
    /// Streams of JSON lines at once; a further one is refused (503)
    #[arg(long, value_name = "N", default_value_t = Limits::default().streams)]
    pub(crate) streams: NonZeroUsize,
    /// Largest document, such as 16M; a larger one is refused (413), and in a stream has a row that says so
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = parse_size)]
    pub(crate) max_body: usize,
    /// Connections at once; further ones wait
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    pub(crate) max_connections: NonZeroUsize,
    /// Longest time for one document in seconds; what is missing then is said in its row
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) timeout: Option<Duration>,
    /// How long a client may take to send a request or to take some of its answer
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub(crate) client_timeout: Duration,
    /// How long requests may go on after the first signal to stop
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub(crate) grace: Duration,
    /// Do not tell duplicates within a stream
    #[arg(long)]
    pub(crate) keep_duplicates: bool,
    /// Say nothing but errors and warnings, not even the address
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

pub(crate) fn run(args: ServeArgs) -> Result<Outcome> {
    pressmark::warm_up();
    let service = args.service;
    let settings = Settings {
        ingest: args.fields.options(Options { max_bytes: service.max_body, ..Options::default() }),
        mark_duplicates: !service.keep_duplicates,
        layers: args.layers.layers,
        timeout: service.timeout,
        jobs: service.jobs.map(NonZeroUsize::from),
        stop: Some(Arc::new(AtomicBool::new(false))),
        ..args.stages.settings()?
    };
    let limits = Limits {
        queue: service.queue,
        streams: service.streams,
        connections: service.max_connections,
        client_timeout: service.client_timeout,
        grace: service.grace,
    };
    let annotator = stages::annotator(settings, &args.model)?;
    let (model, jobs) = (annotator.model().id(), annotator.jobs());
    let server = Server::bind(annotator, &service.listen, limits)?;
    let stopper = server.stopper();
    interrupt::on_first(move || stopper.stop())?;
    let address = server.address();
    if !service.quiet {
        terminal::say(&format!("listening on http://{address}, model {model}, {jobs} jobs"));
    }
    if !address.ip().is_loopback() {
        terminal::say(&format!(
            "warning: whoever reaches {address} can use this service: it has no password and no TLS; put a proxy in front"
        ));
    }
    let stopped = server.run()?;
    if !service.quiet {
        terminal::say(&format!("stopped after {} documents", stopped.documents));
    }
    if stopped.cut_off > 0 {
        let seconds = service.grace.as_secs_f32();
        terminal::say(&format!("{} connections were cut off after {seconds} s", stopped.cut_off));
        return Ok(Outcome::SomeFailed);
    }
    Ok(Outcome::Good)
}
