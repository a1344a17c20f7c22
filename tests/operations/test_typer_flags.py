import ast

import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.scripts.command_line import script_arguments
from guild_ipy.operations.scripts.typer_flags import read_typer

BEFORE = """
import typer
from enum import Enum
from pathlib import Path
from typing import Annotated, List, Literal, Optional
class Color(str, Enum):
    red = "RED"
    blue = "BLUE"
"""


def read_flag(parameter):
    tree = ast.parse(f"{BEFORE}\ndef main({parameter}): pass\ntyper.run(main)\n")
    (argument,) = read_typer(tree).arguments
    return argument


@pytest.mark.parametrize(
    ("parameter", "name", "flag_type", "default"),
    [
        ("lr: float = 1", "lr", FlagType.FLOAT, 1.0),
        ("n_epochs: int = 3", "n-epochs", FlagType.INT, 3),
        ("n=3", "n", FlagType.INT, 3),
        ("n: Annotated[int, typer.Option('--epochs', '-e')] = 3", "epochs", FlagType.INT, 3),
        ("n: int = typer.Option(3, '--epochs', help='x')", "epochs", FlagType.INT, 3),
        ("name: Optional[str] = None", "name", FlagType.STRING, None),
        ("name: str | None = None", "name", FlagType.STRING, None),
        ("out: Path = Path('a')", "out", FlagType.STRING, "a"),
        ("color: Color = Color.blue", "color", FlagType.STRING, "BLUE"),
        ("kind: Literal['a', 'b'] = 'a'", "kind", FlagType.STRING, "a"),
        ("tags: List[str] = ['a']", "tags", FlagType.LIST, ["a"]),
        ("size: tuple[int, int] = (1, 2)", "size", FlagType.LIST, [1, 2]),
        ("v: int = typer.Option(0, '-v', count=True)", "v", FlagType.INT, 0),
    ],
)
def test_a_parameter_with_a_default_is_an_option(parameter, name, flag_type, default):
    flag = read_flag(parameter).flag
    assert (flag.name, flag.type, flag.default, flag.required) == (name, flag_type, default, False)


@pytest.mark.parametrize("parameter", ["data", "data: str", "data: str = typer.Argument(...)"])
def test_a_parameter_without_one_is_an_argument(parameter):
    flag = read_flag(parameter).flag
    assert (flag.name, flag.arg_name, flag.required) == ("data", None, True)


def test_choices_are_the_values_of_an_enum():
    assert read_flag("color: Color = Color.red").flag.choices == ("RED", "BLUE")


def test_the_context_is_no_flag():
    tree = ast.parse(f"{BEFORE}\ndef main(ctx: typer.Context, lr: float = 1): pass\ntyper.run(main)\n")
    assert [flag.name for flag in read_typer(tree).flags] == ["lr"]


APP = """
import typer
app = typer.Typer()
users = typer.Typer()
app.add_typer(users, name="users")
@app.callback()
def common(seed: int = 1, shuffle: bool = True): pass
@app.command()
def train_it(lr: float = 0.1, force: bool = typer.Option(False, "--force")): pass
@app.command("eval")
def evaluate(data: str, k: int = 5, tags: list[str] = []): pass
@users.command()
def add(name: str): pass
app()
"""


@pytest.mark.parametrize(
    ("command", "given", "words"),
    [
        ("train-it", {}, "--seed 1 --shuffle train-it --lr 0.1"),
        ("train-it", {"force": "yes", "shuffle": "no"}, "--seed 1 --no-shuffle train-it --force --lr 0.1"),
        ("eval", {"data": "-d", "tags": "[a, b]"}, "--seed 1 --shuffle eval --k 5 --tags a --tags b -- -d"),
        ("users add", {"name": "ada", "seed": "2"}, "--seed 2 --shuffle users add ada"),
    ],
)
def test_commands_of_an_app_take_their_own_flags(command, given, words):
    interface = read_typer(ast.parse(APP), command.split())
    typed = {name: FlagText(text) for name, text in given.items()}
    flags = bind_flags(interface.flags, typed, operation="app.py")
    assert " ".join(script_arguments(interface, flags)) == words


def test_an_app_with_one_command_has_no_command_to_name():
    source = "import typer\napp = typer.Typer()\n@app.command()\ndef main(lr: float = 0.1): pass\napp()\n"
    interface = read_typer(ast.parse(source))
    assert ([flag.name for flag in interface.flags], interface.commands) == (["lr"], ())


def test_an_app_with_several_needs_one():
    interface = read_typer(ast.parse(APP))
    assert (interface.commands, interface.needs_command) == (("train-it", "eval", "users"), True)
