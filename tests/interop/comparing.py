"""What two programs show of the same home, compared after each step; each difference is told once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.source_kind import is_dependency_flag
from tests.interop.programs import Guild, Place, Program, View

_STEPS_BETWEEN_LINES = 50

Difference = tuple[str, str, str, str]
"""The run or list, what of it, and what each program shows."""


@dataclass(kw_only=True)
class Comparison:
    """Counts the steps after which both programs show the same."""

    theirs: Guild
    ours: Program
    steps: int = 0
    agreements: int = 0
    _told: set[Difference] = field(default_factory=set)

    def step(self, place: Place, what: str) -> View:
        """Compare after a step, and print what is different and was not before; what our program shows."""
        theirs, ours = self.theirs.view(place), self.ours.view(place)
        found = [each for each in _differences(theirs, ours) if each not in self._told]
        self._told.update(found)
        self.count(what, found)
        return ours

    def count(self, what: str, found: list[Difference]) -> None:
        """Count a step, with the differences that it brought."""
        self.steps += 1
        self.agreements += not found
        if not self.steps % _STEPS_BETWEEN_LINES:
            print(f"{self.steps} steps, {self.agreements} agree", file=sys.stderr)
        for run, name, shown, by_us in found:
            print(f"  {what}\n    {run} {name}: {self.theirs.name} {shown}\n    {'':>8} {self.ours.name} {by_us}")

    def summary(self, name: str) -> str:
        """Say how many steps agree."""
        return f"{name}: {self.agreements} of {self.steps} steps agree"


def differences_of_runs(theirs: dict[str, Any], ours: dict[str, Any], names: tuple[str, ...]) -> list[Difference]:
    """Compare two runs, of one operation by both programs, in some of their attributes."""
    return list(_compare(f"{theirs['operation']}", theirs, ours, names))


def _differences(theirs: View, ours: View) -> Iterator[Difference]:
    if "error" in theirs:
        yield "home", "view", str(theirs["error"]), "no error"
        return
    for kind in ("runs", "deleted"):
        shown, by_us = theirs[kind], ours[kind]
        if [each["id"] for each in shown] != [each["id"] for each in by_us]:
            yield kind, "ids", *(" ".join(each["id"][:8] for each in view) for view in (shown, by_us))
        known = {each["id"]: each for each in by_us}
        for each in shown:
            if each["id"] in known:
                yield from _compare(each["id"][:8], each, known[each["id"]], _comparable(each))


def _comparable(run: dict[str, Any]) -> tuple[str, ...]:
    """Give what is compared: the scalars of a run that goes on change between two looks."""
    return tuple(name for name in run if name != "scalars" or run["status"] != "running")


def _compare(run: str, theirs: dict[str, Any], ours: dict[str, Any], names: tuple[str, ...]) -> Iterator[Difference]:
    for name in names:
        shown, by_us = (_text(name, each[name]) for each in (theirs, ours))
        if shown != by_us:
            yield run, name, shown, by_us


def _text(name: str, value: Any) -> str:  # a flag of ours is never the run that a dependency uses
    if name == "flags":
        value = {flag: each for flag, each in value.items() if not is_dependency_flag(flag)}
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
