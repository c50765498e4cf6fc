/// Why a stage cannot be created, or a text not judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A target, or a standalone passage, cannot be encoded.
    #[error("the text {text:?} cannot be encoded")]
    Text {
        /// The first 60 characters of the text.
        text: String,
        /// Underlying stage error.
        #[source]
        source: pressmark_core::StageError,
    },
    /// A head of the bundle lacks a label that the stage needs.
    #[error("the labels of the head {head} are {labels:?}, {missing:?} is not among them")]
    Labels {
        /// Name of the head.
        head: &'static str,
        /// Labels of the head.
        labels: Vec<String>,
        /// The missing label.
        missing: &'static str,
    },
    /// The stance head does not read pairs, or has an unexpected input width or output function.
    #[error(
        "the head {head} is not one for a target and a passage in one window: it reads {inputs} numbers, expected \
         {expected} and probabilities of single labels"
    )]
    Layout {
        /// Name of the head.
        head: &'static str,
        /// Input width of the head.
        inputs: usize,
        /// Expected width: the hidden state of the window's first subword, and a mean.
        expected: usize,
    },
    /// The model bundle lacks a head, or rejects its input.
    #[error("the model cannot be used for this stage")]
    Model(#[from] pressmark_encoder::Error),
}
