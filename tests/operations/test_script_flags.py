from pathlib import Path

import pytest

from guild_ipy.errors import UsageError
from guild_ipy.operations.scripts.script_flags import inspect_script

SCRIPTS = Path(__file__).parent / "scripts"


@pytest.mark.parametrize(
    ("name", "kind", "flag"),
    [
        ("argparse_script.py", "argparse", "learning-rate"),
        ("click_script.py", "click", "learning-rate"),
        ("constants_script.py", "constants", "lr"),
        ("odd ñame's script.py", "constants", "greeting"),
    ],
)
def test_a_script_takes_its_arguments_or_its_constants(name, kind, flag):
    interface = inspect_script(str(SCRIPTS / name))
    assert interface.kind == kind
    assert flag in [definition.name for definition in interface.flags]


def test_constants_are_flags_with_defaults():
    flags = inspect_script(str(SCRIPTS / "constants_script.py")).flags
    assert {flag.name: flag.default for flag in flags} == {
        "lr": 0.1,
        "epochs": 3,
        "layers": [64, 32],
        "data": None,
        "shuffle": True,
        "offset": -1,
        "label": "both",
        "title": "both",
    }
    assert [flag.type.value for flag in flags[:5]] == ["number", "number", "list", "any", "boolean"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("from argparse import ArgumentParser as P\np = P()\np.add_argument('--a')", "argparse"),
        ("def main():\n    import argparse\n    p = argparse.ArgumentParser()\n    p.add_argument('--a')", "argparse"),
        ("options.add_argument('--headless')", "constants"),
        ("import argparse, click\n@click.command()\ndef f(): pass", "click"),
        ("from click import echo\nx = 1", "constants"),
        ("import rich_click as click\n@click.command()\ndef f(): pass", "click"),
        ("", "constants"),
    ],
)
def test_what_is_imported_and_used_decides(tmp_path, source, kind):
    path = tmp_path / "a.py"
    path.write_text(source)
    assert inspect_script(str(path)).kind == kind


def test_a_script_is_never_run(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(f"x = 1\nopen({str(tmp_path / 'made')!r}, 'w')\nraise SystemExit")
    assert inspect_script(str(path)).flags[0].default == 1
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = 1\n\nif", "invalid syntax (line 3)"),
        (b"x = 'a", "unterminated string literal (detected at line 1)"),
        (b"x = '\xff'", "codec can't decode"),
        (b"x = \0", "null bytes"),
        (b"x = " + b"-" * 100_000 + b"1", ""),
        (b"(" * 1000, "too many nested parentheses"),
    ],
)
def test_a_script_that_is_no_python_is_refused_in_one_line(tmp_path, content, reason):
    path = tmp_path / "train.py"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        inspect_script(str(path))
    assert str(caught.value).startswith(f"cannot read {str(path)!r}: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_script_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is a directory"):
        inspect_script(str(tmp_path))
    with pytest.raises(UsageError, match="no such file or directory"):
        inspect_script(str(tmp_path / "none.py"))


def test_what_the_compiler_only_warns_about_is_fine(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = '\\d'")
    assert inspect_script(str(path)).flags[0].default == "\\d"
