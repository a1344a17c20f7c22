"""What the head of a run and its displays cost below the cell of a real kernel, beside the same as a stream of text."""

from contender import Contender
from race import Case, Spread, race
from report import Figure, Report, outcome_table, run_alone

HEAD = "empty function, head below the cell"
STREAM = "empty function, as a stream"
PLOT = "a figure, shown below the cell"
PLOT_STREAM = "a figure, as its text"
LINES = "100,000 lines, below the cell"
LINES_STREAM = "100,000 lines, as a stream"
_CASES = {
    HEAD: ("empty head", 5),
    STREAM: ("empty stream", 5),
    PLOT: ("plot head", 3),
    PLOT_STREAM: ("plot stream", 3),
    LINES: ("lines head", 1),
    LINES_STREAM: ("lines stream", 1),
}


def measure(rounds: int) -> Report:
    """Race the two ways in one kernel, and look at the memory that the kernel holds before and after."""
    kernel = Contender("cell.py")
    cases = [
        Case(name=name, sample=lambda word=word: kernel.ask(word), in_round=count)
        for name, (word, count) in _CASES.items()
    ]
    race(cases, 1)  # the kernel has loaded all that it will need
    before = kernel.ask("resident")
    outcome = race(cases, rounds)
    grown = (kernel.ask("resident") - before) / 1024
    kernel.close()
    return Report(
        script="cells.py",
        figures=[
            Figure(
                promise="empty function, head below the cell / as a stream",
                most=1.05,
                found=outcome.ratio(HEAD, STREAM),
            ),
            Figure(
                promise="100,000 lines, below the cell / as a stream",
                most=1.05,
                found=outcome.ratio(LINES, LINES_STREAM),
            ),
            Figure(
                promise=f"memory that the kernel has grown by, in {rounds} rounds",
                most=20,
                found=Spread.of([grown]),
                unit="MiB",
            ),
        ],
        tables=[outcome_table("A run in a cell of a kernel", outcome, list(_CASES), STREAM)],
    )


if __name__ == "__main__":
    run_alone(measure)
