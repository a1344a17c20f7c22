"""Generators and lazy iterators are run to their end, and what they gave is the result."""

import re

import pytest

from guild_ipy.engine.child.lazy_result import MOST_VALUES
from guild_ipy.errors import ResultError
from guild_ipy.operations.functions.cell import CellOperation

TRAINING = """
import asyncio, functools, itertools, threading
def steps(n=3):
    for step in range(n):
        print(f"loss: {1 / (step + 1)}")
        yield step
async def async_steps(n=3):
    for step in range(n):
        await asyncio.sleep(0)
        print(f"loss: {1 / (step + 1)}")
        yield step
class Model:
    def __call__(self, n=3):
        yield from steps(n)
    def fit(self, n=3):
        yield from steps(n)
def logged(function):
    @functools.wraps(function)
    def inner(*args, **keywords):
        return function(*args, **keywords)
    return inner
@logged
def decorated(n=3):
    yield from steps(n)
def expression(n=3): return (step for step in steps(n))
def mapped(n=3): return map(int, steps(n))
def zipped(n=3): return (a for a, _ in zip(steps(n), itertools.count()))
def sliced(n=3): return itertools.islice(steps(n), n)
async def awaited(n=3): return steps(n)
async def awaited_async(n=3): return async_steps(n)
def generator_of_async(n=3): return async_steps(n)
"""
OPERATIONS = """
steps async_steps functools.partial(steps,n=3) Model() Model().fit decorated expression mapped zipped sliced awaited
awaited_async generator_of_async
"""


@pytest.fixture(params=["fork", "fresh"])
def isolated(notebook, request):
    notebook.isolation = request.param
    notebook.cell(TRAINING)
    return notebook


@pytest.fixture
def lab(notebook):
    notebook.cell(TRAINING)
    return notebook


@pytest.mark.parametrize("operation", OPERATIONS.split())
def test_an_operation_runs_to_its_end(lab, operation):
    run = lab.run(lab.cell(operation))
    assert run.result == [0, 1, 2]
    assert run.scalars == pytest.approx({"loss": 1 / 3})


@pytest.mark.parametrize("line", ["steps(n)", "(step for step in steps(n))", "async_steps(n)", "awaited(n)"])
def test_a_cell_whose_last_line_is_one_runs_it(isolated, line):
    run = isolated.run(CellOperation(text=f"n = 1\n{line}", name="train"), n=2)
    assert (run.result, run.scalars) == ([0, 1], {"loss": 0.5})


def test_what_a_generator_returns_is_kept_beside_what_it_gave(isolated):
    isolated.cell("def train():\n    yield 1\n    yield 2\n    return 'model'")
    result = isolated.run("train").result
    assert (result, result.returned) == ([1, 2], "model")


def test_a_generator_that_raises_is_an_error(lab):
    lab.cell("def train():\n    yield 1\n    raise ValueError('no data')")
    error = lab.fail("train")
    assert "ValueError: no data" in error.run.output
    assert error.run.result is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"yield from range({MOST_VALUES + 1})", f"the iterator gave {MOST_VALUES + 1}, more than {MOST_VALUES}"),
        ("for _ in range(9): yield bytes(8 * 2**20)", "the iterator gave 9, with more than 64 MiB"),
        ("yield threading.Lock()", "the iterator gave 1, and a lock cannot be pickled"),
    ],
)
class TestValuesThatAreNotKept:
    def test_the_run_says_so_and_its_result_is_missed_with_the_reason(self, lab, body, reason):
        lab.cell(f"def train():\n    {body}\n    print('done')")
        run = lab.run("train")
        assert re.search(f"done\nthe result .* could not be kept: {reason}; its text .*\n$", run.output)
        with pytest.raises(ResultError, match=f"could not be read back: {reason}"):
            _ = run.result
        assert re.fullmatch(r"<\d+ yielded values>", run.result_text)

    def test_what_the_generator_returns_is_the_result(self, lab, body, reason):
        lab.cell(f"def train():\n    {body}\n    return 'model'")
        run = lab.run("train")
        assert run.result == "model"
        assert run.output == f"the values that were yielded are not kept: {reason}\n"


@pytest.mark.parametrize("value", ["[1, 2]", "range(3)", "{'a': 1}", "'text'"])
def test_other_values_stay_what_they_are(lab, value):
    lab.cell(f"def train(): return {value}")
    assert lab.run("train").result == eval(value)


def test_iterators_that_never_end_by_themselves_are_values(lab):
    lab.cell("def train(): return itertools.count(3)")
    assert next(lab.run("train").result) == 3


def test_an_iterator_of_the_users_own_class_is_a_value(lab):
    lab.cell("class Rows:\n    def __iter__(self): return self\n    def __next__(self): raise AssertionError\n")
    lab.cell("def train(): return Rows()")
    assert type(lab.run("train").result).__name__ == "Rows"
