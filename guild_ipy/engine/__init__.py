"""Run one RunSpec in an isolated process; the only layer that starts processes.

In the kernel: ``engine`` · ``prepare`` · ``buffers`` · ``fork_server`` · ``executors`` · ``inline`` · ``interrupts`` ·
``follow`` · ``stop`` · ``recover``.
Beside it: ``zygote`` · ``spare`` · ``waiting`` · ``pages`` · ``rehearsal`` · ``supervisor`` · ``output_scalars`` ·
``scribe`` · ``provenance`` · ``leftovers``.
In the run: ``fork`` · ``script`` · ``job`` · ``unpack`` · ``streams`` · ``seeds`` · ``failure`` · ``process``.
What they tell each other: ``launch`` · ``meta``.
"""
