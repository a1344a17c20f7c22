"""How values of flags become words, constants and environment."""

from __future__ import annotations

import pytest

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.operation_def import FlagsDest
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.errors import FlagError
from guild_ipy.operations.guildfile.filled_command import fill_command, flag_words


def words(value, **attributes):
    """Give the words of a flag `x`."""
    return flag_words({"x": value}, [FlagDef(name="x", **attributes)], None)


class TestWords:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (0.1, ("--x", "0.1")),
            ("a b", ("--x", "a b")),
            (True, ("--x", "1")),
            (False, ("--x", "")),
            (None, ()),
            ([1, "a b"], ("--x", "1 'a b'")),
            (-1e-05, ("--x", "-1e-05")),
        ],
    )
    def test_values_are_written_as_guild_writes_them(self, value, expected):
        assert words(value) == expected

    def test_an_option_of_another_name(self):
        assert words(1, arg_name="--rate") == ("--rate", "1")

    def test_one_that_stays_off_the_command_line(self):
        assert words(1, arg_skip=True) == ()

    @pytest.mark.parametrize(("value", "expected"), [(True, ("--x",)), (False, ()), (1, ())])
    def test_a_switch_is_given_for_its_value(self, value, expected):
        assert words(value, arg_switch=True) == expected

    @pytest.mark.parametrize(
        ("split", "value", "expected"),
        [
            (True, "a 'b c'", ("--x", "a", "b c")),
            (",", "a,b,,c", ("--x", "a", "b", "c")),
            (True, "", ()),
            (True, 5, ("--x", "5")),
        ],
    )
    def test_text_is_split(self, split, value, expected):
        assert words(value, arg_split=split) == expected

    def test_text_that_cannot_be_split_is_refused(self):
        with pytest.raises(FlagError, match=r"flag 'x' is split into words, and .* has no closing quotation"):
            words("a 'b", arg_split=True)

    def test_other_words_for_values(self):
        assert words(True, arg_encoding=((True, "on"),)) == ("--x", "on")
        assert words(1, arg_encoding=((True, "on"),)) == ("--x", "1")

    def test_options_are_sorted_and_those_in_front_count(self):
        flags = [FlagDef(name="b"), FlagDef(name="a")]
        assert flag_words({"b": 1, "a": 2}, flags, None) == ("--a", "2", "--b", "1")
        assert flag_words({"b": 1, "a": 2}, flags, None, before=["--a", "9"]) == ("--b", "1")


class TestCommands:
    @pytest.fixture
    def fill(self):
        def fill(*words, dest="args", is_exec=True, env=None, definitions=("lr", "note"), **flags):
            command = Command(
                words=words, is_exec=is_exec, dest=FlagsDest.parse(dest), env=env or {}, project_dir="/lab"
            )
            return fill_command(command, flags, [FlagDef(name=name) for name in definitions])

        return fill

    def test_a_reference_stays_one_word_whatever_it_holds(self, fill):
        assert fill("echo", "x=${note}", note="a b; rm *").words == ("echo", "x=a b; rm *")

    def test_all_flags_stand_where_they_are_wanted(self, fill):
        assert fill("run", "${flag_args}", "end", lr=1).words == ("run", "--lr", "1", "end")

    def test_a_reference_can_be_escaped(self, fill):
        assert fill("sh", "-c", r"echo \${HOME} $HOME").words == ("sh", "-c", "echo ${HOME} $HOME")

    def test_places_are_known(self, fill):
        assert fill("${project_dir}/run").words == ("/lab/run",)
        assert fill("${python_exe}").words[0].endswith("python") or "python" in fill("${python_exe}").words[0]

    def test_an_unknown_reference_is_refused(self, fill):
        with pytest.raises(FlagError, match=r"'\$\{x\}' in 'a\$\{x\}' is no flag of this operation"):
            fill("a${x}")

    def test_the_environment_is_filled(self, fill):
        filled = fill("x", env={"RATE": "r${lr}"}, lr=0.5)
        assert filled.env == {"RATE": "r0.5", "FLAGS_DEST": "args"}

    def test_constants_get_values_and_no_words(self, fill):
        filled = fill("a", dest="globals", is_exec=False, lr=1, note=None)
        assert (filled.words, filled.constants) == (("a",), {"lr": 1})

    def test_nothing_is_passed_where_that_is_wanted(self, fill):
        filled = fill("a", dest="none", is_exec=False, lr=1)
        assert (filled.words, filled.constants) == (("a",), {})
