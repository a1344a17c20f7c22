"""Runs for the select language, without directories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FakeRun:
    """A run as a few values; scalars are summaries by name."""

    core: Mapping[str, Any] = field(default_factory=dict)
    attrs: Mapping[str, Any] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    scalars: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def get(self, kind: str, name: str, summary: str | None) -> Any:
        if kind == "scalar":
            return self.scalars.get(name, {}).get(str(summary))
        return self.flags.get(name) if kind == "flag" else self.core.get(name, self.attrs.get(name))
