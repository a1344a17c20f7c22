"""The verbs, one file each: the options of the verb, and what it does.

A file declares a frozen class of options whose ``carry_out(context)`` does it, and ``VERB``, its name and help::

    looking     runs select info ls cat lineage compare diff tensorboard operations home
    changing    mark label tag comment delete restore purge stop
    running     run start watch

Magics and shell show what ``carry_out`` returns; Python functions and ``df.guild`` make the options by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from guild_ipy.arguments.verb import Verb

#: All verbs, in the order in which they are shown; each is the name of a module here.
NAMES = (
    "run", "start", "runs", "select", "compare", "diff", "tensorboard", "info", "lineage", "ls", "cat", "mark", "label",
    "tag", "comment", "stop", "watch", "delete", "restore", "purge", "home", "operations",
)  # fmt: skip


class _Verbs(Mapping[str, Verb[Any]]):
    """The verbs by name; each is loaded when it is asked for, since a shell command needs one."""

    def __getitem__(self, name: str) -> Verb[Any]:
        if name not in NAMES:
            raise KeyError(name)
        if name in _OLD:
            old: Verb[Any] = getattr(import_module(f"guild_ipy.arguments.{_OLD[name]}"), name.upper())
            return old
        verb: Verb[Any] = import_module(f"{__name__}.{name}").VERB
        return verb

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


VERBS = _Verbs()

#: Those that have no file of their own yet.
_OLD = {
    "run": "run",
    "select": "select",
    "compare": "analysis",
    "diff": "analysis",
    "tensorboard": "analysis",
    "lineage": "lineage",
}
