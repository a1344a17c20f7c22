"""The verbs, one file each: the options of a verb, its work and its result.

``looking``
    runs select info lineage ls cat compare diff tensorboard operations home
``changing``
    mark label tag comment delete restore purge
``running``
    run start restage queue watch stop

A file declares a frozen class of options whose ``carry_out(session)`` does the work and returns a value that knows its
text, and ``VERB``, the name and help (:mod:`guild_ipy.arguments.verb`). Magics and shell read a line into these
options and show the value; Python functions and ``df.guild`` make the options themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guild_ipy.arguments.verb import Verb

#: The folder of each verb, in the order in which verbs are shown; the file is named by the verb.
_FOLDERS = {
    "run": "running", "start": "running", "restage": "running", "queue": "running",
    "runs": "looking", "select": "looking", "compare": "looking", "diff": "looking", "tensorboard": "looking",
    "info": "looking", "lineage": "looking", "ls": "looking", "cat": "looking",
    "mark": "changing", "label": "changing", "tag": "changing", "comment": "changing",
    "stop": "running", "watch": "running",
    "delete": "changing", "restore": "changing", "purge": "changing",
    "home": "looking", "operations": "looking",
}  # fmt: skip
NAMES = tuple(_FOLDERS)


class _Verbs(Mapping[str, "Verb[Any]"]):
    """The verbs by name; each is loaded on first use, since a shell command needs only one."""

    def __getitem__(self, name: str) -> Verb[Any]:
        if name not in _FOLDERS:
            raise KeyError(name)
        verb: Verb[Any] = import_module(f"{__name__}.{_FOLDERS[name]}.{name}").VERB
        return verb

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


VERBS = _Verbs()
