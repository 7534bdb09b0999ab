"""The clients of other fronts against the module."""
