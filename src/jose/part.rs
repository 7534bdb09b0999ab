//! The JSON of one part of a token, within the bounds for tokens (REQ-JWS-28).
//!
//! Refuses what the scanner refuses, repeated names among it. Allocates only where the tape must grow.

use crate::json::{Bounds, Duplicates, Node, scan};
use crate::limits;

/// Scans `text` onto `tape`, which grows if it must and never shrinks; how many nodes it took.
pub(super) fn scan_part(text: &[u8], tape: &mut Vec<Node>) -> Option<usize> {
    // The shortest values take two bytes each, with the comma.
    let room = (text.len() / 2 + 1).min(limits::TOKEN_JSON_NODES);
    if tape.len() < room {
        tape.resize(room, Node::default());
    }
    let bounds = Bounds { depth: limits::TOKEN_JSON_DEPTH, members: limits::TOKEN_JSON_MEMBERS };
    scan(text, bounds, Duplicates::Refuse, tape).ok().map(|(_, used)| used)
}
