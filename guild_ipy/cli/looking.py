"""``lineage`` at a shell."""

from __future__ import annotations

from guild_ipy.api.context import Context
from guild_ipy.api.lineage_tree import format_lineage
from guild_ipy.api.plain_values import format_json, lineage_values
from guild_ipy.arguments.apply import apply_lineage
from guild_ipy.arguments.lineage import LINEAGE
from guild_ipy.cli.words import Words


def call_lineage(context: Context, words: Words) -> None:
    """Print what a run was made of, and what was made of it."""
    arguments = LINEAGE.parse(words)
    graph = apply_lineage(context, arguments)
    print(format_json(lineage_values(graph)) if arguments.json else format_lineage(graph))
