"""The independent model: every operation, slow and plain, straight from the specification."""
