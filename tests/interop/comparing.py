"""What two programs show of the same home, compared after each step; each difference is told once."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guild_ipy.domain.declarations.source_kind import is_dependency_flag
from tests.interop.known import Difference, find_reason
from tests.interop.programs import Guild, Ours, Place, View

_STEPS_BETWEEN_LINES = 50
#: That the index sees later what others have changed in runs that have ended, where there are many: docs/index.md.
_LATE = "what others change in runs that have ended is seen some seconds later"


@dataclass(kw_only=True)
class Comparison:
    """Counts the steps after which both programs show the same."""

    theirs: Guild
    ours: Ours
    steps: int = 0
    agreements: int = 0
    meant: Counter[str] = field(default_factory=Counter)
    """Steps that differ for reasons that are known."""
    disagreements: int = 0
    _told: set[tuple[str, ...]] = field(default_factory=set)

    def step(self, place: Place, what: str) -> View:
        """Compare after a step, and print what is different and was not before; what our program shows."""
        theirs, ours = self.theirs.view(place), self.ours.view(place)
        found = [*_differences(place, theirs, ours)]
        if any(each.key not in self._told for each in found):
            whole = self.ours.view(place, full=True)
            late = {each.key for each in found} - {each.key for each in _differences(place, theirs, whole)}
            self.count(what, [each for each in found if each.key not in late], late=bool(late - self._told))
            self._told |= late
        else:
            self.count(what, found)
        return ours

    def count(self, what: str, found: Iterable[Difference], *, late: bool = False) -> None:
        """Count a step, with the differences that it brought."""
        new = [each for each in found if each.key not in self._told]
        self._told.update(each.key for each in new)
        reasons = {each.key: find_reason(each) for each in new}
        unexplained = [each for each in new if reasons[each.key] is None]
        self.steps += 1
        if not unexplained and (new or late):
            self.meant.update({_LATE} if late else set())
            self.meant.update({reason for reason in reasons.values() if reason is not None})
        self.agreements += not new and not late
        self.disagreements += bool(unexplained)
        if not self.steps % _STEPS_BETWEEN_LINES:
            print(f"{self.steps} steps, {self.agreements} agree", file=sys.stderr)
        for each in unexplained:
            shown = (_text(each.name, value) for value in (each.theirs, each.ours))
            print(f"  {what}\n    {each.run} {each.name}: {self.theirs.name} {next(shown)}")
            print(f"    {'':>8} {self.ours.name} {next(shown)}")

    def summary(self, name: str) -> str:
        """Say how many steps agree, how many differ as they are meant to, and for which reasons."""
        meant = self.steps - self.agreements - self.disagreements
        counts = f"{self.agreements} of {self.steps} steps agree, {meant} differ for reasons that are known"
        reasons = (f"  {count:4d} {reason}" for reason, count in sorted(self.meant.items()))
        return "\n".join([f"{name}: {counts}, {self.disagreements} disagree", *reasons])


def differences_of_runs(
    home: Path, theirs: dict[str, Any], ours: dict[str, Any], names: tuple[str, ...]
) -> list[Difference]:
    """Compare two runs, of one operation by both programs, in some of their attributes."""
    return list(_compare(home, f"{theirs['operation']}", theirs, ours, names))


def _differences(place: Place, theirs: View, ours: View) -> Iterator[Difference]:
    if "error" in theirs:
        yield Difference(run="home", name="view", theirs=str(theirs["error"]), ours="no error")
        return
    for kind in ("runs", "deleted"):
        shown, by_us = theirs[kind], ours[kind]
        if [each["id"] for each in shown] != [each["id"] for each in by_us]:
            ids = (" ".join(each["id"][:8] for each in view) for view in (shown, by_us))
            yield Difference(run=kind, name="ids", theirs=next(ids), ours=next(ids))
        known = {each["id"]: each for each in by_us}
        for each in shown:
            if each["id"] in known:
                yield from _compare(place.home, each["id"][:8], each, known[each["id"]], _comparable(each))


def _comparable(run: dict[str, Any]) -> tuple[str, ...]:
    """Give what is compared: the scalars of a run that goes on change between two looks."""
    return tuple(name for name in run if name != "scalars" or run["status"] != "running")


def _compare(
    home: Path, run: str, theirs: dict[str, Any], ours: dict[str, Any], names: tuple[str, ...]
) -> Iterator[Difference]:
    for name in names:
        if _text(name, theirs[name]) != _text(name, ours[name]):
            yield Difference(
                run=run,
                name=name,
                theirs=theirs[name],
                ours=ours[name],
                runs=(theirs, ours),
                folders=(home / "runs" / theirs["id"], home / "runs" / ours["id"]),
            )


def _text(name: str, value: Any) -> str:  # a flag of ours is never the run that a dependency uses
    if name == "flags":
        value = {flag: each for flag, each in value.items() if not is_dependency_flag(flag)}
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
