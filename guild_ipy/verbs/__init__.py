"""The verbs, one file each: the options of a verb, and what it does.

::

    looking      runs select info lineage ls cat compare diff tensorboard operations home
    changing     mark label tag comment delete restore purge stop
    running      run start watch

A file declares a frozen class of options whose ``carry_out(session)`` does the work and returns a value that knows its
text, and ``VERB``, the name and help (:mod:`guild_ipy.arguments.verb`). Magics and shell read a line into these
options and show what comes of them; Python functions and ``df.guild`` make them by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guild_ipy.arguments.verb import Verb

#: All verbs, in the order in which they are shown; each is the name of a module here.
NAMES = (
    "run", "start", "runs", "select", "compare", "diff", "tensorboard", "info", "lineage", "ls", "cat", "mark", "label",
    "tag", "comment", "stop", "watch", "delete", "restore", "purge", "home", "operations",
)  # fmt: skip


class _Verbs(Mapping[str, "Verb[Any]"]):
    """The verbs by name; each is loaded when it is asked for, since a shell command needs one."""

    def __getitem__(self, name: str) -> Verb[Any]:
        if name not in NAMES:
            raise KeyError(name)
        verb: Verb[Any] = import_module(f"{__name__}.{name}").VERB
        return verb

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


VERBS = _Verbs()
