"""What a benchmark found: figures against their bars, and tables."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from race import Outcome, Spread

ROUNDS = 10
SMALL_ROUNDS = 2


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure that the project promises."""

    promise: str
    least: float = 0.0
    """The bar, where more is better."""
    most: float = float("inf")
    """The bar, where less is better."""
    found: Spread | None
    """None where a peer is not installed."""
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        """Whether the median clears the bar."""
        return self.found is not None and self.least <= self.found.median <= self.most

    @property
    def verdict(self) -> str:
        """Say whether it is met, or by how much it falls short."""
        if self.found is None:
            return "not measured: peer not installed"
        if self.is_met:
            return "met"
        short = self.found.median / self.most if self.found.median > self.most else self.least / self.found.median
        return f"**falls short by {100 * (short - 1):.0f} %**"

    @property
    def bar(self) -> str:
        """Write the bar."""
        return f"≥ {self.least:g} {self.unit}" if self.most == float("inf") else f"≤ {self.most:g} {self.unit}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text under a heading."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [self.columns, ["---", *["---:"] * (len(self.columns) - 1)], *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        notes = "".join(f"\n{note}\n" for note in self.notes)
        return f"### {self.title}\n\n{table}\n{notes}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that one benchmark found."""

    script: str
    figures: Sequence[Figure] = field(default_factory=list)
    tables: Sequence[Table] = field(default_factory=list)

    def __str__(self) -> str:
        tables = "\n".join(map(str, self.tables))
        return f"## `python benchmarks/{self.script}`\n\n{tables}"


def outcome_table(title: str, outcome: Outcome, names: Sequence[str], limit: str, missing: Sequence[str] = ()) -> Table:
    """Make the table of a race: times of each case, and its ratio to the limit of the same round."""
    rows = []
    for name in names:
        seconds, ratio = outcome.seconds(name), outcome.ratio(name, limit)
        rows.append([name, *map(milliseconds, (seconds.median, seconds.least, seconds.most)), spread(ratio)])
    rows += [[name, "not installed", "", "", ""] for name in missing]
    return Table(title=title, columns=["case", "ms", "least", "most", f"x {limit}"], rows=rows)


def figure_table(figures: Sequence[Figure]) -> Table:
    """Make the table of all figures against their bars."""
    rows = [
        [figure.promise, figure.bar, spread(figure.found, figure.unit) if figure.found else "-", figure.verdict]
        for figure in figures
    ]
    return Table(title="Promises", columns=["promise", "bar", "found", "verdict"], rows=rows)


def milliseconds(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{seconds * 1000:.3g}" if seconds < 1 else f"{seconds * 1000:.0f}"


def spread(values: Spread, unit: str = "") -> str:
    """Write a median and its limits."""
    ends = "" if values.least == values.most else f" ({values.least:.3g} to {values.most:.3g})"
    return f"{values.median:.3g}{' ' * bool(unit)}{unit}{ends}"


def describe_machine() -> str:
    """Say on what all was measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()} {platform.release().partition('-')[0]}, "
        f"{platform.python_implementation()} {platform.python_version()}; load averages at the start {load}."
    )


def run_alone(measure: Callable[[int], Report]) -> None:
    """Run one benchmark as a script, and print what it found."""
    report = measure(parse_rounds(str(sys.modules["__main__"].__doc__)))
    print(f"{report}\n{figure_table(report.figures)}")


def parse_rounds(description: str) -> int:
    """Read from the command line how often everything is repeated."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--small", action="store_true", help="few repetitions: to see that it works")
    return SMALL_ROUNDS if parser.parse_args().small else ROUNDS
