"""A run below a cell, as a widget while it goes.

- ``run_viewer``: the viewer of runs, which shows it
- ``live_place``: the place of the head of a run, and for how long a widget is there
- ``run_widget``: the widget
"""
