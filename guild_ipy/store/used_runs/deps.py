"""Which runs a run has used, whether we or Guild AI made it.

Attribute ``deps`` (Guild AI 0.9.0): dependency → source → ``config`` (the run, or a list), ``paths`` of its files, seen
from the run directory, and ``uri``; where ``config`` is missing the paths tell. Attribute ``_dependencies`` (ours)
says why: a list of ``dependency``, ``source``, ``runs`` and ``reason``, and ``where``, an expression that a run chosen
by rule had to pass as well, if there was one. A pipeline, which has an attribute ``steps``, has links to the runs of
its steps. Malformed entries are skipped, and are not an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.choosing.chosen_run import CHOSEN_BY_RULE, Reason
from guild_ipy.domain.choosing.operation_name import is_plain_name
from guild_ipy.errors import DamagedRun
from guild_ipy.store.files.attrs import read_attr
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir, is_run_id

DEPS = "deps"
DEPENDENCIES = "_dependencies"

_STEPS = "steps"
_OPERATION = "operation:"
_RUN = "run:"
_ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
#: Sources that are not runs; nothing in their paths is the id of a run.
_NO_RUNS = ("file:", "config:", "module:", "url:", "http:", "https:")


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A run that another has used."""

    dependency: str
    """The name of the dependency; of a step the name of its link."""
    source: str
    run_id: str
    reason: str
    """The value of a :class:`~guild_ipy.domain.choosing.chosen_run.Reason`, or an expression."""
    uri: str = ""
    """What the source requires: ``operation:train``."""
    where: str | None = None
    """A condition that runs of these operations had to meet as well."""

    @property
    def is_chosen_by_rule(self) -> bool:
        """Whether it was used because it was marked or the latest, and not because the user named it."""
        return self.reason in CHOSEN_BY_RULE

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of operations that it could be of; none where the source does not ask for operations."""
        asked = self.uri or self.source
        if asked.startswith(_OPERATION):
            return tuple(name.strip() for name in asked.removeprefix(_OPERATION).split(",") if name.strip())
        expression = asked.removeprefix(_RUN)
        return (expression,) if expression != asked and is_plain_name(expression) else ()


def read_upstreams(run_dir: RunDir) -> tuple[Upstream, ...]:
    """Read which runs a run has used, each once for each source."""
    found = [*_read_sources(run_dir), *_read_steps(run_dir)]
    return tuple({(each.dependency, each.source, each.run_id): each for each in found}.values())


def read_dep_paths(run_dir: RunDir) -> dict[str, list[str]]:
    """Read the files that each dependency has brought, seen from the run directory.

    A dependency that is written inline is called by its operation: ``train``, not ``operation:train``.
    """
    found: dict[str, list[str]] = {}
    for dependency, sources in items_of(_read(run_dir, DEPS)):
        paths = found.setdefault(dependency.removeprefix(_OPERATION), [])
        for _, source in items_of(sources):
            listed = source.get("paths") if isinstance(source, Mapping) else source
            paths += map(str, listed if isinstance(listed, list) else ())
    return found


def find_users(run_dirs: Iterable[RunDir]) -> dict[str, list[RunDir]]:
    """Return for each id the runs whose dependencies mention it; :func:`read_upstreams` tells whether they use it."""
    users: dict[str, list[RunDir]] = {}
    for run_dir in run_dirs:
        for run_id in _mentioned(run_dir):
            users.setdefault(run_id, []).append(run_dir)
    return users


# -- attributes


@dataclass(frozen=True, kw_only=True)
class _DepSource:
    """An entry of ``deps``."""

    dependency: str
    name: str
    uri: str
    runs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Note:
    """An entry of ``_dependencies``."""

    dependency: str
    source: str
    runs: tuple[str, ...]
    reason: str
    where: str | None


def _read_sources(run_dir: RunDir) -> Iterator[Upstream]:
    """Read sources and the notes on them; a note on a source that is not resolved yet counts by itself."""
    sources, notes = list(_sources(_read(run_dir, DEPS))), list(_notes(_read(run_dir, DEPENDENCIES)))
    told = {(note.source, run_id): note for note in notes for run_id in note.runs}
    is_told = all((source.name, run_id) in told for source in sources for run_id in source.runs)
    given = None if is_told else _read(run_dir, "user_flags")
    for source in sources:
        for run_id in source.runs:
            note = told.get((source.name, run_id))
            yield Upstream(
                dependency=source.dependency,
                source=source.name,
                run_id=run_id,
                reason=note.reason if note is not None else _guess_reason(source, given),
                uri=source.uri,
                where=note.where if note is not None else None,
            )
    known = {source.name for source in sources}
    for note in notes:
        for run_id in note.runs if note.source not in known else ():
            yield Upstream(
                dependency=note.dependency, source=note.source, run_id=run_id, reason=note.reason, where=note.where
            )


def _sources(deps: object) -> Iterator[_DepSource]:
    for dependency, sources in items_of(deps):
        for source, found in items_of(sources):
            content = found if isinstance(found, dict) else {"paths": found}  # an old shape is a list of paths
            uri = str(content.get("uri") or "")
            if not (uri or source).startswith(_NO_RUNS):
                runs = _ids(content.get("config")) or _ids_in_paths(content.get("paths"))
                title = dependency.removeprefix(_OPERATION)  # an inline one is called by its operation
                yield _DepSource(dependency=title, name=source, uri=uri, runs=runs)


def _notes(value: object) -> Iterator[_Note]:
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict):
            continue
        words = [entry.get(name) for name in ("dependency", "source", "reason")]
        if all(isinstance(word, str) for word in words):
            dependency, source, reason = map(str, words)
            where = entry.get("where") if isinstance(entry.get("where"), str) else None
            runs = _ids(entry.get("runs"))
            yield _Note(dependency=dependency, source=source, reason=reason, runs=runs, where=where)


def _guess_reason(source: _DepSource, given: object) -> str:
    """Tell by the flags of the user whether the user named the run."""
    both = {source.name, source.uri}
    names = both | {each.removeprefix(_OPERATION) for each in both}
    is_given = any(value is not None for name, value in items_of(given) if name in names)
    return str(Reason.EXPLICIT if is_given else Reason.AUTOMATIC)


def _ids(value: object) -> tuple[str, ...]:
    """Return the ids among a value or the values of a list."""
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and is_run_id(each))


def _ids_in_paths(paths: object) -> tuple[str, ...]:
    found = (_id_in_path(path) for path in (paths if isinstance(paths, list) else ()) if isinstance(path, str))
    return tuple(dict.fromkeys(each for each in found if each))


def _id_in_path(path: str) -> str | None:
    """Return the run that a path leads into: seen from a run directory it comes first, from the root last."""
    ids = [part for part in path.split("/") if is_run_id(part)]
    if not ids:
        return None
    return ids[-1] if path.startswith("/") else ids[0]


def items_of(value: object) -> Iterator[tuple[str, Any]]:
    """Return the entries of a map that was read; of anything else none."""
    if isinstance(value, Mapping):
        yield from ((str(name), item) for name, item in value.items())


def _read(run_dir: RunDir, name: str) -> Any:  # noqa: ANN401 - whatever it holds; callers look
    try:
        return read_attr(run_dir, name)
    except DamagedRun:
        return None


# -- links of pipelines


def _read_steps(run_dir: RunDir) -> Iterator[Upstream]:
    for name, run_id in _links(run_dir):
        yield Upstream(dependency=name, source=_STEPS, run_id=run_id, reason=str(Reason.STEP))


def _links(run_dir: RunDir) -> list[tuple[str, str]]:
    """Return the links of a pipeline into runs beside it: names and ids."""
    if not os.path.exists(run_dir.attr(_STEPS)):
        return []
    try:
        with os.scandir(run_dir.path) as entries:
            links = [(entry.name, os.readlink(entry.path)) for entry in entries if entry.is_symlink()]
    except OSError:
        return []
    ids = ((name, target.rstrip("/").rpartition("/")) for name, target in sorted(links))
    runs = os.path.dirname(run_dir.path)
    return [(name, last) for name, (folder, _, last) in ids if is_run_id(last) and folder in {"..", runs}]


# -- ids in bytes, which is ten times as fast as reading YAML


def _mentioned(run_dir: RunDir) -> set[str]:
    contents = (_read_bytes(run_dir.attr(name)) for name in (DEPS, DEPENDENCIES))
    ids = (found.decode() for content in contents for found in _ID.findall(content))
    return {run_id for _, run_id in _links(run_dir)}.union(ids)


def _read_bytes(path: str) -> bytes:
    try:
        return read_bytes(path) or b""
    except DamagedRun:
        return b""
