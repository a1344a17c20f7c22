"""The kernel in which the run of a notebook file executes its cells.

``notebook_kernel`` · ``kernel_program`` · ``kernel_complaints`` · ``live_client`` executes cells, and is heard at once
"""
