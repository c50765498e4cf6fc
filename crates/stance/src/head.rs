/// Name of the bundle's stance head, and of the stage.
pub(crate) const HEAD: &str = "stance";
