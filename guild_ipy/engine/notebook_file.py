"""The run of a notebook file; imported by the ``main.py`` of such a run.

nbclient executes the cells in a kernel that is a child of this process. What they print goes to the run's output at
once; the notebook with the outputs so far is saved in the run directory.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import NoReturn

# ruff: noqa: E402 - it must be done before nbformat is imported
# JupyterLab installs a package that jsonschema, and so nbformat, would load: it takes a second of each run to make a
# grammar of addresses, which no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # as if it were not installed

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError

from guild_ipy.domain.program import NotebookFileProgram
from guild_ipy.domain.source_text.notebook_cells import CodeCell, replace_cell_constants
from guild_ipy.engine.child.beginning import note_begin
from guild_ipy.engine.child.process import end_process, run_to_end
from guild_ipy.engine.meta import JobMeta, program_of, require_meta
from guild_ipy.engine.notebook.live_client import LiveClient
from guild_ipy.engine.notebook.notebook_kernel import entering_code, kernel_environment, make_kernel_manager
from guild_ipy.engine.script import enter_run, run_dir_of
from guild_ipy.errors import NotebookError, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.signals import MAYBE_NO_MEMORY, signal_name

#: The part of the time that saving may take.
_SAVING = 0.1


def run_notebook_main(main: str) -> NoReturn:
    """Run the notebook file whose ``main.py`` this is, as the whole of this process."""
    run_dir = run_dir_of(main)
    supervised = enter_run(run_dir)
    execution = NotebookExecution(run_dir=run_dir, supervised=supervised)
    code = run_to_end(execution.run, run_dir, {})
    end_process(run_dir, -execution.stopped_by or code, supervised=supervised)


@dataclass(kw_only=True)
class NotebookExecution:
    """One execution of a notebook; SIGINT interrupts its cell and ends it, SIGTERM ends it at once."""

    run_dir: RunDir
    supervised: bool
    stopped_by: int = 0
    """The signal that stopped it."""
    is_in_cell: bool = False

    def run(self) -> None:
        """Execute all cells.

        Raises
        ------
        NotebookError
            If a cell raises, or the kernel dies.
        SystemExit
            If a cell asks for it.
        """
        meta = require_meta(self.run_dir)
        program = program_of(self.run_dir, meta, NotebookFileProgram)
        notebook = _read_notebook(self.run_dir, program)
        kept = _KeptNotebook(run_dir=self.run_dir, path=f"{self.run_dir.path}/{program.path}", notebook=notebook)
        kept.save()
        client = LiveClient(notebook, km=make_kernel_manager(self.run_dir))
        try:
            asyncio.run(self._execute(client, kept, meta))
        except (CellExecutionError, RuntimeError, asyncio.CancelledError) as error:
            if not self.stopped_by and client.kernel_status != 0:  # 0: os._exit(0), as in a script
                sys.stderr.write(_last_words(error, client))
                raise _explain(error, client) from None
        finally:
            client.set_widgets_metadata()
            kept.save()

    async def _execute(self, client: LiveClient, kept: _KeptNotebook, meta: JobMeta) -> None:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop, number, client, task)
        try:
            await client.open_kernel(
                kernel_environment(dict(os.environ), kept.path), entering_code(kept.path, self.run_dir, meta)
            )
            if self.supervised:
                note_begin(self.run_dir)
            for index, cell in enumerate(client.nb.cells):
                if self.stopped_by or client.has_exited:
                    return
                self.is_in_cell = True
                await client.async_execute_cell(cell, index)
                self.is_in_cell = False
                kept.save_in_turn()
        finally:
            await client.close_kernel(at_once=bool(self.stopped_by))

    def _stop(self, number: int, client: LiveClient, task: asyncio.Task[None]) -> None:
        """Interrupt the cell, once; otherwise give up."""
        is_first = not self.stopped_by
        self.stopped_by = number
        if number == signal.SIGINT and is_first and self.is_in_cell:
            client.interrupt_kernel()
        else:
            task.cancel()


def _read_notebook(run_dir: RunDir, program: NotebookFileProgram) -> nbformat.NotebookNode:
    """Return the notebook with its flags set and without outputs."""
    with open(f"{run_dir.sourcecode}/{program.path}", "rb") as file:
        notebook: nbformat.NotebookNode = nbformat.v4.reads(file.read())  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.setdefault("metadata", type(cell)())
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [CodeCell(source=cell.source, tags=tuple(cell.metadata.get("tags") or ())) for cell in code]
    for cell, source in zip(code, replace_cell_constants(tagged, program.constants), strict=True):
        cell.update(source=source, outputs=[], execution_count=None)
    return notebook


def _last_words(error: BaseException, client: LiveClient) -> str:
    """Return the part of the kernel's standard error that explains the error."""
    if isinstance(error, CellExecutionError | NotebookError):
        return ""
    return client.stderr.crash if client.code_cells_executed else client.stderr.text


def _explain(error: BaseException, client: LiveClient) -> BaseException:
    """Return in one line what ended a notebook; the traceback of a cell has been written already."""
    cell = client.code_cells_executed
    if isinstance(error, NotebookError):
        return error
    if isinstance(error, CellExecutionError):
        if error.ename == "SystemExit":
            return SystemExit(_exit_code(error.evalue))
        return NotebookError(f"cell In[{cell}] raised {_one_line(error.ename, error.evalue)}", cell=cell)
    if isinstance(error, DeadKernelError) and cell:
        return NotebookError(f"the kernel died in cell In[{cell}]{_ending(client.kernel_status)}", cell=cell)
    if cell:
        return NotebookError(f"cell In[{cell}] could not be executed: {_one_line('', str(error))}", cell=cell)
    return NotebookError(f"the kernel could not be started: {_one_line('', str(error))}")


def _ending(status: int | None) -> str:
    if status is None:
        return ""
    if status >= 0:
        return f" with exit status {status}"
    return f" by {signal_name(-status)}{MAYBE_NO_MEMORY if -status == signal.SIGKILL else ''}"


_LONGEST = 200


def _one_line(name: str, text: str) -> str:
    first = (text.strip().splitlines() or [""])[0]
    shown = first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"
    return ": ".join(part for part in (name, shown) if part)


def _exit_code(text: str) -> int | str | None:
    if text in {"", "None"}:
        return None
    return int(text) if text.lstrip("-").isdecimal() else text


@dataclass(kw_only=True)
class _KeptNotebook:
    """The notebook in the run directory."""

    run_dir: RunDir
    path: str
    notebook: nbformat.NotebookNode
    _next: float = 0.0

    def save(self) -> None:
        """Write the notebook, so that it is never seen in part."""
        make_folders(os.path.dirname(self.path), inside=self.run_dir.path)
        begun = time.monotonic()
        text: str = nbformat.v4.writes(self.notebook)  # type: ignore[no-untyped-call]
        write_file(self.run_dir, self.path, f"{text}\n".encode("utf-8", "replace"))
        ended = time.monotonic()
        self._next = ended + (ended - begun) / _SAVING

    def save_in_turn(self) -> None:
        """Write it, unless the last time took long and was not long ago; errors of a full disk are ignored."""
        if time.monotonic() >= self._next:
            try:
                self.save()
            except StoreError:
                return
