"""What the verbs of a shell work with."""

from __future__ import annotations

import sys
from dataclasses import replace

from guild_ipy.api.context import Context, get_context
from guild_ipy.operations.notebook import Notebook
from guild_ipy.view.progress import show_progress

_UNLIMITED = 2**30


class _ShellContext(Context):
    """A session without notebook: what Python has loaded here is not an operation."""

    @property
    def notebook(self) -> Notebook:
        return replace(super().notebook, variables={})


def shell_context() -> Context:
    """Return a context in which all output is shown: a pipe loses nothing."""
    session = get_context()
    settings = replace(session.settings, output_rate=_UNLIMITED)
    context = _ShellContext(settings=settings, engine=session.engine)
    if sys.stderr.isatty():
        context.current_index.progress = show_progress
    return context
