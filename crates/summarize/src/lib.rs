//! The most telling sentences of a document
