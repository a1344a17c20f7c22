"""The kernel in which the run of a notebook file executes its cells."""
