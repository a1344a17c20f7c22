"""A notebook as tests use it: a real IPython shell on a Guild home, the verbs, and nothing left running behind it."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
import types
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from guild_ipy.engine.engine import Engine
from guild_ipy.errors import RunError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.pipelines.step_plans import plan_steps
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, set_session
from guild_ipy.session.viewer import SilentViewer, Viewer
from guild_ipy.settings import Settings

_MARK = "GUILD_IPY_TEST_SESSION"


class PrintingViewer(SilentViewer):
    """Prints output, which pytest shows when a test fails."""

    def output(self, text: str) -> None:
        """Print it."""
        print(text, end="")


@dataclass(kw_only=True)
class NotebookSession:
    """A shell, and ``run`` over it."""

    shell: InteractiveShell
    context: Session
    isolation: str | None = None
    """Of all runs that name none."""
    viewer: Viewer = field(default_factory=PrintingViewer)

    def cell(self, text: str) -> Any:
        """Execute a cell; what its last line gives."""
        done = self.shell.run_cell(dedent(text).strip(), store_history=True)
        done.raise_error()
        return done.result

    def run(self, operation: Any, *args: Any, request: dict[str, Any] | None = None, **flags: Any) -> Run:
        """Run an operation; `request` has further fields of RunRequest."""
        fields = {"launch": LaunchOptions(isolation=self.isolation), **(request or {})}
        asked = RunRequest(operation=operation, args=args, flags=flags, **fields)
        made = run(self.context, replace(asked, plan_steps=plan_steps), self.viewer)
        assert made is not None
        return made

    def run_seeded(self, operation: Any, seed: int, **flags: Any) -> Run:
        return self.run(operation, request={"spec": SpecOptions(random_seed=seed)}, **flags)

    def fail(self, operation: Any, *args: Any, **flags: Any) -> RunError:
        """Run an operation that must fail; the error."""
        with pytest.raises(RunError) as caught:
            self.run(operation, *args, **flags)
        return caught.value

    def run_in_background(self, operation: Any, *args: Any, **flags: Any) -> Run:
        launch = LaunchOptions(isolation=self.isolation, background=True)
        return self.run(operation, *args, request={"launch": launch}, **flags)


@contextmanager
def open_notebook(settings: Settings, engine: Engine) -> Iterator[NotebookSession]:
    """Give a new notebook in the current directory."""
    with _new_shell() as shell:
        yield NotebookSession(shell=shell, context=Session(settings, engine=engine))


@contextmanager
def _new_shell() -> Iterator[InteractiveShell]:
    """Put a new shell and main module in place of those that are there."""
    main, shell = sys.modules["__main__"], InteractiveShell._instance
    path = sys.path[:]
    if shell is not None:
        type(shell).clear_instance()
    sys.path.insert(0, "")  # as Jupyter does
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    new = InteractiveShell.instance(config=config, user_module=types.ModuleType("__main__"))
    atexit.unregister(new.atexit_operations)  # they collect garbage, for each shell
    try:
        yield new
    finally:
        InteractiveShell.clear_instance()
        if shell is not None:
            for cls in type(shell)._walk_mro():
                cls._instance = shell
        sys.modules["__main__"] = main
        sys.path[:] = path
        _forget_modules(os.getcwd())


def _forget_modules(folder: str) -> None:
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(folder + os.sep):
            del sys.modules[name]


def wait_until(is_so: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for a condition, and give what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds} seconds")
        time.sleep(0.005)
    return found


def find_processes() -> dict[int, str]:
    """Find what this session has started and still lives, fork servers standing by aside: pid -> command line."""
    mark = f"{_MARK}={os.environ.get(_MARK)}".encode()
    found = {}
    for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))):
        with suppress(OSError):
            is_ours = mark in _read(f"/proc/{pid}/environ").split(b"\0") and not _stands_by(pid)
            if is_ours and (command := _read_command(pid)):  # none: it has just ended
                found[pid] = command
    return found


def _stands_by(pid: int) -> bool:
    """Whether a process is a fork server of ours or waits for one to be given a run, or keeps the books of this one."""
    if pid == resource_tracker._resource_tracker._pid:  # of this process, which ends with it
        return True
    if "guild_ipy.engine.beside.fork_server_process" not in _read_command(pid) or _holds_run(pid):
        return False
    while pid not in {0, 1, os.getpid()}:
        pid = int(_read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[1])
    return pid == os.getpid()


def _holds_run(pid: int) -> bool:
    folder = f"/proc/{pid}/fd"
    links = (os.readlink(f"{folder}/{name}") for name in os.listdir(folder))
    return any("/.guild/alive" in link for link in links)


def _read_command(pid: int) -> str:
    return _read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(errors="replace")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


@pytest.fixture(scope="session")
def session_mark() -> None:
    """Mark what the session starts, to tell it from the rest of the machine."""
    os.environ[_MARK] = uuid.uuid4().hex


@pytest.fixture
def no_process_left(session_mark) -> Iterator[None]:
    """Check that a test leaves no process behind; what it leaves is killed, so that the next test starts afresh."""
    yield
    try:
        wait_until(lambda: not find_processes(), seconds=10)
    except TimeoutError:
        left = find_processes()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        pytest.fail(f"left behind: {left}")


@pytest.fixture(scope="session")
def engine(session_mark) -> Iterator[Engine]:
    """One engine for all tests; a fork server with pandas takes a second to start."""
    engine = Engine(Settings())
    yield engine
    engine.close()


@pytest.fixture
def start_python(home, session_mark) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python on a text, as a script of a folder of its own with the test's Guild home."""
    with ExitStack() as stack:

        def start(text: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
            folder = stack.enter_context(TemporaryDirectory())
            with open(f"{folder}/driver.py", "w") as file:
                file.write(dedent(text))
            process = subprocess.Popen(
                [sys.executable, "driver.py", *arguments],
                cwd=folder,
                env={**os.environ, "GUILD_HOME": home.path, **env},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def run_python(start_python) -> Callable[..., str]:
    """Run Python on a text; what it prints."""

    def run(text: str, *arguments: str, **env: str) -> str:
        printed, complaints = start_python(text, *arguments, **env).communicate(timeout=60)
        assert not complaints, complaints
        return printed

    return run


@pytest.fixture
def settings(home) -> Settings:
    """Short waits."""
    return Settings(guild_home=home.path, stop_grace=5.0, scan_interval=0.1, output_interval=0.02)


@pytest.fixture
def notebook(settings, engine, tmp_path, monkeypatch, no_process_left) -> Iterator[NotebookSession]:
    """A notebook in a project folder of its own."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    with open_notebook(settings, engine) as session:
        yield session


@pytest.fixture
def extension(notebook) -> Iterator[NotebookSession]:
    """The notebook with the magics, whose verbs work on its home."""
    set_session(notebook.context)
    notebook.shell.run_line_magic("load_ext", "guild_ipy")
    yield notebook
    notebook.shell.run_line_magic("unload_ext", "guild_ipy")
    set_session(None)
