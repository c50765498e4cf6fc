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

/// A service that listens and does not answer yet.
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
    /// Has the server accept no more connections, answer the requests that are there, and end. Returns at once.
    pub fn stop(&self) {
        self.0.notify_one();
    }
}

/// How a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// Documents that were annotated, those of streams among them.
    pub documents: u64,
    /// Connections with a request that was not answered when its time was over ([`Limits::grace`]).
    pub cut_off: usize,
}

/// Bytes of the head of a request at most.
const HEAD_BYTES: usize = 64 << 10;
/// How long to wait when no connection can be accepted, as for lack of file descriptors.
const NO_CONNECTION: Duration = Duration::from_millis(100);
/// How long connections that the system has accepted may take to be seen.
const LAST_CONNECTIONS: Duration = Duration::from_millis(10);
/// How long the threads of streams may take to end whose connections are gone.
const LAST_STREAMS: Duration = Duration::from_secs(1);

impl Server {
    /// Listens on an address such as `127.0.0.1:8750`, `localhost:8750` or `[::1]:0`, where port 0 is one that is free.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn bind(annotator: Annotator, address: &str, limits: Limits) -> Result<Self, Error> {
        let listener = StdListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (local, listener) = listener.map_err(|source| Error::Listen { address: address.to_owned(), source })?;
        Ok(Self { annotator, listener, address: local, limits, stop: Stopper::default() })
    }

    /// The address, with the port that was chosen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What stops the server.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stop.clone()
    }

    /// Answers requests until the server is stopped.
    ///
    /// # Errors
    /// When the system has no threads for it.
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
    // A client whose connection stands may have sent its request already.
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
    // Should a thread still be at it, it ends with the process.
    let _ = timeout(LAST_STREAMS, service.streams.acquire_many(streams)).await;
    Stopped { documents: service.metrics.documents(), cut_off }
}

async fn accept(listener: &TcpListener, service: &Service) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(&service.connections).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// Answers the requests of one connection, one after the other.
async fn connection(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    router: Router,
    watcher: Watcher,
    service: Arc<Service>,
) {
    let (_open, limit) = (service.metrics.connection(), service.limits.client_timeout);
    // Without it a row waits for the client's word on the one before.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limit));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limit)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    // A connection that breaks is its client's business.
    let _: Result<(), hyper::Error> = watcher.watch(served).await;
}
