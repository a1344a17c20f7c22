"""What a user gives for a dependency in place of what it would choose: ``train=3f2a1b4c``, ``op="where completed"``."""

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
class Given:
    """Runs by name, or an expression that selects them.

    Attributes
    ----------
    text
        As it was written, for messages; also the path of a file, for a source of files.
    refs
        Ids, beginnings of ids, indexes, labels or paths.
    expression
        What stands behind ``where``.
    recorded
        Why an earlier attempt used these runs; empty for what the user gives now. They are not checked again.
    """

    text: str
    refs: tuple[str, ...] = ()
    expression: str | None = None
    recorded: str = ""


def parse_given(value: Any) -> Given:  # noqa: ANN401 - texts, runs, frames, and lists of these
    """Read a value: text with commas or spaces between runs, ``where`` and an expression, a run, a frame, or several.

    Paths, which can have spaces in them, are separated by commas alone.

    Examples
    --------
    >>> parse_given("abcd1234 defa5678,bcde9012").refs
    ('abcd1234', 'defa5678', 'bcde9012')
    >>> parse_given("where label contains 'red'").expression
    "label contains 'red'"
    """
    if isinstance(value, Given):
        return value
    if isinstance(value, str):
        if found := _WHERE.fullmatch(value):
            return Given(text=value, expression=found[1])
        return Given(text=value, refs=_split(value.strip().removeprefix("[").removesuffix("]")))
    refs = tuple(_refs(value))
    return Given(text=" ".join(refs), refs=refs)


def split_given(
    requires: Sequence[Dependency], flags: Mapping[str, Any], own: AbstractSet[str]
) -> tuple[dict[Source, Any], dict[str, Any]]:
    """Tell what is given for dependencies from flags.

    Parameters
    ----------
    requires
        What the operation requires.
    flags
        All that was given, by name.
    own
        Names of flags that the operation itself has; these are flags whatever a dependency is called.

    Returns
    -------
    tuple
        Values by source, and the flags.
    """
    given: dict[Source, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in flags.items():
        sources = set() if name in own else set(_find_sources(requires, name))
        if not sources:
            rest[name] = value
        for source in sources:
            if source in given:
                raise UsageError(f"{source.given_name!r} is given twice, once as {name!r}; give it once")
            given[source] = value
    return given, rest


def default_paths(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> dict[str, str]:
    """Give the path of its file to each flag that a source of a file is tied to and that has no value."""
    return {
        name: os.path.normpath(os.path.join(dependency.location, os.path.expanduser(source.value)))
        for dependency, source, name in _tied(requires, flags)
        if flags[name] is None and "${" not in source.value
    }


def tied_paths(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> dict[Source, str]:
    """Give the values of these flags to their sources: the file that the flag says is the one that is used."""
    return {source: flags[name] for _, source, name in _tied(requires, flags) if isinstance(flags[name], str)}


def _tied(requires: Sequence[Dependency], flags: Mapping[str, Any]) -> Iterator[tuple[Dependency, Source, str]]:
    """Find the sources of files that are called by a flag of the operation."""
    for dependency in requires:
        for source in dependency.sources:
            if source.kind in _OF_PATHS and source.flag_name is not None and source.flag_name in flags:
                yield dependency, source, source.flag_name


_OF_PATHS = frozenset({SourceKind.FILE, SourceKind.CONFIG})


def given_names(requires: Sequence[Dependency], own: AbstractSet[str]) -> list[str]:
    """Return the names by which runs and files can be given for what is required; `own` as in :func:`split_given`."""
    names = dict.fromkeys(source.given_name for dependency in requires for source in dependency.sources)
    return [name for name in names if name and name not in own]


@contextlib.contextmanager
def naming_dependencies(requires: Sequence[Dependency]) -> Iterator[None]:
    """Name beside the flags that an operation takes what can be given for its dependencies, if one is unknown."""
    try:
        yield
    except FlagError as error:
        if not (requires and error.operation):
            raise
        known = (*error.known, *given_names(requires, frozenset(error.known)))
        raise FlagError.unknown(error.flag, operation=error.operation, known=known) from None


def _find_sources(requires: Sequence[Dependency], name: str) -> Iterator[Source]:
    """Find what a name stands for: two dependencies can be about runs of one operation."""
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
