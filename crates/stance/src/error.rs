/// Why a stage cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A target, or a passage that is judged by itself, cannot be encoded.
    #[error("the text {text:?} cannot be encoded")]
    Text {
        /// Its beginning.
        text: String,
        /// Why.
        #[source]
        source: pressmark_core::StageError,
    },
    /// A head of the bundle has other labels than the stage needs.
    #[error("the labels of the head {head} are {labels:?}, {missing:?} is not among them")]
    Labels {
        /// The head.
        head: &'static str,
        /// Its labels.
        labels: Vec<String>,
        /// The label that it lacks.
        missing: &'static str,
    },
    /// A head of the bundle for a target and a passage has another layout than the stage knows.
    #[error(
        "the head {head} is not one for a target and a passage in one window: it reads {inputs} numbers, expected \
         {expected} and probabilities of single labels"
    )]
    Layout {
        /// The head.
        head: &'static str,
        /// How many numbers it reads.
        inputs: usize,
        /// How many the stage gives it: the state of a window's first subword, and a mean.
        expected: usize,
    },
    /// The model bundle lacks a head, or refuses its input.
    #[error("the model cannot be used for this stage")]
    Model(#[from] pressmark_encoder::Error),
}
