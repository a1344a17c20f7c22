"""``diff``: show the differences of two runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.arguments.option import json_switch, part
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.values.flags import format_flag, plain_text
from guild_ipy.errors import DamagedRun, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.store.files.attr_types import is_own
from guild_ipy.verbs.looking.compared_files import compare_files, diff_source
from guild_ipy.view.run_diff import Aspect, Difference, RunDiff

_TWO = 2
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
        source=diff_source(left, right) if Aspect.SOURCE in aspects else "",
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


def _compare_files(left: Run, right: Run) -> list[Difference]:
    return [
        Difference(name=each.path, left=_in_bytes(each.left), right=_in_bytes(each.right, each.left))
        for each in compare_files(left, right).found
    ]


def _in_bytes(size: int | None, before: int | None = None) -> str | None:
    return None if size is None else f"{size} bytes{'' if before is None else ', other content'}"


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


VERB = Verb(
    name="diff",
    options=DiffRuns,
    words="[RUN RUN]",
    summary="Show what two runs differ in.",
    details="Without RUN the two newest that pass the filters, the older one first.",
)
