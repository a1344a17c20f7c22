"""Changing runs that are there: marks, labels, tags, comments, the trash."""
