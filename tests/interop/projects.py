"""The sample projects that come with Guild AI: each operation is run by both programs in one home."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.interop.comparing import Comparison, differences_of_runs
from tests.interop.known import Difference
from tests.interop.programs import Place, View

_SECONDS = 30.0
#: In what the runs of both programs must be equal; the values of scalars may be drawn by chance.
_NAMES = ("operation", "status", "label", "tags", "flags", "scalar names")


def find_samples(environment: str) -> Path:
    """Give the folder of sample projects of an installation of Guild AI."""
    (found,) = Path(environment).glob("lib/python*/site-packages/guild/tests/samples/projects")
    return found


def run_projects(comparison: Comparison, samples: Path, folder: Path, chosen: Sequence[str]) -> None:
    """Run the operations of all sample projects, or of those with one of the `chosen` names."""
    for project in sorted(samples.iterdir()):
        if (project / "guild.yml").exists() and (not chosen or project.name in chosen):
            place = Place(folder=folder / project.name, home=folder / f"{project.name} home", seconds=_SECONDS)
            shutil.copytree(project, place.folder, symlinks=True)
            os.makedirs(place.home / "runs")
            for operation in comparison.theirs.operations(place.folder):
                _run_by_both(place, operation, comparison)
            shutil.rmtree(place.home)
            shutil.rmtree(place.folder)


def _run_by_both(place: Place, operation: str, comparison: Comparison) -> None:
    made, said = [], []
    for program in (comparison.theirs, comparison.ours):
        before = _ids(place)
        answer = program.call(place, "run", operation, "-y")
        what = f"{place.folder.name}: {program.name} run {operation} (exit status {answer.status})"
        view = comparison.step(place, what)
        made.append(next(_new_runs(view, before), None))
        said.append(f"{answer.status} {_last_line(answer.output)}")
    what = f"{place.folder.name}: {operation} by both"
    if None in made:
        is_same = made[0] == made[1]
        comparison.count(what, [] if is_same else [_presence(operation, made, said)])
        return
    comparison.count(what, differences_of_runs(place.home, *map(_name_scalars, made), _NAMES))


def _name_scalars(run: dict[str, Any]) -> dict[str, Any]:
    return {**run, "scalar names": sorted(run["scalars"])}


def _presence(operation: str, made: list[object], said: list[str]) -> Difference:
    first, second = (f"{'no run' if run is None else 'a run'}: {text}" for run, text in zip(made, said, strict=True))
    return Difference(run=operation, name="run", theirs=first, ours=second)


def _ids(place: Place) -> set[str]:
    return set(os.listdir(place.home / "runs"))


def _new_runs(view: View, before: set[str]) -> Iterator[dict[str, Any]]:
    """Give the runs that a command has made, the first of them first: a pipeline before its steps."""
    return (run for run in reversed(view["runs"]) if run["id"] not in before)


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or [""])[-1]
