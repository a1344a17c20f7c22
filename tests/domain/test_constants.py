import ast
import math

import pytest

from guild_ipy.domain.source_text.constants import (
    compile_with_constants,
    find_constants,
    format_constant,
    replace_constants,
    set_constants,
)


def run(source, constants):
    names = {}
    exec(compile_with_constants(source, "a.py", constants), names)
    del names["__builtins__"]
    return names


@pytest.mark.parametrize(
    ("source", "constants"),
    [
        (
            "a = 1\nb = -2.5\nc = 'x'\nd = None\ne = True\nf = [1, [2, 'y']]",
            {"a": 1, "b": -2.5, "c": "x", "d": None, "e": True, "f": [1, [2, "y"]]},
        ),
        ("a: int = 1\nb: float\n", {"a": 1}),
        ("a = b = 1", {"a": 1, "b": 1}),
        ("_a = 1\n__version__ = '1'", {}),
        ("a = (1, 2)\nb = {'x': 1}\nc = b'x'\nd = 1j\ne = f()\ng = 1 + 1\nh = ...", {}),
        ("a = 1\na = 2", {"a": 1}),
        ("a = f()\na = 2", {"a": 2}),
        ("if True:\n    a = 1\ndef f():\n    b = 2\nclass C:\n    c = 3", {}),
        ("a.b = 1\na[0] = 2\nx, y = 1, 2", {}),
        ("a = 1; b = 2", {"a": 1, "b": 2}),
    ],
)
def test_literals_at_the_top_level_are_constants(source, constants):
    assert find_constants(source) == constants


def test_constants_get_their_new_values():
    source = "lr = 0.1\nn: int = 2\nlayers = [1]\nnothing = None\nrate = lr * n\n"
    names = run(source, {"lr": 0.5, "n": 10, "layers": [1, [2, "a"]], "nothing": {"a": [None, True]}})
    assert names.pop("__annotations__") == {"n": int}
    assert names == {"lr": 0.5, "n": 10, "layers": [1, [2, "a"]], "nothing": {"a": [None, True]}, "rate": 5.0}


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e-05, -3, 'it\'s "q"\n\\', "ünï", "", 10**30, False])
def test_any_flag_value_can_take_the_place_of_a_constant(value):
    assert run("x = 1", {"x": value}) == {"x": value}


def test_only_the_first_literal_is_replaced():
    assert run("a = 1\nb = a\na = 3", {"a": 2}) == {"a": 3, "b": 2}


def test_names_that_share_an_assignment_are_replaced_one_by_one():
    assert run("a = b = c = 1\nd = a", {"b": 2}) == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert run("a = b = 1", {"a": 2, "b": 3}) == {"a": 2, "b": 3}


def test_names_that_keep_their_value_stay_one_object():
    names = run("a = b = []\na.append(1)", {"a": [], "b": []})
    assert names["b"] == [1]


def test_line_numbers_stay():
    source = "'''doc'''\nx = [\n  1,\n  2,\n]\n\n1 / 0\n"
    with pytest.raises(ZeroDivisionError) as caught:
        run(source, {"x": [3, 4, 5, 6]})
    assert caught.traceback[-1].lineno == 6


def test_an_unknown_constant_is_an_error():
    with pytest.raises(ValueError, match=r"a\.py has no module-level constant 'y'"):
        run("x = 1", {"y": 2})


def test_future_imports_of_the_source_hold_and_ours_do_not():
    assert run("x = 1\ndef f(a: int): ...\nt = f.__annotations__['a']", {})["t"] is int
    lazy = "from __future__ import annotations\nx: undefined = 1"
    assert run(lazy, {"x": 2})["x"] == 2


def test_bytes_are_read_by_their_coding_cookie():
    source = "# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1")
    assert find_constants(source) == {"name": "é"}
    assert run(source, {"name": "ü"}) == {"name": "ü"}


def test_a_tree_is_changed_in_place():
    tree = ast.parse("x = 1")
    assert set_constants(tree, {"x": 2}) is tree
    assert find_constants(tree) == {"x": 2}


@pytest.mark.parametrize(
    ("source", "constants", "new"),
    [
        ("lr = 0.1  # rate", {"lr": 0.5}, "lr = 0.5  # rate"),
        ("lr = 1e-1", {"lr": 0.1}, "lr = 1e-1"),
        ("é = 'ü'; n: int = 2", {"n": 30, "é": "a"}, "é = 'a'; n: int = 30"),
        ("a = b = 1  # both", {"a": 2}, "a = b = 1; a = 2  # both"),
        ("a = b = 1", {"a": 2, "b": 3}, "a = b = 1; a = 2; b = 3"),
        ("layers = [\r\n  1,\r\n]\r\nn = -1", {"layers": [2], "n": 4}, "layers = [2]\r\nn = 4"),
        ("t = ('a'\n  'b')", {"t": "c"}, "t = ('c')"),
        ("a = 1", {"a": math.inf}, "a = float('inf')"),
        ("a = 1\na = 2", {"a": 3}, "a = 3\na = 2"),
    ],
)
def test_text_with_other_constants_is_otherwise_as_it_was_written(source, constants, new):
    assert replace_constants(source, constants) == new
    assert run(new, {}) == run(source, constants)


def test_a_name_that_is_no_constant_is_not_replaced():
    with pytest.raises(ValueError, match="no module-level constant 'b'"):
        replace_constants("a = 1", {"b": 1})


@pytest.mark.parametrize("value", [None, True, 1, -0.5, "it's", [1, [2.0]], {"a": [None]}, -math.inf])
def test_a_constant_is_written_as_python_reads_it(value):
    assert eval(format_constant(value)) == value
