"""The select language beside the filter of Guild AI: the same runs, but for the differences that are listed."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import SelectError
from guild_ipy.index.index import Index
from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home, create_home
from tests.compat.filter_runs import make_runs, run_id

pytestmark = pytest.mark.guild

_HERE = Path(__file__).parent
EVERY = [*range(11)]
SELECTED_BY_BOTH = [
    "lr = 0.1", "lr=0.1", "lr <> 0.1", "lr != 0.1", "a = 1", "a = '1'", "a = true", "lr = 1e-05", "lr < .5", "a <= -1",
    "a in [1, 2]", "a not in [1, 2]", "opt in [adam, sgd]", "opt = 'Adam W'", 'opt = "Adam W"', "opt = adam",
    "opt = undefined", "opt = 'undefined'", "b is undefined",
    "b is not undefined", "b = undefined", "b in [0, undefined]",
    "layers = [64, 32]", "layers != [64]", "layers in [[64], [1]]", "layers contains 64", "layers not contains 64",
    "words contains x", "opt contains ADAM", "opt not contains 'm w'", "label contains '3 lr'",
    "label = 'Run 3 lr=0.1'",
    "label is undefined", "flag:label = 'a flag'", "attr:label contains run", "scalar:loss = 0.5", "loss = 0.25",
    "loss > 0.25", "flag:loss = 0.25", "val#acc >= 1.5", "acc < 0.5", "train#f1 > 0", "f1 is undefined", "not f1 > 0",
    "status = completed", "status != completed", "status in [completed, error]", "op = train", "op = 'train.py'",
    "operation = 'net:train'", "operation = 'train()'", "operation contains TRAIN", "model = net", "host = box",
    "id = abcd0003000000000000000000000000", "run = abcd0003", "short_id in [abcd0003, abcd0004]", "note > 7",
    "started >= '2026-11-22 15:00:00'", "started = '2026-11-22 14:32:18'", "marked = true", "marked is undefined",
    "tags contains odd", "tags contains t3", "tags not contains odd", "true", "false", "not true", "(true)", "TRUE",
    "a = 1 AND b = 2", "NOT (a = 1 OR b = 2)", "not a = 1", "not not a = 1", "a = 1 and not b = 2",
    "not a = 1 and b = 2", "a = 1 and (b = 2 or c = 3)", "(a = 1 and b = 2) or c = 3", "a = 1 and b = 2 and c = 3",
    "a = 1 or b = 2 or c = 3", "a = 1 or b = 2 and c = 3", "d = undefined", "n > 1", "on = true",
    "on = false", "on != true", "on is not false", "exit_status = 1", "scalar:#acc > 1", "exit_status is 0",
    "lr >= 0.1 and lr <= 0.5",
    "a=1 and b=2", "a  =\t1", "a = 1\nand b = 2", "sourcecode = '00000000'", "comments is undefined",
    "opt = yes", "opt in [yes, adam]",
]  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """An expression that is read in two ways: the numbers of the runs, or a part of the error."""

    text: str
    guild: list[int] | str
    ours: list[int] | str


NAMES = "no run has the attribute, flag or scalar"
DIFFERENCES = [
    # `and` binds before `or`.
    Difference("a = 1 and b = 2 or c = 3", [0, 1, 3], [0, 1, 3, 4]),
    # A word alone is a test, or refused.
    Difference("completed", EVERY, [0, 3, 6, 9]),
    Difference("marked", EVERY, [0, 4, 8]),
    Difference("adam", EVERY, "'adam' alone is no test"),
    Difference("a = 1 and opt", [0, 1, 3, 6, 8], "'opt' alone is no test"),
    # Names that no run has, and attributes that are no matter of selecting, are refused.
    Difference("missing = 1", [], f"{NAMES} 'missing'"),
    Difference("missing is undefined", EVERY, f"{NAMES} 'missing'"),
    Difference("cmd is undefined", EVERY, f"{NAMES} 'cmd'"),
    Difference("from = proj", [], f"{NAMES} 'from'"),
    # Words are read as flags are.
    Difference("on = yes", [], [3]),
    Difference("on is not no", EVERY, [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]),
    Difference("n = inf", [], [8]),
    # Numbers of event files have 32 bits.
    Difference("loss = 0.1", [], [1]),
    Difference("loss > 0.1", [*range(1, 11)], [*range(2, 11)]),
    Difference("acc is undefined", [9], []),
    # What is text is compared with the value as it is written.
    Difference("label > 1", [], [1, 3, 5, 7, 9]),
    Difference("acc contains .5", [2], [2, 6, 10]),
    Difference("lr contains 1e-5", [2], []),
    # In 0, false and empty text there can be something too.
    Difference("a contains 0", [6], [4, 6]),
    Difference("on contains false", [], [4]),
    # Times, durations, status and operation have a meaning.
    Difference("status = complete", [], [0, 3, 6, 9]),
    Difference("status = adam", [], "'adam' is no status"),
    Difference("status < running", EVERY, "a status has no order"),
    Difference("time > 100", [], [2, 3, 4, 5, 6, 7, 8, 9, 10]),
    Difference("started > '2026'", EVERY, "'2026' is no time"),
    Difference("initialized > 5", EVERY, "'5' is no time"),
    Difference("op = 'train()'", [], [1, 2, 4, 5, 7, 8, 10]),
    Difference("operation = train", [], [1, 2, 4, 5, 7, 8, 10]),
    Difference("op = 'net:*'", [], [2, 5, 8]),
    Difference("op in ['^net:', other]", [], [2, 5, 8]),
    Difference("tags = odd", [], [1, 3, 5, 7, 9]),
    Difference("tags in [t3, t5]", [], [3, 5]),
    Difference("label = ''", [], [0, 2, 4, 6, 8, 10]),
    Difference("model is undefined", [], [0, 1, 3, 4, 6, 7, 9, 10]),
    # What has no order is refused.
    Difference("lr < true", [0, 1, 2, 4], "'<' needs a number or text, not 'true'"),
    Difference("lr < undefined", [], "'<' needs a number or text, not 'undefined'"),
    Difference("layers < [64, 64]", [6, 7, 8], "'<' needs a number or text, not '[64, 64]'"),
    # What Guild AI's filter does not read.
    Difference("a == 1", "unexpected token", [0, 1, 3, 6, 8]),
    Difference("max loss = 1", "unexpected token 'loss'", EVERY),
    Difference("opt = übrig", "unexpected character", []),
    Difference("'a' = 1", "unexpected token", [0, 1, 3, 6, 8]),
]


@dataclass
class Both:
    """One home, and both programs."""

    index: Index
    command: str

    def ask_guild(self, *texts: str) -> dict[str, list[int] | str]:
        python = os.path.join(os.path.dirname(self.command), "python")
        call = [python, str(_HERE / "guild_filter.py"), self.index.home.path]
        done = subprocess.run(call, input=json.dumps(texts), capture_output=True, text=True, check=True)
        return {text: self._numbers(found) for text, found in json.loads(done.stdout).items()}

    def ask_us(self, text: str) -> list[int] | str:
        try:
            found = [record.dir.id for record in self.index.records(RunFilter(where=text))]
        except SelectError as error:
            return str(error)
        assert self.index.trouble is None
        return self._numbers(found)

    def _numbers(self, found: list[str] | str) -> list[int] | str:
        numbers = {run_id(number): number for number in EVERY}
        return found if isinstance(found, str) else sorted(numbers[each] for each in found)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, guild_command: str) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("filters")
    home = Home(f"{folder}/guild home")
    create_home(home)
    make_runs(home)
    index = Index(home, Settings(cache_dir=f"{folder}/cache"))
    yield Both(index, guild_command)
    index.close()


def test_both_select_the_same_runs(both: Both):
    guild = both.ask_guild(*SELECTED_BY_BOTH)
    assert {text: both.ask_us(text) for text in SELECTED_BY_BOTH} == guild


def test_both_select_the_same_runs_by_random_expressions(both: Both):
    source = random.Random(3)
    texts = [_expression(source, depth=2) for _ in range(600)]
    guild = both.ask_guild(*texts)
    assert {text: both.ask_us(text) for text in texts} == guild


def test_differences_are_those_that_are_listed(both: Both):
    guild = both.ask_guild(*(each.text for each in DIFFERENCES))
    found = [
        Difference(each.text, _as_listed(guild[each.text], each.guild), _as_listed(both.ask_us(each.text), each.ours))
        for each in DIFFERENCES
    ]
    assert found == DIFFERENCES


def test_differences_are_documented():
    page = (_HERE.parents[1] / "docs/select.md").read_text("utf-8")
    assert [each.text for each in DIFFERENCES if f"`{each.text}`" not in page] == []


def _as_listed(found: list[int] | str, listed: list[int] | str) -> list[int] | str:
    return listed if isinstance(found, str) and isinstance(listed, str) and listed in found else found


# -- random expressions with a meaning that is the same: by the sort of each name, and with parentheses

NUMBERS = "a b c lr loss note flag:a flag:lr scalar:loss val#acc n exit_status".split()
TEXTS = "opt label note words flag:opt flag:label attr:label host operation d".split()
VALUES = {
    "number": "1 0 2 -1 0.5 0.25 .5 1.5 1e3 9".split(),
    "text": ["adam", "'Adam W'", '"Run 3 lr=0.1"', "box", "'net:train'", "x", "'a flag'", "gr", "Run", "'1'"],
}
SIGNS = "= != <> < <= > >= is".split()


def _expression(source: random.Random, depth: int) -> str:
    kind = source.random() * (depth > 0)
    if kind < 0.4:
        return _test(source)
    if kind < 0.6:
        return f"not ({_expression(source, depth - 1)})"
    word = source.choice(["and", "or"])
    return f"({_expression(source, depth - 1)}) {word} ({_expression(source, depth - 1)})"


def _test(source: random.Random) -> str:
    sort = source.choice(["number", "text"])
    name, value = source.choice(NUMBERS if sort == "number" else TEXTS), source.choice(VALUES[sort])
    no = source.choice(["", "not "])
    match source.randrange(5):
        case 0:
            return f"{name} {no}in [{', '.join(source.sample(VALUES[sort], 3))}]"
        case 1:
            return f"{name} {no}contains {value}" if sort == "text" else f"layers {no}contains {value}"
        case 2:
            return source.choice(["a", "b", "lr", "opt", "label", "layers", "host"]) + f" is {no}undefined"
        case 3:
            return f"{source.choice(['a', 'opt', 'layers'])} {source.choice(['=', '!='])} {value}"
    return f"{name} {source.choice(SIGNS)} {value}"
