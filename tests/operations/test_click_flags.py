import ast

import pytest

from guild_ipy.domain.flags import FlagType
from guild_ipy.operations.click_flags import read_click
from guild_ipy.operations.script_interface import ArgumentStyle


def read(*decorators, before=""):
    lines = [before, "@click.command()", *(f"@click.{decorator}" for decorator in decorators), "def main(): pass"]
    return read_click(ast.parse("\n".join(lines))).arguments


def read_flag(decorator, before=""):
    (argument,) = read(decorator, before=before)
    return argument.flag


@pytest.mark.parametrize(
    ("decorator", "name", "option"),
    [
        ("option('--learning-rate', '-l', 'rate')", "learning-rate", "--learning-rate"),
        ("option('-n', 'count')", "count", "-n"),
        ("option('-n')", "n", "-n"),
        ("option('--on/--off')", "on", "--on"),
        ("argument('Data-File')", "data_file", None),
    ],
)
def test_a_flag_is_named_by_its_first_long_option(decorator, name, option):
    flag = read_flag(decorator)
    assert (flag.name, flag.arg_name) == (name, option)


@pytest.mark.parametrize(
    ("keywords", "flag_type", "default"),
    [
        ("type=int", FlagType.INT, None),
        ("type=click.INT, default=N * 2", FlagType.INT, 6),
        ("type=click.IntRange(0, 5), default=1", FlagType.INT, 1),
        ("type=click.FLOAT, default=1", FlagType.FLOAT, 1.0),
        ("type=bool, default=True", FlagType.BOOLEAN, True),
        ("type=click.Path(exists=True)", FlagType.STRING, None),
        ("type=MY_TYPE", FlagType.ANY, None),
        ("default=5", FlagType.INT, 5),
        ("default=0.5", FlagType.FLOAT, 0.5),
        ("default='a'", FlagType.STRING, "a"),
        ("default=lambda: 5", FlagType.ANY, None),
        ("is_flag=True", FlagType.BOOLEAN, False),
        ("flag_value='b'", FlagType.BOOLEAN, False),
        ("count=True", FlagType.INT, 0),
        ("multiple=True", FlagType.LIST, None),
        ("nargs=2, default=(1, 2)", FlagType.LIST, [1, 2]),
    ],
)
def test_type_and_default_are_read(keywords, flag_type, default):
    flag = read_flag(f"option('--x', {keywords})", before="N = 3")
    assert (flag.type, flag.default) == (flag_type, default)
    assert type(flag.default) is type(default)


def test_choices_and_help_are_read():
    flag = read_flag("option('--x', type=click.Choice(NAMES), default='a', help='which')", "NAMES = ['a', 'b']")
    assert (flag.choices, flag.description, flag.type) == (("a", "b"), "which", FlagType.STRING)


@pytest.mark.parametrize(
    ("decorator", "required"),
    [
        ("option('--x')", False),
        ("option('--x', required=True)", True),
        ("option('--x', prompt=True)", True),
        ("option('--x', prompt=True, default=1)", False),
        ("argument('x')", True),
        ("argument('x', default=1)", False),
        ("argument('x', required=False)", False),
        ("argument('x', nargs=-1)", False),
    ],
)
def test_what_must_be_given_is_required(decorator, required):
    assert read_flag(decorator).required is required


def test_other_decorators_and_names_that_are_not_static_are_left_out():
    assert read("version_option()", "pass_context", "option(name)", "option('--x' + name)", "option('x')") == ()


def test_an_option_with_a_negative_form_is_a_pair():
    (argument,) = read("option('--cache/--no-cache', default=True)")
    assert (argument.style, argument.off_name, argument.flag.default) == (ArgumentStyle.PAIR, "--no-cache", True)


TWO = """
from click import command, option
@command()
@option("--a")
def first(): pass
@command()
@option("--b")
def second(): pass
"""


@pytest.mark.parametrize(("end", "name"), [("", "a"), ("if __name__ == '__main__':\n    second()", "b")])
def test_the_command_that_is_called_counts_else_the_first(end, name):
    (argument,) = read_click(ast.parse(TWO + end)).arguments
    assert argument.flag.name == name


def test_sub_commands_do_not_count():
    source = (
        "@click.group()\n@click.option('--a')\ndef cli(): pass\n@cli.command()\n@click.option('--b')\ndef sub(): pass"
    )
    (argument,) = read_click(ast.parse(source)).arguments
    assert argument.flag.name == "a"


def test_a_script_without_a_command_has_none():
    assert read_click(ast.parse("import click\nclick.echo('hi')")) is None
