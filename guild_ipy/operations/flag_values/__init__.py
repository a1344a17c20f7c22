"""What values flags have: as text, as annotations promise them, as values of Python are recorded."""
