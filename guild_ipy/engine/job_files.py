"""The program of a run as files: ``main.py``, and the ``meta.json`` that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from guild_ipy.domain.constants import format_constant
from guild_ipy.domain.run_spec import (
    ExecProgram,
    NotebookFileProgram,
    RunSpec,
    ScriptProgram,
    Source,
    StepsProgram,
)
from guild_ipy.engine.meta import CellFile, JobMeta, digest_flags, encode_meta
from guild_ipy.engine.recorded_env import secret_names
from guild_ipy.engine.script_text import ASIDE
from guild_ipy.store.run_dir import RunDir

_NOTEBOOK_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again.

Flags are in the attribute flags, the source is in {sourcecode}.
"""

from guild_ipy.engine.job import open_main, run_job

_job = open_main(__file__, globals())

if __name__ == "__main__":
    run_job(_job)
'''

_SCRIPT_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again."""

from guild_ipy.engine.script import run_script_main

run_script_main(
    __file__,
    globals(),
    script={meta.script!r},
    arguments={meta.arguments!r},
    constants={constants},
    seed={meta.random_seed!r},
    import_path={meta.import_path!r},
    map_name={meta.map_name!r},
    roots={meta.roots!r},
    package={meta.package!r},
)
'''

_EXEC_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again."""

from guild_ipy.engine.command import run_command_main

if __name__ == "__main__":
    run_command_main(__file__, {meta.words!r}, sourcecode={meta.sourcecode!r})
'''


_STEPS_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs its steps again.

The steps are in meta.json, flags in the attribute flags.
"""

from guild_ipy.api.pipeline import run_pipeline_main

if __name__ == "__main__":
    run_pipeline_main(__file__)
'''


_NOTEBOOK_FILE_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again.

Flags are in the attribute flags.
"""

from guild_ipy.engine.notebook_file import run_notebook_main

if __name__ == "__main__":
    run_notebook_main(__file__)
'''


def job_meta(spec: RunSpec) -> JobMeta:
    """Give the ``meta.json`` of a spec."""
    return JobMeta(
        operation=spec.opref.display_name,
        flags=spec.flags,
        made_for=digest_flags(spec.flags),
        input_names=_input_names(spec),
        made_label="" if spec.label_template is not None and "${" not in spec.label_template else spec.label,
        random_seed=spec.random_seed,
        import_path=spec.import_path,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        sourcecode=spec.source.dest,
        output_scalars=spec.output_scalars,
        flag_defs=spec.flag_defs,
        takes_any_flag=spec.takes_any_flag,
        command=spec.command,
        env=spec.command_env,
        secret_env=secret_names(spec) if spec.command_env else (),
        **_program_parts(spec),
    )


def _program_parts(spec: RunSpec) -> dict[str, Any]:
    """Give the fields that say what is run."""
    program = spec.program
    if isinstance(program, StepsProgram):
        return {"steps": program.steps}
    if isinstance(program, NotebookFileProgram):
        origin = _find_origin(spec.source, f"{ASIDE}/{program.path}")
        return {"notebook": program.path, "constants": program.constants, "main_origin": origin}
    if isinstance(program, ExecProgram):
        return {"words": program.words}
    if isinstance(program, ScriptProgram):
        return {
            "script": program.path,
            "main_origin": _find_origin(spec.source, program.path),
            "arguments": program.arguments,
            "subcommand": program.command,
            "constants": program.constants,
            "map_name": program.map_name,
            "roots": program.roots,
            "package": program.package,
        }
    numbers = program.cell_numbers
    return {"cells": {name: CellFile(path=path, number=numbers[name]) for name, path in program.cells.items()}}


def _find_origin(source: Source, path: str) -> str:
    """Find where the file comes from that has this path in the run directory; empty for one that is not copied."""
    inner = source.path_inside(path)
    return next((file.origin for file in source.files if file.path == inner), "")


def _input_names(spec: RunSpec) -> tuple[str, ...]:
    sources = (source for dependency in spec.requires for source in dependency.sources)
    return tuple(dict.fromkeys(name for source in sources for name in source.recorded_names))


def job_files(run_dir: RunDir, meta: JobMeta) -> Iterator[tuple[str, bytes]]:
    """Give the files of a job that depend on its flags, with their contents."""
    operation = meta.operation.replace("\\", "/").replace('"', "'")
    constants = format_constant(dict(meta.constants))
    main = _main_template(meta).format(operation=operation, sourcecode=meta.sourcecode, meta=meta, constants=constants)
    yield run_dir.main, main.encode("utf-8", "backslashreplace")
    yield run_dir.meta, encode_meta(meta)


def _main_template(meta: JobMeta) -> str:
    if meta.steps:
        return _STEPS_MAIN
    if meta.words:
        return _EXEC_MAIN
    if meta.notebook is not None:
        return _NOTEBOOK_FILE_MAIN
    return _NOTEBOOK_MAIN if meta.script is None else _SCRIPT_MAIN
