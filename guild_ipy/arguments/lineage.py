"""The verb ``lineage``."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field

from guild_ipy.api.lineage import Scope
from guild_ipy.arguments.filters import add_deleted, add_filters
from guild_ipy.arguments.old_verb import Verb
from guild_ipy.arguments.parser import VerbParser, add_json, whole_number
from guild_ipy.arguments.selection import RunSelection, add_refs, read_selection
from guild_ipy.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class LineageArguments:
    """Which run to follow, and how far."""

    selection: RunSelection
    scope: Scope = field(default_factory=Scope)
    json: bool = False


def make_scope(*, up: bool, down: bool, depth: int | None) -> Scope:
    """Read the options: one side if only one is named."""
    if depth is not None and (type(depth) is not int or depth < 0):
        raise UsageError(f"lineage: depth takes a whole number from 0 up, not {depth!r}")
    return Scope(up=up or not down, down=down or not up, depth=depth)


def _declare(parser: VerbParser) -> None:
    add_refs(parser, many=False)
    group = parser.add_argument_group("how far", "Both ways to the end, unless it is one of these.")
    group.add_argument("--up", action="store_true", help="what it was made of")
    group.add_argument("--down", action="store_true", help="what was made of it")
    group.add_argument("--depth", type=whole_number, metavar="N", help="no more than N steps from the run")
    add_filters(parser)
    add_deleted(parser)
    add_json(parser)


def _read(namespace: argparse.Namespace) -> LineageArguments:
    scope = make_scope(up=namespace.up, down=namespace.down, depth=namespace.depth)
    return LineageArguments(selection=read_selection(namespace), scope=scope, json=namespace.json)


LINEAGE = Verb(
    name="lineage",
    words="[RUN]",
    summary="Show what a run was made of, and what was made of it.",
    details="Without RUN the newest.",
    declare=_declare,
    read=_read,
)
