//! Sentences, words, subwords and encoder windows, with offsets
