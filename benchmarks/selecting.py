"""What it costs to select runs: in a session, beside hand-written SQL and Guild AI, and as a whole shell command."""

import os
import tempfile

from contender import HERE, OURS, Contender, Workplace, find_peer
from homes import make_home
from race import Case, Outcome, race
from report import SMALL_ROUNDS, Figure, Report, Table, milliseconds, run_alone

SIZE, SMALL_SIZE = 10_000, 1_000
PEER_ROUNDS = 2
#: An expression that Guild AI's filter reads too.
HALF = "op = train and loss < 0.5"
#: What is asked, by the word for the contender.
QUESTIONS = {
    "half": "half of all runs: `op = train and loss < 0.5`",
    "newest": "the newest 20 of four tests",
    "best": "the best run: `--min loss`",
}
SHELL = {
    "best run": ["select", "--min", "loss"],
    "newest 20": ["select", "-n", "20"],
    "newest 20 of an expression": ["select", "completed and lr < 0.5", "-n", "20"],
}
BARE = '`python -c "import sqlite3"` and the query'
GUILD = "guild.ipy `runs(filter_expr=...)`"
_FAST, _SLOW = 10, 1

_QUERY = """
import glob, os, sqlite3
(path,) = glob.glob(os.environ["GUILD_IPY_CACHE"] + "/index/*/index.db")
connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
for row in connection.execute("select id from scalar join run using (k) where n = "
        "(select n from name where kind = 'scalar' and text = 'loss') and last is not null order by last limit 1"):
    print(*row)
"""


class Scene:
    """A home, and the contenders on it."""

    def __init__(self, count: int, folder: str) -> None:
        self.home, self.cache = f"{folder}/home", f"{folder}/cache"
        os.makedirs(self.cache)
        make_home(self.home, count)
        self._place = self._workplace()
        self.ours = Contender("selecting.py", HALF, place=self._workplace())
        self.ours.ask("ready")

    def race_sql(self, rounds: int) -> Outcome:
        """Race our selecting beside SQL."""
        words = [f"{who} {name}" for name in QUESTIONS for who in ("ours", "hand")]
        return race(
            [Case(name=word, sample=lambda word=word: self.ours.ask(word), in_round=_FAST) for word in words], rounds
        )

    def race_guild(self) -> Outcome | None:
        """Race the filter of Guild AI, a few times."""
        python = find_peer("guild")
        if python is None:
            return None
        guild = Contender("guild_filter.py", HALF, python=python, place=self._workplace())
        cases = [
            Case(name="ours half", sample=lambda: self.ours.ask("ours half"), in_round=_FAST),
            Case(name=GUILD, sample=lambda: guild.ask("filter"), in_round=_SLOW),
        ]
        outcome = race(cases, PEER_ROUNDS)
        guild.close()
        return outcome

    def race_shell(self, rounds: int) -> Outcome:
        """Race whole processes."""
        command = [str(OURS), "-m", "guild_ipy"]
        bare = [str(OURS), "-c", _QUERY]
        cases = [
            Case(name=name, sample=lambda words=words: self._place.time(*command, *words), in_round=_FAST)
            for name, words in SHELL.items()
        ]
        cases.append(Case(name=BARE, sample=lambda: self._place.time(*bare), in_round=_FAST))
        return race(cases, rounds)

    def close(self) -> None:
        """Let all end."""
        self.ours.close()
        self._place.close()

    def _workplace(self) -> Workplace:
        source = str(HERE.parent)
        return Workplace(
            GUILD_HOME=self.home,
            GUILD_IPY_CACHE=self.cache,
            PYTHONPATH=source,
            PYTHONPYCACHEPREFIX=f"{self.cache}/bytecode",
        )


def measure(rounds: int) -> Report:
    """Measure one home."""
    count = SMALL_SIZE if rounds <= SMALL_ROUNDS else SIZE
    with tempfile.TemporaryDirectory(prefix="guild-ipy-bench-") as folder:
        scene = Scene(count, folder)
        sql, shell, guild = scene.race_sql(rounds), scene.race_shell(min(rounds, 5)), scene.race_guild()
        scene.close()
    at = f"at {count:,} runs"
    figures = [
        Figure(
            promise=f"{at}: select {what} / hand-written SQL", most=3, found=sql.ratio(f"ours {name}", f"hand {name}")
        )
        for name, what in QUESTIONS.items()
    ]
    figures += [
        Figure(promise=f"{at}: `guild-ipy {' '.join(words)}` / {BARE}", most=3, found=shell.ratio(name, BARE))
        for name, words in SHELL.items()
    ]
    found = guild.ratio(GUILD, "ours half") if guild else None
    figures.append(Figure(promise=f"{at}: Guild AI's filter / select", least=300, found=found))
    return Report(script="selecting.py", figures=figures, tables=[_table(sql, shell, guild)])


def _table(*outcomes: Outcome | None) -> Table:
    rows = [
        [name, milliseconds(seconds.median), milliseconds(seconds.least), milliseconds(seconds.most)]
        for outcome in outcomes
        if outcome is not None
        for name in outcome.rounds[0]
        for seconds in [outcome.seconds(name)]
    ]
    notes = [
        "Ours looks first whether runs have changed; the SQL does not.",
        "`hand` is SQL written for that question.",
    ]
    return Table(title="Selecting", columns=["ms", "median", "least", "most"], rows=rows, notes=notes)


if __name__ == "__main__":
    run_alone(measure)
