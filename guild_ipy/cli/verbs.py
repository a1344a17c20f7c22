"""What each verb does at a shell: parse the words, call one function, show its value.

Only what the verb needs is loaded: starting takes longer than most of them.
"""

from __future__ import annotations

from importlib import import_module

from guild_ipy.cli.words import Words

_MODULES = {
    "run": "running",
    "start": "running",
    "runs": "looking",
    "select": "selecting",
    "compare": "analysis",
    "diff": "analysis",
    "tensorboard": "analysis",
    "info": "looking",
    "lineage": "looking",
    "ls": "looking",
    "cat": "looking",
    "mark": "keeping",
    "label": "keeping",
    "stop": "keeping",
    "watch": "running",
    "delete": "keeping",
    "home": "looking",
    "operations": "looking",
}

#: Those that start quickly, for they make no session unless they need one.
_WITHOUT_SESSION = frozenset({"select"})

VERB_NAMES = tuple(_MODULES)


def call_verb(verb: str, words: Words) -> None:
    """Carry out ``guild-ipy VERB words``."""
    call = getattr(import_module(f"guild_ipy.cli.{_MODULES[verb]}"), f"call_{verb}")
    if verb in _WITHOUT_SESSION:
        call(words)
        return
    from guild_ipy.cli.shell_context import shell_context  # start-up cost

    call(shell_context(), words)
