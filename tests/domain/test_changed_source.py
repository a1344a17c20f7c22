"""The text of a script with other values is read by whatever begins anew from its file."""

import pytest

from guild_ipy.domain.source_text.changed_source import change_source


def execute(content, **names):
    exec(compile(content, "a.py", "exec", dont_inherit=True), names)
    del names["__builtins__"]
    return names


@pytest.mark.parametrize(
    ("source", "constants", "new"),
    [
        ("lr = 0.1  # rate\n", {"lr": 0.5}, "lr = 0.5  # rate\n"),
        ("lr = 1e-1\n", {"lr": 0.1}, "lr = 1e-1\n"),
        ('"""Doc."""\nfrom __future__ import annotations\nx = 1\n', {"n": 2}, None),
        ("#!/usr/bin/python\n# a comment\n@print\ndef f(): pass\n", {"n": [1, "a"]}, None),
        ("", {"n": None}, "n = None\n"),
        ("x = 1\r\ny = 2\r\n", {"x": 3}, "x = 3\r\ny = 2\r\n"),
    ],
)
def test_constants_have_other_values_and_the_rest_stays(source, constants, new):
    changed = change_source(source.encode(), constants).decode()
    assert new is None or changed == new
    assert constants.items() <= execute(changed).items()


@pytest.mark.parametrize(
    ("source", "map_name", "values", "expected"),
    [
        ("p = {'lr': 0.1, 'n': 1}  # both", "global:p", {"lr": 2}, {"lr": 2, "n": 1}),
        ("p = dict(lr=0.1)", "global:p", {"m.depth": 3}, {"lr": 0.1, "m": {"depth": 3}}),
        ("p = {'t': {'lr': 1}}", "global:p.t", {"lr": 2}, {"t": {"lr": 2}}),
        ("x = 1", "global:p", {"a.b": 2, "a.c": 3}, {"a": {"b": 2, "c": 3}}),
    ],
)
def test_entries_of_a_map_have_other_values(source, map_name, values, expected):
    assert execute(change_source(source.encode(), values, map_name))["p"] == expected


def test_a_namespace_keeps_its_kind():
    source = b"from types import SimpleNamespace\np = SimpleNamespace(lr=0.1, m={'a': 1})"
    changed = execute(change_source(source, {"lr": 2, "m.a": 3, "new.b": 4}, "namespace:p"))
    assert vars(changed["p"]) == {"lr": 2, "m": {"a": 3}, "new": {"b": 4}}


def test_values_that_are_there_already_change_nothing():
    assert change_source(b"p = {'lr': 0.1}", {"lr": 0.1}, "global:p") == b"p = {'lr': 0.1}"


def test_the_coding_of_the_file_stays():
    content = "# -*- coding: latin-1 -*-\nname = 'é'\nother = 'ü'\n".encode("latin-1")
    changed = change_source(content, {"name": "Ω"})
    assert "ü".encode("latin-1") in changed
    assert execute(changed)["name"] == "Ω"
