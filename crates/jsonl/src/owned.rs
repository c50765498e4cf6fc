//! Conversion of records to `'static`.

use std::borrow::Cow;

use crate::holder::Holder;
use crate::record::{
    Coverage, Edit, Ent, Entity, Frame, Meta, Problem, Provenance, Quote, Record, Segment, Source, StageProvenance,
    Stance,
};

/// Converts a value that may borrow into one that owns its data.
trait Detach {
    type Detached;

    fn detach(self) -> Self::Detached;
}

impl Detach for Cow<'_, str> {
    type Detached = Cow<'static, str>;

    fn detach(self) -> Self::Detached {
        Cow::Owned(Cow::into_owned(self))
    }
}

impl<T: Detach> Detach for Vec<T> {
    type Detached = Vec<T::Detached>;

    fn detach(self) -> Self::Detached {
        self.into_iter().map(T::detach).collect()
    }
}

impl<T: Detach> Detach for Option<T> {
    type Detached = Option<T::Detached>;

    fn detach(self) -> Self::Detached {
        self.map(T::detach)
    }
}

impl Detach for Holder<'_> {
    type Detached = Holder<'static>;

    fn detach(self) -> Self::Detached {
        match self {
            Self::Outlet => Holder::Outlet,
            Self::Entity(id) => Holder::Entity(id.detach()),
        }
    }
}

/// Implements `Detach` for structs by listing every field, so that adding one fails to compile. Fields after the
/// semicolon borrow nothing.
macro_rules! owned {
    ($($name:ident { $($borrows:ident),*; $($plain:ident),* })*) => {$(
        impl Detach for $name<'_> {
            type Detached = $name<'static>;

            fn detach(self) -> Self::Detached {
                let Self { $($borrows,)* $($plain,)* } = self;
                $name { $($borrows: $borrows.detach(),)* $($plain,)* }
            }
        }
    )*};
}

owned! {
    Record { id, problems, source, meta, text, segments, ents, entities, quotes, abstract_text, frames, stances, duplicate_of, coverage, provenance, extra; schema, status, sents, tokens, summary }
    Problem { stage, kind, message; start, end }
    Source { path, url, sha256, media_type, encoding; record, bytes }
    Meta { title, authors, published, site, language, credited_source; language_score }
    Segment { kind, reason, edits; start, end, raw_start, raw_end }
    Edit { kind; start, end, raw_start, raw_end }
    Ent { entity; label, start, end, score }
    Entity { id, name, aliases; label, mentions, sentiment }
    Quote { speaker; kind, start, end, speaker_start, speaker_end, cue_start, cue_end, closed }
    Frame { codebook, label; score, evidence }
    Stance { holder, target; label, score, probabilities, evidence }
    Coverage { stage; seen, total, passages }
    Provenance { pressmark, stages, layers; }
    StageProvenance { stage, model, sha256, licence, settings; }
}

impl Record<'_> {
    /// Copies everything the record borrows.
    #[must_use]
    pub fn into_owned(self) -> Record<'static> {
        self.detach()
    }
}
