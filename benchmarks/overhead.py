"""What a run of a function costs that does nothing, beside the least that it can cost, and beside the peers."""

import json

from contender import Contender, Workplace, find_peer
from race import Case, Outcome, Spread, race
from report import Figure, Report, Table, outcome_table, run_alone

EMPTY = "guild_ipy.run, empty function"
TRIVIAL = "guild_ipy.run, 3 flags, 3 scalars"
MAGIC = "%guild_run, empty function"
LIMIT = "bare fork server + the same files"
SUPERVISED = "the same with a supervisor: a fork of a fork"
FORK = "bare fork server alone"
FILES = "the same files alone"
GUILD_EMPTY = "guild.ipy.run, not isolated, empty function"
GUILD_TRIVIAL = "guild.ipy.run, not isolated, 3 flags, 3 scalars"
MLFLOW = "MLflow on SQLite, 3 params, 3 metrics, not isolated"
GUILD_COMMAND = "guild run of an empty script"


_SAMPLES = 20


def measure(rounds: int) -> Report:
    """Race everybody, then look at first runs and at where the time goes."""
    outcome, missing, profile = race_all(rounds)
    first = race_first_runs(rounds)
    names = [name for name in (*OUR_CASES, *LIMIT_CASES, *PEER_CASES) if name not in missing]
    table = outcome_table("A run of a function, everything written", outcome, names, LIMIT, missing)
    return Report(
        script="overhead.py",
        figures=[*compare(outcome, missing), first_run_figure(first)],
        tables=[table, first_run_table(first), profile],
    )


# -- warm runs

OUR_CASES = {EMPTY: "empty", TRIVIAL: "trivial", MAGIC: "magic"}
LIMIT_CASES = {LIMIT: "fork with files", SUPERVISED: "supervised fork with files", FORK: "fork", FILES: "files"}
PEER_CASES = (GUILD_EMPTY, GUILD_TRIVIAL, MLFLOW, GUILD_COMMAND)


def race_all(rounds: int) -> tuple[Outcome, list[str], Table]:
    """Race ourselves, the limits and the peers that are installed; also which are not, and our profile."""
    kernel = Contender("kernel.py")
    limits = start_limits(kernel, "empty")
    contenders = [kernel, limits]
    cases = [ask(kernel, name, word) for name, word in OUR_CASES.items()]
    cases += [ask(limits, name, word) for name, word in LIMIT_CASES.items()]
    if python := find_peer("guild"):
        guild = Contender("guild_ai_in_process.py", python=python)
        contenders.append(guild)
        cases += [ask(guild, GUILD_EMPTY, "empty"), ask(guild, GUILD_TRIVIAL, "trivial")]
    cases += guild_command_case()
    if python := find_peer("mlflow"):
        mlflow = Contender("mlflow_sqlite.py", python=python)
        contenders.append(mlflow)
        cases.append(ask(mlflow, MLFLOW, "trivial"))
    outcome = race(cases, rounds)
    missing = [name for name in PEER_CASES if name not in {case.name for case in cases}]
    profile = profile_table(kernel.ask("profile"))
    for contender in contenders:
        contender.close()
    return outcome, missing, profile


def start_limits(kernel: Contender, word: str) -> Contender:
    """Start the limits, with the files of a run of the kernel."""
    kernel.ask(word)
    place = Workplace()
    listing = place.project.parent / "files.json"
    listing.write_text(json.dumps(kernel.ask("listing")))
    return Contender("limits.py", str(listing), place=place)


def guild_command_case() -> list[Case]:
    """Make the case of ``guild run``, if it is installed."""
    command = find_peer("guild", "guild")
    if command is None:
        return []
    place = Workplace()
    return [Case(name=GUILD_COMMAND, sample=lambda: place.time(command, "run", "-y", "empty.py"), in_round=1)]


def ask(contender: Contender, name: str, word: str) -> Case:
    """Make a case of a contender's word."""
    return Case(name=name, sample=lambda: contender.ask(word), in_round=_SAMPLES)


def compare(outcome: Outcome, missing: list[str]) -> list[Figure]:
    """Hold the race against the promises."""

    def ratio(name: str, other: str) -> Spread | None:
        return None if {name, other} & set(missing) else outcome.ratio(name, other)

    return [
        Figure(
            promise="empty function, warm / bare fork server with the same files", most=2, found=ratio(EMPTY, LIMIT)
        ),
        Figure(promise="`guild run` / empty function, warm", least=150, found=ratio(GUILD_COMMAND, EMPTY)),
        Figure(promise="empty function, warm / the same by `guild.ipy.run`", most=2, found=ratio(EMPTY, GUILD_EMPTY)),
        Figure(
            promise="3 flags, 3 scalars, warm / the same by `guild.ipy.run`",
            most=2,
            found=ratio(TRIVIAL, GUILD_TRIVIAL),
        ),
        Figure(promise="MLflow on SQLite / 3 flags, 3 scalars, warm", least=4, found=ratio(MLFLOW, TRIVIAL)),
    ]


def profile_table(parts: dict[str, float]) -> Table:
    """Show where the time of a run goes, as the kernel sees it."""
    total = parts.pop("all")
    ordered = sorted(parts.items(), key=lambda item: -item[1])
    rows = [[part, f"{took:.2f}", f"{100 * took / total:.0f} %"] for part, took in ordered]
    return Table(
        title="Where the time of an empty run goes",
        columns=["part", "ms", "share"],
        rows=rows,
        notes=["From the kernel's cProfile, which itself slows all but the waiting."],
    )


# -- the first run of a kernel


def race_first_runs(kernels: int) -> list[tuple[float, float]]:
    """Give the seconds of the first and of a warm ``%guild_run`` of so many kernels."""
    found = []
    for _ in range(kernels):
        kernel = Contender("kernel.py")
        first = kernel.ask("magic")
        found.append((first, Spread.of([kernel.ask("magic") for _ in range(10)]).median))
        kernel.close()
    return found


def first_run_figure(found: list[tuple[float, float]]) -> Figure:
    """Hold first runs against the promise."""
    ratios = Spread.of([first / warm for first, warm in found])
    return Figure(promise="first run of a kernel / a warm one, fork server ready", most=4, found=ratios)


def first_run_table(found: list[tuple[float, float]]) -> Table:
    """Show first runs beside warm ones."""
    rows = []
    for name, values in zip(("first `%guild_run` of a kernel", "a warm one"), zip(*found, strict=True), strict=True):
        seconds = Spread.of([value * 1000 for value in values])
        rows.append([name, f"{seconds.median:.1f}", f"{seconds.least:.1f}", f"{seconds.most:.1f}"])
    return Table(
        title="The first run of a kernel, 2 s after `%load_ext`", columns=["case", "ms", "least", "most"], rows=rows
    )


if __name__ == "__main__":
    run_alone(measure)
