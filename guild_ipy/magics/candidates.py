"""The names that TAB offers, from the notebook, its folder and Guild home."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from guild_ipy.domain.attributes import BY_NAME
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.launching.found_dependencies import list_usable
from guild_ipy.magics.completion import Candidate
from guild_ipy.operations.dependencies.given_dependencies import given_names
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import get_session
from guild_ipy.verbs.looking.operations import describe_operation, list_operations

_MOST_RUNS = 100
#: How many runs, the newest, are searched for operations, tags, notebooks and folders.
_MOST_LOOKED_AT = 1000
#: A word that needs no quotes on the line of a magic.
_WORD = re.compile(r"[\w.:,/\-]+")
_OPERATION = re.compile(r"[\w.:/\-+]+(?:\(\))?")


class SessionCandidates:
    """Names of this session."""

    def operations(self) -> Iterable[Candidate]:
        """Return the functions of the notebook, the operations of its Guild file, and the files of its folder."""
        return [Candidate(text=info.name, kind=info.kind) for info in list_operations(get_session()) if not info.error]

    def run_operations(self) -> Iterable[Candidate]:
        """Return the operations that runs are of, by their names in listings."""
        records = get_session().index.records(RunFilter(limit=_MOST_LOOKED_AT))
        names = sorted({record.operation for record in records if record.operation is not None})
        return [Candidate(text=name, kind="operation") for name in names if _OPERATION.fullmatch(name)]

    def variables(self) -> Iterable[Candidate]:
        """Return the variables of the notebook."""
        names = get_session().notebook.variables
        return [Candidate(text=name, kind="variable") for name in sorted(names) if not name.startswith("_")]

    def flags(self, operation: str) -> Iterable[FlagDef]:
        """Return the flags of an operation; none if there is no such operation."""
        info = describe_operation(operation, get_session().search_context)
        return () if info is None else info.flags

    def dependencies(self, operation: str) -> Iterable[Candidate]:
        """Return the names by which runs and files can be given for the requirements of an operation, as words."""
        info = describe_operation(operation, get_session().search_context)
        if info is None:
            return []
        names = given_names(info.requires, {flag.name for flag in info.flags})
        return [Candidate(text=name, kind="dependency") for name in names if _WORD.fullmatch(name)]

    def dependency_runs(self, operation: str, name: str) -> Iterable[Candidate]:
        """Return the short ids of runs that can be given for one of these, the newest first."""
        session = get_session()
        info = describe_operation(operation, session.search_context)
        sources = [source for each in info.requires for source in each.sources] if info is not None else []
        named = (source for source in sources if source.given_name == name)
        return [
            Candidate(text=record.dir.short_id, kind="run")
            for source in named
            for record in list_usable(session, source)
        ]

    def runs(self, beginning: str) -> Iterable[Candidate]:
        """Return the short ids of runs whose id begins so, the newest first."""
        return _runs(RunFilter(limit=_MOST_RUNS), beginning)

    def deleted_runs(self, beginning: str) -> Iterable[Candidate]:
        """Return the short ids of runs in the trash whose id begins so, the newest first."""
        return _runs(RunFilter(limit=_MOST_RUNS, deleted=True), beginning)

    def tags(self) -> Iterable[Candidate]:
        """Return the tags that runs have, as far as they are words."""
        records = get_session().index.records(RunFilter(limit=_MOST_LOOKED_AT))
        tags = sorted({tag for record in records for tag in record.tags})
        return [Candidate(text=tag, kind="tag") for tag in tags if _WORD.fullmatch(tag)]

    def notebooks(self, beginning: str) -> Iterable[Candidate]:
        """Return the notebooks that runs were started in: their names, or their paths where one begins so."""
        records = get_session().index.records(RunFilter(limit=_MOST_LOOKED_AT))
        return _places((record.notebook for record in records), beginning, "notebook")

    def projects(self, beginning: str) -> Iterable[Candidate]:
        """Return the folders that runs were started in, likewise."""
        records = get_session().index.records(RunFilter(limit=_MOST_LOOKED_AT))
        return _places((record.project for record in records), beginning, "project")

    def paths(self, beginning: str) -> Iterable[Candidate]:
        """Return the files and folders whose path begins so; folders end in a slash."""
        folder, slash, _ = beginning.rpartition("/")
        try:
            entries = sorted(os.scandir((folder or slash) or "."), key=lambda entry: entry.name)
        except OSError:
            return []
        return [
            Candidate(text=f"{folder}{slash}{entry.name}{'/' * entry.is_dir()}", kind="path")
            for entry in entries
            if not entry.name.startswith(".")
        ]

    def names(self) -> Iterable[Candidate]:
        """Return the attributes, flags and scalars that runs have, as expressions name them."""
        known = get_session().index.names()
        names = dict.fromkeys(BY_NAME, "attribute")
        if known is not None:
            names |= dict.fromkeys(sorted(known.scalars), "scalar") | dict.fromkeys(sorted(known.flags), "flag")
            names |= dict.fromkeys(sorted(known.attributes), "attribute")
        return [Candidate(text=name, kind=kind) for name, kind in names.items() if not any(map(str.isspace, name))]


def _places(paths: Iterable[str | None], beginning: str, kind: str) -> list[Candidate]:
    """Return paths as a filter takes them, as far as they are words, the newest first."""
    known = (path for path in paths if path)
    texts = dict.fromkeys(known if beginning.startswith("/") else map(os.path.basename, known))
    return [Candidate(text=text, kind=kind) for text in texts if _WORD.fullmatch(text)]


def _runs(run_filter: RunFilter, beginning: str) -> list[Candidate]:
    found = (run for run in list_runs(get_session(), run_filter) if run.id.startswith(beginning))
    return [Candidate(text=short_id, kind="run") for short_id in dict.fromkeys(run.short_id for run in found)]
