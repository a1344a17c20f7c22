"""Flags of the Guild file and of the script together, and where scripts are found."""

from __future__ import annotations

import subprocess
import sys

import pytest

from guild_ipy.domain.values.flags import FlagType
from guild_ipy.operations.guildfile.lookup import find_guild_operation, list_guild_operations, note_hidden

ARGPARSE = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--learning-rate", type=float, default=0.1, help="Rate")
p.add_argument("--epochs", type=int, default=3)
p.add_argument("--shuffle", action="store_true")
p.parse_args()
"""
CONSTANTS = "lr = 0.1\nepochs = 3\nparams = {'lr': 0.2, 'model': {'depth': 3}}\nspace = SimpleNamespace(lr=0.3)\n"


@pytest.fixture
def flags(project):
    """Give the flags of an operation `t`, its main being `script`, by name with their defaults."""

    def flags(text, script=ARGPARSE, **files):
        folder = project(f"t:\n  main: script\n{text}", script_py=script, **files)
        return {flag.name: flag for flag in find_guild_operation("t", str(folder)).flags}

    return flags


def defaults(flags):
    return {name: flag.default for name, flag in flags.items()}


class TestImport:
    def test_only_those_that_are_declared_are_taken_without_a_word(self, flags):
        found = flags("  flags: {epochs: 5, other: 1}\n")
        assert defaults(found) == {"epochs": 5, "other": 1}
        assert found["epochs"].type is FlagType.INT

    def test_all_are_taken(self, flags):
        found = flags("  flags-import: all\n  flags: {epochs: 5}\n")
        assert defaults(found) == {"epochs": 5, "learning-rate": 0.1, "shuffle": False}
        assert found["learning-rate"].description == "Rate"

    def test_none_are_taken(self, flags):
        found = flags("  flags-import: no\n  flags: {epochs: 5}\n")
        assert found["epochs"].type is FlagType.ANY

    def test_some_are_taken(self, flags):
        assert set(flags("  flags-import: [shuffle]\n")) == {"shuffle"}
        assert set(flags("  flags-import: all\n  flags-import-skip: [shuffle, epochs]\n")) == {"learning-rate"}

    def test_one_by_another_name_is_found_by_its_option(self, flags):
        found = flags("  flags:\n    lr: {arg-name: learning-rate}\n")
        assert defaults(found) == {"lr": 0.1}

    @pytest.mark.parametrize(
        ("dest", "expected"),
        [
            ("globals", {"lr": 0.1, "epochs": 3}),
            ("global:params", {"lr": 0.2, "model.depth": 3}),
            ("namespace:space", {"lr": 0.3}),
            ("config:conf.yml", {"a": 1, "b.c": "x"}),
        ],
    )
    def test_they_come_from_where_they_go_to(self, flags, dest, expected):
        files = {"conf.yml": "a: 1\nb: {c: x}\n"}
        assert defaults(flags(f"  flags-dest: {dest}\n  flags-import: all\n", CONSTANTS, **files)) == expected

    @pytest.mark.parametrize(
        ("name", "text"),
        [("conf.json", '{"a": 1, "b": {"c": "x"}}'), ("conf.ini", "[DEFAULT]\na = 1\n[b]\nc = x\n")],
    )
    def test_configurations_are_of_several_kinds(self, flags, name, text):
        found = flags(f"  flags-dest: config:{name}\n  flags-import: all\n", CONSTANTS, **{name: text})
        assert defaults(found) == {"a": 1, "b.c": "x"}

    def test_a_script_that_cannot_be_read_has_none(self, flags):
        assert flags("  flags-import: all\n", "def f(:\n") == {}


class TestModules:
    @pytest.fixture
    def module(self, project):
        def module(main, *files, more=""):
            folder = project(f"t:\n  main: {main}\n{more}", **dict.fromkeys(files, ""))
            found = find_guild_operation("t", str(folder)).module
            if found is None:
                return None
            return found.path.removeprefix(f"{folder}/"), [root.removeprefix(str(folder)) for root in found.roots]

        return module

    @pytest.mark.parametrize(
        ("main", "path", "roots"),
        [
            ("train", "train.py", [""]),
            ("train.py", "train.py", [""]),
            ("pkg.train", "pkg/train.py", [""]),
            ("pkg", "pkg/__main__.py", [""]),
            ("src/train", "src/train.py", ["", "/src"]),
            ("src/pkg.train", "src/pkg/train.py", ["", "/src"]),
        ],
    )
    def test_it_is_found_as_guild_finds_it(self, module, main, path, roots):
        assert module(main, path) == (path, roots)

    def test_other_folders_can_be_named(self, module):
        assert module("train", "lib/train.py", more="  python-path: [lib]\n") == ("lib/train.py", ["/lib"])
        assert module("t2", "code/t2.py", more="  sourcecode: {root: code}\n") == ("code/t2.py", ["/code"])

    def test_it_need_not_be_there(self, module):
        assert module("train") is None

    def test_it_may_be_an_installed_one(self, project):
        folder = project("t:\n  main: json.tool\n")
        import json

        found = find_guild_operation("t", str(folder), [json.__path__[0].removesuffix("/json")])
        assert found.module.path.endswith("json/tool.py")
        assert found.module.roots == ()


class TestLookup:
    def test_without_a_guild_file_nothing_that_reads_one_is_loaded(self, project):
        project()
        code = "import sys; from guild_ipy.operations.guildfile.lookup import find_guild_operation as find\n"
        code += "find('t', '.'); print([name for name in sys.modules if 'guildfile.file' in name or name == 'yaml'])"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

    def test_without_a_guild_file_there_is_nothing(self, project):
        folder = str(project())
        assert find_guild_operation("t", folder) is None
        assert list_guild_operations(folder) == []
        assert note_hidden("t", folder) == ()

    def test_a_hidden_operation_is_noted(self, project):
        folder = str(project("train: x\n"))
        assert note_hidden("train", folder) == (
            "guild.yml has an operation 'train' too; this is the one of the notebook",
        )
        assert note_hidden("other", folder) == ()

    def test_a_wrong_file_is_noted_where_it_may_hide_something(self, project):
        folder = str(project("train: 5\n"))
        assert note_hidden("train", folder)[0].startswith("guild.yml:1:8: operation 'train' is a map")
        assert note_hidden("other", folder) == ()
