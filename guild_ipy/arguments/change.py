"""The verbs that change runs: ``mark``, ``label``, ``stop``, ``delete``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from guild_ipy.api.label import LabelEdit
from guild_ipy.arguments.filters import add_filters
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.run import add_yes
from guild_ipy.arguments.select import make_best
from guild_ipy.arguments.selection import RunSelection, add_refs, read_selection
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError

ACTIVE = frozenset(status for status in RunStatus if status.is_active)


@dataclass(frozen=True, kw_only=True)
class MarkArguments:
    """Which runs to mark, or to clear of their mark, and why."""

    selection: RunSelection
    clear: bool = False
    reason: str | None = None
    undo: bool = False
    """Take back the last mark or unmark of these runs; where none are named, the last action."""
    best: Best | None = None
    """Mark the best run of the filter, by rule."""

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.undo and (self.clear or self.best is not None or self.reason is not None):
            raise UsageError("mark: --undo only takes back; leave --clear, --min, --max and --reason out")
        if self.best is not None and (self.clear or self.selection.refs):
            raise UsageError("mark: --min and --max choose the run to mark; leave RUN and --clear out")
        if self.best is not None and self.selection.filter.limit is not None:
            raise UsageError("mark: --min and --max mark one run; leave --limit out")


@dataclass(frozen=True, kw_only=True)
class LabelArguments:
    """Which runs to label, and how."""

    selection: RunSelection
    edit: LabelEdit


@dataclass(frozen=True, kw_only=True)
class StopArguments:
    """Which runs to stop."""

    selection: RunSelection
    yes: bool = False


@dataclass(frozen=True, kw_only=True)
class DeleteArguments:
    """Which runs to delete."""

    selection: RunSelection
    yes: bool = False


def _declare_mark(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    parser.add_argument("-c", "--clear", action="store_true", help="take the mark away")
    parser.add_argument("-r", "--reason", metavar="TEXT", help="why, to be shown by info")
    parser.add_argument("-u", "--undo", action="store_true", help="take back the last mark or unmark")
    group = parser.add_argument_group("by rule", "Mark the best run in place of all others of its operation.")
    group.add_argument("--best", "--min", dest="min", metavar="NAME", help="the run with the least NAME, such as loss")
    group.add_argument("--max", metavar="NAME", help="the run with the greatest NAME, such as last val#acc")
    add_filters(parser)


def _read_mark(namespace: argparse.Namespace) -> MarkArguments:
    return make_mark(
        MarkArguments(
            selection=read_selection(namespace),
            clear=namespace.clear,
            reason=namespace.reason,
            undo=namespace.undo,
            best=make_best(namespace.min, namespace.max, verb="mark"),
        )
    )


def make_mark(arguments: MarkArguments) -> MarkArguments:
    """Say what is meant where no run is named; a rule and what is taken back have their own ways."""
    if arguments.undo or arguments.best is not None:
        return replace(arguments, selection=replace(arguments.selection, default="all"))
    return replace(arguments, selection=mark_selection(arguments.selection, clear=arguments.clear))


def mark_selection(selection: RunSelection, *, clear: bool) -> RunSelection:
    """Say what is meant where no run is named: the newest unmarked one, or all that are marked."""
    if selection.refs or selection.filter.marked is not None:
        return selection
    runs = replace(selection.filter, marked=clear)
    return replace(selection, filter=runs, default="all" if clear else "latest")


def _declare_label(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    group = parser.add_argument_group("changes", "One of them.")
    changes = group.add_mutually_exclusive_group(required=True)
    changes.add_argument("-s", "--set", metavar="TEXT", help="use this label; ${NAME} in it is a flag")
    changes.add_argument("-a", "--append", metavar="TEXT", help="put text behind the label")
    changes.add_argument("-p", "--prepend", metavar="TEXT", help="put text before the label")
    remove = "take whole words out of the label; may be repeated"
    changes.add_argument("-rm", "--remove", action="append", metavar="TEXT", help=remove)
    changes.add_argument("-c", "--clear", action="store_true", help="take the label away")
    add_filters(parser, label_option="--filter-label")


def _read_label(namespace: argparse.Namespace) -> LabelArguments:
    edit = LabelEdit(
        set=namespace.set,
        append=namespace.append,
        prepend=namespace.prepend,
        remove=None if namespace.remove is None else tuple(namespace.remove),
        clear=namespace.clear,
    )
    return LabelArguments(selection=read_selection(namespace), edit=edit)


def _declare_asking(parser: VerbParser) -> None:
    add_refs(parser, many=True)
    add_filters(parser)
    add_yes(parser)


def _read_stop(namespace: argparse.Namespace) -> StopArguments:
    return StopArguments(selection=stop_selection(read_selection(namespace)), yes=namespace.yes)


def stop_selection(selection: RunSelection) -> RunSelection:
    """Say what is meant where no run is named: all that are running."""
    if selection.refs or selection.filter.statuses:
        return replace(selection, default="all")
    return replace(selection, filter=replace(selection.filter, statuses=ACTIVE), default="all")


def _read_delete(namespace: argparse.Namespace) -> DeleteArguments:
    return DeleteArguments(selection=delete_selection(read_selection(namespace)), yes=namespace.yes)


def delete_selection(selection: RunSelection) -> RunSelection:
    """Say what is meant where no run is named: all that pass the filters, if there are filters."""
    if not selection.refs and selection.filter == RunFilter():
        raise UsageError("delete: no run is named; name runs, or filters that choose them")
    return replace(selection, default="all")


MARK = Verb(
    name="mark",
    words="[RUN ...]",
    summary="Mark runs as the ones to use.",
    details="Without RUN the newest unmarked run; with --clear all marked runs; with --undo those of the last action.",
    declare=_declare_mark,
    read=_read_mark,
)

LABEL = Verb(
    name="label",
    words="[RUN ...]",
    summary="Change the label of runs.",
    details="Without RUN the newest.",
    declare=_declare_label,
    read=_read_label,
)

STOP = Verb(
    name="stop",
    words="[RUN ...]",
    summary="Stop runs.",
    details="Without RUN all that are running. They are interrupted first, and killed only if they stay.",
    declare=_declare_asking,
    read=_read_stop,
)

DELETE = Verb(
    name="delete",
    words="RUN ...",
    summary="Delete runs.",
    details="They go to the trash of Guild home. Without RUN all that pass the filters; in a notebook these are only "
    "listed, unless there is --yes.",
    declare=_declare_asking,
    read=_read_delete,
)
