"""The program of the kernel of a notebook file: that of Jupyter, except that it sends all that its cells show.

And nobody can be asked: what a cell asks fails as it does in any run.

A kernel drops messages when a cell shows a thousand things faster than they are taken, which nobody would read in a
front end; a run keeps all of them.
"""

from __future__ import annotations

from typing import Any

import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

from guild_ipy.engine.output.no_input import refuse_input, refuse_password, refuse_questions

_TRACKER = "resource_tracker import main"


class _Kernel(IPythonKernel):
    """Puts these in the place of ``input`` and ``getpass.getpass`` while a cell is executed."""

    raw_input = staticmethod(refuse_input)
    getpass = staticmethod(refuse_password)

    def _process_children(self) -> list[Any]:
        """Return those that are to be ended before the kernel; it asks for 14 seconds, and waits for them."""
        return [child for child in super()._process_children() if not _ends_with_kernel(child)]  # type: ignore[no-untyped-call]


def _ends_with_kernel(process: Any) -> bool:  # noqa: ANN401 - of psutil, which is not a requirement of ours
    """Whether it has ended, or is a resource tracker of multiprocessing or joblib, which cannot be asked to end."""
    try:
        return process.status() == "zombie" or any(_TRACKER in word for word in process.cmdline())
    except Exception:  # noqa: BLE001 - what psutil raises of a process that is gone
        return True


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
