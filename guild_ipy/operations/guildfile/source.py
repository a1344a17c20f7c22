"""The source code of an operation of a Guild file."""

from __future__ import annotations

import os
from collections.abc import Sequence

from guild_ipy.domain.operation import OperationDef
from guild_ipy.domain.run_spec import Source, SourceFile
from guild_ipy.errors import UsageError
from guild_ipy.operations.guildfile.operation import GuildFileOperation
from guild_ipy.operations.guildfile.program import copies_module, source_dest, source_root
from guild_ipy.operations.source_choice import SourceChoice
from guild_ipy.operations.sourcecode import Snapshot, SourceCache, snapshot


def snapshot_declared(operation: GuildFileOperation, excluded_dirs: Sequence[str], cache: SourceCache) -> Snapshot:
    """Read the files that ``sourcecode`` chooses, and the script itself whatever that says."""
    definition = operation.definition
    rules = definition.sourcecode
    if rules is not None and rules.is_disabled:
        return Snapshot(source=Source(dest=source_dest(definition)))
    root = source_root(definition)
    if not os.path.isdir(root):
        raise UsageError(f"the root {root!r} of sourcecode is no folder; name one of the project")
    extra = _script(operation, definition, root)
    choice = SourceChoice(rules=rules.rules) if rules is not None and rules.rules else None
    return snapshot(
        root, dest=source_dest(definition), excluded_dirs=excluded_dirs, extra=extra, cache=cache, choice=choice
    )


def _script(operation: GuildFileOperation, definition: OperationDef, root: str) -> tuple[SourceFile, ...]:
    module = operation.module
    if module is None or not copies_module(module, definition):
        return ()
    try:
        with open(module.path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise UsageError(f"cannot read {module.path!r}: {error.strerror}") from error
    return (SourceFile(path=os.path.relpath(module.path, root), content=content, origin=module.path),)
