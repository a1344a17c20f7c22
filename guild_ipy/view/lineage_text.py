"""A lineage as indented text: what a run was made of, and what was made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.printable import printable
from guild_ipy.session.lineage_graph import LineageGraph, Member, Use

#: Deeper branches, and more lines, are left to the table.
_DEEPEST = 40
_MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A run in a tree, and the step that leads to it."""

    id: str
    use: Use
    depth: int
    again: bool
    """Whether it stands farther up already, with its branch."""


def format_lineage(graph: LineageGraph) -> str:
    """Write one line a run: the run in question, and indented below it the runs on either side.

    The branch of a run that was written farther up is not repeated: ``...``.
    """
    lines = [describe(graph.members[graph.id])]
    for title, branches in (("made of", walk_made_of(graph)), ("used by", walk_used_by(graph))):
        written = list(_write(graph, branches))
        if written:
            lines += [f"{title}:", *written[:_MOST_LINES]]
        if len(written) > _MOST_LINES:
            lines.append(f"  and {len(written) - _MOST_LINES} more")
    return "\n".join(lines)


def walk_made_of(graph: LineageGraph) -> Iterator[Branch]:
    """Return the runs that a run was made of, depth first."""
    return _walk(graph.id, graph.uses_of, lambda use: use.used)


def walk_used_by(graph: LineageGraph) -> Iterator[Branch]:
    """Return the runs that were made of a run, depth first."""
    return _walk(graph.id, graph.users_of, lambda use: use.user)


def describe(member: Member) -> str:
    """Write one line: ``3f2a1b4c  train()  completed  [marked] [stale]``."""
    short_id = member.id[:SHORT_ID_LENGTH]
    if member.record is None:
        return f"{short_id}  [deleted]"
    notes = {"marked": member.record.marked, "stale": member.is_stale, "deleted": member.is_deleted}
    words = [short_id, printable(member.record.operation or "?"), str(member.record.status)]
    return "  ".join([*words, " ".join(f"[{note}]" for note, holds in notes.items() if holds)]).rstrip()


def _write(graph: LineageGraph, branches: Iterable[Branch]) -> Iterator[str]:
    for each in branches:
        indent = "  " * min(each.depth, _DEEPEST)
        rest = "  ..." if each.again else ""
        yield f"{indent}{describe(graph.members[each.id])}  ({printable(each.use.dependency)}){rest}"


def _walk(root: str, steps: Mapping[str, tuple[Use, ...]], end: Callable[[Use], str]) -> Iterator[Branch]:
    """Return the runs of one side, depth first."""
    written = {root}
    stack = [(use, 1) for use in reversed(steps.get(root, ()))]
    while stack:
        use, depth = stack.pop()
        id = end(use)  # noqa: A001 - the word of the field
        is_written = id in written
        yield Branch(id=id, use=use, depth=depth, again=is_written and id in steps)
        if not is_written:
            written.add(id)
            stack += [(each, depth + 1) for each in reversed(steps.get(id, ()))]
