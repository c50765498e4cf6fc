/// Outcome of a run that could start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All records are good.
    Good,
    /// Some records are partial or failed.
    SomeFailed,
    /// The user interrupted it.
    Interrupted,
}

/// Whether the reader of our output closed it early, as `head` does; not an error.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_pipe))
}
