import ast

import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.operations.scripts.argparse_flags import read_argparse
from guild_ipy.operations.scripts.script_interface import ArgumentStyle


def read(*calls, before=""):
    lines = ["import argparse", before, *(f"parser.add_argument({call})" for call in calls)]
    found = read_argparse(ast.parse("\n".join(lines)), "train.py", ())
    return found.arguments if found is not None else ()


def read_flag(call, before=""):
    (argument,) = read(call, before=before)
    return argument.flag


@pytest.mark.parametrize(
    ("call", "name", "option"),
    [
        ("'--learning-rate'", "learning-rate", "--learning-rate"),
        ("'-l', '--lr', '--rate'", "lr", "--lr"),
        ("'--lr', dest='rate'", "lr", "--lr"),
        ("'-n'", "n", "-n"),
        ("'-n', dest='count'", "count", "-n"),
        ("'data'", "data", None),
        ("PREFIX + 'lr'", "lr", "--lr"),
    ],
)
def test_a_flag_is_named_by_its_first_long_option(call, name, option):
    flag = read_flag(call, before="PREFIX = '--'")
    assert (flag.name, flag.arg_name) == (name, option)


@pytest.mark.parametrize(
    ("call", "flag_type", "default"),
    [
        ("type=int, default=3", FlagType.INT, 3),
        ("type=int, default='3'", FlagType.INT, 3),
        ("type=float, default=1", FlagType.FLOAT, 1.0),
        ("type=float, default=BASE / 2", FlagType.FLOAT, 0.5),
        ("type=str, default='a'", FlagType.STRING, "a"),
        ("type=pathlib.Path, default='a'", FlagType.STRING, "a"),
        ("type=bool, default=False", FlagType.BOOLEAN, False),
        ("type=lambda text: text, default=1", FlagType.ANY, 1),
        ("type=to_bool, default=True", FlagType.BOOLEAN, True),
        ("default=0.1", FlagType.ANY, 0.1),
        ("default='a'", FlagType.STRING, "a"),
        ("default=True", FlagType.BOOLEAN, True),
        ("type=int, default=config.n", FlagType.INT, None),
        ("type=int, default=argparse.SUPPRESS", FlagType.INT, None),
        ("nargs='+', type=int, default=[1, 2]", FlagType.LIST, [1, 2]),
        ("nargs=argparse.REMAINDER", FlagType.LIST, None),
        ("nargs='?', type=int", FlagType.INT, None),
        ("action='store_true'", FlagType.BOOLEAN, False),
        ("action='store_false'", FlagType.BOOLEAN, True),
        ("action=argparse.BooleanOptionalAction, default=True", FlagType.BOOLEAN, True),
        ("action='count'", FlagType.INT, None),
        ("action='append'", FlagType.LIST, None),
        ("action=MyAction, default=5", FlagType.ANY, None),
        ("**options", FlagType.ANY, None),
    ],
)
def test_type_and_default_are_read(call, flag_type, default):
    flag = read_flag(f"'--x', {call}", before="BASE = 1")
    assert (flag.type, flag.default) == (flag_type, default)
    assert type(flag.default) is type(default)


def test_choices_help_and_required_are_read():
    flag = read_flag(
        "'--x', choices=NAMES, default='a', required=True, help='50%% of %(default)s'", "NAMES = ('a', 'b')"
    )
    assert (flag.choices, flag.required, flag.description) == (("a", "b"), True, "50% of a")


def test_positional_arguments_are_required_unless_they_may_be_missing():
    found = read("'a'", "'b', nargs='?'", "'c', nargs='+'", "'d', nargs='*'")
    assert [argument.flag.required for argument in found] == [True, False, True, False]


@pytest.mark.parametrize(
    "call", ["'--version', action='version'", "'--x', action='help'", "name", "*names", "'--' + name", ""]
)
def test_what_is_no_flag_or_cannot_be_read_is_left_out(call):
    assert read(call) == ()


def test_groups_count_and_sub_commands_do_not():
    before = """
commands = parser.add_subparsers()
train = commands.add_parser("train")
train.add_argument("--epochs")
options = train.add_argument_group("options")
options.add_argument("--lr")
commands.add_parser("test").add_argument("--data")
model = parser.add_argument_group("model")
model.add_argument("--layers")
"""
    assert [argument.flag.name for argument in read("'--seed'", before=before)] == ["layers", "seed"]


def test_later_defaults_win():
    assert read_flag("'--learning-rate', default=1", before="parser.set_defaults(learning_rate=2)").default == 2


def test_the_first_of_two_by_the_same_name_counts():
    assert [argument.flag.default for argument in read("'--x', default=1", "'--x', default=2")] == [1]


def test_a_default_that_text_cannot_say_is_not_passed():
    calls = ("'--a', default=0.1", "'--b', default='x'", "'--c', type=f, default=1", "'--d', nargs=2, default=[1, 2]")
    assert [argument.passes_default for argument in read(*calls)] == [False, True, False, False]


def test_options_that_exclude_each_other_do_not_pass_their_defaults():
    group = "group = parser.add_mutually_exclusive_group()\ngroup.add_argument('--a', type=int, default=1)"
    assert [argument.passes_default for argument in read("'--b', type=int, default=1", before=group)] == [False, True]


def test_an_option_with_a_negative_form_is_a_pair():
    (argument,) = read("'--x', action=argparse.BooleanOptionalAction")
    assert (argument.style, argument.off_name) == (ArgumentStyle.PAIR, "--no-x")


def test_a_script_that_adds_no_argument_has_none():
    assert read_argparse(ast.parse("import argparse\nparser = argparse.ArgumentParser()"), "a.py", ()) is None
