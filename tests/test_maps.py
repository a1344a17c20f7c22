"""The docstring of each package is its map."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.verbs import NAMES

ROOT = Path(guild_ipy.__file__).parent
PACKAGES = sorted(path.parent for path in ROOT.rglob("__init__.py") if path.parent != ROOT)
#: Words in a map that are not parts of the package.
OTHERS = {*NAMES, "guild_ipy", "fork"}


def parts(package):
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


def map_of(package):
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


def names_in(text):
    return set(re.findall(r"``([a-z][a-z_0-9]*)``", text))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_part_is_on_the_map(package):
    assert parts(package) <= names_in(map_of(package))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_that_is_on_the_map_is_there(package):
    assert names_in(map_of(package)) <= parts(package) | OTHERS


def test_no_folder_has_more_files_than_can_be_seen():
    assert [package.name for package in [ROOT, *PACKAGES] if len(list(package.glob("*.py"))) > 16] == []


def test_a_file_name_is_used_once():
    names = Counter(path.name for path in ROOT.rglob("*.py") if path.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []
