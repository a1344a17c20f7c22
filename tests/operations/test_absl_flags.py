import ast

import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_binding import bind_flags
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.scripts.absl_flags import read_absl
from guild_ipy.operations.scripts.command_line import script_arguments

SOURCE = """
from absl import app, flags
flags.DEFINE_float("lr", 1, "rate", lower_bound=0)
_N = flags.DEFINE_integer("n", 3, help="count")
flags.DEFINE_bool("shuffle", True, "x")
flags.DEFINE_enum("optimizer", "adam", ["adam", "sgd"], "which")
flags.DEFINE_list("layers", "a,b", "x")
flags.DEFINE_multi_integer("m", [1, 2], "x")
flags.DEFINE_string("name", None, "x", required=True)
"""


def write(**given):
    interface = read_absl(ast.parse(SOURCE))
    typed = {name: FlagText(text) for name, text in given.items()}
    return " ".join(script_arguments(interface, bind_flags(interface.flags, typed, operation="a.py")))


def test_definitions_are_flags():
    interface = read_absl(ast.parse(SOURCE))
    found = [(flag.name, flag.type, flag.default, flag.choices) for flag in interface.flags]
    assert found == [
        ("lr", FlagType.FLOAT, 1.0, ()),
        ("n", FlagType.INT, 3, ()),
        ("shuffle", FlagType.BOOLEAN, True, ()),
        ("optimizer", FlagType.STRING, "adam", ("adam", "sgd")),
        ("layers", FlagType.LIST, ["a", "b"], ()),
        ("m", FlagType.LIST, [1, 2], ()),
        ("name", FlagType.STRING, None, ()),
    ]
    assert [flag.name for flag in interface.flags if flag.required] == ["name"]


def test_each_is_written_as_absl_reads_it():
    assert write(name="x") == "--layers a,b --lr 1.0 --m 1 --m 2 --n 3 --name x --optimizer adam --shuffle"
    changed = write(name="-x", shuffle="no", layers="[c, d]", m="[7]", lr="-1")
    assert changed == "--layers c,d --lr=-1.0 --m 7 --n 3 --name=-x --optimizer adam --noshuffle"


def test_an_item_with_a_comma_is_refused():
    with pytest.raises(FlagError, match="'layers' cannot hold 'c,d': ',' parts its items"):
        write(name="x", layers="['c,d']")


def test_what_is_defined_in_another_way_is_not_read():
    interface = read_absl(ast.parse(SOURCE + "flags.DEFINE_alias('rate', 'lr')\n"))
    assert interface.unread == "absl"
    assert read_absl(ast.parse("from absl import logging")) is None
