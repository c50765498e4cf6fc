//! Closed enums whose members have names on the wire.

/// Defines an enum, the list of its members, the name of each and the look-up by name from one table, so that none of
/// them can miss a new member.
macro_rules! named_enum {
    ($(#[$meta:meta])* pub enum $type:ident { $($(#[$doc:meta])* $name:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$doc])* $name,)* }

        impl $type {
            /// Every member, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Name of the member on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// Looks up a member by its name on the wire.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($wire => Some(Self::$name),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use named_enum;

#[cfg(test)]
mod tests {
    use crate::{EditKind, QuoteKind, Scheme, SegmentKind, StanceLabel, Status, Tone};

    #[test]
    fn every_member_is_found_by_its_name() {
        macro_rules! check {
            ($($type:ident)*) => {$(
                assert!(!$type::ALL.is_empty());
                assert!($type::ALL.iter().all(|&member| $type::named(member.as_str()) == Some(member)));
                assert_eq!($type::named("reported"), None);
            )*};
        }
        check!(EditKind QuoteKind Scheme SegmentKind StanceLabel Status Tone);
    }
}
