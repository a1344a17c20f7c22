"""What lists and comparisons of many runs cost: warm, in a new process, after changes, and from nothing."""

import json
import math
import os
import sqlite3
import statistics
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import simulated_index
from contender import HERE, OURS, Contender, Workplace, find_peer
from homes import make_home
from race import Case, Outcome, Spread, race
from report import SMALL_ROUNDS, Figure, Report, Table, milliseconds, run_alone

#: Homes on disk; the runs of the largest have only 7 files each.
SIZES, SMALL_SIZES = (1_000, 10_000, 100_000), (200, 1_000)
SLIM_FROM = 100_000
#: And so many times the middle one, in the index alone.
TIMES = 100
#: Where Guild AI is measured, and how often beside a warming sample: one takes minutes.
PEER_SIZE = 10_000
PEER_ROUNDS = 1

RUNS, COMPARE = "`runs()`", "`runs().guild.compare()`"
REFRESH, CHANGED, STAT = "refresh, nothing changed", "refresh, 10 runs changed", "one stat a run"
COMPARE_CHANGED = "`runs().guild.compare()`, 10 runs changed"
BUILD = "first build"
PLAIN, BARE = "only scan, and open and read", "only scan, and read descriptors"
ARROW, MLFLOW = "the same table from an Arrow file", "MLflow `search_runs`, SQLite"
GUILD_RUNS, GUILD_COMPARE, GUILD_COLD = "guild.ipy `runs()`", "guild.ipy `compare()`", "guild.ipy `compare()`, no index"
NEW, SELECT = "new process, `runs().guild.compare()`", "new process, the same cells from SQLite"
NEW_CHANGED = "the same, 10 runs changed since its columns were stored"

WARM = {
    RUNS: "runs",
    COMPARE: "compare",
    REFRESH: "refresh",
    CHANGED: "changed",
    COMPARE_CHANGED: "compare changed",
    STAT: "stat each",
}
#: What can be asked of an index of runs that are not there.
SIMULATED = {name: word for name, word in WARM.items() if name != STAT}
BUILDS = {BUILD: "build", PLAIN: "read plainly", BARE: "read barely"}
_FAST, _SLOW = 5, 1


class Scene:
    """A home of one size, the contenders on it, and what they took."""

    def __init__(self, count: int, folder: str, *, with_peers: bool) -> None:
        self.count = count
        self.home = f"{folder}/home"
        self.cache = f"{folder}/cache"
        self.is_slim = count >= SLIM_FROM
        self._with_peers = with_peers
        self._folder = folder
        os.makedirs(self.cache)
        make_home(self.home, count, is_slim=self.is_slim)
        self.ours = self._start("run_lists.py", f"{folder}/table.json")
        self._small = f"{folder}/small"
        make_home(self._small, 3)

    def race(self, rounds: int, words: Mapping[str, str] = WARM) -> Outcome:
        """Race what is quick, peers among it."""
        self.ours.ask("dump")
        cases = [
            Case(name=name, sample=lambda word=word: self.ours.ask(word), in_round=_FAST)
            for name, word in words.items()
        ]
        others = [self._arrow(cases)] if find_peer("mlflow") else []
        others += self._mlflow(cases) if words is WARM else []
        outcome = race(cases, rounds)
        for other in others:
            other.close()
        return outcome

    def race_builds(self, rounds: int) -> Outcome:
        cases = [
            Case(name=name, sample=lambda word=word: self.ours.ask(word), in_round=_SLOW)
            for name, word in BUILDS.items()
        ]
        return race(cases, rounds)

    def race_new_processes(self, rounds: int) -> Outcome:
        """Race new processes, before any run has been changed."""
        self.ours.ask("dump")
        self._write_wide()
        cases = [
            Case(name=NEW, sample=lambda: self._first_look("ours"), in_round=_FAST),
            Case(name=SELECT, sample=lambda: self._first_look("sqlite"), in_round=_FAST),
        ]
        return race(cases, rounds)

    def race_after_changes(self, rounds: int) -> Outcome:
        """Race new processes once runs have been changed, as they were for other races."""
        return race([Case(name=NEW_CHANGED, sample=lambda: self._first_look("ours"), in_round=_FAST)], rounds)

    def measure_memory(self, rounds: int) -> list[dict[str, int]]:
        return [self._first_look("memory") for _ in range(rounds)]

    def race_guild(self) -> Outcome | None:
        """Race Guild AI, a few times."""
        python = find_peer("guild")
        if python is None or not self._with_peers:
            return None
        guild = self._start("guild_lists.py", python=python)
        cases = [
            Case(name=name, sample=lambda word=word: self.ours.ask(word), in_round=_SLOW)
            for name, word in (WARM | BUILDS).items()
            if word in {"runs", "compare", "build"}
        ]
        words = {GUILD_RUNS: "runs", GUILD_COLD: "compare cold", GUILD_COMPARE: "compare"}
        cases += [
            Case(name=name, sample=lambda word=word: guild.ask(word), in_round=_SLOW) for name, word in words.items()
        ]
        outcome = race(cases, PEER_ROUNDS)
        guild.close()
        return outcome

    def multiply(self) -> int:
        """Close the index, let it have many more runs, and go on with it."""
        self.ours.close()
        total = simulated_index.multiply(self.home, self.cache, TIMES)
        self.ours = self._start("run_lists.py", f"{self._folder}/table.json", "simulated")
        return total

    def close(self) -> None:
        self.ours.close()

    # -- details

    def _start(self, script: str, *arguments: str, python: str | Path = OURS) -> Contender:
        return Contender(script, *arguments, python=python, place=self._place())

    def _place(self) -> Workplace:
        return Workplace(GUILD_HOME=self.home, GUILD_IPY_CACHE=self.cache)

    def _arrow(self, cases: list[Case]) -> Contender:
        arrow = self._start("arrow_table.py", f"{self._folder}/table.json", python=find_peer("mlflow") or OURS)
        cases.append(Case(name=ARROW, sample=lambda: arrow.ask("read"), in_round=_FAST))
        return arrow

    def _mlflow(self, cases: list[Case]) -> list[Contender]:
        python = find_peer("mlflow")
        if not self._with_peers or python is None:
            return []
        mlflow = self._start("mlflow_search.py", str(self.count), python=python)
        cases.append(Case(name=MLFLOW, sample=lambda: mlflow.ask("search"), in_round=_SLOW))
        return [mlflow]

    def _write_wide(self) -> None:
        """Write the comparison as one wide table."""
        with open(f"{self._folder}/table.json") as file:
            columns = json.load(file)
        database = sqlite3.connect(f"{self._folder}/wide.db")
        names = ", ".join(f'"{name}"' for name in columns)
        database.execute(f"create table if not exists wide({names})")
        rows = zip(*(values for _, values in columns.values()), strict=True)
        database.executemany(f"insert into wide values ({', '.join('?' * len(columns))})", rows)
        database.execute("create index wide_by_time on wide(started desc, run)")
        database.commit()
        database.close()

    def _first_look(self, word: str) -> Any:
        place = self._place()
        command = [str(OURS), str(HERE / "contenders" / "first_look.py"), word, f"{self._folder}/wide.db", self._small]
        done = subprocess.run(command, cwd=place.project, env=place.env, capture_output=True, text=True, check=True)
        place.close()
        return json.loads(done.stdout)


def measure(rounds: int) -> Report:
    """Measure all sizes in turn."""
    is_small = rounds <= SMALL_ROUNDS
    sizes = SMALL_SIZES if is_small else SIZES
    peers_at = sizes[1] if is_small else PEER_SIZE
    found: dict[int, list[Outcome]] = {}
    figures: list[Figure] = []
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="guild-ipy-bench-") as folder:
            scene = Scene(count, folder, with_peers=count <= PEER_SIZE)
            found[count] = [
                scene.race_new_processes(min(rounds, 3)),
                scene.race(min(rounds, 5)),
                scene.race_builds(min(rounds, 3)),
                scene.race_after_changes(min(rounds, 3)),
            ]
            figures += size_figures(count, found[count], largest=count == sizes[-1])
            if count == peers_at:
                guild = scene.race_guild()
                figures = [
                    *peer_figures(count, guild, found[count][1]),
                    *figures,
                    memory_figure(count, scene.measure_memory(3)),
                ]
                found[count] += [guild] if guild else []
                total = scene.multiply()
                found[total] = [scene.race(2, SIMULATED)]
            scene.close()
    return Report(script="lists.py", figures=figures, tables=[times_table(found, sizes)])


# -- figures


def size_figures(count: int, outcomes: Sequence[Outcome], *, largest: bool) -> list[Figure]:
    """Hold what was found at one size against the promises."""
    new, warm, builds, _ = outcomes
    at = f"at {count:,} runs"
    figures = [
        Figure(promise=f"{at}: a new process / `SELECT` of the same cells", most=2, found=new.ratio(NEW, SELECT)),
        Figure(promise=f"{at}: first build / only scan, and open and read", most=3, found=builds.ratio(BUILD, PLAIN)),
        Figure(promise=f"{at}: first build / only scan, and read descriptors", found=builds.ratio(BUILD, BARE)),
    ]
    if largest or count >= PEER_SIZE:  # of few runs both are a matter of microseconds
        found = warm.ratio(REFRESH, STAT)
        figures.append(Figure(promise=f"{at}: refresh, nothing changed / one stat a run", most=0.01, found=found))
    if largest:
        beside = warm.ratio(COMPARE, ARROW) if find_peer("mlflow") else None
        figures.append(Figure(promise=f"{at}: comparison / the same from an Arrow file", most=3, found=beside))
    return figures


def peer_figures(count: int, guild: Outcome | None, warm: Outcome) -> list[Figure]:
    """Hold ourselves against the peers."""
    at = f"at {count:,} runs"

    def ratio(name: str, other: str) -> Spread | None:
        return guild.ratio(name, other) if guild else None

    mlflow = warm.ratio(MLFLOW, COMPARE) if find_peer("mlflow") else None
    return [
        Figure(promise=f"{at}: guild.ipy `runs()` / ours", least=500, found=ratio(GUILD_RUNS, RUNS)),
        Figure(promise=f"{at}: guild.ipy `compare()` / ours", least=500, found=ratio(GUILD_COMPARE, COMPARE)),
        Figure(
            promise=f"{at}: guild.ipy `compare()` without its index / our first build",
            least=35,
            found=ratio(GUILD_COLD, BUILD),
        ),
        Figure(promise=f"{at}: MLflow `search_runs` / our comparison", least=50, found=mlflow),
    ]


def memory_figure(count: int, found: Sequence[Mapping[str, int]]) -> Figure:
    """Hold the growth of the process against the frame."""
    ratios = Spread.of([each["growth"] / each["frame"] for each in found])
    return Figure(promise=f"at {count:,} runs: growth of the process / the comparison's frame", most=2, found=ratios)


# -- the table


def times_table(found: Mapping[int, Sequence[Outcome]], sizes: Sequence[int]) -> Table:
    """Show the times of every case at every size, and how they grow."""
    counts = sorted(found)
    times = {count: medians(outcomes) for count, outcomes in found.items()}
    names = dict.fromkeys(name for count in counts for name in times[count])
    rows = [
        [
            name,
            *(milliseconds(times[count][name]) if name in times[count] else "" for count in counts),
            slope(name, times),
        ]
        for name in names
    ]
    simulated = [count for count in counts if count not in sizes]
    on_disk, in_index = (", ".join(f"{count:,}" for count in each) for each in (sizes, simulated))
    notes = [
        f"Homes of {on_disk} runs are on disk; from {SLIM_FROM:,} on each has but the 7 files that a comparison needs.",
        f"{in_index} runs are in the index alone, as copies of those of a smaller home.",
        "The slope is that of logarithms from the least to the greatest size: 0 does not grow, 1 grows with the runs.",
    ]
    return Table(
        title="Lists and comparisons",
        columns=["ms", *(f"{count:,}" for count in counts), "slope"],
        rows=rows,
        notes=notes,
    )


def medians(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Give the median of each case."""
    return {
        name: statistics.median(seconds for one in outcome.rounds for seconds in one[name])
        for outcome in outcomes
        for name in outcome.rounds[0]
    }


def slope(name: str, times: Mapping[int, Mapping[str, float]]) -> str:
    """Say how a case grows."""
    counts = [count for count in sorted(times) if name in times[count]]
    if len(counts) < 2:
        return ""
    first, last = counts[0], counts[-1]
    return f"{math.log(times[last][name] / times[first][name]) / math.log(last / first):.2f}"


if __name__ == "__main__":
    run_alone(measure)
