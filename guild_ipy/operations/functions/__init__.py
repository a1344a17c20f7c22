"""Functions and cells of the notebook as operations."""
