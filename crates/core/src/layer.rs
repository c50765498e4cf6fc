/// A part of the document that a stage reads or fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// `text`, `segments`, `meta`: filled by ingestion.
    Text,
    /// `sents`.
    Sents,
    /// `tokens`.
    Tokens,
    /// `windows`.
    Windows,
    /// `hidden`.
    Hidden,
    /// `sent_vectors`.
    SentVectors,
    /// `ents` and `entities`.
    Entities,
    /// `quotes`.
    Quotes,
    /// `summary`.
    Summary,
    /// `abstract_text`.
    Abstract,
    /// `frames`.
    Frames,
    /// `sentiment` of each entity.
    Sentiment,
    /// `stances`.
    Stances,
}
