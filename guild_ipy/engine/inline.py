"""A run without isolation, in the calling process: for debuggers and for systems without fork.

It writes no ``LOCK``, since stopping the run must not stop the kernel; for Guild AI it is pending until it has ended.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TextIO

from guild_ipy.engine.beside.fork import new_main, open_run
from guild_ipy.engine.child.beginning import note_late_begin
from guild_ipy.engine.child.libraries.figures import ProcessFigures, open_numbers
from guild_ipy.engine.child.libraries.on_import import act_on_import
from guild_ipy.engine.executors import RunFuture
from guild_ipy.engine.launch_channel import LaunchRequest
from guild_ipy.engine.output.ending import write_end
from guild_ipy.engine.output.output_scalars import ScalarRecorder
from guild_ipy.engine.output.streams import IndexedOutput
from guild_ipy.engine.output.unread_metrics import note_unread_metric
from guild_ipy.engine.run_files.provenance import record_commit, record_packages
from guild_ipy.settings import current_dir
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import sync_file
from guild_ipy.store.run_dir import RunDir


class InlineExecutor:
    """Runs the operation in :meth:`RunFuture.execute_program`, which returns when it has ended."""

    def start(self, request: LaunchRequest, alive: int) -> RunFuture:
        """See :class:`guild_ipy.engine.executors.Executor`."""
        return _InlineFuture(run_dir=RunDir(request.path), channel=None, request=request, alive=alive)


@dataclass(kw_only=True)
class _InlineFuture(RunFuture):
    request: LaunchRequest
    alive: int

    def execute_program(self) -> None:
        run_dir, request = self.run_dir, self.request
        self.started = True
        try:
            write_attr(run_dir, "started", time.time_ns() // 1000)
            record_packages(run_dir)
            record_commit(run_dir, request.project_dir, request.cache_dir)
            with _in_the_place_of_a_run(run_dir, request) as namespace, _keeping_displays(run_dir):
                execute_program = open_run(run_dir, namespace, is_beside=True)
                note_late_begin(run_dir, request.asked)
                code = execute_program()
            _finish(run_dir, request, code)
            self.ended = True
        finally:
            os.close(self.alive)

    def cancel(self) -> None:
        os.close(self.alive)


def _finish(run_dir: RunDir, request: LaunchRequest, code: int) -> None:
    recorder = ScalarRecorder(run_dir, request.output_scalars, request.flag_numbers)
    recorder.scan()
    recorder.close()
    note_unread_metric(run_dir, recorder.unread_line)
    write_end(run_dir, code)
    sync_file(run_dir.attr("exit_status"))


@contextlib.contextmanager
def _in_the_place_of_a_run(run_dir: RunDir, request: LaunchRequest) -> Iterator[dict[str, Any]]:
    """Give main module, streams, folder, path, arguments and environment to a run, and restore them afterwards."""
    mains = _find_main_modules()
    environ, folder, hook = dict(os.environ), current_dir(), sys.excepthook
    saved = (sys.stdout, sys.stderr, sys.path[:], sys.argv[:], sys.orig_argv[:], sys.meta_path[:])
    output = IndexedOutput(run_dir)
    lent: list[tuple[logging.StreamHandler[Any], TextIO]] = []
    try:
        lent = _lend_handlers({id(sys.stdout): output.stdout, id(sys.stderr): output.stderr})
        sys.stdout, sys.stderr = output.stdout, output.stderr
        sys.excepthook = sys.__excepthook__
        os.environ.update(request.env)
        os.chdir(run_dir.path)
        yield new_main(run_dir)
    finally:
        for handler, stream in lent:
            handler.setStream(stream)
        sys.modules.update(mains)
        sys.excepthook = hook
        sys.stdout, sys.stderr, sys.path[:], sys.argv[:], sys.orig_argv[:], sys.meta_path[:] = saved
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)
        output.close()


@contextlib.contextmanager
def _keeping_displays(run_dir: RunDir) -> Iterator[None]:
    """Keep what the run displays in the run, at its end also the figures that it leaves open."""
    figures, others = ProcessFigures(), open_numbers()
    interactive = sys.modules.get("IPython.core.interactiveshell")
    if interactive is None or not interactive.InteractiveShell.initialized():
        yield
        figures.show_open(run_dir, but=others, closes=False)
    else:
        from guild_ipy.engine.child.shell.lent_shell import lend_shell  # start-up cost: it is loaded in a notebook

        shell = interactive.InteractiveShell.instance()
        in_page = hasattr(shell, "kernel")
        with lend_shell(shell), _showing_figures(figures, run_dir, in_page=in_page):
            yield
            figures.show_open(run_dir, but=others, closes=in_page)
    figures.save_open(run_dir, only=others)


@contextlib.contextmanager
def _showing_figures(figures: ProcessFigures, run_dir: RunDir, *, in_page: bool) -> Iterator[None]:
    """Let ``plt.show()`` show in the run what it would show in a page; where there is none it may open a window."""
    if in_page:
        act_on_import({"matplotlib.pyplot": lambda pyplot: figures.replace_show(pyplot, run_dir)})
    try:
        yield
    finally:
        figures.restore_show()


def _find_main_modules() -> dict[str, ModuleType]:
    return {name: sys.modules[name] for name in ("__main__", "__mp_main__") if name in sys.modules}


def _lend_handlers(streams: Mapping[int, TextIO]) -> list[tuple[logging.StreamHandler[Any], TextIO]]:
    """Redirect log handlers to other streams; return the handlers with the streams that they had."""
    loggers = (logging.root, *logging.root.manager.loggerDict.values())
    handlers = (handler for logger in loggers for handler in getattr(logger, "handlers", ()))
    lent = [
        (each, each.stream) for each in handlers if type(each) is logging.StreamHandler and id(each.stream) in streams
    ]
    for handler, stream in lent:
        handler.setStream(streams[id(stream)])
    return lent
