"""Where a run was made: Python and its packages, the machine, the command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from guild_ipy.domain.values.flags import plain_text
from guild_ipy.errors import DamagedRun
from guild_ipy.session.run_handle import Run
from guild_ipy.widgets.detail.cut_text import cut_list, cut_names

_MOST_PACKAGES = 3_000
_MOST_VARIABLES = 500
#: Parts of the attribute ``platform``, as they are called here.
_PLATFORM = {
    "python_version": "Python",
    "uname": "system",
    "architecture": "architecture",
    "processor": "processor",
    "cpus": "CPUs",
}
_ATTRIBUTES = {"host": "host", "user": "user", "vcs_commit": "commit", "random_seed": "random seed"}


def describe_environment(run: Run) -> dict[str, Any]:
    """Return what a run has recorded of where it was made; what cannot be read is named in ``note``."""
    damage: list[str] = []
    platform = _get_map(run, "platform", damage)
    facts = {title: platform[name] for name, title in _PLATFORM.items() if platform.get(name) not in {None, ""}}
    facts |= {title: _get(run, name, damage) for name, title in _ATTRIBUTES.items()}
    words = _get(run, "cmd", damage)
    if isinstance(words, list):
        facts["command"] = shlex.join(map(str, words))
    facts["directory"] = run.dir.path
    listed = _get(run, "pip_freeze", damage)
    packages, more = cut_list(listed if isinstance(listed, list) else [], _MOST_PACKAGES)
    variables = sorted(_get_map(run, "env", damage).items())
    return {
        "facts": cut_names((name, plain_text(value)) for name, value in facts.items() if value is not None),
        "packages": cut_names((_split(str(line)) for line in packages), _MOST_PACKAGES),
        "variables": cut_names(((name, plain_text(value)) for name, value in variables), _MOST_VARIABLES),
        "note": "; ".join(filter(None, [*damage, more and f"packages: {more}"])) or None,
    }


def _split(line: str) -> tuple[str, str]:
    name, _, version = line.partition("==")
    return name, version


def _get_map(run: Run, name: str, damage: list[str]) -> Mapping[str, Any]:
    found = _get(run, name, damage)
    return {str(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}


def _get(run: Run, name: str, damage: list[str]) -> Any:  # noqa: ANN401 - attributes are of any type
    try:
        return run.get(name)
    except DamagedRun as error:
        damage.append(f"attrs/{name}: {error.why}")
        return None
