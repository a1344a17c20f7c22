"""Run one RunSpec in an isolated process; the only layer that starts processes.

In the kernel: ``prepare`` · ``provenance`` · ``engine`` · ``fork_server`` · ``executors`` · ``follow`` · ``stop``.
Beside it: ``zygote`` · ``supervisor`` · ``output_scalars``.
In the run: ``job`` · ``unpack`` · ``streams`` · ``seeds`` · ``failure`` · ``constants``.
"""
