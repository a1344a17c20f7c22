"""Takes the snapshot of the source code of an operation of a Guild file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.domain.declarations.operation_def import FlagsDestKind
from guild_ipy.domain.run_spec import ProjectSource
from guild_ipy.errors import UsageError
from guild_ipy.operations.given_files import left_to_dependencies
from guild_ipy.operations.guildfile.found_operation import FoundOperation
from guild_ipy.operations.guildfile.program_builder import main_file, source_dest, source_root
from guild_ipy.operations.notebook_interface import place_beside, set_aside
from guild_ipy.operations.search_context import SearchContext
from guild_ipy.operations.sourcecode.snapshot import Snapshot, digest_files, read_source_file, snapshot
from guild_ipy.operations.sourcecode.source_choice import SourceChoice


def snapshot_declared(operation: FoundOperation, files: Sequence[str], context: SearchContext) -> Snapshot:
    """Read the files that ``sourcecode`` selects, and always the script itself.

    `files` are left out: the run gets them as dependencies.
    """
    definition = operation.definition
    rules = definition.sourcecode
    dest = source_dest(definition)
    path = main_file(operation)
    is_disabled = definition.main.is_pipeline or (rules is not None and rules.is_disabled)
    if is_disabled and path is None:
        return Snapshot(source=ProjectSource(dest=dest))
    root = source_root(definition)
    if not os.path.isdir(root):
        raise UsageError(f"the root {root!r} of sourcecode is no folder; name one of the project")
    extra = () if path is None else (read_source_file(path, os.path.relpath(path, root)),)
    if is_disabled:
        taken = Snapshot(source=ProjectSource(dest=dest, files=extra, digest=digest_files(extra)))
    else:
        choice = SourceChoice(rules=rules.rules) if rules is not None and rules.rules else None
        taken = snapshot(
            root,
            dest=dest,
            excluded_dirs=context.excluded_dirs,
            extra=extra,
            cache=context.source_cache,
            choice=choice,
            left_out=(
                *_resolved_paths(operation, root),
                *left_to_dependencies(files, context.notebook.project_dir, root),
            ),
        )
    if operation.notebook is None:
        return taken
    name = os.path.relpath(operation.notebook.path, root)
    return replace(taken, source=set_aside(place_beside(taken.source, name), name, name))


def _resolved_paths(operation: FoundOperation, root: str) -> tuple[str, ...]:
    """Return the files of the project that the operation requires, which are not source (Guild AI 0.9.0)."""
    definition = operation.definition
    values = [
        source.value
        for dependency in definition.requires
        for source in dependency.sources
        if source.kind in {SourceKind.FILE, SourceKind.CONFIG}
    ]
    if operation.dest.kind is FlagsDestKind.CONFIG:
        values.append(operation.dest.name)
    paths = (os.path.relpath(os.path.join(definition.folder, value), root) for value in values)
    return tuple(path for path in paths if path != "." and not path.startswith(".."))
