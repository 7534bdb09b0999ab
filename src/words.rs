//! Closed sets of words: a name for programs and a text for people, each written once; a number where C has one.

/// Makes an enum whose members have a stable word and a meaning, which is their docstring too: `Name = "word", "Meaning.";`,
/// or with a number that is appended and never reused, `Name = 1, "word", "Meaning.";`.
macro_rules! words {
    ($(#[$doc:meta])* $set:ident { $($name:ident = $word:literal, $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $set {
            $(#[doc = $meaning] $name,)*
        }

        $crate::words::words! { @names $set { $($name = $word, $meaning;)* } }
    };
    ($(#[$doc:meta])* $set:ident { $($name:ident = $number:literal, $word:literal, $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        #[non_exhaustive]
        pub enum $set {
            $(#[doc = $meaning] $name = $number,)*
        }

        $crate::words::words! { @names $set { $($name = $word, $meaning;)* } }

        impl $set {
            /// The stable number of the C ABI; 0 stands for none.
            pub const fn number(self) -> u32 {
                match self {
                    $($set::$name => $number,)*
                }
            }

            /// The one with this number; `None` for a number that this version does not know.
            pub fn from_number(number: u32) -> Option<$set> {
                $set::ALL.iter().copied().find(|member| member.number() == number)
            }
        }
    };
    (@names $set:ident { $($name:ident = $word:literal, $meaning:literal;)* }) => {
        impl $set {
            /// All of them, in their order.
            pub const ALL: &[$set] = &[$($set::$name,)*];

            /// The stable word, in lower case with underscores.
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

        impl core::fmt::Display for $set {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
#[allow(unreachable_pub, dead_code, reason = "sets for the test alone, of which it needs a part")]
mod tests {
    words! {
        /// A set without numbers.
        Plain {
            One = "one", "The first.";
            Two = "two", "The second.";
        }
    }
    words! {
        /// A set with numbers.
        Numbered {
            Three = 3, "three", "The first.";
            Five = 5, "five", "The second.";
        }
    }

    #[test]
    fn a_member_has_its_word_its_meaning_and_perhaps_its_number() {
        assert_eq!(Plain::ALL.iter().map(|member| member.name()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!((Plain::Two.text(), Plain::One.to_string().as_str()), ("The second.", "one"));
        assert_eq!(Numbered::Five.number(), 5);
        assert_eq!(Numbered::from_number(3), Some(Numbered::Three));
        assert_eq!((Numbered::from_number(0), Numbered::from_number(4)), (None, None));
        assert_eq!((Numbered::Three.name(), Numbered::Three.text()), ("three", "The first."));
    }
}
