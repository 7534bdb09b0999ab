//! Stands in for `jose` until it has landed; then this file goes.
#![allow(missing_docs)]

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlgorithmSet(u32);

#[derive(Debug, Default)]
pub struct KeySet;
