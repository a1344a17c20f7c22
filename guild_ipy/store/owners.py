"""Runs of other users: in a home that many users can read, not all can change every run."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable

from guild_ipy.errors import StoreError
from guild_ipy.store.run_dir import RunDir


def check_changeable(run_dirs: Iterable[RunDir]) -> None:
    """Refuse to change runs if this user may not change one of them, before any is changed.

    Raises
    ------
    StoreError
        For the first run that belongs to another user, or whose folder cannot be written.
    """
    for run_dir in run_dirs:
        if not _is_writable(run_dir.attrs):
            raise StoreError(_why_not(run_dir))


def describe_user(number: int) -> str:
    """Return a user in words, by name where the system knows one."""
    try:
        return f"user {pwd.getpwuid(number).pw_name!r}"
    except KeyError:
        return f"user {number}"


def _is_writable(folder: str) -> bool:
    """Whether files can be made in a folder; true as well if it is not there, which other checks report."""
    can_ask = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=can_ask) or not os.path.exists(folder)


def _why_not(run_dir: RunDir) -> str:
    owner = os.stat(run_dir.attrs).st_uid
    if owner == os.geteuid():
        return f"run {run_dir.short_id} cannot be changed: {run_dir.attrs!r} cannot be written"
    return (
        f"run {run_dir.short_id} belongs to {describe_user(owner)}, and you may not change it; ask them, or work in a "
        "Guild home of your own"
    )
