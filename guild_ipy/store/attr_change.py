"""Changing an attribute that several processes may change at once: none loses what another has added."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from typing import Any

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.attr_types import PARSERS
from guild_ipy.store.files.attrs import delete_attr, read_attr, write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import lock_if_possible


def read_checked(run_dir: RunDir, name: str) -> Any:  # noqa: ANN401 - of the type of the attribute
    """Read an attribute of listings as it stands in its file; None if it is not there.

    Raises
    ------
    DamagedRun
        If its value is not of the type of the attribute.
    """
    value = read_attr(run_dir, name)
    if value is not None:
        try:
            PARSERS[name](value)
        except (TypeError, ValueError) as error:
            raise DamagedRun(run_dir.attr(name), str(error)) from error
    return value


def change_attr(run_dir: RunDir, name: str, change: Callable[[Any], Any], *, anew: bool = False) -> None:
    """Set an attribute of listings to the value that `change` makes of its present one (None: it is not there).

    Parameters
    ----------
    run_dir, name
        Which attribute. The folder of attributes is locked while it changes.
    change
        Called once; an empty value removes the attribute.
    anew
        Treat an attribute that cannot be read as one that is not there.

    Raises
    ------
    DamagedRun
        If it cannot be read.
    """
    try:
        descriptor = os.open(run_dir.attrs, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"cannot open {run_dir.attrs!r}: {error.strerror}") from error
    try:
        lock_if_possible(descriptor, fcntl.LOCK_EX)
        before = _read(run_dir, name, anew=anew)
        after = change(before)
        if not after:
            delete_attr(run_dir, name)
        elif after != before:
            write_attr(run_dir, name, after)
    finally:
        os.close(descriptor)


def _read(run_dir: RunDir, name: str, *, anew: bool) -> Any:  # noqa: ANN401 - as above
    try:
        return read_checked(run_dir, name)
    except DamagedRun:
        if anew:
            return None
        raise
