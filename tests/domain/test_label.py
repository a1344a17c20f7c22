from __future__ import annotations

import pytest

from guild_ipy.domain.flags import Flags
from guild_ipy.domain.label import default_label, fill_label


@pytest.mark.parametrize(
    ("flags", "label"),
    [
        ({}, ""),
        ({"n": 3, "lr": 0.1}, "lr=0.1 n=3"),
        ({"lr": 0.123456789}, "lr=0.12345"),
        ({"lr": 1e-05}, "lr=1.0e-05"),
        ({"lr": 1.23456789e-07}, "lr=1.23456e-07"),
        ({"on": True, "off": False, "none": None}, "off=no on=yes"),
        ({"name": "a b", "number": "1", "layers": [1, 2]}, "layers=[1, 2] name='a b' number='1'"),
        ({"path": "data/x.csv"}, "path=data/x.csv"),
    ],
)
def test_label_names_the_flags_as_guild_does(flags: Flags, label: str):
    assert default_label(flags) == label


def test_long_path_is_shortened_and_keeps_its_name():
    label = default_label({"path": "/data/sets/of/the/year/digits.csv"})
    assert label.endswith("/digits.csv")
    assert "\u2026" in label
    assert len(label) < len("path=/data/sets/of/the/year/digits.csv")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("rate ${lr}", "rate 0.12345"),
        ("${lr|%.2f}", "0.12"),
        ("${none|default:nothing} ${none}.", "nothing ."),
        ("${path|basename}", "c.csv"),
        ("${text} ${text|unquote}", "'a b' a b"),
        ("${unknown}", ""),
        ("${on}", "yes"),
        ("${text|%d}", "a b"),
        ("[${default_label}]", "[lr=0.12345 on=yes path=/a/b/c.csv text='a b']"),
    ],
)
def test_a_template_is_filled_with_flags(template, expected):
    flags = {"lr": 0.123456, "none": None, "path": "/a/b/c.csv", "text": "a b", "on": True}
    assert fill_label(template, flags) == expected
