"""Run all benchmarks, print what they found, and write it to RESULTS.md (not with --small)."""

import tempfile

import batches
import cells
import dependencies
import lists
import load_ext
import output
import overhead
import points
import preload
import provenance
import queues
import scripts
import selecting
import shell_verbs
from contender import HERE
from report import SMALL_ROUNDS, describe_machine, figure_table, parse_rounds

_INTRODUCTION = """\
# Results

Written by `python benchmarks/run_all.py` (`make bench`). {machine}

Times are medians of samples that were taken in turn, one of each case after the other, so that what else the machine
does slows them all; ratios are medians over rounds of the ratio of the medians of that round, with the least and the
most of them. Read the ratios: the times are this machine's, on this day. Temporary files were in `{folder}`.
"""


def main() -> None:
    """Run everything in turn."""
    rounds = parse_rounds(__doc__)
    machine = describe_machine()
    reports = []
    for benchmark in (
        overhead,
        scripts,
        preload,
        cells,
        batches,
        queues,
        load_ext,
        provenance,
        output,
        lists,
        shell_verbs,
        points,
        selecting,
        dependencies,
    ):
        reports.append(benchmark.measure(rounds))
        print(reports[-1], flush=True)
    figures = figure_table([figure for report in reports for figure in report.figures])
    print(figures)
    if rounds > SMALL_ROUNDS:
        introduction = _INTRODUCTION.format(machine=machine, folder=tempfile.gettempdir())
        (HERE / "RESULTS.md").write_text("\n".join(map(str, (introduction, figures, *reports))))


if __name__ == "__main__":
    main()
