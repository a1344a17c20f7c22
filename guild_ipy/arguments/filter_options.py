"""Filters that choose runs, and the two options that ask for the best of them."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.option import part
from guild_ipy.arguments.parser import Completes, VerbParser, whole_number
from guild_ipy.arguments.tokens import token_value
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError
from guild_ipy.session.here import only_here
from guild_ipy.session.run_refs import find_batch_id
from guild_ipy.session.session import get_session
from guild_ipy.settings import current_dir

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.best import Best
    from guild_ipy.domain.choosing.time_range import TimeRange

_EXPR_HELP = "an expression, such as 'loss < 0.5 and not marked'"
_RANGE_HELP = "when it started: 'after 9:00', 'last 2 hours', 'between 2026-11-01 and today'"
#: The beginnings of whole paths.
_STARTS = frozenset("/~.")
#: Several statuses in one word, as in ``-Sec``.
_JOINED = re.compile(r"-S[a-z]{2,}")
_STATUS_OPTIONS = {
    "-Sr": RunStatus.RUNNING,
    "-Sc": RunStatus.COMPLETED,
    "-Se": RunStatus.ERROR,
    "-St": RunStatus.TERMINATED,
    "-Sp": RunStatus.PENDING,
    "-Ss": RunStatus.STAGED,
    "-Sd": RunStatus.DAMAGED,
}


def add_filters(parser: VerbParser, *, label_option: str = "--label", comment_option: str = "--comment") -> None:
    """Declare the filters; the options are other names where ``--label`` or ``--comment`` has another meaning."""
    parser.hint_of_option = hint_of_filter
    parser.expand = _split_joined
    group = parser.add_argument_group("filters", "Repeat one for alternatives; a run must pass each kind.")
    add_texts = partial(group.add_argument, action="append", default=[])
    add_texts("-Fo", "--operation", metavar="NAME", help="name of the operation; * and ? are wildcards")
    parser.completions["operation"] = Completes.RUN_OPERATIONS
    add_texts("-Fl", label_option, metavar="TEXT", dest="filter_label", help="text in the label")
    add_texts("-Ft", "--tag", metavar="TAG", dest="filter_tag", help="tag")
    add_texts("-Fc", comment_option, metavar="TEXT", dest="filter_comment", help="text in a comment")
    parser.completions["filter_tag"] = Completes.TAGS
    group.add_argument("-Fu", "--unlabeled", action="store_true", help="without a label")
    marks = group.add_mutually_exclusive_group()
    marks.add_argument("-Fm", "--marked", action="store_const", const=True, help="marked")
    marks.add_argument("-Fn", "--unmarked", action="store_const", const=False, dest="marked", help="not marked")
    group.add_argument("-Fs", "--started", type=_time_range, metavar="RANGE", help=_RANGE_HELP)
    group.add_argument("-Fd", "--digest", metavar="DIGEST", help="beginning of the digest of the source code")
    add_texts("--notebook", metavar="FILE", dest="filter_notebook", help="started in this notebook")
    add_texts("--project", metavar="FOLDER", dest="filter_project", help="started in this folder")
    parser.completions |= {"filter_notebook": Completes.NOTEBOOKS, "filter_project": Completes.PROJECTS}
    group.add_argument("--here", action="store_true", help="started in this notebook; at a shell, in this folder")
    group.add_argument("--trials-of", type=token_value, metavar="BATCH", help="trials of this batch")
    parser.completions["trials_of"] = Completes.RUNS
    group.add_argument("-F", "--where", "--filter", metavar="EXPR", help=_EXPR_HELP)
    add_status = partial(group.add_argument, action="append_const", dest="statuses", default=[])
    for option, status in _STATUS_OPTIONS.items():
        add_status(option, f"--{status}", const=status, help=f"with status {status}")
    add_status = partial(group.add_argument, action="append_const", dest="other_statuses", default=[])
    for status in RunStatus:
        add_status(f"--not-{status}", const=status, help=f"with another status than {status}")
    group.add_argument("-n", "--limit", type=whole_number, metavar="N", help="no more than the newest N")


def run_filter(*, deleted: bool = False) -> Any:  # noqa: ANN401 - as `option`
    """Declare the field of a verb that filters runs; `deleted` says whether it can look at the trash."""

    def declare(parser: VerbParser) -> None:
        add_filters(parser)
        if deleted:
            add_deleted(parser)

    return part(declare, read_filter, default=RunFilter)


def hint_of_filter(token: str, tokens: Sequence[str]) -> str:
    """Suggest a filter for an option of another program."""
    name, _, value = token.lstrip("-").partition("=")
    behind = tokens[tokens.index(token) + 1 :]
    value = value or (behind[0] if behind else "")
    if name == "status":
        known = value if value in set(map(str, RunStatus)) else str(RunStatus.COMPLETED)
        return f"; a status is an option itself: --{known}"
    if name == "all":
        return "; all runs are written 1:"
    if _JOINED.fullmatch(token):
        letters = "".join(sorted(option[-1] for option in _STATUS_OPTIONS))
        return f"; behind -S stand letters of statuses, as in -Sec: {letters}"
    return ""


def _split_joined(token: str) -> Sequence[str]:
    """Read ``-Sec`` as ``-Se -Sc``, if all of its letters are statuses."""
    options = [f"-S{letter}" for letter in token[2:]] if _JOINED.fullmatch(token) else []
    return options if options and all(option in _STATUS_OPTIONS for option in options) else [token]


def add_deleted(parser: VerbParser) -> None:
    """Declare the switch that looks at the trash."""
    parser.add_argument("-d", "--deleted", action="store_true", help="look at deleted runs")


def read_filter(namespace: argparse.Namespace) -> RunFilter:
    """Build the filter of parsed options."""
    found = RunFilter(
        operations=tuple(namespace.operation),
        labels=tuple(namespace.filter_label),
        tags=tuple(namespace.filter_tag),
        comments=tuple(namespace.filter_comment),
        statuses=_statuses(namespace),
        unlabeled=namespace.unlabeled,
        marked=namespace.marked,
        started=namespace.started,
        digest=namespace.digest,
        notebooks=read_paths(namespace.filter_notebook),
        projects=read_paths(namespace.filter_project),
        trials_of=None if namespace.trials_of is None else find_batch_id(get_session(), namespace.trials_of),
        where=namespace.where,
        deleted=getattr(namespace, "deleted", False),
        limit=namespace.limit,
    )
    return only_here(found, get_session().notebook) if namespace.here else found


def read_paths(texts: Iterable[str]) -> tuple[str, ...]:
    """Return paths that begin with ``/``, ``~`` or ``.`` as absolute ones; others are the last names of a path."""
    return tuple(
        os.path.normpath(os.path.join(current_dir(), os.path.expanduser(text))) if text[:1] in _STARTS else text
        for text in texts
    )


def _statuses(namespace: argparse.Namespace) -> frozenset[RunStatus]:
    """Return the statuses that pass; none where all do."""
    others = frozenset(namespace.other_statuses)
    if not others:
        return frozenset(namespace.statuses)
    left = frozenset(namespace.statuses or RunStatus) - others
    if not left:
        words = " and ".join(f"--not-{status}" for status in sorted(others, key=str))
        raise UsageError(f"no status is left with {words}; leave one of the options out")
    return left


def _time_range(text: str) -> TimeRange:
    from guild_ipy.domain.choosing.time_range import parse_time_range  # start-up cost: few listings ask for a time

    try:
        return parse_time_range(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def read_best(least: str | None, greatest: str | None, *, verb: str) -> Best | None:
    """Read ``--min`` and ``--max``, of which one can be given."""
    if least is not None and greatest is not None:
        raise UsageError(f"{verb}: --min and --max are two things; give one of them")
    if least is None and greatest is None:
        return None
    from guild_ipy.domain.choosing.best import Best  # start-up cost: few verbs choose the best

    return Best(name=_full_name(least or greatest or ""), greatest=least is None)


def _full_name(name: str) -> str:
    """Write ``=lr`` and ``.time``, as columns are written, in the select language."""
    kind = {"=": "flag:", ".": "attr:"}.get(str(name)[:1])  # Best refuses anything but a text
    return name if kind is None else kind + name[1:].strip()
