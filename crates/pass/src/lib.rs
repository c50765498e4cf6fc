//! The one pass: runs the encoder over a document's windows
