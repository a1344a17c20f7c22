"""The kernel in which the run of a notebook file executes its cells.

- ``notebook_kernel``: starts and stops the kernel
- ``kernel_program``: the program of the kernel
- ``kernel_stderr``: why a kernel could not start, or where it crashed
- ``live_client``: executes cells, and shows their output at once
"""
