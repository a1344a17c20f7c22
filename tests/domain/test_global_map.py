import ast

import pytest

from guild_ipy.domain.source_text.global_map import find_map, set_map


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("p = {'a': 1, 'b': {'c': -2.5}, 'd': [1, 'x']}", {"a": 1, "b.c": -2.5, "d": [1, "x"]}),
        ("p = dict(a=None, b=dict(c=True))", {"a": None, "b.c": True}),
        ("p: dict = {'a': 1}", {"a": 1}),
        ("import types\np = types.SimpleNamespace(a=1, b=argparse.Namespace(c=2))", {"a": 1, "b.c": 2}),
        ("p = {'a': load(), 1: 2, **other, 'b': 1 + x}", {}),
        ("p = 5", None),
        ("q = {'a': 1}", None),
        ("def f():\n    p = {'a': 1}", None),
    ],
)
def test_literals_of_a_map_are_found_by_dotted_names(source, expected):
    assert find_map(ast.parse(source), "p") == expected


def test_a_map_within_a_map_can_be_meant():
    assert find_map(ast.parse("p = {'train': {'lr': 1}}"), "p.train") == {"lr": 1}
    assert find_map(ast.parse("p = {'train': 5}"), "p.train") is None


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("p = {'a': 1, 'b': f()}", {"a": 2}, "p = {'a': 2, 'b': f()}"),
        ("p = {'a': {'b': 1, 'c': 2}}", {"a.b": 3}, "p = {'a': {'b': 3, 'c': 2}}"),
        ("p = {}", {"a.b": 1, "c": [1]}, "p = {'a': {'b': 1}, 'c': [1]}"),
        ("p = dict(a=1)", {"a": 2, "b": 3}, "p = dict(a=2, b=3)"),
        ("p = SimpleNamespace(a=1)", {"a": None}, "p = SimpleNamespace(a=None)"),
    ],
)
def test_entries_get_other_values_and_the_rest_stays(source, values, expected):
    assert ast.unparse(set_map(ast.parse(source), "p", values)) == expected


def test_a_map_that_is_not_there_is_made_in_front():
    tree = set_map(ast.parse("'''Doc.'''\nfrom __future__ import annotations\nprint(p)"), "p", {"a": 1})
    assert ast.unparse(tree).splitlines()[2:] == ["p = {'a': 1}", "print(p)"]


def test_a_namespace_that_is_not_there_is_made_too():
    names: dict[str, object] = {}
    tree = set_map(ast.parse("x = p.a"), "p", {"a": 1}, as_namespace=True)
    exec(compile(tree, "p.py", "exec"), names)
    assert names["x"] == 1


def test_a_map_within_one_gets_other_values():
    tree = set_map(ast.parse("p = {'train': {'lr': 1}}"), "p.train", {"lr": 2})
    assert ast.unparse(tree) == "p = {'train': {'lr': 2}}"
