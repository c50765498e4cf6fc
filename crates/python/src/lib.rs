//! The extension module `pressmark._native`: the parts of the Python package that are written in Rust.
//!
//! The package around it (`python/pressmark`) has the types and documentation that users see; this crate has the
//! annotator, the stream of rows, Arrow and the command. The interpreter lock is never held while documents are
//! annotated.
#![deny(missing_docs)]

mod arrow_input;
mod arrow_output;
mod engine;
mod error;
mod input;
mod options;
mod row;
mod stream;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command `pressmark` and returns its exit code; `args` starts with the program name.
#[pyfunction]
fn run_command(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| pressmark_cli::run(args))
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("SCHEMA", pressmark_jsonl::SCHEMA)?;
    module.add("STAGES", pressmark::stages().iter().map(|stage| stage.name).collect::<Vec<_>>())?;
    module.add("CODEBOOKS", pressmark::SHIPPED_CODEBOOKS.to_vec())?;
    module.add("TABLES", arrow_output::table_names())?;
    module.add_class::<arrow_output::ArrowTable>()?;
    module.add_class::<arrow_output::TableBuilder>()?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<row::Row>()?;
    module.add_class::<stream::Stream>()?;
    module.add_function(wrap_pyfunction!(run_command, module)?)
}
