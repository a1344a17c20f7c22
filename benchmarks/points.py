"""What it costs to summarise the scalars of a long event file, and of one that has grown."""

import glob
import math
import os
import tempfile

from contender import Contender, find_peer
from homes import encode_points, make_home
from race import Case, Outcome, Spread, race
from report import SMALL_ROUNDS, Figure, Report, Table, outcome_table, run_alone

POINTS, SMALL_POINTS = 1_000_000, 100_000
OURS, THROWAWAY = "ours", "throwaway reader with numpy"
GUILD, TENSORBOARD = "index of Guild AI", "TensorBoard's accumulator"
#: How many more points a run reports that has reported so many.
GROWTHS = {
    "100 more values": (True, 100),
    "1,000 more values": (True, 1_000),
    "10,000 more values": (True, 10_000),
    "100,000 more values": (True, 100_000),
    "1,000 more values of a file that had 10,000": (False, 1_000),
}
_FIRST, _LAST = "1,000 more values", "100,000 more values"
_SHORT = "1,000 more values of a file that had 10,000"
_SAMPLES = 3


def measure(rounds: int) -> Report:
    """Race readers, then let files grow."""
    count = SMALL_POINTS if rounds <= SMALL_ROUNDS else POINTS
    with tempfile.TemporaryDirectory(prefix="guild-ipy-bench-") as folder:
        path = f"{folder}/events.out.tfevents.1.host.1.0"
        with open(path, "wb") as file:
            file.write(encode_points(count, is_first=True))
        long, short = Reporting(f"{folder}/long", count), Reporting(f"{folder}/short", 10_000)
        readers = Contender("read_points.py", path, long.home, short.home)
        outcome = race_readers(readers, min(rounds, 5))
        peers = race_peers(readers, path)
        growths = race(grow_cases(readers, long, short), min(rounds, 4))
        readers.close()
        size = os.path.getsize(path) / 1e6
    title = f"{count:,} values of 4 scalars ({size:.0f} MB), summarised"
    tables = [outcome_table(title, outcome, [OURS, THROWAWAY], THROWAWAY), growth_table(growths, count)]
    if peers is not None:
        tables.insert(1, outcome_table("The same, beside peers", peers, [OURS, GUILD, TENSORBOARD], OURS))
    return Report(script="points.py", figures=compare(outcome, peers, growths, count), tables=tables)


class Reporting:
    """A run that has ended, and reports nevertheless: all that is in its home."""

    def __init__(self, home: str, count: int) -> None:
        self.home = home
        make_home(home, 1, points=1)
        (self._path,) = glob.glob(f"{home}/runs/*/.guild/*.tfevents.*")
        self.grow(encode_points(count, first=1000))

    def grow(self, content: bytes) -> None:
        with open(self._path, "ab") as file:
            file.write(content)


def grow_cases(readers: Contender, long: Reporting, short: Reporting) -> list[Case]:
    return [_grow_case(name, readers, long if is_long else short, more) for name, (is_long, more) in GROWTHS.items()]


def _grow_case(name: str, readers: Contender, run: Reporting, more: int) -> Case:
    content = encode_points(more, first=1_000_000)

    def sample() -> float:
        run.grow(content)
        return readers.ask(run.home)

    readers.ask(run.home)
    return Case(name=name, sample=sample, in_round=_SAMPLES)


def race_readers(readers: Contender, rounds: int) -> Outcome:
    words = {OURS: "ours", THROWAWAY: "throwaway"}
    return race([_ask(readers, name, word) for name, word in words.items()], rounds)


def race_peers(readers: Contender, path: str) -> Outcome | None:
    """Race peers, once beside a warming sample: they take a quarter of a minute."""
    python = find_peer("guild")
    if python is None:
        return None
    peers = Contender("guild_points.py", path, python=python)
    words = {GUILD: "guild", TENSORBOARD: "tensorboard"}
    cases = [Case(name=name, sample=lambda word=word: peers.ask(word), in_round=1) for name, word in words.items()]
    outcome = race([_ask(readers, OURS, "ours"), *cases], 1)
    peers.close()
    return outcome


def _ask(contender: Contender, name: str, word: str) -> Case:
    return Case(name=name, sample=lambda: contender.ask(word), in_round=_SAMPLES)


def compare(outcome: Outcome, peers: Outcome | None, growths: Outcome, count: int) -> list[Figure]:
    """Hold what was found against the promises."""

    def ratio(name: str) -> Spread | None:
        return peers.ratio(name, OURS) if peers else None

    return [
        Figure(
            promise="summary of a long event file / throwaway numpy reader",
            most=1.5,
            found=outcome.ratio(OURS, THROWAWAY),
        ),
        Figure(promise="index of Guild AI / summary of a long event file", least=17, found=ratio(GUILD)),
        Figure(promise="TensorBoard / summary of a long event file", least=17, found=ratio(TENSORBOARD)),
        Figure(promise=f"1,000 more values to {count:,} / to 10,000", most=1.5, found=growths.ratio(_FIRST, _SHORT)),
    ]


def growth_table(growths: Outcome, count: int) -> Table:
    """Show what it takes to know of more points, and how that grows with their number."""
    rows = []
    for name in GROWTHS:
        took = growths.seconds(name)
        rows.append([name, *(f"{seconds * 1000:.2f}" for seconds in (took.median, took.least, took.most))])
    ratio = growths.seconds(_LAST).median / growths.seconds(_FIRST).median
    slope = math.log(ratio) / math.log(100)
    note = f"From 1,000 to 100,000 more points the slope of logarithms is {slope:.2f}; at most 1 is asked for."
    return Table(
        title=f"What the index takes for an event file of {count:,} values that has grown",
        columns=["case", "ms", "least", "most"],
        rows=rows,
        notes=[note],
    )


if __name__ == "__main__":
    run_alone(measure)
