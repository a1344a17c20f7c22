"""The IPython extension: ``%guild_VERB`` for every verb, ``%%guild_run``, and completion.

- ``registration``: puts the magics into a shell
- ``magic``: reads a line, carries the verb out, shows the result; ``%guild``
- ``notebook_output``: verbs whose result a notebook shows in a way of its own
- ``frame_display``: shows frames of runs for people
- ``expansion``: the words of a line
- ``completion``, ``candidates``: what TAB offers, and the names for it
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from guild_ipy.magics.registration import register, unregister
from guild_ipy.view.progress import show_progress

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register the magics, and load what they need in the background."""
    from guild_ipy.session.session import get_session  # start-up cost: `import guild_ipy.magics` needs no engine

    register(ipython)
    get_session().current_index.progress = show_progress
    Thread(target=_load_run).start()


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take the magics away again."""
    unregister(ipython)


def _load_run() -> None:
    """Load what a run needs: 60 ms that the first one need not take."""
    import guild_ipy.magics.magic
    import guild_ipy.verbs.running.run  # noqa: F401 - to have it loaded
