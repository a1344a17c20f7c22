"""The kernel of a notebook file's run: a child of its process, with the same interpreter."""

from __future__ import annotations

import ast
import contextlib
import faulthandler
import glob
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from guild_ipy.engine.child.libraries.seeds import seed_generators
from guild_ipy.engine.child.workers import SharedMain
from guild_ipy.engine.meta import JobMeta
from guild_ipy.engine.output import no_input
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.run_dir import RunDir

TYPE_CHECKING = False  # typing.TYPE_CHECKING: the kernel imports this module, and not these
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from jupyter_client.manager import AsyncKernelManager

#: How long the functions that a notebook registered with atexit may take.
_SHUTDOWN_SECONDS = 30.0
#: ``-P``: modules of the project do not replace those of the kernel.
_COMMAND = [sys.executable, "-P", "-m", "guild_ipy.engine.notebook.kernel_program", "-f", "{connection_file}"]
_NOT_FOR_KERNELS = frozenset({"MPLBACKEND", "PYTEST_CURRENT_TEST"})


def make_kernel_manager(run_dir: RunDir) -> AsyncKernelManager:
    """Return the manager of a kernel that uses this interpreter, whatever kernels are installed.

    It listens on sockets in the run's folder, which no other program can take meanwhile and no other machine reaches;
    their paths are relative, since the path of a socket has at most 107 bytes. If the file system has no sockets, it
    listens on ports of this machine.
    """
    import zmq
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernel(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(name=kernel_name, language="python", argv=_COMMAND)

    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=OwnKernel(),
        connection_file=f"{run_dir.tmp}/kernel.json",
        shutdown_wait_time=_SHUTDOWN_SECONDS,
    )
    manager.context.setsockopt(zmq.RCVHWM, 0)  # the kernel's program has the counterpart
    make_folders(run_dir.tmp, inside=run_dir.guild)
    for left in glob.glob(glob.escape(run_dir.tmp) + "/kernel*"):  # left by an attempt that was killed
        os.unlink(left)
    if _holds_sockets(run_dir.tmp):
        manager.transport = "ipc"
        manager.ip = os.path.relpath(f"{run_dir.tmp}/kernel", run_dir.path)
    return manager


def kernel_environment(environment: dict[str, str], path: str) -> dict[str, str]:
    """Return the environment of a kernel that executes the notebook at `path`, as Jupyter would.

    Figures are made by the backend that shows them in the notebook. A kernel that runs under pytest does not capture
    the output of C code.
    """
    own = {"JPY_SESSION_NAME": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {name: value for name, value in environment.items() if name not in _NOT_FOR_KERNELS} | own


def entering_code(notebook: str, run_dir: RunDir, meta: JobMeta) -> str:
    """Return the code that calls :func:`enter_kernel` without leaving a name in the notebook's namespace."""
    folder = os.path.dirname(notebook)
    values = f"get_ipython(), {run_dir.path!r}, {[folder, run_dir.path, *meta.import_path]!r}, {meta.random_seed!r}"
    return f"__import__({__name__!r}, fromlist=['enter_kernel']).enter_kernel({values})"


def enter_kernel(shell: Any, path: str, import_path: Sequence[str], seed: int) -> None:  # noqa: ANN401 - IPython's
    """Prepare the calling process, the kernel of a shell, for the first cell, as for a script."""
    sys.path[:] = dict.fromkeys(import_path)
    seed_generators(seed)
    run_dir, namespace = RunDir(path), vars(sys.modules["__main__"])
    for names in (shell.user_ns, shell.user_ns_hidden):
        names["open"] = open  # IPython's adds a line to each traceback
    shell.set_custom_exc((Exception,), _show_without_ours)
    shell.events.register("post_run_cell", partial(_explain_missing, run_dir))
    SharedMain(
        run_dir=run_dir,
        namespace=namespace,
        find_statements=lambda: list(_executed_statements(namespace)),
        filename="<notebook>",
        opened={name: value for name, value in namespace.items() if not name.startswith("_")},
    ).share()
    with contextlib.suppress(OSError):  # a kernel that does not capture the output of C code
        faulthandler.enable(sys.stderr, all_threads=False)  # a crash is read from there; see KernelStderr


def _executed_statements(namespace: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """Return the statements of the cells that a kernel has executed, with those of the current cell."""
    for text in namespace["In"]:
        try:
            yield from ast.parse(namespace["get_ipython"]().transform_cell(text)).body
        except SyntaxError:  # a cell that is not Python has failed
            continue


def _show_without_ours(
    shell: Any,  # noqa: ANN401 - as above
    kind: type,
    error: BaseException,
    tb: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show an error of a cell; of a refused question without the frames of this package."""
    last, at = tb, tb
    while at.tb_next is not None:
        at = at.tb_next
        if at.tb_frame.f_code.co_filename != no_input.__file__:
            last = at
    last.tb_next = None
    shell.showtraceback((kind, error, tb), tb_offset=tb_offset, running_compiled_code=True)


def _explain_missing(run_dir: RunDir, result: Any) -> None:  # noqa: ANN401 - as above
    """Write below the error of a cell how the run gets a file that is missing."""
    if result.error_in_exec is not None:
        from guild_ipy.engine.child.missing_file import explain_missing  # start-up cost

        sys.stderr.write(explain_missing(result.error_in_exec, run_dir))


def _holds_sockets(folder: str) -> bool:
    """Whether the folder can hold a socket with this relative path."""
    path = os.path.relpath(f"{folder}/kernel-none")
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path)
        os.unlink(path)
    except OSError:
        return False
    return True
