/// How a run that could be made ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every record is good.
    Good,
    /// Some records failed.
    SomeFailed,
    /// The user told it to stop.
    Interrupted,
}

/// Whether whoever reads our output has had enough, as `head` does: no error.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_pipe))
}
