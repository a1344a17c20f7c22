"""Frames of runs: their columns, their contents, and how they look.

- ``columns``: columns of runs as arrays
- ``contents``: one frame each
- ``shown``: how frames look
- ``pictures``: of runs
"""
