//! The place of the stages on rust-bert and libtorch. The crate holds nothing yet.
