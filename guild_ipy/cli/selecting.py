"""``select`` at a shell."""

from __future__ import annotations

from guild_ipy.api.select import open_index, select_ids
from guild_ipy.arguments.select import SELECT, SelectArguments
from guild_ipy.cli.words import Words


def call_select(words: Words) -> None:
    """Print ids one on a line, or a table, or why each run is selected or not."""
    arguments = SELECT.parse(words)
    lines = _other_lines(arguments) if arguments.explain or arguments.frame else _ids(arguments)
    if lines:
        print("\n".join(lines))


def _ids(arguments: SelectArguments) -> list[str]:
    index = open_index()
    try:
        return select_ids(index, arguments.filter, arguments.best)
    finally:
        index.close()


def _other_lines(arguments: SelectArguments) -> list[str]:
    from guild_ipy.api.select import explain, select  # start-up cost, as the others
    from guild_ipy.cli.shell_context import shell_context
    from guild_ipy.cli.tables import format_runs
    from guild_ipy.printable import printable

    if arguments.explain:
        return [printable(str(each)) for each in explain(shell_context(), arguments.filter)]
    found = select(shell_context(), arguments.filter, arguments.best)
    return [format_runs(found)] if found else []
