"""The standard error of a kernel's process: why it could not start, or where it crashed."""

from __future__ import annotations

import os
import re

_MOST = 65536
#: What Python writes at a crash, up to the first frame that is not the user's.
_CRASH = rb"^Fatal Python error.*?(?=^  File \"[^\n]*/IPython/core/interactiveshell\.py|\Z)"


class KernelStderr:
    """The end of a kernel's standard error, below what the kernel itself catches and sends.

    Output of C code in its cells appears there too, and has come as a message already.
    """

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        for descriptor in (self._reader, self.writer):
            os.set_blocking(descriptor, False)
        self._text = b""

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._reader

    def read(self) -> None:
        """Read what has been written."""
        try:
            while part := os.read(self._reader, _MOST):
                self._text = (self._text + part)[-_MOST:]
        except BlockingIOError:
            return

    def close(self) -> None:
        """Read the rest and close the pipe."""
        self.read()
        os.close(self._reader)

    @property
    def crash(self) -> str:
        """What Python said when it crashed; empty if it did not."""
        found = re.search(_CRASH, self._text, re.DOTALL | re.MULTILINE)
        return found[0].decode(errors="replace") if found is not None else ""

    @property
    def text(self) -> str:
        """The end of it: the last 64 KiB."""
        return self._text.decode(errors="replace")
