"""TensorBoard event files of a run, and the scalars in them.

``events`` · ``tfevents`` their bytes · ``usual_events`` and ``array_events`` quick ways to read most of them ·
``scalars`` summaries
"""
