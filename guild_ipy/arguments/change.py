"""The verbs ``label`` and ``stop``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from guild_ipy.api.label import LabelEdit
from guild_ipy.arguments.filters import add_filters
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.run import add_yes
from guild_ipy.arguments.selection import RunSelection, add_refs, read_selection
from guild_ipy.domain.status import ACTIVE


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
