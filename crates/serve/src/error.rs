/// Errors that prevent the service from running.
///
/// A request that cannot be served is not one of these: it gets a response that says what is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("failed to listen on {address}")]
    Listen {
        /// Address as given.
        address: String,
        /// Underlying I/O error.
        source: std::io::Error,
    },
    /// The system provides no threads or no event queue.
    #[error("failed to start the service")]
    Start {
        /// Underlying I/O error.
        source: std::io::Error,
    },
}
