use std::sync::Arc;

use anyhow::Result;
use pressmark::{Model, ModelSource, Precision};

use crate::args::{BundleArgs, EncoderArgs};

impl BundleArgs {
    /// Where the model that the arguments name comes from.
    pub(crate) fn source(&self) -> ModelSource {
        self.model.clone().map_or(ModelSource::Find, ModelSource::named)
    }
}

/// The model that the arguments name, ready to compute in the precision that they ask for.
pub(crate) fn load(args: &EncoderArgs) -> Result<Arc<Model>> {
    Ok(args.bundle.source().load(args.precision.into())?)
}

/// The model that the arguments name, checked against its manifest.
pub(crate) fn open(args: &BundleArgs) -> Result<Arc<Model>> {
    Ok(args.source().load(Precision::default())?)
}
