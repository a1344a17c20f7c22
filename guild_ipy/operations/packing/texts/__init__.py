"""Which variables and magics of the notebook code names: also within texts that are code."""
