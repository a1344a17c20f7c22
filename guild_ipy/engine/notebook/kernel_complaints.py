"""What the process of a kernel says that its cells do not: why it cannot start, and where it crashed."""

from __future__ import annotations

import os
import re

_MOST = 65536
#: What Python writes then, up to where the frames are no longer the user's.
_CRASH = rb"^Fatal Python error.*?(?=^  File \"[^\n]*/IPython/core/interactiveshell\.py|\Z)"


class KernelComplaints:
    """The end of a kernel's standard error, below what the kernel itself catches and sends.

    The kernel writes there too what code below Python prints in its cells, which has come as a message already.
    """

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._text = b""

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return self._reader

    def read(self) -> None:
        """Take what there is."""
        try:
            while part := os.read(self._reader, _MOST):
                self._text = (self._text + part)[-_MOST:]
        except BlockingIOError:
            return

    def close(self) -> None:
        """Take the rest, and hear no more."""
        self.read()
        os.close(self._reader)

    @property
    def crash(self) -> str:
        """What Python said when it crashed; empty if it did not."""
        found = re.search(_CRASH, self._text, re.DOTALL | re.MULTILINE)
        return found[0].decode(errors="replace") if found is not None else ""

    @property
    def text(self) -> str:
        """All of it, as far as it is kept."""
        return self._text.decode(errors="replace")
