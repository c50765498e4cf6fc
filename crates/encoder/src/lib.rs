//! A model bundle in, one forward pass out
