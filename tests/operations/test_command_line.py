"""The real scripts are run with the arguments that are written for them, and say what they got."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.domain.values.flags import FlagDef, FlagType
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.scripts.command_line import script_arguments
from guild_ipy.operations.scripts.script_flags import inspect_script
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface

SCRIPTS = Path(__file__).parent / "scripts"
ARGPARSE = str(SCRIPTS / "argparse_script.py")
CLICK = str(SCRIPTS / "click_script.py")
TEXTS = [
    "a b",
    'it\'s "q"',
    "line 1\nline 2",
    "ünï ☃",
    "-x",
    "--",
    "-",
    "",
    "--name",
    "-1e-05",
    "@a",
    "%s",
    "\\",
    "a=b",
]


def run_script(path, **given):
    interface = inspect_script(path)
    flags = bind_flags(interface.flags, given, operation="script")
    arguments = script_arguments(interface, flags)
    done = subprocess.run([sys.executable, path, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_argparse_gets_the_defaults_that_it_has_itself():
    plain = subprocess.run([sys.executable, ARGPARSE, "d.csv"], capture_output=True, check=True)
    assert run_script(ARGPARSE, data="d.csv") == json.loads(plain.stdout)


def test_click_gets_the_defaults_that_it_has_itself():
    plain = subprocess.run([sys.executable, CLICK, "d.csv", "--seed", "1"], capture_output=True, check=True)
    assert run_script(CLICK, data="d.csv", seed=1) == json.loads(plain.stdout)


ARGPARSE_VALUES = {
    "learning_rate": -1e-05,
    "epochs": -3,
    "batch": 10**20,
    "n": -7,
    "optimizer": "sgd",
    "layers": [1, -2],
    "rates": [-1e-05, 1e300],
    "tag": ["base", "-x", "a b"],
    "shuffle": True,
    "mode": "fast",
    "augment": False,
    "pretrained": False,
    "freeze": True,
    "verbose": 3,
    "minutes": 5,
    "extra": ["-y", "z"],
}


def test_argparse_gets_what_the_flags_say():
    got = run_script(ARGPARSE, data="-d", **ARGPARSE_VALUES, **{"no-cache": True})
    assert {name: got[name] for name in ARGPARSE_VALUES} == ARGPARSE_VALUES
    assert (got["data"], got["cache"], got["steps"]) == ("-d", False, 100)


CLICK_VALUES = {
    "epochs": -3,
    "momentum": 1e-05,
    "model": "large",
    "seed": -1,
    "tag": ["-x", "--", ""],
    "count": -7,
    "shuffle": True,
    "cache": False,
    "freeze": True,
    "verbose": 2,
    "extra_files": ["-y", "z"],
}


def test_click_gets_what_the_flags_say():
    got = run_script(CLICK, data="-d", **CLICK_VALUES, **{"learning-rate": -1e-05, "range": [-1e-05, -2.0]})
    assert {name: got[name] for name in CLICK_VALUES} == CLICK_VALUES
    assert (got["data"], got["rate"], got["bounds"]) == ("-d", -1e-05, [-1e-05, -2.0])


@pytest.mark.parametrize("text", [text for text in TEXTS if text != "--"])
def test_argparse_gets_any_text_unchanged(text):
    got = run_script(ARGPARSE, data=text, name=text)
    assert (got["data"], got["name"]) == (text, text)


@pytest.mark.parametrize("text", TEXTS)
def test_click_gets_any_text_unchanged(text):
    got = run_script(CLICK, data=text, name=text, seed=1)
    assert (got["data"], got["name"]) == (text, text)


def write(*arguments, kind=InterfaceKind.ARGPARSE, **flags):
    return script_arguments(ScriptInterface(kind=kind, arguments=arguments), flags)


def argument(name, *, style=ArgumentStyle.VALUE, passes_default=True, **fields):
    fields.setdefault("arg_name", f"--{name}")
    return ScriptArgument(flag=FlagDef(name=name, **fields), style=style, passes_default=passes_default)


def test_options_are_sorted_and_positional_arguments_come_last():
    places = (argument("b", arg_name=None), argument("a", arg_name=None))
    assert write(*places, argument("z"), argument("y"), z=1, y=2.5, a="A", b="B") == (
        "--y",
        "2.5",
        "--z",
        "1",
        "B",
        "A",
    )


def test_what_is_none_is_left_out():
    assert write(argument("x"), argument("y", arg_name=None), x=None, y=None) == ()


def test_a_list_before_positional_arguments_is_closed():
    layers = argument("layers", style=ArgumentStyle.LIST, type=FlagType.LIST)
    assert write(layers, argument("data", arg_name=None), layers=[1, 2], data="d") == ("--layers", "1", "2", "--", "d")


def test_lists_and_maps_for_one_value_are_json():
    assert write(argument("x"), x={"a": [1, None]}) == ("--x", '{"a": [1, null]}')


def test_a_default_that_text_cannot_say_is_left_to_the_script():
    untyped = argument("x", default=0.1, passes_default=False)
    assert (write(untyped, x=0.1), write(untyped, x=0.2)) == ((), ("--x", "0.2"))


def test_constants_are_no_arguments():
    assert write(argument("x"), kind=InterfaceKind.CONSTANTS, x=1) == ()


@pytest.mark.parametrize(
    ("taken", "value", "message"),
    [
        (argument("x", style=ArgumentStyle.LIST), ["a", "-b"], "cannot be given '-b': argparse takes it for an option"),
        (argument("x"), "--", "cannot be given '--'"),
        (
            argument("x", style=ArgumentStyle.SWITCH, default="a", arg_switch="b"),
            "c",
            "is a switch, b with its option, a without",
        ),
        (
            argument("x", style=ArgumentStyle.SWITCH, default=True, arg_switch=True),
            False,
            "is a switch, yes with its option and without; it cannot be no",
        ),
        (argument("x", style=ArgumentStyle.COUNT, default=2), 1, "counts up from 2 and cannot be 1"),
        (argument("x", style=ArgumentStyle.REPEAT, default=["a"]), [], "the script takes its default"),
        (argument("x", style=ArgumentStyle.REPEAT, default=["a"], passes_default=False), ["b"], "takes its default"),
    ],
)
def test_a_value_that_the_command_line_cannot_say_is_refused(taken, value, message):
    with pytest.raises(FlagError, match=message):
        write(taken, x=value)
