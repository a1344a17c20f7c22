"""What it costs a run to record packages, platform and commit, and how often git is asked."""

import shutil
import subprocess
from pathlib import Path

from contender import Contender, Workplace
from overhead import ask
from race import Spread, race
from report import Figure, Report, Table, outcome_table, run_alone

PLAIN = "a folder of 200 files, without git"
WORK_TREE = "the same in a git work tree"
PACKAGES = "the same, 500 packages more on sys.path"
_RUNS = 20


def measure(rounds: int) -> Report:
    """Race kernels in three surroundings; then count how often git is started."""
    places = {PLAIN: Workplace(), WORK_TREE: Workplace(), PACKAGES: place_with_packages(500)}
    for name, place in places.items():
        write_files(place.project, 200)
        if name != PLAIN:
            make_work_tree(place.project)
    kernels = {name: Contender("kernel.py", place=place) for name, place in places.items()}
    outcome = race([ask(kernel, name, "empty") for name, kernel in kernels.items()], rounds)
    for kernel in kernels.values():
        kernel.close()
    counts = count_git_calls()
    return Report(
        script="provenance.py",
        figures=[
            Figure(
                promise="run in a git work tree, 500 packages more / run in a plain folder",
                most=1.1,
                found=outcome.ratio(PACKAGES, PLAIN),
            ),
            Figure(
                promise=f"programs of git started by {_RUNS} runs without a change, after the first",
                most=0,
                found=Spread.of([float(counts["20 runs more"])]),
                unit="calls",
            ),
        ],
        tables=[
            outcome_table("An empty run, warm, in different surroundings", outcome, list(kernels), PLAIN),
            Table(
                title="How often git is started (`git rev-parse` and `git status`)",
                columns=["runs", "calls of git"],
                rows=[[name, str(count)] for name, count in counts.items()],
            ),
        ],
    )


def place_with_packages(count: int) -> Workplace:
    """Make a workplace with so many installed packages more on ``PYTHONPATH``."""
    place = Workplace()
    folder = place.project.parent / "packages"
    for number in range(count):
        (folder / f"package_{number}-1.0.dist-info").mkdir(parents=True)
    place.env["PYTHONPATH"] = str(folder)
    return place


def write_files(project: Path, count: int) -> None:
    """Fill a project with data in ten folders."""
    for number in range(count):
        folder = project / f"part{number % 10}"
        folder.mkdir(exist_ok=True)
        (folder / f"module{number}.dat").write_bytes(b"\0data")


def make_work_tree(project: Path) -> None:
    """Make a git work tree with one commit."""
    identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "All"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)


def count_git_calls() -> dict[str, int]:
    """Count programs of git that runs start, with another program of that name before it on PATH."""
    git = shutil.which("git")
    place = Workplace()
    write_files(place.project, 10)
    make_work_tree(place.project)
    tools, log = place.project.parent / "tools", place.project.parent / "calls.txt"
    tools.mkdir()
    (tools / "git").write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec {git} "$@"\n')
    (tools / "git").chmod(0o755)
    place.env["PATH"] = f"{tools}:{place.env['PATH']}"
    kernel = Contender("kernel.py", place=place)
    counts = {"the first run": count_lines(kernel, log, runs=1)}
    counts[f"{_RUNS} runs more"] = count_lines(kernel, log, runs=_RUNS)
    (place.project / "part0" / "module0.dat").write_bytes(b"\0changed")
    counts[f"{_RUNS} runs after a file has changed"] = count_lines(kernel, log, runs=_RUNS)
    kernel.close()
    return counts


def count_lines(kernel: Contender, log: Path, runs: int) -> int:
    """Count the lines that so many runs add to a file."""
    before = len(log.read_text().splitlines()) if log.exists() else 0
    for _ in range(runs):
        kernel.ask("empty")
    return (len(log.read_text().splitlines()) if log.exists() else 0) - before


if __name__ == "__main__":
    run_alone(measure)
