//! The document, its layers and the stage contract of pressmark
