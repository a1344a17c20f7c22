"""What a batch costs for each of its trials, beside a bare loop that writes the same files, and beside peers."""

import itertools
import statistics

from contender import Contender, find_peer
from overhead import GUILD_COMMAND, LIMIT, MLFLOW, ask, guild_command_case, start_limits
from race import Case, Outcome, Spread, race
from report import SMALL_ROUNDS, Figure, Report, Table, run_alone

HUNDRED = "a batch of 100 trials"
ONE_JOB, TWO_JOBS = "40 trials of 50 ms, one job", "40 trials of 50 ms, --jobs 2"
_SIZES = (10, 100, 1000)
_LARGE = 10_000


def measure(rounds: int) -> Report:
    """Race a batch against the loop and the peers; then look at sizes, memory and arrays."""
    kernel, ours = Contender("kernel.py"), Contender("batches.py")
    limits = start_limits(kernel, "empty")
    contenders = [kernel, ours, limits]
    cases = [
        Case(name=HUNDRED, sample=lambda: ours.ask("batch 100"), in_round=1),
        Case(name=ONE_JOB, sample=lambda: ours.ask("wait 40 1"), in_round=1),
        Case(name=TWO_JOBS, sample=lambda: ours.ask("wait 40 2"), in_round=1),
        ask(limits, LIMIT, "fork with files"),
        *guild_command_case(),
    ]
    if python := find_peer("mlflow"):
        mlflow = Contender("mlflow_sqlite.py", python=python)
        contenders.append(mlflow)
        cases.append(ask(mlflow, MLFLOW, "trivial"))
    outcome = race(cases, rounds)
    sizes = (*_SIZES, _LARGE) if rounds > SMALL_ROUNDS else _SIZES
    costs = {
        size: statistics.median(ours.ask(f"batch {size}") for _ in range(3 if size < _LARGE else 1)) for size in sizes
    }
    memory = {size: ours.ask(f"memory {size}") for size in sizes}
    before = ours.ask("array bytes")
    array_seconds = ours.ask("array 20")
    array_bytes = ours.ask("array bytes") - before
    for contender in contenders:
        contender.close()
    return Report(
        script="batches.py",
        figures=[
            *compare(outcome, {case.name for case in cases}),
            slope_figure(costs),
            memory_figure(memory),
            array_figure(array_bytes),
        ],
        tables=[race_table(outcome, cases), size_table(costs, memory), array_table(array_seconds, array_bytes)],
    )


def per_trial(outcome: Outcome, name: str, of_one: str, *, batch_is_dividend: bool) -> Spread:
    """Return the ratio of a trial of the batch of 100 and a run of another case, over rounds."""
    found = []
    for one in outcome.rounds:
        ratio = statistics.median(one[name]) / 100 / statistics.median(one[of_one])
        found.append(ratio if batch_is_dividend else 1 / ratio)
    return Spread.of(found)


def compare(outcome: Outcome, names: set[str]) -> list[Figure]:
    """Hold the race against the promises."""

    def times(peer: str) -> Spread | None:
        return per_trial(outcome, HUNDRED, peer, batch_is_dividend=False) if peer in names else None

    return [
        Figure(
            promise="100 trivial trials / a bare fork loop that writes the same files",
            most=2,
            found=per_trial(outcome, HUNDRED, LIMIT, batch_is_dividend=True),
        ),
        Figure(promise="`guild run` / a trial of 100", least=50, found=times(GUILD_COMMAND)),
        Figure(promise="a nested run of MLflow / a trial of 100", least=5, found=times(MLFLOW)),
        Figure(promise="40 trials of 50 ms, one job / two jobs", least=1.7, found=outcome.ratio(ONE_JOB, TWO_JOBS)),
    ]


def slope_figure(costs: dict[int, float]) -> Figure:
    """Compare what a further trial costs in the largest batch and in one of 100."""
    sizes = sorted(costs)
    steps = [(costs[more] - costs[less]) / (more - less) for less, more in itertools.pairwise(sizes)]
    return Figure(
        promise=f"a further trial, from {sizes[-2]:,} to {sizes[-1]:,} / from {sizes[0]} to {sizes[1]}",
        most=1.25,
        found=Spread.of([steps[-1] / steps[0]]),
    )


def memory_figure(memory: dict[int, float]) -> Figure:
    """Compare the memory of the process of the largest and the smallest batch."""
    sizes = sorted(memory)
    return Figure(
        promise=f"memory of the process of a batch of {sizes[-1]:,} / of {sizes[0]}",
        most=1.25,
        found=Spread.of([memory[sizes[-1]] / memory[sizes[0]]]),
    )


def array_figure(megabytes: float) -> Figure:
    """Say what a batch of 20 over an array of 200 MB takes on the disk."""
    return Figure(
        promise="20 trials over an array of 200 MB, on disk", most=250, found=Spread.of([megabytes]), unit="MB"
    )


def race_table(outcome: Outcome, cases: list[Case]) -> Table:
    """Make the table of the race."""
    rows = []
    for case in cases:
        seconds = outcome.seconds(case.name)
        rows.append([case.name, *(f"{1000 * value:.1f}" for value in (seconds.median, seconds.least, seconds.most))])
    return Table(title="A batch, its limit and its peers", columns=["case", "ms", "least", "most"], rows=rows)


def size_table(costs: dict[int, float], memory: dict[int, float]) -> Table:
    """Make the table of sizes."""
    rows = [
        [f"{size:,}", f"{costs[size]:.2f}", f"{1000 * costs[size] / size:.1f}", f"{memory[size]:.0f}"]
        for size in sorted(costs)
    ]
    return Table(title="Batches of other sizes", columns=["trials", "s", "ms a trial", "MiB of its process"], rows=rows)


def array_table(seconds: float, megabytes: float) -> Table:
    """Make the table of the batch over an array."""
    return Table(
        title="20 trials over an array of 200 MB",
        columns=["s", "MB on the disk"],
        rows=[[f"{seconds:.2f}", f"{megabytes:.0f}"]],
    )


if __name__ == "__main__":
    run_alone(measure)
