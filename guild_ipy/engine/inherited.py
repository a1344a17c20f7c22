"""What a process has from the one that started it: mask of file modes, limits, niceness, processors.

A run has them from the notebook as it is when the run is started, though the fork server, which is older, starts it.
The supervisor takes only the mask: limits of the notebook's code are not meant for it.
"""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guild_ipy import linux

_LIMITS = {
    name: getattr(resource, name)
    for name in dir(resource)
    if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE"  # another name of RLIMIT_NOFILE
}


@dataclass(frozen=True, kw_only=True)
class Inherited:
    """Of one process."""

    umask: int | None = None
    """None where it cannot be read without changing it."""
    niceness: int | None = None
    processors: tuple[int, ...] = ()
    """Those that it may use; empty where that cannot be said."""
    limits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """``RLIMIT_NAME`` -> soft and hard limit."""


def read_inherited() -> Inherited:
    """Return what a process that this thread starts has from it."""
    return Inherited(
        umask=linux.read_umask(),
        niceness=os.getpriority(os.PRIO_PROCESS, 0),
        processors=linux.usable_processors(),
        limits={name: resource.getrlimit(number) for name, number in _LIMITS.items()},
    )


def encode_inherited(inherited: Inherited) -> dict[str, Any]:
    """Return it as JSON has it."""
    return dict(vars(inherited))


def parse_inherited(values: Mapping[str, Any]) -> Inherited:
    """Read what :func:`encode_inherited` wrote."""
    limits = {name: (soft, hard) for name, (soft, hard) in values.get("limits", {}).items()}
    return Inherited(**{**values, "limits": limits, "processors": tuple(values.get("processors", ()))})


def take_umask(inherited: Inherited) -> None:
    """Give this process the mask of file modes."""
    if inherited.umask is not None:
        os.umask(inherited.umask)


def take_over(inherited: Inherited) -> None:
    """Give this process all of it; what the system refuses, such as less niceness, stays as it is."""
    take_umask(inherited)
    if inherited.niceness is not None and os.getpriority(os.PRIO_PROCESS, 0) != inherited.niceness:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, inherited.niceness)
    linux.use_processors(inherited.processors)
    for name, limit in inherited.limits.items():
        number = _LIMITS.get(name)
        if number is not None and resource.getrlimit(number) != limit:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(number, limit)
