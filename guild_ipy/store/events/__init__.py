"""TensorBoard event files of a run, and the scalars in them.

- ``events``: the event files of a run
- ``scalar_summaries``: summaries of scalars
- ``tfevents``: the bytes of event files
- ``event_rows``: a quick way to read long ones
"""
