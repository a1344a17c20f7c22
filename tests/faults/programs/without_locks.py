"""Run a program to which the system says that it has no locks: `python without_locks.py PROGRAM ARGUMENT ...`.

A seccomp filter lets ``flock`` fail with ENOLCK, as a network file system without a lock server does; it holds for all
processes that are started from here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

#: Of ``flock``, by machine.
NUMBERS = {"x86_64": 73, "aarch64": 32}
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def forbid_locks() -> None:
    """Let each ``flock`` of this process and its children fail."""
    program = b"".join(
        struct.pack("HBBI", *line)
        for line in (
            (_LOAD, 0, 0, 0),  # the number of the system call
            (_JUMP_IF_EQUAL, 0, 1, NUMBERS[os.uname().machine]),
            (_RETURN, 0, 0, _FAIL | errno.ENOLCK),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    lines = ctypes.create_string_buffer(program)
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(lines)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, ctypes.byref(head), 0, 0)):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "the system has no filters of system calls")


if __name__ == "__main__":
    forbid_locks()
    os.execvp(sys.argv[1], sys.argv[1:])
