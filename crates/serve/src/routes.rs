use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pressmark_jsonl::{SCHEMA, json_schema};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::body::whole;
use crate::media::{Kind, Media};
use crate::pool::Job;
use crate::refusal::{Refusal, json_response};
use crate::service::Service;
use crate::stream::{self, Reader};

/// Routes of the service.
pub(crate) fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/", get(version))
        .route("/annotate", post(annotate))
        .route("/health", get(async || json_response(StatusCode::OK, "{\"status\":\"ok\"}\n")))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/schema", get(async || schema()))
        .route("/openapi.json", get(async || json_response(StatusCode::OK, openapi())))
        .fallback(async |request: Request| {
            Refusal::new(StatusCode::NOT_FOUND, "not_found", format!("there is no {}", request.uri().path()))
        })
        .method_not_allowed_fallback(async |request: Request| {
            let message = format!("{} does not accept {}", request.uri().path(), request.method());
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&service), count))
        .with_state(service)
}

/// Counts requests by path, method and status.
async fn count(
    State(service): State<Arc<Service>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let response = next.run(request).await;
    let path = path.as_ref().map_or("other", MatchedPath::as_str);
    service.metrics.request(path, method, response.status());
    response
}

async fn annotate(State(service): State<Arc<Service>>, request: Request) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let Media { kind, charset } = Media::of(&head.headers)?;
    let limit = service.limits.client_timeout;
    let format = match kind {
        Kind::Document(format) => format,
        Kind::Lines => return stream_of_lines(&service, body, charset),
    };
    let body = whole(body, &head.headers, service.max_body(), &service.bodies, limit).await?;
    service.metrics.read(body.bytes.len());
    let (reply, answer) = oneshot::channel();
    service.pool.try_document(Job::Document { body, format, charset, since: Instant::now(), reply })?;
    // If the client disconnects, this future is dropped with its receiver, and the document is skipped.
    let row = answer.await.map_err(|_| Refusal::broke_down())??;
    service.metrics.wrote(row.line.len());
    Ok(json_response(row.status, row.line))
}

fn stream_of_lines(service: &Arc<Service>, body: Body, charset: Option<String>) -> Result<Response, Refusal> {
    let place = Arc::clone(&service.streams).try_acquire_owned();
    let place = place.map_err(|_| Refusal::busy(format!("{} streams are already open", service.limits.streams)))?;
    let ingest = service.annotator.settings().ingest.clone();
    let encoding = charset.filter(|charset| !charset.eq_ignore_ascii_case("utf-8")).or(ingest.encoding.clone());
    let options = pressmark_ingest::Options { format: Some(pressmark::Format::Jsonl), encoding, ..ingest };
    options.check().map_err(|error| {
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", error.to_string())
    })?;
    let reader = Reader::new(body, service);
    let rows = stream::start(service, reader, options, place)?;
    Ok((StatusCode::OK, [(CONTENT_TYPE, "application/x-ndjson")], rows).into_response())
}

async fn ready(State(service): State<Arc<Service>>) -> Response {
    if service.is_ready() {
        json_response(StatusCode::OK, "{\"status\":\"ready\"}\n")
    } else {
        Refusal::busy("the queue is full, or the service is stopping").into_response()
    }
}

async fn version(State(service): State<Arc<Service>>) -> Response {
    let (annotator, limits) = (&service.annotator, &service.limits);
    let stages: Vec<&str> = annotator.stages().iter().map(|stage| stage.name()).collect();
    let version = json!({
        "pressmark": env!("CARGO_PKG_VERSION"),
        "schema": SCHEMA,
        "model": {
            "id": annotator.model().id(),
            "sha256": annotator.model().sha256(),
            "licence": annotator.model().licence(),
        },
        "stages": stages,
        "layers": annotator.provenance().layers,
        "limits": {
            "jobs": annotator.jobs(),
            "queue": limits.queue,
            "streams": limits.streams,
            "connections": limits.connections,
            "max_body": service.max_body(),
            "timeout": annotator.settings().timeout.map(|time| time.as_secs_f64()),
            "client_timeout": limits.client_timeout.as_secs_f64(),
        },
    });
    json_response(StatusCode::OK, format!("{version:#}\n"))
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let streams = service.limits.streams.get().saturating_sub(service.streams.available_permits());
    let text = service.metrics.text(&service.annotator, service.pool.waiting(), streams);
    (StatusCode::OK, [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn schema() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| format!("{:#}\n", json_schema())).as_str();
    (StatusCode::OK, [(CONTENT_TYPE, "application/schema+json")], text).into_response()
}

/// OpenAPI description of the routes, with the version of the crate.
fn openapi() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut document: Value = serde_json::from_str(include_str!("openapi.json")).unwrap_or_default();
        document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
        format!("{document:#}\n")
    })
}
