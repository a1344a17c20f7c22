"""What ``%load_ext guild_ipy`` costs a running kernel, beside four modules of the standard library."""

import json
import subprocess
from typing import Any

from contender import HERE, OURS, Workplace
from race import Spread
from report import Figure, Report, Table, milliseconds, run_alone

_COLUMNS = ("at once", "main thread", "in all")


def measure(rounds: int) -> Report:
    """Start new shells in turn, one that imports the modules, one that loads the extension."""
    place = Workplace()
    costs: dict[str, list[dict[str, Any]]] = {"modules": [], "extension": []}
    start_shell(place, "extension")  # it writes bytecode
    for _ in range(rounds):
        for what, so_far in costs.items():
            so_far.append(start_shell(place, what))
    place.close()
    loaded = sorted({name for cost in costs["extension"] for name in cost["loaded"]})
    more = [
        1000 * (extension["at once"] - modules["at once"])
        for extension, modules in zip(costs["extension"], costs["modules"], strict=True)
    ]
    return Report(
        script="load_ext.py",
        figures=[
            Figure(
                promise="`%load_ext guild_ipy`, CPU more than `import sqlite3, subprocess, json, socket`",
                most=20,
                found=Spread.of(more),
                unit="ms",
            ),
            Figure(
                promise="heavy modules that it loads (numpy, pandas, yaml)",
                most=0,
                found=Spread.of([float(len(loaded))]),
                unit="modules",
            ),
        ],
        tables=[cost_table(costs)],
    )


def start_shell(place: Workplace, what: str) -> dict[str, Any]:
    """Run one shell to its end, and give what it says."""
    script = HERE / "contenders" / "shell.py"
    done = subprocess.run([OURS, script, what], cwd=place.project, env=place.env, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def cost_table(costs: dict[str, list[dict[str, Any]]]) -> Table:
    """Show the CPU of both."""
    names = {"modules": "import sqlite3, subprocess, json, socket", "extension": "%load_ext guild_ipy"}
    rows = [
        [names[what], *(milliseconds(Spread.of([cost[column] for cost in found]).median) for column in _COLUMNS)]
        for what, found in costs.items()
    ]
    return Table(
        title="CPU of `%load_ext`, median in ms",
        columns=["statement", "until it returns", "its own thread alone", "with what it loads later"],
        rows=rows,
        notes=[_NOTE],
    )


_NOTE = (
    "A new process each, with IPython and ipykernel loaded. Until it returns: all threads of the kernel, which "
    "is what the promise is held against. What the verbs need is loaded by a thread that goes on, "
    "and is there before a person has typed the next cell. The fork server starts with the first cell that defines "
    "something."
)


if __name__ == "__main__":
    run_alone(measure)
