"""The IPython extension: ``%guild_VERB`` for every verb, ``%%guild_run``, and completion.

``registration`` puts the magics into a shell · ``verbs`` what each does · ``expansion`` the words of a line ·
``view`` how a notebook shows a run · ``completion`` what TAB offers · ``matcher`` asks for it
"""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from guild_ipy.magics.registration import register, unregister
from guild_ipy.progress import show_progress

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register the magics; start the fork server, and load what they need, in the background."""
    from guild_ipy.api.context import get_context, warm_up  # start-up cost: `import guild_ipy.magics` needs no engine

    register(ipython)
    get_context().current_index.progress = show_progress
    warm_up()
    Thread(target=import_module, args=["guild_ipy.magics.verbs"]).start()  # 60 ms that the first run need not take


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take the magics away again."""
    unregister(ipython)
