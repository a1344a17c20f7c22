"""``tensorboard``: show runs in TensorBoard."""

from __future__ import annotations

import argparse
import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from threading import Event, Thread

from guild_ipy.arguments.option import option
from guild_ipy.arguments.parser import whole_number
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.errors import EngineError, StoreError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.store.events.events import find_event_files
from guild_ipy.store.left_behind import TENSORBOARD_PREFIX, hold_in_use, remove_left_behind

MISSING = "TensorBoard is not installed; install it with: pip install 'guild-ipy[tensorboard]'"
_FRESH_SECONDS = 5.0
_GRACE_SECONDS = 5.0
_LONGEST_NAME = 80
_PRIVATE = ".guild/"
_LAST_PORT = 65535


def _port(text: str) -> int:
    port = whole_number(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to {_LAST_PORT})")
    return port


@dataclass(frozen=True, kw_only=True)
class ShowTensorboard:
    """Which runs to show in TensorBoard, and where it listens."""

    port: int | None = option("--port", type=_port, metavar="N", help="port that it listens on")
    host: str | None = option("--host", metavar="NAME", help="address that it listens on")
    selection: RunSelection = many_runs(deleted=True, default="all")

    @property
    def options(self) -> list[str]:
        """The words of the TensorBoard command beside the folder of the runs."""
        given = {"--port": self.port, "--host": self.host}
        return [word for option, value in given.items() if value is not None for word in (option, str(value))]

    def find(self, session: Session) -> list[Run]:
        """Return the runs to show, at least one."""
        return select_runs(session, self.selection.refs, self.selection.filter, default="all")

    def carry_out(self, session: Session) -> None:
        """Show the runs until it is interrupted."""
        serve(self.find(session), self.options)


class LinkFolder:
    """A folder of links to the event files of runs, for TensorBoard."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = dict(zip(_names(runs), runs, strict=True))
        key = "\n".join(run.dir.path for run in runs)
        self.path = f"{_folder_of_process()}/{hashlib.sha256(key.encode()).hexdigest()[:16]}"

    def refresh(self) -> None:
        """Link files that are not linked yet, and remove links to files that are gone."""
        try:
            for name, run in self._runs.items():
                os.makedirs(f"{self.path}/{name}", exist_ok=True)
                _link_files(run, f"{self.path}/{name}")
        except OSError as error:
            raise StoreError(f"cannot make links in {self.path!r}: {error.strerror}") from error

    def keep_fresh(self) -> None:
        """Refresh the links now, and in the background for as long as one of the runs is running."""
        self.refresh()
        if self._is_growing():
            Thread(target=self._go_on, daemon=True).start()

    def _go_on(self) -> None:
        pause = Event()
        growing = True
        while growing:
            pause.wait(_FRESH_SECONDS)
            growing = self._is_growing()
            if not os.path.isdir(self.path):  # the process is about to end
                return
            self.refresh()

    def _is_growing(self) -> bool:
        return any(run.status.is_active for run in self._runs.values())


def serve(runs: Sequence[Run], options: Sequence[str] = ()) -> None:
    """Show runs, at least one, in a TensorBoard that goes on until it is interrupted.

    `options` are further words for TensorBoard, such as ``--port 6007``.

    Raises
    ------
    UsageError
        If TensorBoard is not installed.
    EngineError
        If TensorBoard itself ends with an error.
    """
    command = find_command()
    folder = LinkFolder(runs)
    folder.refresh()
    process = subprocess.Popen([*command, "--logdir", folder.path, *options])
    try:
        status = _wait(process, folder)
    except KeyboardInterrupt:
        _end(process)
        return
    if status:
        raise EngineError(f"TensorBoard ended with exit status {status}; what it said is above")


def find_command() -> list[str]:
    """Return the command: TensorBoard of this interpreter, else the one on the path; UsageError if there is none."""
    if find_spec("tensorboard") is not None:
        return [sys.executable, "-m", "tensorboard.main"]
    found = shutil.which("tensorboard")
    if found is None:
        raise UsageError(MISSING)
    return [found]


def _wait(process: subprocess.Popen[bytes], folder: LinkFolder) -> int:
    while True:
        try:
            return process.wait(_FRESH_SECONDS)
        except subprocess.TimeoutExpired:
            folder.refresh()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that the terminal has interrupted together with this one."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# -- links


def _names(runs: Sequence[Run]) -> list[str]:
    """Name each run by short id and label, with the whole id where a name is taken."""
    names: list[str] = []
    for run in runs:
        label = "".join(char if char.isprintable() and char != "/" else "_" for char in run.label or "")
        name = f"{run.short_id} {label}".strip()[:_LONGEST_NAME]
        names.append(name if name not in names else f"{run.id} {label}".strip()[:_LONGEST_NAME])
    return names


def _link_files(run: Run, folder: str) -> None:
    start = run.dir.path
    wanted = {
        f"{folder}/{os.path.relpath(path, start).removeprefix(_PRIVATE)}": path for path in find_event_files(run.dir)
    }
    for link, path in wanted.items():
        if not os.path.islink(link):
            os.makedirs(os.path.dirname(link), exist_ok=True)
            os.symlink(path, link)
    for inside, _, names in os.walk(folder):
        for name in names:
            if f"{inside}/{name}" not in wanted:
                os.unlink(f"{inside}/{name}")


@cache
def _folder_of_process() -> str:
    remove_left_behind(tempfile.gettempdir(), (TENSORBOARD_PREFIX,))
    path = tempfile.mkdtemp(prefix=TENSORBOARD_PREFIX)
    hold_in_use(path)  # until this process is gone
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


VERB = Verb(
    name="tensorboard",
    options=ShowTensorboard,
    words="[RUN ...]",
    summary="Show runs in TensorBoard.",
    details="Without RUN all that pass the filters.",
)
