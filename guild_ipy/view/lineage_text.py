"""A lineage as indented text: what a run was made of, and what was made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.printable import printable
from guild_ipy.session.lineage_graph import LineageGraph, Member, Use

#: Deeper branches, and more lines, are left to the table.
_DEEPEST = 40
_MOST_LINES = 200


def format_lineage(graph: LineageGraph) -> str:
    """Write one line a run: the run in question, and indented below it the runs on either side.

    The branch of a run that was written farther up is not repeated: ``...``.
    """
    lines = [describe(graph.members[graph.id])]
    sides = (
        ("made of", graph.uses_of, lambda use: use.used),
        ("used by", graph.users_of, lambda use: use.user),
    )
    for title, steps, end in sides:
        branches = list(_branches(graph, steps, end))
        if branches:
            lines += [f"{title}:", *branches[:_MOST_LINES]]
        if len(branches) > _MOST_LINES:
            lines.append(f"  and {len(branches) - _MOST_LINES} more")
    return "\n".join(lines)


def describe(member: Member) -> str:
    """Write one line: ``3f2a1b4c  train()  completed  [marked] [stale]``."""
    short_id = member.id[:SHORT_ID_LENGTH]
    if member.record is None:
        return f"{short_id}  [deleted]"
    notes = {"marked": member.record.marked, "stale": member.is_stale, "deleted": member.is_deleted}
    words = [short_id, printable(member.record.operation or "?"), str(member.record.status)]
    return "  ".join([*words, " ".join(f"[{note}]" for note, holds in notes.items() if holds)]).rstrip()


def _branches(graph: LineageGraph, steps: Mapping[str, tuple[Use, ...]], end: Callable[[Use], str]) -> Iterator[str]:
    """Return the lines of one side, depth first."""
    written = {graph.id}
    stack = [(use, 1) for use in reversed(steps.get(graph.id, ()))]
    while stack:
        use, depth = stack.pop()
        id = end(use)  # noqa: A001 - the word of the field
        again = id in written
        rest = "  ..." if again and id in steps else ""
        yield f"{'  ' * min(depth, _DEEPEST)}{describe(graph.members[id])}  ({printable(use.dependency)}){rest}"
        if not again:
            written.add(id)
            stack += [(each, depth + 1) for each in reversed(steps.get(id, ()))]
