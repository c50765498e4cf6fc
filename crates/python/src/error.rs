use std::error::Error;

use pyo3::prelude::*;
use pyo3::types::PyType;

/// The exceptions of `pressmark._errors`, by their names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Pressmark,
    Settings,
    Model,
    Input,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Pressmark => "PressmarkError",
            Self::Settings => "SettingsError",
            Self::Model => "ModelError",
            Self::Input => "InputError",
        }
    }

    /// The exception of this kind.
    pub(crate) fn raise(self, py: Python<'_>, message: impl Into<String>) -> PyErr {
        // The classes are Python's: they have two bases each, and documentation.
        let class = py.import("pressmark._errors").and_then(|module| module.getattr(self.name()));
        match class.and_then(|class| Ok(class.cast_into::<PyType>()?)) {
            Ok(class) => PyErr::from_type(class, (message.into(),)),
            Err(error) => error,
        }
    }

    fn of(error: &pressmark::Error) -> Self {
        use pressmark::Error;
        match error {
            Error::NoModel { .. } | Error::Model { .. } | Error::NoRustBert | Error::Hub(_) => Self::Model,
            Error::Inputs(_) | Error::TooLong { .. } => Self::Input,
            Error::Stage { .. }
            | Error::UnknownStage { .. }
            | Error::Pipeline(_)
            | Error::CodebookFile { .. }
            | Error::Codebook(_)
            | Error::Terms { .. }
            | Error::NeedsEncoder { .. } => Self::Settings,
            _ => Self::Pressmark,
        }
    }
}

/// The exception for an error of the library, with the words that the command would say.
pub(crate) fn exception(py: Python<'_>, error: &pressmark::Error) -> PyErr {
    Kind::of(error).raise(py, chain(error))
}

/// An error with its causes, as the command writes them.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    message
}
