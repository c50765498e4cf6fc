use std::error::Error;

use pyo3::prelude::*;
use pyo3::types::PyType;

/// Exception classes of `pressmark._errors`.
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

    /// Creates an exception of this kind.
    pub(crate) fn raise(self, py: Python<'_>, message: impl Into<String>) -> PyErr {
        // The classes are defined in Python, where they have two bases each and documentation.
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

/// Converts an error of the library to an exception, with the message that the command would print.
pub(crate) fn exception(py: Python<'_>, error: &pressmark::Error) -> PyErr {
    Kind::of(error).raise(py, chain(error))
}

/// Joins an error and its causes, as the command prints them.
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
