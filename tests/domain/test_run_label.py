from __future__ import annotations

import pytest

from guild_ipy.domain.values.flags import Flags
from guild_ipy.domain.values.run_label import default_label, fill_label, label_template


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


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("it's", "it's"),
        ("a,b", "a,b"),
        ("it's a", '"it\'s a"'),
        ("", "''"),
        ("yes", "'yes'"),
        ("1e5", "'1e5'"),
        ("12:30", "'12:30'"),
        ("2024-01-02", "'2024-01-02'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("#x", "'#x'"),
        ("a#x", "a#x"),
        ("- a", "'- a'"),
        ("--x", "--x"),
        ("für", "für"),
        ("a\nb\x1b[31m", '"a\\nb\\u001b[31m"'),
        (["a", "b,c", True, None], "[a, 'b,c', yes, null]"),
        ({"b": 1, "a": "x y"}, "{a: x y, b: 1}"),
    ],
)
def test_values_have_quotes_where_yaml_needs_them(text, written):
    assert default_label({"x": text}) == f"x={written}"


def test_long_path_of_a_file_that_is_there_is_shortened_and_keeps_its_name(tmp_path):
    path = tmp_path / "of/the/year/digits.csv"
    assert default_label({"path": str(path)}) == f"path={path}"
    path.parent.mkdir(parents=True)
    path.touch()
    label = default_label({"path": str(path)})
    assert label.endswith("/digits.csv")
    assert "\u2026" in label
    assert len(label) < len(f"path={path}")


@pytest.mark.parametrize(
    ("label", "tags", "template"),
    [
        (None, [], None),
        ("mine", ["a"], "mine"),
        ("", ["a"], ""),
        (None, ["b", "a"], "b a ${default_label}"),
    ],
)
def test_tags_stand_before_the_default_label(label, tags, template):
    assert label_template(label, tags) == template


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("rate ${lr}", "rate 0.12345"),
        ("${lr|%.2f}", "0.12"),
        ("${none|default:nothing} ${none}.", "nothing ."),
        ("${path|basename}", "c.csv"),
        ("${text} ${text|unquote}", "'a b' a b"),
        ("${unknown}", ""),
        ("${unknown|basename}", ""),
        ("${lr|nope}", "#error#"),
        ("${lr|default:x}", "0.123456"),
        ("${on}", "yes"),
        ("${text|%d}", "a b"),
        ("[${default_label}]", "[lr=0.12345 on=yes path=/a/b/c.csv text='a b']"),
    ],
)
def test_a_template_is_filled_with_flags(template, expected):
    flags = {"lr": 0.123456, "none": None, "path": "/a/b/c.csv", "text": "a b", "on": True}
    assert fill_label(template, flags) == expected
