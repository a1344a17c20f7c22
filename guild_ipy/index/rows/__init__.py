"""A run as rows of the tables.

- ``entry``: the part of a run that the index keeps
- ``run_rows``, ``scalar_rows``: the rows of a run, and of its scalars
- ``sql_values``: values as SQLite holds them
- ``event_sources``: how far the event files of a run have been read, and as rows
- ``stamps``: tells whether a run has changed, without reading it
"""
