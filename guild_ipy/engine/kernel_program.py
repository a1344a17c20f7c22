"""The program of the kernel of a notebook file: that of Jupyter, except that it sends all that its cells show.

A kernel drops messages when a cell shows a thousand things faster than they are taken, which nobody would read in a
front end; a run keeps all of them.
"""

from __future__ import annotations

import zmq
from ipykernel.kernelapp import IPKernelApp


class KernelProgram(IPKernelApp):
    """Serves one client, the process of the run."""

    def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        """Open the socket for output, whose queue has no limit."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    KernelProgram.launch_instance()
