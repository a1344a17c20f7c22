"""A random history of one home: both programs make and change its runs in turn."""

from __future__ import annotations

import os
import random
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.interop.comparing import Comparison
from tests.interop.programs import Ours, Place, Program, View

_SCRIPTS = {
    "train.py": """
lr = 0.1
layers = 2
name = "a b"
is_deep = False
for step in range(3):
    print(f"step: {step}")
    print(f"loss: {lr * layers / (step + 1)}")
""",
    "fail.py": "code = 1\nprint('loss: 1.0')\nraise SystemExit(code)\n",
    "slow.py": "import time\nx = 1\nopen('ready', 'w').close()\nprint('loss: 0.5', flush=True)\ntime.sleep(600)\n",
}
_GUILD_FILE = """
fit:
  main: train
  flags-import: all
  label: fit-${lr}
  output-scalars:
    error: 'loss: (\\value)'
check:
  main: fail
  flags-import: all
  compare: [code, loss]
"""
_FLAGS: dict[str, list[str]] = {
    "lr": ["0.1", "1e-3", "2", "0.30000000000000004", "-1.5"],
    "layers": ["1", "8"],
    "name": ["x", "a b", "ü ∑", "'1'", "it's", "yes", "1e3", ""],
    "is_deep": ["yes", "no"],
    "code": ["0", "2", "77"],
}
_OPERATIONS = {
    "train.py": ("lr", "layers", "name", "is_deep"),
    "fit": ("lr", "layers", "name", "is_deep"),
    "fail.py": ("code",),
    "check": ("code",),
}
_TEXTS = ["best", "two words", "ü ∑ x", "100%", "a=1", "b"]
_READY_SECONDS = 30.0

Words = tuple[str, ...]


def write_project(folder: Path) -> None:
    """Write what the history runs."""
    folder.mkdir(parents=True)
    for name, text in _SCRIPTS.items():
        (folder / name).write_text(text)
    (folder / "guild.yml").write_text(_GUILD_FILE)


@dataclass(kw_only=True)
class History:
    """The history; the same for the same seed, but for the ids of runs."""

    programs: tuple[Program, Program]
    place: Place
    comparison: Comparison
    chance: random.Random

    def play(self, steps: int) -> None:
        """Take so many steps, and compare after each; then stop what still runs."""
        try:
            self._take(steps)
        finally:
            for run in _with_status(self.comparison.ours.view(self.place), "running"):
                self.comparison.ours.call(self.place, "stop", run["id"])

    def _take(self, steps: int) -> None:
        view: View = {"runs": [], "deleted": []}
        for number in range(1, steps + 1):
            program = self.chance.choice(self.programs)
            words = self._choose(program, view)
            answer = program.call(self.place, *words)
            self._wait_until_ready()
            what = f"step {number}: {program.name} {' '.join(words)} (exit status {answer.status})"
            view = self.comparison.step(self.place, what)

    def _choose(self, program: Program, view: View) -> Words:
        """Choose what to do next, among what is possible now."""
        runs, ended = view["runs"], _with_status(view, "completed", "error", "terminated")
        possible: list[Callable[[], Words]] = [self._run] * 3
        possible += [lambda: (*self._run(), "--stage"), lambda: ("run", "slow.py", "-y", "--background")]
        if runs:
            possible += [lambda: self._change(program, self.chance.choice(runs)["id"])] * 4
        if ended:
            possible += [lambda: self._run_again(self.chance.choice(ended))] * 2
            possible += [lambda: _keep(program, "delete", self.chance.choice(ended)["id"])]
        if staged := _with_status(view, "staged"):
            possible += [lambda: ("run", "--start", self.chance.choice(staged)["id"], "-y")]
        if running := _with_status(view, "running"):
            possible += [lambda: _stop(program, self.chance.choice(running)["id"])] * 2
        if view["deleted"]:
            verb = self.chance.choice(["restore", "restore", "purge"])
            possible += [lambda: _keep(program, verb, self.chance.choice(view["deleted"])["id"])]
        return self.chance.choice(possible)()

    def _run(self) -> Words:
        operation, names = self.chance.choice(list(_OPERATIONS.items()))
        options: Words = ()
        if self.chance.random() < 0.2:
            options = ("--label", self.chance.choice(_TEXTS))
        if self.chance.random() < 0.3:
            options += ("--tag", self.chance.choice(["a", "b", "c"]))
        return ("run", operation, *self._flags(names), "-y", *options)

    def _run_again(self, run: dict[str, Any]) -> Words:
        names = tuple(name for name in run["flags"] if name in _FLAGS)
        return ("run", "--restart", run["id"], *self._flags(names), "-y")

    def _flags(self, names: Words) -> Words:
        chosen = [name for name in names if self.chance.random() < 0.4]
        return tuple(f"{name}={self.chance.choice(_FLAGS[name])}" for name in chosen)

    def _change(self, program: Program, run: str) -> Words:
        text = self.chance.choice(_TEXTS)
        kind = self.chance.choice(["--set", "--append", "--prepend", "--remove"])
        tag = ("tag", self.chance.choice(["--add", "--delete"]), self.chance.choice("abc"), run)
        changes: list[Words] = [
            ("label", kind, text, run),
            ("label", "--clear", run),
            ("mark", run),
            ("mark", "-c", run),
        ]
        changes += [tag, (*tag, "--sync-labels"), ("tag", "--clear", run)]
        changes += [("comment", "--add", text, run), ("comment", "--delete", "1", run), ("comment", "--clear", run)]
        chosen = self.chance.choice(changes)
        return chosen if isinstance(program, Ours) else (*chosen, "-y")

    def _wait_until_ready(self) -> None:
        """Wait until runs that have been left in the background are at work, which both programs then see."""
        deadline = time.monotonic() + _READY_SECONDS
        while any(map(_is_starting, (self.place.home / "runs").glob("*"))) and time.monotonic() < deadline:
            select.select([], [], [], 0.02)


def _is_starting(run: Path) -> bool:
    private = run / ".guild"
    is_slow = (private / "opref").exists() and (private / "opref").read_text().rstrip().endswith("slow.py")
    is_over = (private / "attrs/exit_status").exists() or (run / "ready").exists()
    return is_slow and not is_over and not (private / "STAGED").exists()


def _with_status(view: View, *statuses: str) -> list[dict[str, Any]]:
    return [run for run in view["runs"] if run["status"] in statuses]


def _stop(program: Program, run: str) -> Words:
    return ("stop", run) if isinstance(program, Ours) else ("stop", run, "-y")


def _keep(program: Program, verb: str, run: str) -> Words:
    return (verb, run, "-y") if isinstance(program, Ours) else ("runs", verb, run, "-y")


def play_history(comparison: Comparison, folder: Path, seed: int, steps: int) -> None:
    """Take a random history in a folder of its own."""
    place = Place(folder=folder / "project", home=folder / "home")
    write_project(place.folder)
    os.makedirs(place.home / "runs")
    programs = comparison.theirs, comparison.ours
    History(programs=programs, place=place, comparison=comparison, chance=random.Random(seed)).play(steps)
