"""The session of a shell command."""

from __future__ import annotations

import sys
from dataclasses import replace

from guild_ipy.operations.notebook import Notebook
from guild_ipy.session.session import Session, get_session
from guild_ipy.view.progress import show_progress

_UNLIMITED = 2**30


class _ShellSession(Session):
    """A session without a notebook: functions that this process has loaded are not operations."""

    @property
    def notebook(self) -> Notebook:
        return replace(super().notebook, variables={})


def shell_session() -> Session:
    """Return a session in which all output is shown: a pipe loses nothing."""
    usual = get_session()
    session = _ShellSession(replace(usual.settings, output_rate=_UNLIMITED))
    if sys.stderr.isatty():
        session.current_index.progress = show_progress
    return session
