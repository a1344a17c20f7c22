"""The IPython extension: ``%guild_VERB`` for every verb, ``%%guild_run``, and completion.

``registration`` puts the magics into a shell · ``verbs`` reads, carries out, shows · ``own_ways`` frames and pages ·
``expansion`` the words of a line · ``view`` how a notebook shows a run · ``overview`` ``%guild`` ·
``completion`` what TAB offers · ``candidates`` the names for it · ``matcher`` asks for it
"""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from guild_ipy.magics.registration import register, unregister
from guild_ipy.view.progress import show_progress

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register the magics; start the fork server, and load what they need, in the background."""
    from guild_ipy.api.session import get_session, warm_up  # start-up cost: `import guild_ipy.magics` needs no engine

    register(ipython)
    get_session().current_index.progress = show_progress
    warm_up()
    Thread(target=_load_run).start()


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take the magics away again."""
    unregister(ipython)


def _load_run() -> None:
    """Load what a run needs: 60 ms that the first one need not take."""
    for name in ("magics.verbs", "verbs.run"):
        import_module(f"guild_ipy.{name}")
