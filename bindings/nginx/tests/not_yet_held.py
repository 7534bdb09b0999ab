"""What is promised and not yet held: tests that fail, by their id, each with its cause."""

NOT_YET_HELD: dict[str, str] = {}
