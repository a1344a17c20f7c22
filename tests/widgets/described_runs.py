"""Runs with something to show in each tab of the detail of a run."""

from __future__ import annotations

import base64
from collections.abc import Callable

from guild_ipy.store.displays.display import Display, DisplayKind
from guild_ipy.store.displays.display_log import DisplayWriter
from guild_ipy.store.run_dir import RunDir
from tests.bare_runs import touch
from tests.used_runs import NOON, used

_PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
_TOO_LARGE = "A" * 4_000_004


def add_described_runs(add_run: Callable[..., RunDir]) -> None:
    """Add ``aaaa``, which has only printed, ``cccc``, which has everything, and the runs that these are compared with.

    ``cccc`` used ``aaaa``, and is stale since ``bbbb`` is newer; ``dddd`` used ``cccc``; ``eeee`` failed, and
    its picture is too large to be shown.
    """
    touch(add_run("aaaa", operation="prepare").output, b"hello\n")
    before = add_run("bbbb", flags={"lr": 0.2})
    add_source(before, "train.py", b"x = 1\n")
    touch(f"{before.path}/config.yml", b"lr: 0.2\nsteps: 10\n")
    add_run("bbcc", operation="prepare")
    _add_all(add_run)
    add_run("dddd", operation="serve", deps=used("train", "cccc"))
    _add_picture(add_run("eeee", operation="check", exit_status=1, error="ValueError: no data"), _TOO_LARGE)


def _add_all(add_run: Callable[..., RunDir]) -> None:
    run_dir = add_run(
        "cccc",
        flags={"lr": 0.1},
        label="lr=0.1",
        tags=["first"],
        comments=[{"body": "looks right", "user": "ada", "host": "lab", "time": NOON}],
        scalars={"loss": [2.0, 1.0]},
        deps=used("prepare", "aaaa"),
        platform={"python_version": "3.12.1"},
        pip_freeze=["numpy==2.0"],
        env={"LANG": "C"},
        cmd=["python", "train.py"],
    )
    add_source(run_dir, "train.py", b"x = 2\n")
    _add_picture(run_dir, _PNG)
    files = {
        "config.yml": b"lr: 0.1\nsteps: 10\n",
        "figure.png": base64.b64decode(_PNG),
        "loss.csv": b"x,y\n1,2\n",
        "model.bin": b"\0\1",
        "notes.txt": b"good",
    }
    for name, content in files.items():
        touch(f"{run_dir.path}/{name}", content)


def add_source(run_dir: RunDir, name: str, content: bytes) -> None:
    """Add a file to the source of a run."""
    touch(f"{run_dir.sourcecode}/{name}", content)


def _add_picture(run_dir: RunDir, content: str) -> None:
    touch(run_dir.output)
    shown = Display(
        kind=DisplayKind.DISPLAY,
        data={"image/png": content, "text/plain": "<Figure>"},
        metadata={"image/png": {"width": 640}},
        display_id=None,
        wait=False,
        is_trusted=True,
    )
    DisplayWriter(run_dir).add(shown)
