//! Bytes to documents: formats, character sets, articles out of pages, chrome, metadata, language, duplicates

mod block;
