"""The part of a run that the index keeps, read from its directory."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import lru_cache
from typing import Any

from guild_ipy.domain.attributes import BATCH, KEPT
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import DamagedRun
from guild_ipy.index.rows.sql_values import encode_json
from guild_ipy.index.rows.stamps import Stamp, stamp_run
from guild_ipy.store.files.attr_types import PARSERS, Comment, is_own, parse_value
from guild_ipy.store.files.attrs import list_attrs, read_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord, read_run

#: Attributes beside those of a user that one selects runs by.
_SELECTED = frozenset("host max_trials objective random_seed user vcs_commit".split())
_TRIAL_OPREF = "../proto/.guild/opref"


class Care(IntEnum):
    """How closely a run has to be watched."""

    FLUID = 0
    """Its state depends on more than its files: processes, locks, the time. It is read for every listing."""
    OPEN = 1
    """It has not ended; its stamps are compared for every listing."""
    SETTLED = 2
    """It has ended; its stamps are compared now and then."""


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """One look at a run."""

    record: RunRecord
    attrs: Mapping[str, FlagValue]
    """Attributes of the user, and some that runs are selected by."""
    watched: tuple[str, ...]
    """Files whose content this was read from, seen from the folder of attributes."""
    stamp: Stamp
    """Taken before the files were read."""
    care: Care

    @property
    def time(self) -> int:
        """When it started, else when it was made, else 0; listings are sorted by it, greatest first."""
        record = self.record
        return (record.initialized or 0) if record.started is None else record.started


def read_entry(run_dir: RunDir) -> IndexEntry:
    """Read a run without changing it; like :func:`guild_ipy.store.run_record.read_run` this never fails."""
    names = _list_names(run_dir)
    watched = watched_names(tuple(names))
    read_at = time.time_ns()
    stamp = stamp_run(run_dir, watched)
    record = read_run(run_dir)
    is_builtin = record.opref is not None and record.opref.type == "builtin"
    if is_builtin or record.is_batch:  # a second file counts
        watched = (*watched, _TRIAL_OPREF)
        read_at = time.time_ns()
        stamp = stamp_run(run_dir, watched)
        record = read_run(run_dir)
    attrs = keep_attrs({name: _read(run_dir, name) for name in names if is_kept(name) or name == BATCH})
    care = Care.FLUID if stamp.is_racy(read_at) else _care_for(record, "exit_status" in names)
    return IndexEntry(record=record, attrs=attrs, watched=watched, stamp=stamp, care=care)


@lru_cache(maxsize=256)
def watched_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those among the attributes of a run that an entry is read from."""
    return tuple(name for name in names if name in PARSERS or name == "exit_status" or is_kept(name))


def keep_attrs(values: Mapping[str, FlagValue]) -> dict[str, FlagValue]:
    """Return those of some attributes that are kept as they are; one called ``batch`` may be the user's own."""
    return {
        name: value
        for name, value in values.items()
        if value is not None and (is_kept(name) or (name == BATCH and PARSERS[BATCH](value) is None))
    }


def is_kept(name: str) -> bool:
    """Whether the value of an attribute is kept as it is."""
    return name in _SELECTED or (name not in PARSERS and is_own(name))


def _care_for(record: RunRecord, has_exit_status: bool) -> Care:  # noqa: FBT001 - named at its one call
    if record.status.is_active or record.opref is None:
        return Care.FLUID
    is_lost = record.exit_status is not None or record.status is RunStatus.DAMAGED
    if is_lost and not has_exit_status:  # it is not settled yet, or may be at work
        return Care.FLUID
    if record.status in {RunStatus.STAGED, RunStatus.DAMAGED} or record.exit_status is None:
        return Care.OPEN
    return Care.SETTLED


def _list_names(run_dir: RunDir) -> list[str]:
    try:
        return list_attrs(run_dir)
    except DamagedRun:
        return []


def _read(run_dir: RunDir, name: str) -> FlagValue:
    try:
        return parse_value(read_attr(run_dir, name))
    except DamagedRun:
        return None


def run_row(record: RunRecord) -> tuple[Any, ...]:
    """Return the values that runs are selected and shown by, as a row; texts in lists as JSON."""
    values = [each.column.of(record) for each in KEPT if each.column is not None]
    return tuple([encode_json(value) if isinstance(value, tuple) else value for value in values])


# -- as text

_FIELDS = tuple(field.name for field in fields(RunRecord) if field.name != "dir")


def encode_record(record: RunRecord) -> str:
    """Write a record as JSON: the values of its fields, but for `dir`; the inverse of :func:`decode_record`."""
    values = vars(record) | {
        "opref": _opref_words(record.opref),
        "trial_opref": _opref_words(record.trial_opref),
        "status": record.status.value,
        "comments": [[each.body, each.time, each.user, each.host] for each in record.comments],
    }
    return encode_json([values[name] for name in _FIELDS])


def decode_record(path: str, text: str) -> RunRecord:
    """Read the record of the run at `path`; ValueError, TypeError or LookupError if it is not one."""
    values: dict[str, Any] = dict(zip(_FIELDS, json.loads(text), strict=True))
    comments = [Comment(body=body, time=at, user=user, host=host) for body, at, user, host in values["comments"]]
    values |= {
        "dir": RunDir(path),
        "opref": _read_opref(values["opref"]),
        "trial_opref": _read_opref(values["trial_opref"]),
        "status": RunStatus(values["status"]),
        "tags": tuple(values["tags"]),
        "comments": tuple(comments),
    }
    return RunRecord(**values)


def encode_operation(opref: OpRef | None, operation: str | None) -> str:
    """Write what operation a run is of, and the name that it is listed by, as JSON."""
    return encode_json([_opref_words(opref), operation])


def decode_operation(text: str) -> tuple[OpRef | None, str | None]:
    """Read what :func:`encode_operation` has written."""
    words, listed = json.loads(text)
    return _read_opref(words), listed


@lru_cache(maxsize=1024)
def _opref_words(opref: OpRef | None) -> list[str] | None:
    return None if opref is None else [opref.type, opref.package, opref.version, opref.model, opref.name]


@lru_cache(maxsize=1024)
def _opref(type: str, package: str, version: str, model: str, name: str) -> OpRef:  # noqa: A002 - as written
    return OpRef(type=type, package=package, version=version, model=model, name=name)


def _read_opref(words: list[str] | None) -> OpRef | None:
    return None if words is None else _opref(*words)
