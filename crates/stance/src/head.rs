/// The bundle's head for a passage beside a target: of the name of the stage.
pub(crate) const HEAD: &str = "stance";
