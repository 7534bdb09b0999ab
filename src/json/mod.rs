//! One strict JSON scanner (RFC 8259) that writes a flat tape into memory handed in.
//!
//! Refuses invalid UTF-8, a byte order mark, lone surrogates, a name twice in one object (escapes
//! seen through) and anything over its [`Bounds`]. Numbers keep their text, so that nothing is lost
//! before a rule decides what it needs. [`scan`] never allocates for objects of up to 256 members;
//! [`Document`] owns its text and tape and is for policies and JWK Sets.

mod document;
mod names;
mod number;
mod scan;
mod strings;
mod tape;
mod text;
mod value;
mod wanted;

pub use document::Document;
pub use number::{floor_scaled, numbers_equal};
pub(crate) use scan::nodes_for;
pub use scan::{Bounds, Duplicates, Fault, FaultKind, scan};
pub use tape::Node;
pub use text::Text;
pub use value::{Elements, Kind, Members, Value};
pub(crate) use wanted::Wanted;
