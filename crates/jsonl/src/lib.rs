//! The annotated record pressmark/1: wire types, writer, JSON Schema
