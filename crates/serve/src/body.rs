use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::EXPECT;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;

use crate::refusal::Refusal;

/// A complete body, and the permit for the bytes it occupies.
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    pub(crate) room: OwnedSemaphorePermit,
}

/// Bytes beyond the limit to read and discard, so that a client that sends everything before it reads gets the answer
/// instead of a reset connection. Set by hand: more would let a client occupy the connection for longer.
const DRAINED: u64 = 64 << 20;

/// Reads a body of at most `max` bytes within `limit`; all bodies together are bounded by the permits of `room`.
pub(crate) async fn whole(
    mut body: Body,
    headers: &HeaderMap,
    max: usize,
    room: &Arc<Semaphore>,
    limit: Duration,
) -> Result<Whole, Refusal> {
    let read = async {
        let said = body.size_hint().lower();
        if said > max as u64 {
            if !headers.contains_key(EXPECT) {
                drain(&mut body).await;
            }
            return Err(Refusal::too_large(format!("record of {said} bytes is larger than {max}")));
        }
        let no_room = || Refusal::busy("other documents fill all the memory that there is for them");
        let mut whole =
            Whole { bytes: Vec::new(), room: Arc::clone(room).try_acquire_many_owned(0).map_err(|_| no_room())? };
        while let Some(data) = next(&mut body).await? {
            if whole.bytes.len() + data.len() > max {
                drain(&mut body).await;
                return Err(Refusal::too_large(format!("record of more than {max} bytes")));
            }
            let more = u32::try_from(data.len()).ok().and_then(|len| Arc::clone(room).try_acquire_many_owned(len).ok());
            whole.room.merge(more.ok_or_else(no_room)?);
            whole.bytes.extend_from_slice(&data);
        }
        Ok(whole)
    };
    let late = || format!("the document did not arrive within {} s", limit.as_secs_f32());
    timeout(limit, read).await.map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "client_timeout", late()))?
}

/// Reads the next chunk; a frame of trailers counts as an empty one.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    let incomplete = |_| Refusal::new(StatusCode::BAD_REQUEST, "incomplete", "the body ended too early");
    let frame = body.frame().await.transpose().map_err(incomplete)?;
    Ok(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

async fn drain(body: &mut Body) {
    let mut left = DRAINED;
    while let Ok(Some(data)) = next(body).await {
        let Some(rest) = left.checked_sub(data.len() as u64) else { return };
        left = rest;
    }
}

/// Rows as a response body, streamed as they come.
pub(crate) struct Rows(pub(crate) mpsc::Receiver<io::Result<Bytes>>);

impl HttpBody for Rows {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|row| row.map(|row| row.map(Frame::data)))
    }
}
