//! `explain`.
mod forms;
