"""Runs a script; imported by the ``main.py`` of a run of a script.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import importlib
import os
import sys
from _frozen_importlib import ModuleSpec  # importlib.machinery, without its Python half
from _frozen_importlib_external import SourceFileLoader

from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.crash import show_crashes
from guild_ipy.engine.child.libraries.seeds import seed_generators
from guild_ipy.engine.child.libraries.showing import show_in_output
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.child.restart_for_flags import restart_for_flags
from guild_ipy.engine.child.spawning import set_main_of_spawned
from guild_ipy.engine.output.streams import redirect_streams
from guild_ipy.store.run_dir import RunDir

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType
    from typing import Any

#: Set by the supervisor: the descriptor that holds the run's ``alive`` lock.
ALIVE_VARIABLE = "GUILD_IPY_ALIVE_FD"
#: Set by a run for processes that it starts: its id and process id.
PROCESS_VARIABLE = "GUILD_IPY_PROCESS"


def run_script_main(  # noqa: PLR0913 - a written main.py says each by name
    main: str,
    namespace: dict[str, Any],
    *,
    script: str,
    arguments: Sequence[str],
    constants: Mapping[str, object],
    seed: int,
    import_path: Sequence[str],
    map_name: str = "",
    roots: Sequence[str] = (),
    package: str = "",
) -> None:
    """Run the script whose ``main.py`` this is, as the whole of this process.

    In a process that the run has spawned, which imports ``main.py`` under another name, the script is only imported.
    """
    run_dir = run_dir_of(main)
    if namespace["__name__"] != "__main__":
        namespace.update(__file__=os.path.join(run_dir.path, script), __package__=package)
        execute(namespace, constants, map_name)
        return
    is_first = is_first_program()
    supervised = enter_run(run_dir)
    enter_script(
        namespace,
        script=script,
        arguments=arguments,
        import_path=import_path,
        run_dir=run_dir,
        roots=roots,
        package=package,
    )
    share_script(namespace, script, constants, run_dir)
    seed_generators(seed)
    if is_first:
        note_begin(run_dir)
    code = run_to_end(lambda: execute(namespace, constants, map_name), run_dir, {})
    end_process(run_dir, code, supervised=supervised)


def share_script(namespace: dict[str, Any], script: str, constants: Mapping[str, object], run_dir: RunDir) -> None:
    """Let spawned processes have the values of flags that are not in the text of the script.

    Its text has none if it is run in place, in the project.
    """
    if constants and (os.path.isabs(script) or script.startswith(".guild/")):
        set_main_of_spawned(namespace, lambda: run_dir.main)


def enter_script(  # noqa: PLR0913 - as above
    namespace: dict[str, Any],
    *,
    script: str,
    arguments: Sequence[str],
    import_path: Sequence[str],
    run_dir: RunDir,
    roots: Sequence[str] = (),
    package: str = "",
) -> None:
    """Make the process look as if Python had been started on the script: ``argv``, ``path``, ``__file__``.

    With `roots` imports begin there and not beside the script, as they do for a module of a `package`.
    """
    path = os.path.join(run_dir.path, script)
    sys.argv[:] = [path, *arguments]
    folders = [os.path.normpath(os.path.join(run_dir.path, root)) for root in roots] or [os.path.dirname(path)]
    sys.path[:] = [*folders, *(entry for entry in import_path if entry not in folders)]
    sys.orig_argv[:] = [sys.executable, *sys.argv]
    namespace["__file__"] = path
    if package:
        _enter_package(namespace, package, path)
    for folder in reversed(folders if roots else ()):
        import_from(folder)


def import_from(folder: str) -> None:
    """Let spawned processes find modules in this folder."""
    others = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{folder}{os.pathsep}{others}" if others else folder


def _enter_package(namespace: dict[str, Any], package: str, path: str) -> None:
    """Name the module as ``python -m`` does, so that ``multiprocessing`` and others can spawn it."""
    name = f"{package}.{os.path.basename(path).removesuffix('.py')}"
    spec = ModuleSpec(name, SourceFileLoader(name, path), origin=path)
    spec.has_location = True
    namespace.update(__package__=package, __spec__=spec, __loader__=spec.loader)
    sys.orig_argv[:] = [sys.executable, "-m", name, *sys.argv[1:]]


def execute(namespace: dict[str, Any], constants: Mapping[str, object], map_name: str = "") -> None:
    """Run the script in its namespace, with these values in place of its constants, or in its map of that name."""
    path = namespace["__file__"]
    if namespace.get("__package__"):
        importlib.import_module(namespace["__package__"])  # as `python -m` does before the module itself
    with open(path, "rb") as file:
        source = file.read()
    if constants:
        code = _compile(source, path, constants, map_name)
    else:
        code = compile(source, path, "exec", dont_inherit=True)
    exec(code, namespace)  # noqa: S102 - running the user's script is what this is for


def _compile(source: bytes, path: str, constants: Mapping[str, object], map_name: str) -> CodeType:
    import ast  # start-up cost: for scripts that take flags so

    from guild_ipy.domain.source_text.constants import compile_with_constants
    from guild_ipy.domain.source_text.global_map import set_map

    if not map_name:
        return compile_with_constants(source, path, constants, allows_new=True)
    kind, _, name = map_name.partition(":")
    tree = set_map(ast.parse(source, path), name, constants, as_namespace=kind == "namespace")
    code: CodeType = compile(tree, path, "exec", dont_inherit=True)
    return code


def run_dir_of(main: str) -> RunDir:
    """Return the run whose ``.guild/job/main.py`` this is."""
    return RunDir(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(main)))))


def enter_run(run_dir: RunDir) -> bool:
    """Change to the run's folder and streams; False if it has no supervisor, started by hand or by Guild AI."""
    alive = os.environ.pop(ALIVE_VARIABLE, None)
    is_same_process = os.environ.get(PROCESS_VARIABLE) == _process_text(run_dir)  # after ``os.execv``
    if alive is None and not is_same_process:
        _remove(run_dir.guild_process)
        note_start_by_guild(run_dir)
        restart_for_flags(run_dir)
    mark_process(run_dir)
    os.chdir(run_dir.path)
    show_crashes()
    if alive is None and not is_same_process:
        _forget_last_attempt(run_dir)
        return False
    if alive is not None:
        os.set_inheritable(int(alive), False)
    redirect_streams(run_dir)
    show_in_output(run_dir)
    return True


def note_start_by_guild(run_dir: RunDir) -> None:
    """Note the process of Guild AI that has started this process, the run, if it has."""
    is_of_guild = os.environ.get("RUN_ID") == run_dir.id  # what a user starts by hand has none
    if is_of_guild and ALIVE_VARIABLE not in os.environ and not _is_marked(run_dir):
        from guild_ipy.store.state.guild_process import note_guild_process  # start-up cost: for runs of Guild AI

        note_guild_process(run_dir)


def is_first_program() -> bool:
    """Whether this process has just been started by a supervisor, and has not become another by ``os.execv`` since."""
    return ALIVE_VARIABLE in os.environ


def is_child_of_run(run_dir: RunDir) -> bool:
    """Whether this process was started by the process of the run, and is not that process."""
    return _is_marked(run_dir) and os.environ[PROCESS_VARIABLE] != _process_text(run_dir)


def mark_process(run_dir: RunDir) -> None:
    """Mark the environment, so that child processes know which process is the run."""
    os.environ[PROCESS_VARIABLE] = _process_text(run_dir)


def _process_text(run_dir: RunDir) -> str:
    return f"{run_dir.id}:{os.getpid()}"


def _is_marked(run_dir: RunDir) -> bool:
    return os.environ.get(PROCESS_VARIABLE, "").startswith(run_dir.id)


def _forget_last_attempt(run_dir: RunDir) -> None:
    for path in (*run_dir.outcome, run_dir.job_exit_status, run_dir.attr("error")):
        _remove(path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
