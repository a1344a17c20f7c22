"""``select`` at a shell."""

from __future__ import annotations

from guild_ipy.api.select import open_index, select_ids
from guild_ipy.arguments.select import SELECT, SelectArguments
from guild_ipy.cli.slips import tell_unmatched
from guild_ipy.cli.words import Words

#: Attributes that are shown as listings show them.
_TIMES = frozenset({"started", "stopped", "initialized"})


def call_select(words: Words) -> None:
    """Print ids one on a line, or a table, or why each run is selected or not."""
    arguments = SELECT.parse(words)
    if arguments.is_plain:
        lines = _ids(arguments)
    else:
        lines = _json_line(arguments) if arguments.json else _other_lines(arguments)
    if lines:
        print("\n".join(lines))


def _ids(arguments: SelectArguments) -> list[str]:
    index = open_index()
    try:
        found = select_ids(index, arguments.filter, arguments.best)
        if not found:
            tell_unmatched(index, arguments.filter)
        return found
    finally:
        index.close()


def _other_lines(arguments: SelectArguments) -> list[str]:
    from guild_ipy.api.compare import format_time
    from guild_ipy.api.selection import select_runs  # start-up cost, as the others
    from guild_ipy.arguments.apply import apply_select, find_selected
    from guild_ipy.cli.shell_context import shell_context
    from guild_ipy.cli.tables import format_runs
    from guild_ipy.domain.flags import plain_text
    from guild_ipy.domain.run_filter import RunFilter
    from guild_ipy.printable import printable

    context = shell_context()
    if arguments.frame:
        ids = find_selected(context, arguments)
        found = select_runs(context, ids, RunFilter(deleted=arguments.filter.deleted), default="none")
        return [format_runs(found)] if found else []
    selected = apply_select(context, arguments)
    values = [selected] if arguments.is_one else selected
    if arguments.attr in _TIMES:
        values = [each and format_time(each) for each in values]
    return [printable(str(each) if arguments.explain else plain_text("" if each is None else each)) for each in values]


def _json_line(arguments: SelectArguments) -> list[str]:
    from guild_ipy.api.plain_values import explanation_values, format_json  # start-up cost, as the others
    from guild_ipy.arguments.apply import apply_select
    from guild_ipy.cli.shell_context import shell_context

    found = apply_select(shell_context(), arguments)
    if arguments.explain:
        return [format_json(explanation_values(found))]
    return [format_json([found] if arguments.is_one else found)]
