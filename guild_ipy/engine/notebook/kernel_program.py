"""The program of the kernel of a notebook file: Jupyter's, with two differences.

It sends all output: Jupyter's kernel drops messages when a cell shows a thousand things faster than they are received.
And a cell that asks the user something fails, as it does in any run.
"""

from __future__ import annotations

from typing import Any

import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from guild_ipy.engine.output.no_input import refuse_input, refuse_password, refuse_questions


class _Kernel(IPythonKernel):
    """Replaces ``input`` and ``getpass.getpass`` by its own functions while a cell is executed."""

    raw_input = staticmethod(refuse_input)
    getpass = staticmethod(refuse_password)

    def _process_children(self) -> list[Any]:
        """Return no process to end before the kernel: the supervisor ends what a run leaves, as after a script."""
        return []


class KernelProgram(IPKernelApp):
    """Serves one client, the process of the run."""

    kernel_class = _Kernel

    def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        """Open the socket for output, whose queue has no limit."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    refuse_questions()
    KernelProgram.launch_instance()
