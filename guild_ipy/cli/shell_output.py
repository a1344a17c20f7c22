"""Verbs whose result a shell shows in a way of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from guild_ipy.errors import UsageError
from guild_ipy.printable import printable
from guild_ipy.session.session import Session
from guild_ipy.view.plain_values import format_json

#: How much of a file is written at a time.
_BLOCK = 2**16


def show_file(wanted: Any, session: Session) -> None:  # noqa: ANN401 - the options of the verb
    """Write every byte of the file, as it is; to a terminal only text, and of other files what they are."""
    if sys.stdout.isatty() and (line := wanted.describe_bytes(session)):
        print(f"{line}; only a file or a pipe is given its bytes")
        return
    with wanted.open(session) as file:
        if file is not None:
            while block := file.read(_BLOCK):
                sys.stdout.buffer.write(block)


def show_home(wanted: Any, session: Session) -> None:  # noqa: ANN401 - as above
    """Print which Guild home is used; refuse another one, which nothing would use."""
    if wanted.path is not None:
        raise UsageError(f"home: a shell command ends at once; set GUILD_HOME={wanted.path} for those that follow")
    found = wanted.carry_out(session)
    print(format_json(found) if wanted.json else printable(found))


OWN_WAYS: Mapping[str, Callable[[Any, Session], None]] = {"cat": show_file, "home": show_home}
