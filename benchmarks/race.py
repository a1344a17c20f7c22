"""Interleaved timing: in each round every case is sampled in turn, so that what slows the machine slows them all."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something to time: `sample` does it once and gives seconds."""

    name: str
    sample: Callable[[], float]
    in_round: int
    """How many samples a round takes of it; slow ones take few."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A median between the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Give the spread of some values."""
        return cls(median=statistics.median(values), least=min(values), most=max(values))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The samples of all cases, in seconds, round by round."""

    rounds: Sequence[Mapping[str, Sequence[float]]]

    def seconds(self, name: str) -> Spread:
        """Give the spread over all samples of a case."""
        return Spread.of([seconds for one in self.rounds for seconds in one[name]])

    def ratio(self, name: str, other: str) -> Spread:
        """Give how many times as long a case took as another: of medians in each round, over the rounds."""
        return Spread.of([statistics.median(one[name]) / statistics.median(one[other]) for one in self.rounds])


def race(cases: Sequence[Case], rounds: int) -> Outcome:
    """Sample all cases, in another order each time: what a case leaves behind slows no other more than the rest."""
    for case in cases:
        case.sample()  # warm
    order = random.Random(0)
    return Outcome(rounds=[_run_round(cases, order) for _ in range(rounds)])


def _run_round(cases: Sequence[Case], order: random.Random) -> Mapping[str, Sequence[float]]:
    samples: dict[str, list[float]] = {case.name: [] for case in cases}
    for turn in range(max(case.in_round for case in cases)):
        for case in order.sample(cases, len(cases)):
            if turn < case.in_round:
                samples[case.name].append(case.sample())
    return samples
