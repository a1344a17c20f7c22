"""TensorBoard event files of a run, and the scalars in them.

- ``events``: the event files of a run
- ``event_writer``, ``event_encoding``: writing one
- ``scalar_summaries``: summaries of scalars
- ``tfevents``: the bytes of event files, and reading them
- ``event_rows``: a quick way to read long ones
"""
