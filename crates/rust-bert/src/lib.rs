//! The stages of pressmark on rust-bert and libtorch
