"""How trials of an operation are searched, as its Guild file declares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.flags import FlagValue


@dataclass(frozen=True, kw_only=True)
class OptimizerDef:
    """An entry of ``optimizers``."""

    name: str
    """The word by which it is asked for."""
    algorithm: str
    """An optimizer, or the name of an operation that is one."""
    is_default: bool = False
    flags: Mapping[str, FlagValue] = field(default_factory=dict)
    """For an operation."""


@dataclass(frozen=True, kw_only=True)
class SearchDef:
    """``optimizer``, ``optimizers``, ``objective`` and ``default-max-trials`` of an operation."""

    optimizers: tuple[OptimizerDef, ...] = ()
    objective: Best | None = None
    most_trials: int | None = None

    def find(self, name: str) -> OptimizerDef:
        """Return the optimizer of a name; one that is not declared is an algorithm by itself."""
        return next((each for each in self.optimizers if each.name == name), OptimizerDef(name=name, algorithm=name))
