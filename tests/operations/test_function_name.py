import functools

import pytest

from guild_ipy.operations.functions.function_name import function_name
from guild_ipy.store.run_record import read_opref


class Model:
    def fit(self):
        """Be a method."""

    @classmethod
    def make(cls):
        """Be a method of the class."""

    def __call__(self):
        """Be callable."""


def plain(a=1, b=2):
    return a, b


def make():
    def inner():
        """Be one of many."""

    return inner


def wrapped(function):
    @functools.wraps(function)
    def wrapper():
        return function()

    return wrapper


CELL = """
import functools, guild_ipy

def make(factor):
    def inner(x: int = 1):
        return factor * x
    return inner

def decorate(function):
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

class Model:
    def __init__(self, factor): self.factor = factor
    def __call__(self, x: int = 1): return self.factor * x
    def fit(self, x: int = 1): return self.factor * x

@decorate
def train(x: int = 1):
    return 2 * x

double, lam = make(2), lambda x=1: 2 * x
part = functools.partial(make(1), x=2)
model = Model(2)
"""


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (plain, "plain"),
        (Model().fit, "Model.fit"),
        (Model.make, "Model.make"),
        (Model(), "Model"),
        (Model, "Model"),
        (functools.partial(functools.partial(plain, 1), b=2), "plain"),
        (functools.partial(lambda: 1), "lambda"),
        (len, "len"),
        (make(), "inner"),
        (wrapped(plain), "plain"),
    ],
)
def test_an_operation_has_the_own_name_of_its_function(function, name):
    assert function_name(function) == name
    assert function_name(function, {"_": function, "__": function}) == name


@pytest.mark.parametrize(
    "function", [make(), lambda: 1, Model(), functools.partial(plain, 1), functools.partial(make())]
)
def test_an_own_name_that_says_nothing_gives_way_to_that_of_the_variable(function):
    assert function_name(function, {"other": plain, "_1": function, "mine": function, "later": function}) == "mine"


@pytest.mark.parametrize("function", [plain, wrapped(plain), Model, Model().fit, len])
def test_an_own_name_that_says_which_function_it_is_stays(function):
    assert function_name(function, {"alias": function}) == function_name(function)


def test_a_name_that_finds_the_function_stays():
    inner = make()
    assert function_name(inner, {"alias": inner, "inner": inner}) == "inner"


@pytest.mark.parametrize("word", ["double", "lam", "train", "part", "model", "model.fit"])
def test_an_operation_has_the_name_that_was_typed(notebook, word):
    notebook.cell(CELL)
    run = notebook.run(word)
    assert run.operation == f"{word}()"
    assert run.opref.to_opspec() == word
    assert notebook.run(run.opref.to_opspec()).result == run.result


def test_it_can_be_typed_as_listings_have_it(notebook):
    notebook.cell(CELL)
    assert notebook.run("double()").operation == "double()"


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("double", "double"),
        ("lam", "lam"),
        ("train", "train"),
        ("part", "part"),
        ("model", "model"),
        ("model.fit", "Model.fit"),
        ("make(3)", "inner"),
        ("lambda x=1: x", "lambda"),
        ("functools.partial(double, x=5)", "double"),
    ],
)
def test_from_python_it_has_its_own_name_or_that_of_its_variable(notebook, expression, name):
    notebook.cell(CELL)
    run = notebook.run(notebook.cell(expression))
    assert (run.operation, read_opref(run.dir).name) == (f"{name}()", name)


def test_messages_about_flags_name_the_operation_as_it_was_typed(notebook):
    notebook.cell(CELL)
    with pytest.raises(Exception, match=r"unknown flag 'y' for double\(\); it takes x"):
        notebook.run("double", y=1)
