//! Entities, terms from a codebook, mentions joined into entities
