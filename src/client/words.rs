//! Closed sets of words: a name for programs and a text for people, each written once.

/// Makes an enum whose members have a stable word and a meaning, which is their docstring too.
macro_rules! words {
    ($(#[$doc:meta])* $set:ident { $($name:ident = $word:literal, $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $set {
            $(#[doc = $meaning] $name,)*
        }

        impl $set {
            /// All of them.
            pub const ALL: &[$set] = &[$($set::$name,)*];

            /// The stable word, as in `invalid_token` or `comma_missing`.
            pub const fn name(self) -> &'static str {
                match self {
                    $($set::$name => $word,)*
                }
            }

            /// What it says, for people.
            pub const fn text(self) -> &'static str {
                match self {
                    $($set::$name => $meaning,)*
                }
            }
        }
    };
}

pub(super) use words;
