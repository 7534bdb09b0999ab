//! The client's side: what a response asks for, and what to do next. Beside the verifier, never used by it.
//!
//! Half of the damage around 401 is done by clients that refresh on every denial, or give up where a refresh would have
//! helped. [`next_step`] reads a response as tolerantly as servers make necessary ([`read_challenges`]) and names one
//! step; the [`State`] that the client carries along bounds every loop. Nothing here does I/O, reads a clock or sleeps.
//! It is no hot path: reading allocates.

mod asked;
mod before;
mod choice;
mod date;
mod elements;
mod heard;
mod next;
mod reading;
mod state;
mod step;
mod wait;

pub use asked::{Abilities, Response, Sent};
pub use before::{FRESH_SKEW_SECONDS, is_same_origin, may_send_to, token_fresh};
pub(crate) use date::parse_http_date;
pub use heard::{HeardChallenge, Reading, Tolerance, Warning};
pub use next::next_step;
pub use reading::read_challenges;
pub use state::State;
pub use step::{Step, StepKind, StepReason};
