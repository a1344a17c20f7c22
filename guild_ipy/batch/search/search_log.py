"""What an optimizer was asked, and told: the file ``.guild/trials.log`` of a batch, from which a restart goes on.

A line is a JSON object, in the order in which things happened:

=============================================================  ==============================================
``{"search": {...}}``                                          how is searched; the first line
``{"prior": RUN, "flags": {...}, "values": [...]}``            an earlier run, which the optimizer was told of
``{"ask": N, "flags": {...}}``                                 the flags of trial N, counted from 0
``{"again": N, "flags": {...}}``                               those of an earlier start, to be used again
``{"report": N, "step": STEP, "value": VALUE}``                trial N reported a number
``{"tell": N, "values": [...]}``                               what came of trial N; without values it failed
``{"tell": N, "pruned": true}``                                it was stopped early
=============================================================  ==============================================

A line that a killed process has not written to its end is left out, and so is all that follows a line which is none of
these; the flags of the trials that are missing then are known from the trials themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, takewhile
from typing import Any, TypeAlias

from guild_ipy.batch.search.search_options import SearchOptions, describe_objective
from guild_ipy.batch.search.search_space import Space
from guild_ipy.domain.values.flags import Flags, format_flag
from guild_ipy.errors import StoreError
from guild_ipy.store.files.whole_file import read_bytes, write_file
from guild_ipy.store.run_dir import RunDir

Entry: TypeAlias = Mapping[str, Any]
_MAX_BYTES = 2**30
#: What is searched for, in the first line.
_OBJECTIVES = "objectives"


@dataclass(frozen=True, kw_only=True)
class SearchRecord:
    """What a log says."""

    search: Mapping[str, Any]
    entries: tuple[Entry, ...]
    """All lines but the first."""

    @cached_property
    def asked(self) -> dict[int, dict[str, Any]]:
        """The flags of the trials, by their numbers, without a gap."""
        asked = (entry for entry in self.entries if "ask" in entry or "again" in entry)
        known = {entry.get("ask", entry.get("again")): entry["flags"] for entry in asked}
        return {number: known[number] for number in takewhile(known.__contains__, count())}


def _read_log(batch: RunDir) -> SearchRecord | None:
    content = read_bytes(batch.trials_log, _MAX_BYTES)
    if content is None:
        return None
    entries: list[Entry] = []
    for line in content.split(b"\n")[:-1]:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            break
        if not isinstance(entry, dict) or (entries and not _is_entry(entry)):
            break
        entries.append(entry)
    if not entries or not isinstance(entries[0].get("search"), dict):
        return None
    return SearchRecord(search=entries[0]["search"], entries=tuple(entries[1:]))


def describe_search(options: SearchOptions, spaces: Mapping[str, Space], fixed: Flags, seed: int) -> dict[str, Any]:
    """Return what makes a search the same one: with it, the same trials have the same results, and lead to the same."""
    return {
        "optimizer": options.optimizer,
        "seed": seed,
        "spaces": {name: str(space) for name, space in spaces.items()},
        "flags": {name: format_flag(value) for name, value in sorted(fixed.items())},
        _OBJECTIVES: [describe_objective(each) for each in options.wanted],
    }


def read_search(batch: RunDir, search: Mapping[str, Any], listed: Sequence[Flags]) -> SearchRecord:
    """Return what the log of a batch says of a search; nothing, if it is about another one.

    If the same was searched for something else, the flags of the trials are those of then, and nothing was told.

    Parameters
    ----------
    batch, search
        The batch, and the description of the search.
    listed
        The flags that are searched of the trials that are there, in their order, for those that the log has lost.
    """
    record = _read_log(batch)
    if record is None or {**record.search, _OBJECTIVES: None} != {**search, _OBJECTIVES: None}:
        return SearchRecord(search=search, entries=())
    entries = record.entries
    if record.search != search:
        entries = tuple({"again": number, "flags": flags} for number, flags in record.asked.items())
    known = len(record.asked)
    lost = ({"again": number, "flags": flags} for number, flags in enumerate(listed[known:], start=known))
    return SearchRecord(search=search, entries=(*entries, *lost))


class SearchLog:
    """The log of a search at work."""

    def __init__(self, batch: RunDir, search: Mapping[str, Any]) -> None:
        """Begin a log, which takes the place of an earlier one by :meth:`put`."""
        self._batch = batch
        self._begun: list[bytes] | None = [_line({"search": search})]

    def put(self) -> None:
        """Write what it holds so far in place of the log that is there; what comes then is added a line at a time."""
        assert self._begun is not None, "it is put once"
        write_file(self._batch, self._batch.trials_log, b"".join(self._begun), durable=True)
        self._begun = None

    def write(self, entry: Entry) -> None:
        """Add a line.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        if self._begun is not None:
            self._begun.append(_line(entry))
            return
        path, line = self._batch.trials_log, _line(entry)
        try:
            file = os.open(path, os.O_WRONLY | os.O_APPEND)
            try:
                written = os.write(file, line)
            finally:
                os.close(file)
        except OSError as error:
            raise StoreError(f"cannot write {path!r}: {error.strerror}") from error
        if written < len(line):
            raise StoreError(f"cannot write {path!r}: no space left on the disk")


def _is_entry(entry: Entry) -> bool:
    if "prior" in entry:
        return isinstance(entry.get("flags"), dict) and _are_numbers(entry.get("values"))
    if "ask" in entry or "again" in entry:
        return type(entry.get("ask", entry.get("again"))) is int and isinstance(entry.get("flags"), dict)
    if "report" in entry:
        return type(entry["report"]) is type(entry.get("step")) is int and _are_numbers([entry.get("value")])
    return type(entry.get("tell")) is int and ("values" not in entry or _are_numbers(entry["values"]))


def _are_numbers(values: object) -> bool:
    return isinstance(values, list) and all(type(each) in {int, float} for each in values)


def _line(entry: Entry) -> bytes:
    return json.dumps(entry, separators=(",", ":")).encode() + b"\n"
