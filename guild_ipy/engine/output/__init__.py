"""What a run prints: its streams, the scalars in it, and the record of how it ended."""
