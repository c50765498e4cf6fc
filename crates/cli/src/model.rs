use std::sync::Arc;

use anyhow::Result;
use pressmark::{Model, ModelSource, Precision};

use crate::args::{BundleArgs, EncoderArgs};

impl BundleArgs {
    /// Returns where to load the model from.
    pub(crate) fn source(&self) -> ModelSource {
        self.model.clone().map_or(ModelSource::Find, ModelSource::named)
    }
}

/// Loads the model named by the arguments, in the requested precision.
pub(crate) fn load(args: &EncoderArgs) -> Result<Arc<Model>> {
    Ok(args.bundle.source().load(args.precision.into())?)
}

/// Loads the model named by the arguments in the default precision, checked against its manifest.
pub(crate) fn open(args: &BundleArgs) -> Result<Arc<Model>> {
    Ok(args.source().load(Precision::default())?)
}
