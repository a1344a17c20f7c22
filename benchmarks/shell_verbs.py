"""What a verb that looks costs at a shell: processor time of the whole command, beside that of bare imports."""

import os
import resource
import subprocess
from functools import partial

from contender import OURS, Workplace
from homes import make_home
from race import Case, race
from report import Figure, Report, outcome_table, run_alone

_LIMIT = 'python -c "import sqlite3, argparse"'
_RUNS = 20
_MOST = 4.0
_VERBS = (
    ("home",),
    ("runs",),
    ("select", "loss < 1"),
    ("info",),
    ("ls",),
    ("cat",),
    ("compare",),
    ("diff",),
    ("lineage",),
    ("operations",),
)


def measure(rounds: int) -> Report:
    """Run each verb in turn, in a home of a few runs that is known already."""
    place = Workplace()
    make_home(str(place.home), _RUNS)
    commands = {"guild-ipy " + " ".join(verb): ("-m", "guild_ipy", *verb) for verb in _VERBS}
    commands[_LIMIT] = ("-c", "import sqlite3, argparse")
    cases = [
        Case(name=name, sample=partial(_processor_seconds, place, words), in_round=1)
        for name, words in commands.items()
    ]
    outcome = race(cases, rounds)
    place.close()
    figures = [
        Figure(promise=f"`{name}`, CPU / `{_LIMIT}`", most=_MOST, found=outcome.ratio(name, _LIMIT))
        for name in commands
        if name != _LIMIT
    ]
    table = outcome_table("CPU of verbs that look, at a shell", outcome, list(commands), _LIMIT)
    return Report(script="shell_verbs.py", figures=figures, tables=[table])


def _processor_seconds(place: Workplace, words: tuple[str, ...]) -> float:
    """Run a command of Python to its end, and return the processor time that it took, user and system."""
    process = subprocess.Popen(
        [OURS, *words], cwd=place.project, env=place.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return _total(used)


def _total(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    run_alone(measure)
