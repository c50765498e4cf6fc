/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Label Studio: `tasks.json`, and `labeling-config.xml` for the project.
    LabelStudio,
    /// doccano: `doccano.jsonl` for a project of sequence labelling with relations.
    Doccano,
    /// brat: a `.txt` and a `.ann` per document, and `annotation.conf`.
    Brat,
    /// UIMA CAS XMI 1.0: a `.xmi` per document, and `TypeSystem.xml`.
    Cas,
    /// Prodigy: `prodigy.jsonl`.
    Prodigy,
    /// CoNLL-2003: `conll2003.txt`.
    Conll2003,
    /// CoNLL-U: `rows.conllu`.
    Conllu,
    /// spaCy: `spacy.jsonl`, one document for `Doc.from_json` per line.
    Spacy,
    /// W3C Web Annotation: `annotations.jsonld`.
    WebAnnotation,
    /// GDELT GKG 2.1: `gkg.csv`, separated by tabs like GDELT's own files.
    Gkg,
}

impl Format {
    /// All formats; those that can be imported come first.
    pub const ALL: [Self; 10] = [
        Self::LabelStudio,
        Self::Doccano,
        Self::Brat,
        Self::Cas,
        Self::Prodigy,
        Self::Conll2003,
        Self::Conllu,
        Self::Spacy,
        Self::WebAnnotation,
        Self::Gkg,
    ];

    /// Returns the name used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LabelStudio => "label-studio",
            Self::Doccano => "doccano",
            Self::Brat => "brat",
            Self::Cas => "cas",
            Self::Prodigy => "prodigy",
            Self::Conll2003 => "conll2003",
            Self::Conllu => "conllu",
            Self::Spacy => "spacy",
            Self::WebAnnotation => "web-annotation",
            Self::Gkg => "gkg",
        }
    }

    /// Returns a one-line description.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::LabelStudio => "Label Studio: tasks with predictions, and the labelling config of the project",
            Self::Doccano => "doccano: JSONL of a project of sequence labelling with relations",
            Self::Brat => "brat: text and standoff annotations, and annotation.conf",
            Self::Cas => "UIMA CAS XMI 1.0 and its type system, as INCEpTION reads them",
            Self::Prodigy => "Prodigy: JSONL with tokens, spans and relations",
            Self::Conll2003 => "CoNLL-2003: four columns, entities of its four types",
            Self::Conllu => "CoNLL-U: tokens and sentences, entities and offsets in MISC",
            Self::Spacy => "spaCy: JSONL of Doc.from_json",
            Self::WebAnnotation => "W3C Web Annotation: JSON-LD with position and quote selectors",
            Self::Gkg => "GDELT GKG 2.1: its 27 columns, those that can be filled",
        }
    }

    /// Parses a format name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Returns the name of the file that holds all rows; `None` if every document has its own files.
    #[must_use]
    pub fn file(self) -> Option<&'static str> {
        match self {
            Self::LabelStudio => Some("tasks.json"),
            Self::Doccano => Some("doccano.jsonl"),
            Self::Brat | Self::Cas => None,
            Self::Prodigy => Some("prodigy.jsonl"),
            Self::Conll2003 => Some("conll2003.txt"),
            Self::Conllu => Some("rows.conllu"),
            Self::Spacy => Some("spacy.jsonl"),
            Self::WebAnnotation => Some("annotations.jsonld"),
            Self::Gkg => Some("gkg.csv"),
        }
    }

    /// Returns whether [`import`](crate::import) supports the format.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::LabelStudio | Self::Doccano | Self::Brat | Self::Cas | Self::Prodigy)
    }

    /// Returns the extensions of the files that [`import`](crate::import) reads from a folder; others are skipped.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::LabelStudio => &["json"],
            Self::Doccano | Self::Prodigy => &["jsonl", "json"],
            Self::Brat => &["ann", "txt"],
            Self::Cas => &["xmi", "xml"],
            Self::Conll2003 | Self::Conllu | Self::Spacy | Self::WebAnnotation | Self::Gkg => &[],
        }
    }
}
