"""All verbs by name; each is loaded when it is asked for: a shell command needs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from guild_ipy.arguments.verb import Verb

_MODULES = {
    "run": "run",
    "start": "run",
    "runs": "look",
    "select": "select",
    "compare": "analysis",
    "diff": "analysis",
    "tensorboard": "analysis",
    "info": "look",
    "lineage": "lineage",
    "ls": "look",
    "cat": "look",
    "mark": "change",
    "label": "change",
    "stop": "change",
    "watch": "look",
    "delete": "change",
    "home": "look",
    "operations": "look",
}


class _Verbs(Mapping[str, Verb[object]]):
    """The verbs by name, in the order in which they are shown."""

    def __getitem__(self, name: str) -> Verb[object]:
        verb: Verb[object] = getattr(import_module(f"guild_ipy.arguments.{_MODULES[name]}"), name.upper())
        return verb

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


VERBS = _Verbs()
