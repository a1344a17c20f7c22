"""Writes the values of flags into the text of a script.

So processes that execute the file again have them: workers of ``multiprocessing``, ``python script.py``, ``os.execv``.
The text of the project is kept in ``.guild/sourcecode``, as that of a notebook file is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace

from guild_ipy.domain.program import SOURCECODE_DIR, ScriptProgram
from guild_ipy.domain.run_spec import RunSpec, SourceFile
from guild_ipy.domain.source_text.changed_source import change_source


def set_flags_in_script(spec: RunSpec) -> RunSpec:
    """Return the spec with the values of its flags in the text of its script.

    A script that is run in place, since its source is not copied, stays unchanged.
    """
    program = spec.program
    if not isinstance(program, ScriptProgram) or not program.constants or spec.source.dest == SOURCECODE_DIR:
        return spec
    inner = spec.source.path_inside(program.path)
    original = next((file for file in spec.source.files if file.path == inner), None)
    if original is None or os.path.isabs(program.path):
        return spec
    changed = change_script(original.content, program.constants, program.map_name)
    if changed == original.content:
        return spec
    aside = replace(
        original,
        path=os.path.relpath(f"{SOURCECODE_DIR}/{program.path}", spec.source.dest),
        origin=original.origin or original.path,
    )
    return replace(
        spec,
        source=replace(spec.source, files=(*_without(spec.source.files, original), aside)),
        files=(*spec.files, SourceFile(path=program.path, content=changed, origin=f"flags:{inner}")),
    )


def change_script(content: bytes, constants: Mapping[str, object], map_name: str) -> bytes:
    """Return the content with other values; unchanged if it is not Python, which is an error when it runs."""
    try:
        return change_source(content, constants, map_name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return content


def _without(files: Iterable[SourceFile], left_out: SourceFile) -> list[SourceFile]:
    return [file for file in files if file is not left_out]
