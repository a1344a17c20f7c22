import json

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.operations.config_file import change_config, read_config


@pytest.fixture
def config(tmp_path):
    """Write a configuration; its path."""

    def config(name, text):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return config


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yml", "a: 1\nb: {c: x, d: 0.5}\ne: [1, 2]\n"),
        ("c.yaml.in", "a: 1\nb: {c: x, d: 0.5}\ne: [1, 2]\n"),
        ("c.json", '{"a": 1, "b": {"c": "x", "d": 0.5}, "e": [1, 2]}'),
    ],
)
def test_values_are_read_by_dotted_names(config, name, text):
    assert read_config(config(name, text)) == {"a": 1, "b.c": "x", "b.d": 0.5, "e": [1, 2]}


def test_an_ini_file_has_sections_and_text_that_looks_like_a_type(config):
    path = config("c.ini", "[DEFAULT]\na = 1\n[b]\nc = x\nd = 0.5\ne = yes\n")
    assert read_config(path) == {"a": 1, "b.c": "x", "b.d": 0.5, "b.e": True}


@pytest.mark.parametrize(("name", "text"), [("c.yml", "a: 1\nb: {c: 2}\n"), ("c.json", '{"a": 1, "b": {"c": 2}}')])
def test_values_are_changed_and_others_stay(config, tmp_path, name, text):
    content = change_config(config(name, text), {"b.c": 3, "d.e": "new", "a": None})
    (tmp_path / f"new-{name}").write_bytes(content)
    assert read_config(str(tmp_path / f"new-{name}")) == {"a": 1, "b.c": 3, "d.e": "new"}


def test_json_stays_json(config):
    assert json.loads(change_config(config("c.json", "{}"), {"a.b": [1, None]})) == {"a": {"b": [1, None]}}


def test_an_empty_file_has_room(config):
    assert change_config(config("c.yml", ""), {"a": 1}) == b"a: 1\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.toml", "", "is no .yml, .yaml, .json, .cfg or .ini file; rename it"),
        ("c.yml", "a: [", "cannot read the configuration .*; correct it"),
        ("c.json", "{", "cannot read the configuration .*; correct it"),
        ("c.ini", "a = 1", "cannot read the configuration .*; correct it"),
        ("c.yml", "- a\n", "holds no map of names to values"),
    ],
)
def test_what_cannot_be_read_is_refused(config, name, text, message):
    with pytest.raises(UsageError, match=message):
        read_config(config(name, text))


def test_one_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read the configuration '.*c.yml': no such file"):
        read_config(f"{tmp_path}/c.yml")
