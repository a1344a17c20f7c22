"""Which runs a run has used, as its directory says, whoever made it.

Attribute ``deps`` (Guild AI 0.9.0): dependency → source → ``config`` (the run, or a list), ``paths`` of its files, seen
from the run directory, and ``uri``; where ``config`` is missing the paths tell. Attribute ``_dependencies`` (ours)
says why: a list of ``dependency``, ``source``, ``runs`` and ``reason``. A pipeline, which has an attribute ``steps``,
has links to the runs of its steps. What is malformed tells nothing, and is no error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from guild_ipy.domain.chosen_run import CHOSEN_BY_RULE, Reason
from guild_ipy.errors import DamagedRun
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.whole_file import read_bytes
from guild_ipy.store.yaml_codec import decode

DEPS = "deps"
DEPENDENCIES = "_dependencies"

_STEPS = "steps"
_OPERATION = "operation:"
_RUN = "run:"
_PLAIN_NAME = re.compile(r"[^\W\d][\w.\-]*(?::[\w.\-]+)?")
_EMPTY = frozenset({b"", b"{}", b"[]", b"null"})
_RUN_ID = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A run that another has used."""

    dependency: str
    """The name of the dependency; of a step the name of its link."""
    source: str
    run_id: str
    reason: str
    """The value of a :class:`~guild_ipy.domain.chosen_run.Reason`, or an expression."""
    uri: str = ""
    """What the source asks for: ``operation:train``."""

    @property
    def is_chosen_by_rule(self) -> bool:
        """Whether it was used because it was marked or the latest, and not because somebody asked for it."""
        return self.reason in CHOSEN_BY_RULE

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of operations that it could be of; none where the source does not ask for operations."""
        asked = self.uri or self.source
        if asked.startswith(_OPERATION):
            return tuple(name.strip() for name in asked.removeprefix(_OPERATION).split(",") if name.strip())
        expression = asked.removeprefix(_RUN)
        return (expression,) if expression != asked and _PLAIN_NAME.fullmatch(expression) else ()


def read_upstreams(run_dir: RunDir) -> tuple[Upstream, ...]:
    """Read which runs a run has used, each once for each source."""
    found = [*_read_sources(run_dir), *_read_steps(run_dir)]
    return tuple({(each.dependency, each.source, each.run_id): each for each in found}.values())


def find_users(run_dirs: Iterable[RunDir]) -> dict[str, list[RunDir]]:
    """Give for each id the runs that name it among what they use; :func:`read_upstreams` tells whether they do."""
    users: dict[str, list[RunDir]] = {}
    for run_dir in run_dirs:
        for run_id in _mentioned(run_dir):
            users.setdefault(run_id, []).append(run_dir)
    return users


# -- attributes


@dataclass(frozen=True, kw_only=True)
class _Note:
    """An entry of ``_dependencies``."""

    dependency: str
    source: str
    runs: tuple[str, ...]
    reason: str


def _read_sources(run_dir: RunDir) -> Iterator[Upstream]:
    sources = list(_sources(_read(run_dir, DEPS)))
    notes = list(_notes(_read(run_dir, DEPENDENCIES)))
    if not sources and not notes:
        return
    reasons = {(note.source, run_id): note.reason for note in notes for run_id in note.runs}
    given = _read(run_dir, "user_flags") if sources else None
    for dependency, source, uri, runs in sources:
        for run_id in runs:
            reason = reasons.get((source, run_id)) or _guess_reason(source, uri, given)
            yield Upstream(dependency=dependency, source=source, run_id=run_id, reason=reason, uri=uri)
    known = {source for _, source, _, _ in sources}
    for note in notes:
        for run_id in note.runs if note.source not in known else ():
            yield Upstream(dependency=note.dependency, source=note.source, run_id=run_id, reason=note.reason)


def _sources(deps: object) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    for dependency, sources in _items(deps):
        for source, found in _items(sources):
            content = found if isinstance(found, dict) else {"paths": found}  # an old shape is a list of paths
            uri = content.get("uri")
            runs = _ids(content.get("config")) or _ids_in_paths(content.get("paths"))
            yield dependency, source, uri if isinstance(uri, str) else "", runs


def _notes(value: object) -> Iterator[_Note]:
    for entry in value if isinstance(value, list) else ():
        if not isinstance(entry, dict):
            continue
        words = [entry.get(name) for name in ("dependency", "source", "reason")]
        if all(isinstance(word, str) for word in words):
            dependency, source, reason = map(str, words)
            yield _Note(dependency=dependency, source=source, reason=reason, runs=_ids(entry.get("runs")))


def _guess_reason(source: str, uri: str, given: object) -> str:
    """Tell by the flags of the user whether he named the run."""
    names = {source, uri, uri.removeprefix(_OPERATION), source.removeprefix(_OPERATION)}
    is_given = any(value is not None for name, value in _items(given) if name in names)
    return str(Reason.EXPLICIT if is_given else Reason.AUTOMATIC)


def _ids(value: object) -> tuple[str, ...]:
    """Give the ids among a value or the values of a list."""
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and is_run_id(each))


def _ids_in_paths(paths: object) -> tuple[str, ...]:
    found = (_id_in_path(path) for path in (paths if isinstance(paths, list) else ()) if isinstance(path, str))
    return tuple(dict.fromkeys(each for each in found if each))


def _id_in_path(path: str) -> str | None:
    """Give the run that a path leads into: seen from a run directory it comes first, from the root last."""
    ids = [part for part in path.split("/") if is_run_id(part)]
    if not ids:
        return None
    return ids[-1] if path.startswith("/") else ids[0]


def _items(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), item) for name, item in value.items())


def _read(run_dir: RunDir, name: str) -> Any:  # noqa: ANN401 - whatever it holds; callers look
    try:
        content = read_bytes(run_dir.attr(name))
    except DamagedRun:
        return None
    return None if content is None or content.strip() in _EMPTY else _decode(content)


@lru_cache(maxsize=1024)
def _decode(content: bytes) -> Any:  # noqa: ANN401 - as above
    """Decode an attribute; many runs have used the same. Nobody changes what it gives."""
    try:
        return decode(content.decode("utf-8"))
    except ValueError:
        return None


# -- links of pipelines


def _read_steps(run_dir: RunDir) -> Iterator[Upstream]:
    for name, run_id in _links(run_dir):
        yield Upstream(dependency=name, source=_STEPS, run_id=run_id, reason=str(Reason.STEP))


def _links(run_dir: RunDir) -> list[tuple[str, str]]:
    """Give the links of a pipeline into runs beside it: names and ids."""
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


# -- ids in bytes: a hundredth of what reading YAML takes


def _mentioned(run_dir: RunDir) -> set[str]:
    found = {run_id for _, run_id in _links(run_dir)}
    for name in (DEPS, DEPENDENCIES):
        try:
            content = read_bytes(run_dir.attr(name))
        except DamagedRun:
            continue
        if content is not None and len(content) >= len(run_dir.id):
            found.update(each.decode() for each in _RUN_ID.findall(content))
    return found
