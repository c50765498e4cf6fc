//! The list of languages.

/// Declares a module per language folder and lists the packs.
macro_rules! languages {
    ($($folder:ident),* $(,)?) => {
        $(mod $folder;)*
        /// Languages with a folder, in the order in which the neutral pack reads them.
        pub(crate) static LANGUAGES: &[&Language] = &[$(&$folder::LANGUAGE),*];
    };
}
