//! `explain` repeats no credential, whatever the form, the findings, the options or the faults of the input.
