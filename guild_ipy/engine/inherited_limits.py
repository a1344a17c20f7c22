"""What a process inherits from its starter: resource limits, niceness, processors, and the mask of file modes.

The process of a run is forked from an older one, so it is given those that the notebook has when it starts the run. The
supervisor is given only the mask: the limits are meant for the code of the notebook.
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
class InheritedLimits:
    """The limits of one process."""

    umask: int | None = None
    """None if it cannot be read without changing it."""
    niceness: int | None = None
    processors: tuple[int, ...] = ()
    """The processors that it may use; empty if that is unknown."""
    resources: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """``RLIMIT_NAME`` -> soft and hard limit."""


def read_limits() -> InheritedLimits:
    """Return the limits of this process, which one that it starts inherits."""
    return InheritedLimits(
        umask=linux.read_umask(),
        niceness=os.getpriority(os.PRIO_PROCESS, 0),
        processors=linux.usable_processors(),
        resources={name: resource.getrlimit(number) for name, number in _LIMITS.items()},
    )


def encode_limits(limits: InheritedLimits) -> dict[str, Any]:
    """Return the limits as JSON values."""
    return dict(vars(limits))


def parse_limits(values: Mapping[str, Any]) -> InheritedLimits:
    """Read what :func:`encode_limits` wrote."""
    resources = {name: (soft, hard) for name, (soft, hard) in values.get("resources", {}).items()}
    return InheritedLimits(**{**values, "resources": resources, "processors": tuple(values.get("processors", ()))})


def apply_umask(limits: InheritedLimits) -> None:
    """Set the mask of file modes of this process."""
    if limits.umask is not None:
        os.umask(limits.umask)


def apply_limits(limits: InheritedLimits) -> None:
    """Set all limits of this process; one that the system refuses, such as less niceness, stays unchanged."""
    apply_umask(limits)
    if limits.niceness is not None and os.getpriority(os.PRIO_PROCESS, 0) != limits.niceness:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, limits.niceness)
    linux.use_processors(limits.processors)
    for name, limit in limits.resources.items():
        number = _LIMITS.get(name)
        if number is not None and resource.getrlimit(number) != limit:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(number, limit)
