//! A scanned text that owns its memory: policies, JWK Sets, conformance cases.

use super::scan::{Bounds, Duplicates, Fault, nodes_for, scan};
use super::tape::Node;
use super::value::Value;
use crate::limits;

/// A JSON text with its tape. Allocates; for loading, not for requests.
pub struct Document {
    text: String,
    tape: Vec<Node>,
}

impl Document {
    /// Reads `text` within the bounds for documents; what happens to repeated names is the caller's choice.
    ///
    /// # Errors
    /// The first [`Fault`] in the text.
    pub fn parse(text: &[u8], duplicates: Duplicates) -> Result<Self, Fault> {
        let bounds = Bounds { depth: limits::DOCUMENT_JSON_DEPTH, members: limits::DOCUMENT_JSON_NODES };
        let mut tape = vec![Node::default(); nodes_for(text.len()).min(limits::DOCUMENT_JSON_NODES)];
        let (text, used) = scan(text, bounds, duplicates, &mut tape)?;
        tape.truncate(used);
        tape.shrink_to_fit();
        Ok(Document { text: text.to_owned(), tape })
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        // A scan that succeeds has put at least one node on the tape.
        Value::root(&self.text, &self.tape).unwrap_or_else(|| unreachable!("an empty tape is a syntax fault"))
    }
}

/// Never prints the text: it may hold secrets.
impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Document of {} bytes", self.text.len())
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        // A policy or an inline key set may hold a secret.
        self.text.zeroize();
    }
}
