pub(crate) mod annotate;
pub(crate) mod bench;
pub(crate) mod codebook;
pub(crate) mod completions;
pub(crate) mod evaluate;
pub(crate) mod inspect;
pub(crate) mod models;
pub(crate) mod schema;
