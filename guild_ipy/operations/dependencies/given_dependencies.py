"""The runs and files that a user gives for dependencies: ``train=3f2a1b4c``, ``op="where completed"``."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.errors import FlagError, UsageError

_WHERE = re.compile(r"\s*where\s+(.*\S)\s*", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class GivenDependency:
    """The runs that are given for a source, by name or by an expression.

    Attributes
    ----------
    text
        As it was written, for messages; also the path of a file, for a source of files.
    refs
        Ids, beginnings of ids, indexes, labels or paths.
    expression
        The text after ``where``.
    recorded
        Why an earlier start used these runs; they are not checked again. Empty for runs that the user gives now.
    """

    text: str
    refs: tuple[str, ...] = ()
    expression: str | None = None
    recorded: str = ""


def parse_given(value: Any) -> GivenDependency:  # noqa: ANN401 - texts, runs, frames, and lists of these
    """Read a value: names of runs separated by commas or spaces, ``where`` and an expression, a run, or a frame.

    Paths, which can contain spaces, are separated by commas only.

    Examples
    --------
    >>> parse_given("abcd1234 defa5678,bcde9012").refs
    ('abcd1234', 'defa5678', 'bcde9012')
    >>> parse_given("where label contains 'red'").expression
    "label contains 'red'"
    """
    if isinstance(value, GivenDependency):
        return value
    if isinstance(value, str):
        if found := _WHERE.fullmatch(value):
            return GivenDependency(text=value, expression=found[1])
        return GivenDependency(text=value, refs=_split(value.strip().removeprefix("[").removesuffix("]")))
    refs = tuple(_refs(value))
    return GivenDependency(text=" ".join(refs), refs=refs)


def split_given(
    requires: Sequence[Dependency], flags: Mapping[str, Any], own: AbstractSet[str]
) -> tuple[dict[Source, Any], dict[str, Any]]:
    """Separate values that are given for dependencies from flags.

    Parameters
    ----------
    requires
        What the operation requires.
    flags
        All values that were given, by name.
    own
        The names of the operation's own flags, which take precedence over names of dependencies.

    Returns
    -------
    tuple
        Values by source, and the flags.
    """
    given: dict[Source, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in flags.items():
        sources = set() if name in own else set(find_sources(requires, name))
        if not sources:
            rest[name] = value
        for source in sources:
            if source in given:
                raise UsageError(f"{source.given_name!r} is given twice, once as {name!r}; give it once")
            given[source] = value
    return given, rest


def default_paths(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> dict[str, str]:
    """Return the paths for flags without a value that are the ``flag-name`` of a source of a file."""
    return {
        name: os.path.normpath(os.path.join(dependency.location, os.path.expanduser(source.value)))
        for dependency, source, name in _tied(requires, flags)
        if flags[name] is None and "${" not in source.value
    }


def tied_paths(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> dict[Source, str]:
    """Return for each such source the value of its flag, which is the path of the file to use."""
    return {source: flags[name] for _, source, name in _tied(requires, flags) if isinstance(flags[name], str)}


def _tied(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> Iterator[tuple[Dependency, Source, str]]:
    """Find the sources of files whose ``flag-name`` is a flag of the operation."""
    for dependency in requires:
        for source in dependency.sources:
            if source.kind in _OF_PATHS and source.flag_name is not None and source.flag_name in flags:
                yield dependency, source, source.flag_name


_OF_PATHS = frozenset({SourceKind.FILE, SourceKind.CONFIG})


def given_names(requires: Sequence[Dependency], own: AbstractSet[str]) -> list[str]:
    """Return the names by which runs and files can be given; `own` as in :func:`split_given`."""
    names = dict.fromkeys(source.given_name for dependency in requires for source in dependency.sources)
    return [name for name in names if name and name not in own]


@contextlib.contextmanager
def naming_dependencies(requires: Sequence[Dependency]) -> Iterator[None]:
    """Add the names of dependencies to the known names in the error about an unknown flag."""
    try:
        yield
    except FlagError as error:
        if not (requires and error.operation):
            raise
        known = (*error.known, *given_names(requires, frozenset(error.known)))
        raise FlagError.unknown(error.flag, operation=error.operation, known=known) from None


def find_sources(requires: Sequence[Dependency], name: str) -> Iterator[Source]:
    """Find the sources that a name stands for: two dependencies can require runs of one operation."""
    for dependency in requires:
        for source in dependency.sources:
            if name in source.flag_names or (name == dependency.name and len(dependency.sources) == 1):
                yield source


def _split(text: str) -> tuple[str, ...]:
    words = text.split(",") if os.sep in text else re.split(r"[\s,]+", text)
    return tuple(word.strip() for word in words if word.strip())


def _refs(value: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    if isinstance(value, str):
        yield from parse_given(value).refs
    elif isinstance(value, os.PathLike):
        yield os.fspath(value)
    elif hasattr(value, "short_id"):
        yield str(value.id)
    elif hasattr(value, "columns") and "run" in value.columns:
        yield from map(str, value["run"])
    elif hasattr(value, "index") and "run" in getattr(value.index, "array", ()):  # a row of a frame
        yield str(value["run"])
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif hasattr(value, "tolist"):  # a column, or a value of one
        yield from _refs(value.tolist())
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _refs(item)
    else:
        raise UsageError(f"a run is given as an id, an index, a label, a path or a run, not {type(value).__name__}")
