"""What a queue costs: from staging to the first line of a run, and for each of many runs, beside limits and peers."""

from contender import Contender, find_peer
from overhead import start_limits
from race import Case, Outcome, Spread, race
from report import Figure, Report, outcome_table, run_alone

FIRST, HUNDRED, ON_DASK = "staged to first line", "100 staged runs", "100 staged runs, dask=local jobs=2"
WAKE_UP, FORK = "inotify, fork, same files", "100 bare forks with the same files"
GUILD_FIRST, SPAWN = "staged to first line by `guild run queue`", "100 Dask tasks that spawn a process"
_RUNS = 100


def measure(rounds: int) -> Report:
    """Race a queue against the limits and the peers."""
    kernel, ours, dask = Contender("kernel.py"), Contender("queueing.py"), Contender("dask_spawn.py")
    limits = start_limits(kernel, "empty")
    contenders = [kernel, ours, dask, limits]
    cases = [
        Case(name=FIRST, sample=lambda: ours.ask("first"), in_round=10),
        Case(name=WAKE_UP, sample=lambda: limits.ask("inotify and fork with files"), in_round=10),
        Case(name=HUNDRED, sample=lambda: ours.ask("hundred"), in_round=1),
        Case(name=FORK, sample=lambda: sum(limits.ask("fork with files") for _ in range(_RUNS)), in_round=1),
        Case(name=ON_DASK, sample=lambda: ours.ask("dask hundred"), in_round=1),
        Case(name=SPAWN, sample=lambda: dask.ask("hundred"), in_round=1),
    ]
    command = find_peer("guild", "guild")
    if command is not None:
        guild = Contender("guild_queue.py", str(command))
        contenders.append(guild)
        cases.append(Case(name=GUILD_FIRST, sample=lambda: guild.ask("first"), in_round=1))
    outcome = race(cases, rounds)
    wake_ups = Spread.of([ours.ask("wake-ups") for _ in range(rounds)])
    ours.ask("stop")
    for contender in contenders:
        contender.close()
    names = [case.name for case in cases]
    return Report(
        script="queues.py",
        figures=compare(outcome, wake_ups, has_guild=command is not None),
        tables=[outcome_table("Queues, their limits and their peers", outcome, names, WAKE_UP)],
    )


def compare(outcome: Outcome, wake_ups: Spread, *, has_guild: bool) -> list[Figure]:
    """Hold the race against the promises."""
    return [
        Figure(promise="staged to first line / inotify, fork, same files", most=5, found=outcome.ratio(FIRST, WAKE_UP)),
        Figure(
            promise="staged to first line: `guild run queue` / ours",
            least=100,
            found=outcome.ratio(GUILD_FIRST, FIRST) if has_guild else None,
        ),
        Figure(promise="throughput of trivial runs / bare forks", least=0.7, found=outcome.ratio(FORK, HUNDRED)),
        Figure(promise="throughput on Dask / Dask tasks that spawn", least=0.7, found=outcome.ratio(SPAWN, ON_DASK)),
        Figure(promise="wake-ups of an idle queue, which polls each 10 s", most=0.1, found=wake_ups, unit="a second"),
    ]


if __name__ == "__main__":
    run_alone(measure)
