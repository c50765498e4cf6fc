use std::borrow::Cow;

/// Holder of a stance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder<'a> {
    /// The outlet that published the document.
    Outlet,
    /// Id of an entity in `entities`.
    Entity(Cow<'a, str>),
}
