import ast
import subprocess
import sys

import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.scripts.click_flags import read_click
from guild_ipy.operations.scripts.command_line import script_arguments
from guild_ipy.operations.scripts.script_interface import ArgumentStyle


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


GROUP = """
import functools
import click
def show(values): print(*(f'{name}={values[name]}' for name in sorted(values)))
def common(function):
    @click.option("--seed", default=0)
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
rate = click.option("--lr", type=float, default=0.5)
@click.group()
@click.option("--debug/--no-debug", default=False)
def cli(debug): print(debug)
@cli.command()
@rate
@common
def train_all(**values): show(values)
@cli.command("eval")
@click.argument("data")
@click.option("--upper", "case", flag_value="upper")
@click.option("--lower", "case", flag_value="lower")
def evaluate(**values): show(values)
@click.group()
def remote(): pass
@remote.command()
@click.option("-n", "--times", count=True)
def add(times): print(times)
cli.add_command(remote)
if __name__ == "__main__":
    cli()
"""


@pytest.mark.parametrize(
    ("command", "given", "words", "printed"),
    [
        ("train-all", {}, "--no-debug train-all --lr 0.5 --seed 0", "False\nlr=0.5 seed=0\n"),
        (
            "train-all",
            {"debug": "yes", "seed": "3"},
            "--debug train-all --lr 0.5 --seed 3",
            "True\nlr=0.5 seed=3\n",
        ),
        ("eval", {"data": "d", "upper": "yes"}, "--no-debug eval --upper d", "False\ncase=upper data=d\n"),
        ("remote add", {"times": "2"}, "--no-debug remote add --times --times", "False\n2\n"),
    ],
)
def test_commands_of_a_group_take_their_own_flags(tmp_path, command, given, words, printed):
    interface = read_click(ast.parse(GROUP), command.split())
    typed = {name: FlagText(text) for name, text in given.items()}
    written = script_arguments(interface, bind_flags(interface.flags, typed, operation="cli.py"))
    assert " ".join(written) == words
    (tmp_path / "cli.py").write_text(GROUP)
    done = subprocess.run([sys.executable, tmp_path / "cli.py", *written], capture_output=True, text=True, check=True)
    assert done.stdout == printed


def test_a_group_needs_a_command_unless_it_does_something_without():
    assert read_click(ast.parse(GROUP)).needs_command
    assert read_click(ast.parse(GROUP)).commands == ("train-all", "eval", "remote")
    alone = GROUP.replace("@click.group()", "@click.group(invoke_without_command=True)")
    assert not read_click(ast.parse(alone)).needs_command


@pytest.mark.parametrize(
    ("settings", "default", "passes"),
    [
        ("context_settings={'default_map': {'lr': 0.5, 'other': 1}}", 0.5, True),
        ("context_settings=dict(default_map={'lr': 0.5})", 0.5, True),
        ("context_settings={'default_map': load()}", None, False),
        ("", 0.1, True),
    ],
)
def test_a_map_of_defaults_counts_more_than_a_default(settings, default, passes):
    source = f"import click\n@click.command({settings})\n@click.option('--lr', default=0.1)\ndef main(lr): pass"
    (argument,) = read_click(ast.parse(source)).arguments
    assert (argument.flag.default, argument.passes_default) == (default, passes)


def test_a_default_that_a_variable_of_the_environment_changes_is_not_passed():
    assert not read("option('--lr', default=0.1, envvar='LR')")[0].passes_default


def test_options_of_a_decorator_that_is_not_here_are_not_all_that_there_are():
    source = (
        "import click\nfrom library import options\n@click.command()\n@click.option('--a')\n@options\ndef f(): pass"
    )
    assert read_click(ast.parse(source)).unread == "click"
    assert read_click(ast.parse(source.replace("@options", "@click.pass_context"))).unread == ""
