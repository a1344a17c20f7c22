"""A run as the select language sees it, read from its directory as far as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from guild_ipy.domain.flags import FlagValue
from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.index.entry import read_entry
from guild_ipy.index.summary_columns import SUMMARY_FIELDS
from guild_ipy.query.attributes import ATTRIBUTES
from guild_ipy.store.run import RunRecord

_SHORT = 8


class RunSubject:
    """What expressions can ask of a run; see :class:`guild_ipy.query.predicate.Subject`.

    Parameters
    ----------
    record
        What one look at the run found.
    read_scalars
        Reads its scalars, when they are first asked for.
    """

    def __init__(self, record: RunRecord, read_scalars: Callable[[RunRecord], Mapping[str, ScalarSummary]]) -> None:
        self.record = record
        self._read_scalars = read_scalars

    def get(self, kind: str, name: str, summary: str | None) -> FlagValue:
        """Give a value, or None if the run has none."""
        if kind == "flag":
            return self.record.flags.get(name)
        if kind == "attr":
            return self._core[name] if name in ATTRIBUTES else self.attrs.get(name)
        assert summary is not None, "a scalar is asked for by one of its summaries"
        scalar = self.scalars.get(name)
        value: float | None = None if scalar is None else getattr(scalar, SUMMARY_FIELDS[summary])
        return value

    @cached_property
    def attrs(self) -> Mapping[str, FlagValue]:
        """Attributes of the user, and some others."""
        return read_entry(self.record.dir).attrs

    @cached_property
    def scalars(self) -> Mapping[str, ScalarSummary]:
        """Summaries by name."""
        return self._read_scalars(self.record)

    @cached_property
    def _core(self) -> dict[str, Any]:
        record, opref, digest = self.record, self.record.opref, self.record.sourcecode_digest
        duration = record.duration
        return {
            "id": record.dir.id,
            "run": record.dir.id[:_SHORT],
            "op": (opref and opref.name) or None,
            "operation": record.operation,
            "model": (opref and opref.model) or None,
            "package": (opref and opref.package) or None,
            "status": record.status.value,
            "label": record.label or None,
            "marked": record.marked,
            "initialized": record.initialized,
            "started": record.started,
            "stopped": None if record.status.is_active else record.stopped,
            "time": None if duration is None else duration.total_seconds(),
            "exit_status": record.exit_status,
            "tags": list(record.tags) or None,
            "comments": "\n".join(comment.body for comment in record.comments) if record.comments else None,
            "digest": digest,
            "sourcecode": digest and digest[:_SHORT],
            "damage": record.damage,
        }
