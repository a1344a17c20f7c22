"""The run of a notebook function or cell; imported by the ``main.py`` of such a run.

The run directory is the only input: the fork server, a fresh interpreter and ``python main.py`` by hand all open the
job in the namespace that is their ``__main__`` and run it.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from guild_ipy.domain.notebook_state import NotebookState
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.program import CellFile, NotebookProgram
from guild_ipy.domain.source_text.notebook_cells import set_cell_constants
from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.failure import show_cells
from guild_ipy.engine.child.lazy_result import run_out
from guild_ipy.engine.child.libraries.restore_setup import set_up
from guild_ipy.engine.child.libraries.seeds import seed_generators
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.child.shell.notebook_names import open_in_notebook
from guild_ipy.engine.child.unpack import unpack
from guild_ipy.engine.child.workers import SharedMain, repeat_steps
from guild_ipy.engine.meta import JobMeta, program_of, require_meta
from guild_ipy.engine.script import enter_run, is_child_of_run, is_first_program, note_start_by_guild, run_dir_of
from guild_ipy.store.run_dir import RunDir


@dataclass(frozen=True, kw_only=True)
class Job:
    """A program, opened in the namespace that is its ``__main__``."""

    run_dir: RunDir
    meta: JobMeta
    cells: Mapping[str, CellFile]
    """The file of each captured cell, by the name that Python has for its code."""
    program: FunctionCall | CellCode
    namespace: dict[str, Any]
    notebook: NotebookState
    sent: Mapping[str, Any]
    """Objects of the notebook by name, as they were unpacked."""

    def execute(self) -> int:
        """Seed the random generators, run the program to its end, and return its exit status."""
        seed_generators(self.meta.random_seed)
        return run_to_end(self._call, self.run_dir, self.cells, self.sent)

    def repeat(self) -> None:
        """Run the program without keeping its result."""
        self._call()

    def _call(self) -> object:
        try:
            return self._run()
        except Exception as error:
            self.notebook.explain(error)
            raise

    def _run(self) -> object:
        if isinstance(self.program, CellCode):
            tree = _cell_tree(self.program, self.meta.flags)
            self._share_main(tree.body[:], self.program.filename)
            value = run_out(_run_cell(tree, self.program.filename, self.namespace))
            if value is not None:
                self._show_value(value)
            return value
        self._share_main()
        arguments, keywords = self.program.arguments(self.meta.flags)
        return run_out(self.program.function(*arguments, **keywords))

    def _show_value(self, value: object) -> None:
        """Show the value of a cell's last line, as a notebook does below the cell."""
        from guild_ipy.engine.child.shell.run_shell import show_value  # start-up cost: it loads IPython

        assert isinstance(self.program, CellCode)
        show_value(value, self.program.source)

    def _share_main(self, statements: Sequence[ast.stmt] = (), filename: str = "") -> None:
        """Let processes that the operation spawns have what this one has."""
        SharedMain(
            run_dir=self.run_dir,
            namespace=self.namespace,
            find_statements=lambda: [*statements],
            filename=filename,
            opened=self.sent,
        ).share()


def open_main(main: str, namespace: dict[str, Any]) -> Job:
    """Open the job whose ``main.py`` this is, in the namespace of that module."""
    run_dir = run_dir_of(main)
    note_start_by_guild(run_dir)  # now: what opening the job raises ends the run
    meta = require_meta(run_dir)
    return open_job(run_dir, meta, namespace)


def open_job(run_dir: RunDir, meta: JobMeta, namespace: dict[str, Any], *, is_beside: bool = False) -> Job:
    """Open a job in a namespace that is to be its ``__main__``; `is_beside` in the process of the notebook."""
    sourcecode = os.path.normpath(os.path.join(run_dir.path, meta.sourcecode))
    sys.path[:] = [sourcecode, *(entry for entry in meta.import_path if entry != sourcecode)]
    cells = program_of(run_dir, meta, NotebookProgram).cells
    show_cells(cells, sourcecode)
    program, notebook = open_in_notebook(
        lambda: unpack(run_dir, namespace, is_beside=is_beside), namespace, is_beside=is_beside
    )
    if isinstance(program, CellCode):
        namespace.update(program.variables)
    return Job(
        run_dir=run_dir,
        meta=meta,
        cells=cells,
        program=program,
        namespace=namespace,
        sent=dict(namespace),
        notebook=notebook,
    )


def open_worker(main: str, namespace: dict[str, Any]) -> None:
    """Prepare a process that a run has spawned, whose main module has this namespace."""
    run_dir = run_dir_of(os.path.dirname(main))
    meta = require_meta(run_dir)
    name = namespace["__name__"]
    if not meta.program.is_file:
        open_job(run_dir, meta, namespace)
        set_up(run_dir, namespace)
    namespace["__name__"] = name  # a cell that imports it has its own
    repeat_steps(main, namespace)


def run_job(job: Job) -> NoReturn:
    """Run a job as the whole of this process.

    In a child of the run it does not write how the run ends.
    """
    if is_child_of_run(job.run_dir):
        set_up(job.run_dir, job.namespace)
        job.repeat()
        sys.exit()
    is_first = is_first_program()
    supervised = enter_run(job.run_dir)
    set_up(job.run_dir, job.namespace)
    if is_first:
        note_begin(job.run_dir)
    end_process(job.run_dir, job.execute(), supervised=supervised)


def _cell_tree(cell: CellCode, flags: Mapping[str, object]) -> ast.Module:
    return set_cell_constants(ast.parse(cell.source, cell.filename), flags, cell.filename)


def _run_cell(tree: ast.Module, filename: str, namespace: dict[str, Any]) -> object:
    """Run a cell; return the value of its last line, if that is an expression, as a notebook shows it."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        _evaluate(tree, filename, namespace)
        return None
    del tree.body[-1]
    _evaluate(tree, filename, namespace)
    return _evaluate(ast.Expression(last.value), filename, namespace)


def _evaluate(tree: ast.Module | ast.Expression, filename: str, namespace: dict[str, Any]) -> object:
    mode = "exec" if isinstance(tree, ast.Module) else "eval"
    code = compile(tree, filename, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    result = eval(code, namespace)  # noqa: S307 - running the user's cell is what this is for
    return run_out(result) if inspect.iscoroutine(result) else result
