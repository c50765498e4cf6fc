use std::borrow::Cow;

/// Who holds a stance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder<'a> {
    /// The outlet that published the document.
    Outlet,
    /// Id in `entities`.
    Entity(Cow<'a, str>),
}
