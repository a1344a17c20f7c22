"""Other flags for a run of an operation of a Guild file: what it declares is filled anew, from the run itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from guild_ipy.domain.flags import Flags
from guild_ipy.engine.meta import JobMeta
from guild_ipy.store.run_dir import RunDir


def refill(meta: JobMeta, run_dir: RunDir, flags: Flags) -> JobMeta:
    """Give what the program has to know for other flags.

    Raises
    ------
    FlagError
        For a path that is not there, and a value that cannot reach the program.
    """
    from guild_ipy.operations.guildfile.filling import fill_command  # start-up cost: for runs of Guild files
    from guild_ipy.operations.guildfile.interface import inspect_for
    from guild_ipy.operations.guildfile.values import check_values

    command = meta.command
    assert command is not None
    flags = check_values(flags, meta.flag_defs, meta.operation, command.project_dir)
    interface = None
    if meta.script is not None:
        dest = command.dest if command.has_dest else None
        path = os.path.join(run_dir.path, meta.script)
        roots = [os.path.join(run_dir.path, root) for root in meta.roots]
        interface = inspect_for(path, dest, command=command.words, roots=roots)
    filled = fill_command(command, flags, meta.flag_defs, interface)
    if meta.notebook is not None:
        constants = {name: value for name, value in filled.constants.items() if name in meta.constants}
        return replace(meta, flags=flags, env=filled.env, constants=constants)
    if command.is_exec:
        return replace(meta, flags=flags, env=filled.env, words=filled.words)
    return replace(meta, flags=flags, env=filled.env, arguments=filled.words, constants=filled.constants)


def changed_files(meta: JobMeta, run_dir: RunDir) -> Iterator[tuple[str, bytes]]:
    """Give the configuration of a run with its flags in it; UsageError if what is there cannot be read."""
    if meta.command is None or not meta.command.config:
        return
    from guild_ipy.operations.config_file import change_config  # start-up cost, as above
    from guild_ipy.operations.guildfile.filling import config_values

    path = os.path.join(run_dir.path, meta.command.config)
    yield path, change_config(path, config_values(meta.flags, meta.flag_defs))
