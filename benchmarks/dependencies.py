"""What it costs to resolve a dependency among many runs, beside the one query that it cannot do without."""

import os
import tempfile
from dataclasses import replace

from contender import HERE, Contender, Workplace
from homes import make_home
from race import Case, race
from report import SMALL_ROUNDS, Figure, Report, outcome_table, run_alone

SIZE, SMALL_SIZE = 10_000, 1_000
SELECT = "select"
#: What is asked, by the word for the contender.
QUESTIONS = {
    "choose": "choose a run: the marked one, else the latest",
    "choose by expression": "choose a run that an expression selects",
    "resolve": "resolve a dependency, with its files",
}
_NOTE = "One run of a hundred is marked; no marked run passes the expression. Each case is beside the same select."
_IN_ROUND = 10
_MOST = 2


def measure(rounds: int) -> Report:
    """Measure one home, in which one run of a hundred is marked."""
    count = SMALL_SIZE if rounds <= SMALL_ROUNDS else SIZE
    with tempfile.TemporaryDirectory(prefix="guild-ipy-bench-") as folder:
        home, cache = f"{folder}/home", f"{folder}/cache"
        os.makedirs(cache)
        make_home(home, count)
        place = Workplace(
            GUILD_HOME=home,
            GUILD_IPY_CACHE=cache,
            PYTHONPATH=str(HERE.parent),
            PYTHONPYCACHEPREFIX=f"{cache}/bytecode",
        )
        ours = Contender("depending.py", place=place)
        ours.ask("ready")
        words = (SELECT, *QUESTIONS)
        outcome = race(
            [Case(name=word, sample=lambda word=word: ours.ask(word), in_round=_IN_ROUND) for word in words], rounds
        )
        ours.close()
    figures = [
        Figure(
            promise=f"at {count:,} runs: {what} / `op = train and completed`, the newest",
            most=_MOST,
            found=outcome.ratio(word, SELECT),
        )
        for word, what in QUESTIONS.items()
    ]
    table = replace(outcome_table("Resolving dependencies", outcome, words, SELECT), notes=[_NOTE])
    return Report(script="dependencies.py", figures=figures, tables=[table])


if __name__ == "__main__":
    run_alone(measure)
