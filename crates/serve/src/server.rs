use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::{fmt, io};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use pressmark::Annotator;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::service::Service;
use crate::{Error, Limits, routes};

/// A service bound to an address, not yet serving.
pub struct Server {
    annotator: Annotator,
    listener: StdListener,
    address: SocketAddr,
    limits: Limits,
    stop: Stopper,
}

/// Stops a [`Server`], from any thread.
#[derive(Clone, Debug, Default)]
pub struct Stopper(Arc<Notify>);

impl Stopper {
    /// Tells the server to accept no more connections, finish the open requests and return. Does not block.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

/// Summary of a service that has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// Number of annotated documents, including those of streams.
    pub documents: u64,
    /// Connections whose request was still open when the grace period ended ([`Limits::grace`]).
    pub cut_off: usize,
}

/// Maximum bytes of a request's head. Set by hand: far more than any client of this API sends; it bounds memory per
/// connection.
const HEAD_BYTES: usize = 64 << 10;
/// Pause after a failed accept, for instance for lack of file descriptors. Set by hand: long enough not to spin, short
/// enough not to be noticed.
const NO_CONNECTION: Duration = Duration::from_millis(100);
/// Time to pick up connections that the system has already accepted when stopping. Set by hand: they are ready at once,
/// so a short time suffices.
const LAST_CONNECTIONS: Duration = Duration::from_millis(10);
/// Time for threads of cut-off streams to end. Set by hand: time to notice that the connection is gone; the process
/// does not wait longer for them.
const LAST_STREAMS: Duration = Duration::from_secs(1);

impl Server {
    /// Binds an address such as `127.0.0.1:8750`, `localhost:8750` or `[::1]:0`; port 0 selects a free port.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub fn bind(annotator: Annotator, address: &str, limits: Limits) -> Result<Self, Error> {
        let listener = StdListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (local, listener) = listener.map_err(|source| Error::Listen { address: address.to_owned(), source })?;
        Ok(Self { annotator, listener, address: local, limits, stop: Stopper::default() })
    }

    /// Returns the bound address, with the actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a handle that stops the server.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stop.clone()
    }

    /// Serves requests until the server is stopped.
    ///
    /// # Errors
    /// If the system provides no threads.
    pub fn run(self) -> Result<Stopped, Error> {
        let start = |source: io::Error| Error::Start { source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(start)?;
        let service = Arc::new(Service::start(self.annotator, self.limits, runtime.handle())?);
        runtime.block_on(async {
            let listener = TcpListener::from_std(self.listener).map_err(start)?;
            Ok(serve(&service, listener, &self.stop).await)
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).field("limits", &self.limits).finish_non_exhaustive()
    }
}

async fn serve(service: &Arc<Service>, listener: TcpListener, stop: &Stopper) -> Stopped {
    let router = routes::router(Arc::clone(service));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let connect = |(stream, place)| connection(stream, place, router.clone(), graceful.watcher(), Arc::clone(service));
    loop {
        tokio::select! {
            biased;
            () = stop.0.notified() => break,
            Some(_) = connections.join_next() => {}
            accepted = accept(&listener, service) => match accepted {
                Ok(accepted) => {
                    connections.spawn(connect(accepted));
                }
                Err(_) => sleep(NO_CONNECTION).await,
            },
        }
    }
    service.stopping();
    // Clients of pending connections may have sent their requests already.
    while let Ok(Ok(accepted)) = timeout(LAST_CONNECTIONS, accept(&listener, service)).await {
        connections.spawn(connect(accepted));
    }
    drop(listener);
    let is_done = timeout(service.limits.grace, graceful.shutdown()).await.is_ok();
    while connections.try_join_next().is_some() {}
    let cut_off = if is_done { 0 } else { connections.len() };
    if let Some(stop) = service.annotator.settings().stop.as_ref().filter(|_| cut_off > 0) {
        stop.store(true, Ordering::SeqCst);
    }
    connections.shutdown().await;
    let streams = u32::try_from(service.limits.streams.get()).unwrap_or(u32::MAX);
    // A thread that is still busy ends with the process.
    let _ = timeout(LAST_STREAMS, service.streams.acquire_many(streams)).await;
    Stopped { documents: service.metrics.documents(), cut_off }
}

async fn accept(listener: &TcpListener, service: &Service) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(&service.connections).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// Serves the requests of one connection in sequence.
async fn connection(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    router: Router,
    watcher: Watcher,
    service: Arc<Service>,
) {
    let (_open, limit) = (service.metrics.connection(), service.limits.client_timeout);
    // Otherwise Nagle's algorithm holds a row back until the client acknowledges the previous one.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limit));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limit)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    // A broken connection concerns only its client.
    let _: Result<(), hyper::Error> = watcher.watch(served).await;
}
