"""``diff``: show the differences of two runs."""

from __future__ import annotations

import argparse
import difflib
import filecmp
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.arguments.option import json_switch, part
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.values.flags import format_flag, plain_text
from guild_ipy.errors import DamagedRun, UsageError
from guild_ipy.session.file_access import list_files
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.store.files.attr_types import is_own
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.used_runs.manifest import EntryKind, read_manifest
from guild_ipy.view.run_diff import Aspect, Difference, RunDiff

_TWO = 2
_LARGEST_SOURCE = 2**20
_PLACES = ("host", "user", "vcs_commit")
#: Parts of the attribute ``platform``.
_PLATFORM = ("python_version", "architecture", "processor", "cpus", "uname")


def _declare_aspects(parser: VerbParser) -> None:
    group = parser.add_argument_group("in what", "In all of these, unless some are named.")
    for each in Aspect:
        group.add_argument(
            f"--{each.value}", action="append_const", const=each, dest="aspects", help=f"in their {each.value}"
        )


def _read_aspects(namespace: argparse.Namespace) -> tuple[Aspect, ...]:
    return tuple(namespace.aspects or Aspect)


@dataclass(frozen=True, kw_only=True)
class DiffRuns:
    """Which two runs to compare, and in which aspects."""

    aspects: tuple[Aspect, ...] = part(_declare_aspects, _read_aspects, default=lambda: tuple(Aspect))
    json: bool = json_switch()
    selection: RunSelection = many_runs(deleted=True, default="all")

    def carry_out(self, session: Session) -> RunDiff | dict[str, Any]:
        """Compare the two runs that are named, else the two newest that pass the filter."""
        found = self.compare(session)
        return _diff_values(found) if self.json else found

    def compare(self, session: Session) -> RunDiff:
        """Return the differences."""
        selection = self.selection
        if selection.refs:
            return diff(select_runs(session, selection.refs, selection.filter), self.aspects)
        newest = replace(selection.filter, limit=min(_TWO, selection.filter.limit or _TWO))
        return diff(older_first(select_runs(session, (), newest, default="all")), self.aspects)


def _diff_values(found: RunDiff) -> dict[str, Any]:
    """Return the plain values of a comparison."""
    return {
        "from": found.left.id,
        "to": found.right.id,
        "differences": {
            aspect.value: [{"name": each.name, "from": each.left, "to": each.right} for each in differences]
            for aspect, differences in found.differences.items()
        },
        "source": found.source,
    }


def diff(runs: Sequence[Run], aspects: Sequence[Aspect] = tuple(Aspect)) -> RunDiff:
    """Find the differences of two runs.

    Raises
    ------
    UsageError
        If there are not two.
    """
    if len(runs) != _TWO:
        raise UsageError(f"diff takes two runs, not {len(runs)}; name two, or choose two rows of the frame")
    left, right = runs
    found = ((aspect, _find_differences(aspect, left, right)) for aspect in Aspect if aspect in aspects)
    return RunDiff(
        left=left,
        right=right,
        differences={aspect: differences for aspect, differences in found if differences},
        source=_diff_source(left, right) if Aspect.SOURCE in aspects else "",
    )


def older_first(runs: Sequence[Run]) -> list[Run]:
    """Put runs in the order in which they started."""
    return sorted(runs, key=lambda run: run.record.started or run.record.initialized or 0)


def _find_differences(aspect: Aspect, left: Run, right: Run) -> list[Difference]:
    if aspect is Aspect.FILES:
        return _compare_files(left, right)
    read = _READERS.get(aspect)
    return _compare(read(left), read(right)) if read else []


def _compare(left: Mapping[str, str], right: Mapping[str, str]) -> list[Difference]:
    names = dict.fromkeys([*left, *right])
    return [
        Difference(name=name, left=left.get(name), right=right.get(name))
        for name in names
        if left.get(name) != right.get(name)
    ]


# -- the values of a run, by name


def _flags(run: Run) -> dict[str, str]:
    return {name: format_flag(value) for name, value in sorted(run.flags.items())}


def _scalars(run: Run) -> dict[str, str]:
    return {name: f"{value:.7g}" for name, value in sorted(run.scalars.items())}


def _attributes(run: Run) -> dict[str, str]:
    about = {
        "operation": run.operation,
        "status": str(run.status),
        "label": run.label or "",
        "tags": ", ".join(run.tags),
        "marked": "yes" if run.marked else "",
    }
    own = {name: _as_text(_get(run, name)) for name in sorted(filter(is_own, run.attr_names()))}
    return {name: text for name, text in (about | own).items() if text}


def _environment(run: Run) -> dict[str, str]:
    platform, packages, variables = _get(run, "platform"), _get(run, "pip_freeze"), _get(run, "env")
    found = {name: _as_text(_get(run, name)) for name in _PLACES}
    if isinstance(platform, dict):
        found |= {name: _as_text(platform.get(name)) for name in _PLATFORM}
    if isinstance(packages, list):
        found |= dict(_package(str(package)) for package in packages)
    if isinstance(variables, dict):
        found |= {f"${name}": _as_text(value) for name, value in sorted(variables.items())}
    return {name: text for name, text in found.items() if text and run.id not in text}


def _package(line: str) -> tuple[str, str]:
    name, _, version = line.partition("==")
    return f"package {name}", version or line


_READERS: Mapping[Aspect, Callable[[Run], Mapping[str, str]]] = {
    Aspect.ATTRIBUTES: _attributes,
    Aspect.FLAGS: _flags,
    Aspect.SCALARS: _scalars,
    Aspect.ENVIRONMENT: _environment,
}


def _get(run: Run, name: str) -> Any:  # noqa: ANN401 - attributes are of any type
    try:
        return run.get(name)
    except DamagedRun:
        return None


def _as_text(value: Any) -> str:  # noqa: ANN401 - as above
    return "" if value is None else plain_text(value)


# -- files


def _compare_files(left: Run, right: Run) -> list[Difference]:
    """Compare the files of the runs, without their source code."""
    ours, theirs = _sizes(left), _sizes(right)
    changed = {path for path in ours.keys() & theirs.keys() if not _is_same(left, right, path)}
    for path in changed:
        theirs[path] += ", other content"
    one_sided = ours.keys() ^ theirs.keys()
    return [Difference(name=path, left=ours.get(path), right=theirs.get(path)) for path in sorted(changed | one_sided)]


def _sizes(run: Run) -> dict[str, str]:
    source = {*_source_files(run).values(), *_internal_files(run)}
    return {path: _size(run, path) for path in list_files(run.dir) if path not in source}


def _size(run: Run, path: str) -> str:
    try:
        return f"{os.lstat(os.path.join(run.dir.path, path)).st_size} bytes"
    except OSError:  # it has gone since it was listed
        return ""


def _is_same(left: Run, right: Run, path: str) -> bool:
    ours, theirs = os.path.join(left.path, path), os.path.join(right.path, path)
    if os.path.islink(ours) or os.path.islink(theirs):
        return os.path.realpath(ours) == os.path.realpath(theirs)
    try:
        return filecmp.cmp(ours, theirs, shallow=False)
    except OSError:  # as above
        return False


# -- source code


def _diff_source(left: Run, right: Run) -> str:
    ours, theirs = _source_files(left), _source_files(right)
    paths = sorted({*ours, *theirs})
    return "".join(_diff_file(path, _lines(left, ours.get(path)), _lines(right, theirs.get(path))) for path in paths)


def _diff_file(path: str, left: Sequence[str], right: Sequence[str]) -> str:
    return "".join(difflib.unified_diff(left, right, f"a/{path}", f"b/{path}"))


def _source_files(run: Run) -> dict[str, str]:
    """Return where in a run each source file is, by its name in the project."""
    listed = _listed(run, "s")
    found = (os.path.join(folder, name) for folder, _, names in os.walk(run.dir.sourcecode) for name in names)
    below = {os.path.relpath(path, run.dir.path) for path in found if not os.path.islink(path)}  # links lead to secrets
    snapshot = os.path.relpath(run.dir.sourcecode, run.dir.path) + "/"
    return {path.removeprefix(snapshot): path for path in sorted(listed | below)}


def _internal_files(run: Run) -> set[str]:
    """Return the files that have the flags in them: a script whose own text is set aside."""
    return _listed(run, "i")


def _listed(run: Run, kind: EntryKind) -> set[str]:
    try:
        return {entry.path for entry in read_manifest(run.dir) if entry.kind == kind}
    except DamagedRun:
        return set()


def _lines(run: Run, path: str | None) -> list[str]:
    """Read the lines of a source file, each with its end; none where the file is missing."""
    if path is None:
        return []
    try:
        with open_reader(os.path.join(run.dir.path, path)) as file:
            content = file.read(_LARGEST_SOURCE)
    except OSError:
        return []
    if b"\0" in content:
        return [f"(binary, {len(content)} bytes)\n"]
    rest = [f"(behind {_LARGEST_SOURCE} bytes nothing is compared)\n"] if len(content) == _LARGEST_SOURCE else []
    return [*(line + "\n" for line in content.decode("utf-8", "replace").splitlines()), *rest]


VERB = Verb(
    name="diff",
    options=DiffRuns,
    words="[RUN RUN]",
    summary="Show what two runs differ in.",
    details="Without RUN the two newest that pass the filters, the older one first.",
)
