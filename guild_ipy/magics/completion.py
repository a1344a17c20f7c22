"""The words that TAB offers on the line of a magic: options, operations, flags and runs.

:func:`complete_line` knows no IPython: it reads a line up to the cursor, and asks its :class:`Candidates` for
names.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

from guild_ipy.arguments.parser import Completes
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.values.flags import FlagDef, FlagType, format_flag
from guild_ipy.verbs import VERBS

_MAGIC = re.compile(r"\s*(?:[\w.,\[\]'\" ]+=\s*)?%{0,2}guild_(\w+)\s+(.*)\Z", re.DOTALL)


#: The beginning of a name in an expression after ``--where``: within its quotes, or in the one word without.
_EXPRESSION = re.compile(
    r"""(?:^|\s)(?:--where|--filter|-F)[\s=]+(?:'[^']*?|"[^"]*?|[^\s'"]*?)([^\s,<>!=()\[\]'"]*)\Z"""
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One word that TAB offers, and its kind."""

    text: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The words that can take the place of `fragment`, the text before the cursor."""

    fragment: str
    candidates: tuple[Candidate, ...]


class Candidates(Protocol):
    """The source of names; each method is called only when such a name can stand at the cursor."""

    def operations(self) -> Iterable[Candidate]:
        """Return what can be run here."""
        ...

    def run_operations(self) -> Iterable[Candidate]:
        """Return the operations that runs are of."""
        ...

    def variables(self) -> Iterable[Candidate]:
        """Return the variables of the notebook."""
        ...

    def flags(self, operation: str) -> Iterable[FlagDef]:
        """Return the flags of an operation; none if there is no such operation."""
        ...

    def dependencies(self, operation: str) -> Iterable[Candidate]:
        """Return the names by which runs and files are given for the requirements of an operation."""
        ...

    def dependency_runs(self, operation: str, name: str) -> Iterable[Candidate]:
        """Return the short ids of runs that can be given for one of these, the newest first."""
        ...

    def runs(self, beginning: str) -> Iterable[Candidate]:
        """Return the short ids of runs whose id begins so, the newest first."""
        ...

    def deleted_runs(self, beginning: str) -> Iterable[Candidate]:
        """Return the short ids of runs in the trash whose id begins so, the newest first."""
        ...

    def tags(self) -> Iterable[Candidate]:
        """Return the tags that runs have."""
        ...

    def notebooks(self, beginning: str) -> Iterable[Candidate]:
        """Return the notebooks that runs were started in: their names, or their paths where one begins so."""
        ...

    def projects(self, beginning: str) -> Iterable[Candidate]:
        """Return the folders that runs were started in, likewise."""
        ...

    def paths(self, beginning: str) -> Iterable[Candidate]:
        """Return the files and folders whose path begins so."""
        ...

    def names(self) -> Iterable[Candidate]:
        """Return the attributes, flags and scalars that runs have."""
        ...


def complete_line(line: str, candidates: Candidates) -> Offer | None:
    """Return the words for the end of `line`; None if it is not a line of a magic of ours."""
    match = _MAGIC.match(line)
    verb = VERBS.get(match[1]) if match else None
    if match is None or verb is None:
        return None
    if (open_name := _EXPRESSION.search(match[2])) is not None:
        return _offer_names(open_name[1], candidates)
    *words, fragment = re.split(r"\s+", match[2])
    found = _Completer(verb=verb, words=words, fragment=fragment, candidates=candidates)
    return Offer(fragment=fragment, candidates=tuple(found.offer()))


def _offer_names(fragment: str, candidates: Candidates) -> Offer:
    found = (each for each in candidates.names() if each.text.startswith(fragment) and each.text != fragment)
    return Offer(fragment=fragment, candidates=tuple(found))


@dataclass(frozen=True, kw_only=True)
class _Completer:
    """The words before the cursor, and the one that is being written."""

    verb: Verb[Any]
    words: Sequence[str]
    fragment: str
    candidates: Candidates

    def offer(self) -> Iterator[Candidate]:
        found: Iterable[Candidate]
        option = self._open_option()
        if option is not None:
            found = self._option_values(option)
        elif self.fragment.startswith("-"):
            found = self._options()
        else:
            found = self._words()
        return (each for each in found if each.text.startswith(self.fragment) and each.text != self.fragment)

    def _open_option(self) -> argparse.Action | None:
        """Find the option whose value is being written."""
        option = self.verb.parser.find_option(self.words[-1]) if self.words else None
        return option if option is not None and _takes_value(option) else None

    def _options(self) -> Iterator[Candidate]:
        given = set(self.words)
        for text in sorted(self.verb.parser.option_strings(), key=_long_first):
            if text not in given:
                yield Candidate(text=text, kind="option")

    def _option_values(self, option: argparse.Action) -> Iterable[Candidate]:
        if option.choices:
            return (Candidate(text=str(choice), kind="value") for choice in option.choices)
        return self._names_of(self.verb.parser.completes(option))

    def _words(self) -> Iterable[Candidate]:
        return self._names_of(self.verb.parser.completes_words())

    def _names_of(self, kind: Completes) -> Iterable[Candidate]:
        names = self.candidates
        find: Mapping[Completes, Callable[[], Iterable[Candidate]]] = {
            Completes.RUNS: lambda: self._runs(names.deleted_runs if self._looks_at_trash() else names.runs),
            Completes.DELETED_RUNS: lambda: self._runs(names.deleted_runs),
            Completes.TAGS: names.tags,
            Completes.COMMAND: self._operation_or_flags,
            Completes.OPERATIONS: names.operations,
            Completes.RUN_OPERATIONS: names.run_operations,
            Completes.NOTEBOOKS: lambda: names.notebooks(self.fragment),
            Completes.PROJECTS: lambda: names.projects(self.fragment),
            Completes.NAMES: names.names,
            Completes.VARIABLES: names.variables,
            Completes.PATHS: lambda: names.paths(self.fragment),
            Completes.NOTHING: tuple,
        }
        return find[kind]()

    def _operation_or_flags(self) -> Iterator[Candidate]:
        words = self._positionals()
        if words:
            command = [words[0], *takewhile(lambda word: "=" not in word, words[1:])]  # a script and its sub-command
            yield from self._flags(" ".join(command), words[len(command) :])
        elif not {"--restart", "--start"} & set(self.words):
            yield from self.candidates.operations()
            yield from self._scripts()

    def _scripts(self) -> Iterator[Candidate]:
        """Offer scripts and notebooks by path once a folder is being named."""
        if "/" in self.fragment:
            paths = self.candidates.paths(self.fragment)
            yield from (path for path in paths if path.text.endswith((".py", ".ipynb", "/")))

    def _flags(self, operation: str, given: Sequence[str]) -> Iterator[Candidate]:
        name, equals, _ = self.fragment.partition("=")
        taken = {word.partition("=")[0] for word in given}
        for flag in self.candidates.flags(operation):
            if equals and flag.name == name:
                yield from (Candidate(text=f"{name}={value}", kind="value") for value in _values(flag))
            elif flag.name not in taken:
                yield Candidate(text=f"{flag.name}=", kind="flag")
        for each in self.candidates.dependencies(operation):
            if equals and each.text == name:
                runs = self.candidates.dependency_runs(operation, name)
                yield from (Candidate(text=f"{name}={run.text}", kind=run.kind) for run in runs)
            elif each.text not in taken:
                yield Candidate(text=f"{each.text}=", kind=each.kind)

    def _positionals(self) -> list[str]:
        """Return the words that are neither options nor their values."""
        found = []
        previous = None
        for word in self.words:
            option = self.verb.parser.find_option(word)
            if option is None and not (previous is not None and _takes_value(previous)):
                found.append(word)
            previous = option
        return found

    def _runs(self, find: Callable[[str], Iterable[Candidate]]) -> Iterator[Candidate]:
        given = set(self.words)
        return (run for run in find(self.fragment) if run.text not in given)

    def _looks_at_trash(self) -> bool:
        switch = self.verb.parser.find_option("--deleted")
        return switch is not None and any(self.verb.parser.find_option(word) is switch for word in self.words)


def _takes_value(option: argparse.Action) -> bool:
    return option.nargs != 0


def _long_first(option: str) -> tuple[bool, str]:
    return not option.startswith("--"), option


def _values(flag: FlagDef) -> list[str]:
    if flag.choices:
        return [format_flag(choice) for choice in flag.choices]
    if flag.type is FlagType.BOOLEAN or isinstance(flag.default, bool):
        return ["yes", "no"]
    return [] if flag.default is None else [format_flag(flag.default)]
