"""The requests about one run, and their answers.

Each request has ``run``, the name of a run or its id::

    detail                      what is known of it: ``id operation status facts flags scalars tags comments marks ...``
    source       path           the ``files`` of its source, and the ``lines`` of one of them, each of spans
    output       all, stamp     the ``pieces`` of its output: text in spans, pictures, notes
    files                       its ``files``: of each ``name size type``
    file         path           one file: ``lines``, a ``table`` or an ``image``, and a ``note`` about it
    environment                 where it ran: ``facts packages variables``
    lineage                     ``made_of`` and ``used_by``: runs, each with its ``depth``
    diff         other          how it differs from another run: ``differences``; ``files``, of texts with the ``lines``
                                that differ; and ``source``; both as unified diffs

A span is a list of two texts: words that say how to show it, and what to show. All text is to be shown as text. Each
answer is bounded, and a ``note`` says what was left out. An output that has the ``stamp`` of the request is not sent
again: ``same``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.tables.columns.runs_of_frame import find_run_dirs
from guild_ipy.widgets.detail.cut_text import encodable
from guild_ipy.widgets.detail.overview import describe_run
from guild_ipy.widgets.detail.related_runs import describe_lineage
from guild_ipy.widgets.detail.run_differences import describe_differences, find_run_before
from guild_ipy.widgets.detail.run_folder import describe_file, describe_files
from guild_ipy.widgets.detail.run_log import describe_output
from guild_ipy.widgets.detail.run_source import describe_source
from guild_ipy.widgets.detail.run_surroundings import describe_environment
from guild_ipy.widgets.run_changes import Request, read_text


def answer_detail(session: Session, request: Request) -> dict[str, Any]:
    """Return the answer to a request of a type in :data:`DETAILS`; GuildError for what cannot be answered."""
    run = _open(session, read_text(request, "run"))
    found: dict[str, Any] = encodable(DETAILS[request["type"]](session, run, request))
    return found


def _output(session: Session, run: Run, request: Request) -> dict[str, Any]:  # noqa: ARG001 - as the others
    return describe_output(run, whole=bool(request.get("all")), known=request.get("stamp"))


def _diff(session: Session, run: Run, request: Request) -> dict[str, Any]:
    name = request.get("other")
    other = find_run_before(session, run) if name is None else _open(session, read_text(request, "other"))
    return describe_differences(other, run)


DETAILS: Mapping[str, Callable[[Session, Run, Request], dict[str, Any]]] = {
    "detail": lambda session, run, _: describe_run(session, run),
    "source": lambda _, run, request: describe_source(run, request.get("path")),
    "output": _output,
    "files": lambda _, run, __: describe_files(run),
    "file": lambda _, run, request: describe_file(run, read_text(request, "path")),
    "environment": lambda _, run, __: describe_environment(run),
    "lineage": lambda session, run, _: describe_lineage(session, run),
    "diff": _diff,
}


def _open(session: Session, name: str) -> Run:
    return Run(find_run_dirs(session, [name])[name], session=session)
