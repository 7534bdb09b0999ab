//! Instants and NumericDates as integers.
