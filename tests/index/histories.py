"""Random histories of a home: what we, Guild AI and accidents do to runs."""

from __future__ import annotations

import math
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable

from guild_ipy.domain.values.scalars import ScalarPoint
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.claim import claim_run, release_run
from guild_ipy.store.events.event_encoding import encode_point, encode_record
from guild_ipy.store.events.event_writer import EventWriter
from guild_ipy.store.events.events import find_event_files
from guild_ipy.store.events.tfevents import Point
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.store.run_record import read_status
from guild_ipy.store.state.markers import remove_marker, set_staged
from guild_ipy.store.trash import delete_run, restore_run
from guild_ipy.verbs.changing.label import Label, edit_labels
from guild_ipy.verbs.changing.mark import mark
from tests.index.truth import make_run, overwrite

_HOLD = "import sys; from guild_ipy.store.state.lock import hold_alive; from guild_ipy.store.run_dir import RunDir;"
_HOLD += "print(hold_alive(RunDir(sys.argv[1])), flush=True); sys.stdin.read()"


class History:
    """Does one random thing after the other; `was_foreign` says whether the last was a change in place by others."""

    def __init__(self, context: Session, seed: int) -> None:
        self.context = context
        self.home = context.home
        self.was_foreign = False
        self._random = random.Random(seed)
        self._alive: list[tuple[RunDir, subprocess.Popen[str]]] = []
        self._told: list[str] = []

    def go_on(self) -> str:
        """Do something, and say what."""
        deeds = (self._make, self._make, self._label, self._mark, self._delete, self._restore, self._restart,
                 self._end, self._kill, self._edit, self._edit, self._damage, self._remove, self._stage,
                 self._report, self._report, self._scribble)  # fmt: skip
        deed = self._random.choice(deeds)
        self.was_foreign = deed in (self._edit, self._damage, self._report, self._scribble)
        self._told.append(f"{deed.__name__} {self._do(deed)}")
        return " · ".join(self._told)

    def close(self) -> None:
        for _, process in self._alive:
            process.kill()
            process.communicate()

    def _do(self, deed: Callable[[RunDir], object]) -> str:
        runs = sorted(list_run_dirs(self.home), key=lambda run_dir: run_dir.id)
        run_dir = self._random.choice(runs) if runs else make_run(self.home, f"{self._random.getrandbits(128):032x}")
        deed(run_dir)
        return run_dir.short_id

    # -- deeds of ours

    def _make(self, _: RunDir) -> None:
        started = self._random.randint(1, 1000)
        flags = {"lr": self._random.random(), "n": self._random.choice((1, 2.5, None, True, "a", [1]))}
        make_run(self.home, f"{self._random.getrandbits(128):032x}", started=started, exit_status=0, flags=flags)

    def _stage(self, _: RunDir) -> None:
        set_staged(make_run(self.home, f"{self._random.getrandbits(128):032x}", initialized=9))

    def _label(self, run_dir: RunDir) -> None:
        if os.path.isdir(run_dir.attrs):
            edit_labels(self.context, [Run(run_dir)], Label(set=f"label {self._random.random()}"))

    def _mark(self, run_dir: RunDir) -> None:
        if os.path.isdir(run_dir.attrs):
            mark(self.context, [Run(run_dir)], clear=self._random.random() < 0.5)

    def _delete(self, run_dir: RunDir) -> None:
        if not self._is_held(run_dir) and not read_status(run_dir).is_active:
            delete_run(self.home, run_dir)

    def _restore(self, _: RunDir) -> None:
        deleted = [each for each in list_run_dirs(self.home, deleted=True) if "_" not in each.id]
        if deleted and not os.path.exists(self.home.run_dir(deleted[0].id).path):
            restore_run(self.home, deleted[0])

    def _restart(self, run_dir: RunDir) -> None:
        if os.path.isdir(run_dir.attrs) and not read_status(run_dir).is_active and not self._is_held(run_dir):
            alive = claim_run(self.home, run_dir)
            if self._random.random() < 0.3:
                return release_run(run_dir, alive, staged=self._random.random() < 0.5)
            os.close(alive)
            self._hold(run_dir)
            for name in ("exit_status", "stopped"):
                if os.path.exists(run_dir.attr(name)):
                    os.unlink(run_dir.attr(name))
            write_attr(run_dir, "started", self._random.randint(1, 1000))
            if os.path.exists(run_dir.staged):
                os.unlink(run_dir.staged)
            remove_marker(run_dir.pending)
        return None

    def _end(self, _: RunDir) -> None:
        if self._alive:
            run_dir, process = self._alive.pop()
            if os.path.isdir(run_dir.attrs):
                write_attr(run_dir, "stopped", 2000)
                write_attr(run_dir, "exit_status", self._random.choice((0, 1)))
            process.communicate("")

    # -- deeds of others

    def _kill(self, _: RunDir) -> None:
        if self._alive:
            process = self._alive.pop()[1]
            process.kill()
            process.communicate()

    def _edit(self, run_dir: RunDir) -> None:
        name, content = self._random.choice(
            (("label", "l%d\n"), ("tags", "- t%d\n"), ("comments", "- body: c%d\n"), ("marked", "true\n"),
             ("flags", "lr: %d\n"), ("note", "own %d\n"), ("exit_status", "%d\n")),
        )  # fmt: skip
        if os.path.isdir(run_dir.attrs) and (name != "exit_status" or os.path.exists(run_dir.attr(name))):
            overwrite(run_dir.attr(name), content.replace("%d", str(self._random.randint(0, 9))))

    def _damage(self, run_dir: RunDir) -> None:
        path = self._random.choice((run_dir.attr("flags"), run_dir.attr("started"), run_dir.opref))
        if os.path.isdir(run_dir.attrs):
            overwrite(path, self._random.choice(("[", "x: {", "\x00\x01", "'")))

    def _remove(self, run_dir: RunDir) -> None:
        if self._random.random() < 0.3 and not self._is_held(run_dir):
            shutil.rmtree(run_dir.path)

    def _report(self, run_dir: RunDir) -> None:
        files = find_event_files(run_dir)
        folder = self._random.choice((run_dir.guild, run_dir.path, f"{run_dir.path}/logs", f"{run_dir.path}/logs/val"))
        values = [self._random.choice((0.5, math.nan, math.inf, self._random.random())) for _ in range(3)]
        points = [ScalarPoint(tag=tag, value=value, step=3) for tag, value in zip("abc", values, strict=True)]
        if files and self._random.random() < 0.5:
            records = [encode_record(encode_point(Point(each.step, 1.0, each.tag, each.value))) for each in points]
            with open(self._random.choice(files), "ab") as file:
                file.write(b"".join(records)[: self._random.choice((-5, None))])
        elif os.path.isdir(run_dir.guild):
            os.makedirs(folder, exist_ok=True)
            writer = EventWriter(folder)
            writer.write(points)
            writer.close()

    def _scribble(self, run_dir: RunDir) -> None:
        for path in find_event_files(run_dir)[:1]:
            size = os.path.getsize(path)
            with open(path, "r+b") as file:
                file.seek(self._random.randrange(max(1, size)))
                file.write(b"x")
                file.truncate(self._random.choice((size, size // 2)))

    # -- processes

    def _hold(self, run_dir: RunDir) -> None:
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-c", _HOLD, run_dir.path], stdin=pipe, stdout=pipe, text=True)
        assert process.stdout is not None
        assert process.stdout.readline().strip() != "None"
        self._alive.append((run_dir, process))

    def _is_held(self, run_dir: RunDir) -> bool:
        return any(held == run_dir and process.poll() is None for held, process in self._alive)
