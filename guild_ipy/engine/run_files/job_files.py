"""Makes the program of a run: ``main.py``, and the ``meta.json`` that it reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace

from guild_ipy.domain.program import (
    BatchProgram,
    ExecProgram,
    NotebookFileProgram,
    NotebookProgram,
    Program,
    QueueProgram,
    ScriptProgram,
    StepsProgram,
)
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.source_text.constants import format_constant
from guild_ipy.engine.meta import JobMeta, digest_flags, encode_meta
from guild_ipy.engine.run_files.recorded_env import secret_names
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
    script={program.path!r},
    arguments={program.arguments!r},
    constants={constants},
    seed={meta.random_seed!r},
    import_path={meta.import_path!r},
    map_name={program.map_name!r},
    roots={program.roots!r},
    package={program.package!r},
)
'''

_EXEC_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again."""

from guild_ipy.engine.command import run_command_main

if __name__ == "__main__":
    run_command_main(__file__, {program.words!r}, sourcecode={meta.sourcecode!r})
'''


_STEPS_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs its steps again.

The steps are in meta.json, flags in the attribute flags.
"""

from {program.module} import run_pipeline_main

if __name__ == "__main__":
    run_pipeline_main(__file__)
'''


_BATCH_MAIN = '''\
"""The program of the batch {operation}, written by guild_ipy; `python main.py` runs its trials again.

They are made from the run in .guild/proto, whose flags have a list of values each.
"""

from {program.module} import run_batch_main

if __name__ == "__main__":
    run_batch_main(__file__)
'''


_QUEUE_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` starts staged runs again.

Flags are in the attribute flags.
"""

from {program.module} import run_queue_main

if __name__ == "__main__":
    run_queue_main(__file__)
'''


_NOTEBOOK_FILE_MAIN = '''\
"""The program of the run {operation}, written by guild_ipy; `python main.py` runs it again.

Flags are in the attribute flags.
"""

from guild_ipy.engine.notebook_file import run_notebook_main

if __name__ == "__main__":
    run_notebook_main(__file__)
'''


#: Fields of a ``meta.json`` that do not depend on flags.
_OF_THE_CODE = ("operation", "python", "main_origin", "input_names", "source_taken", "added_flags")


def job_meta(spec: RunSpec, earlier: JobMeta | None = None) -> JobMeta:
    """Return the ``meta.json`` of a spec; `earlier` is that of the same run, if there is one.

    The origin and time of its code, and the Python that it is bound to, stay as in `earlier`.
    """
    meta = JobMeta(
        operation=spec.opref.display_name,
        flags=spec.flags,
        made_for=digest_flags(spec.flags),
        program=spec.program,
        main_origin=_main_origin(spec),
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
    )
    if earlier is None:
        return meta
    origin = {name: getattr(earlier, name) for name in _OF_THE_CODE}
    return replace(meta, **origin)


def _main_origin(spec: RunSpec) -> str:
    """Return the origin of a script or notebook file; empty if it is not copied."""
    if not spec.program.main_file:
        return ""
    inner = spec.source.path_inside(spec.program.main_file)
    return next((file.origin for file in spec.source.files if file.path == inner), "")


def _input_names(spec: RunSpec) -> tuple[str, ...]:
    sources = (source for dependency in spec.requires for source in dependency.sources)
    return tuple(dict.fromkeys(name for source in sources for name in source.recorded_names))


def job_files(run_dir: RunDir, meta: JobMeta) -> Iterator[tuple[str, bytes]]:
    """Return the files of a job that depend on its flags, with their contents."""
    main = _MAINS[type(meta.program)].format(
        operation=meta.operation.replace("\\", "/").replace('"', "'"),
        sourcecode=meta.sourcecode,
        meta=meta,
        program=meta.program,
        constants=format_constant(dict(meta.program.constants)) if isinstance(meta.program, ScriptProgram) else "",
    )
    yield run_dir.main, main.encode("utf-8", "backslashreplace")
    yield run_dir.meta, encode_meta(meta)


_MAINS: Mapping[type[Program], str] = {
    NotebookProgram: _NOTEBOOK_MAIN,
    ScriptProgram: _SCRIPT_MAIN,
    NotebookFileProgram: _NOTEBOOK_FILE_MAIN,
    ExecProgram: _EXEC_MAIN,
    StepsProgram: _STEPS_MAIN,
    BatchProgram: _BATCH_MAIN,
    QueueProgram: _QUEUE_MAIN,
}
