//! Frames from a codebook, sentiment towards entities, stance towards targets
