/// Why there is no service. A request that cannot be answered is none of these: it is answered with what is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("failed to listen on {address}")]
    Listen {
        /// As given.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// The system has no threads or no events for the network.
    #[error("failed to start the service")]
    Start {
        /// Why.
        source: std::io::Error,
    },
}
