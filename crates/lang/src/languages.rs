//! How languages are listed.

/// Declares the folder of each language and lists its pack.
macro_rules! languages {
    ($($folder:ident),* $(,)?) => {
        $(mod $folder;)*
        /// The languages with a folder of their own, in the order in which the neutral pack reads them.
        pub(crate) static LANGUAGES: &[&Language] = &[$(&$folder::LANGUAGE),*];
    };
}
