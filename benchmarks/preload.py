"""A run that uses numpy and pandas, which the kernel has imported, beside an interpreter that imports them."""

from contender import OURS, Contender, Workplace
from overhead import ask
from race import Case, race
from report import Figure, Report, outcome_table, run_alone

FORKED = "guild_ipy.run of a function that uses numpy and pandas"
FRESH = "python -c 'import numpy, pandas', nothing else"


def measure(rounds: int) -> Report:
    """Race a forked run against the bare imports."""
    kernel = Contender("kernel.py", "numpy", "pandas")
    place = Workplace()
    cases = [
        ask(kernel, FORKED, "arrays"),
        Case(name=FRESH, sample=lambda: place.time(OURS, "-c", "import numpy, pandas"), in_round=2),
    ]
    outcome = race(cases, rounds)
    kernel.close()
    place.close()
    return Report(
        script="preload.py",
        figures=[
            Figure(
                promise="fresh interpreter that imports numpy and pandas / forked run that uses them",
                least=20,
                found=outcome.ratio(FRESH, FORKED),
            )
        ],
        tables=[outcome_table("numpy and pandas imported in the kernel", outcome, [FORKED, FRESH], FRESH)],
    )


if __name__ == "__main__":
    run_alone(measure)
