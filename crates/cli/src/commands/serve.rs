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
  On this machine only, port 8750:
    pressmark serve
  A text, a page, and many records, each answered with its row:
    curl -s localhost:8750/annotate -H 'content-type: text/plain' --data-binary @story.txt
    curl -s localhost:8750/annotate -H 'content-type: text/html' --data-binary @page.html
    curl -sN localhost:8750/annotate -H 'content-type: application/x-ndjson' -T news.jsonl -X POST
  Only entities, on four threads, any free port:
    pressmark serve --stages ner --jobs 4 --listen 127.0.0.1:0

Exit codes: 0 stopped by Ctrl-C or SIGTERM, and all requests answered; 1 some were cut off when --grace was over; 2 could not
run; 130 ended at once by a second signal.";

/// Annotate over HTTP: post a text, a page or JSON Lines, get rows back
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
    /// Address and port; port 0 picks a free one. There is no password and no TLS: let others in through a proxy that
    /// has both
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8750")]
    pub(crate) listen: String,
    /// Documents to annotate in parallel [default: one per core]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = parse_jobs)]
    pub(crate) jobs: Option<NonZeroU16>,
    /// Maximum waiting documents posted one by one; more are rejected with 503
    #[arg(long, value_name = "N", default_value_t = Limits::default().queue)]
    pub(crate) queue: NonZeroUsize,
    /// Maximum concurrent JSON Lines streams; more are rejected with 503
    #[arg(long, value_name = "N", default_value_t = Limits::default().streams)]
    pub(crate) streams: NonZeroUsize,
    /// Maximum document size, such as 16M; larger ones are rejected with 413, or with a failed row in a stream
    #[arg(long, value_name = "SIZE", default_value = "16M", value_parser = parse_size)]
    pub(crate) max_body: usize,
    /// Maximum concurrent connections; more have to wait
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    pub(crate) max_connections: NonZeroUsize,
    /// Time limit per document in seconds; the row says what is missing
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Time limit for a client to send a request or to read some of its response
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub(crate) client_timeout: Duration,
    /// Time limit for open requests after the first signal to stop
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = parse_seconds)]
    pub(crate) grace: Duration,
    /// Do not mark duplicates within a stream
    #[arg(long)]
    pub(crate) keep_duplicates: bool,
    /// Print only errors and warnings, not even the address
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
            "warning: anyone who can reach {address} can use this service: it has no password and no TLS; put a proxy in front"
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
