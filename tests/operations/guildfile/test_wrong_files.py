"""Each wrong file of ``wrong_files.txt`` gives one line that says where, and starts nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from guild_ipy.errors import GuildFileError, UsageError
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.operations.guildfile.file import read_guild_file
from guild_ipy.operations.guildfile.reading.yaml_text import MAX_BYTES
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.verbs.looking.operations import list_operations

CASES = re.findall(
    r"^## ([^\n]+)\n(.*?)\n=> ([^\n]+)$",
    (Path(__file__).parent / "wrong_files.txt").read_text("utf-8"),
    re.DOTALL | re.MULTILINE,
)


@pytest.fixture
def context(settings) -> Session:
    return Session(settings)


def write(folder: Path, text: str) -> None:
    """Write a case: a Guild file, and the files that it includes."""
    first, *others = re.split(r"^=== (.+)\n", text + "\n", flags=re.MULTILINE)
    names = ["guild.yml", *others[::2]]
    for name, content in zip(names, [first, *others[1::2]], strict=True):
        (folder / name).write_text(content)


@pytest.mark.parametrize(("text", "line"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_wrong_file_gives_one_line_with_its_place_and_starts_nothing(project, context, home, text, line):
    write(project(), text)
    wrong = {info.error: info.name for info in list_operations(context) if info.error}
    with pytest.raises(GuildFileError) as caught:
        run(context, RunRequest(operation=wrong[line].replace("guild.yml", "train")), SilentViewer())
    assert str(caught.value) == line
    assert line.startswith(f"{caught.value.path}:{caught.value.line}:{caught.value.column}: ")
    assert os.listdir(home.runs) == []


def test_there_are_many_of_them():
    assert len(CASES) == len({case[0] for case in CASES}) >= 60


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"train: \xff\n", "guild.yml:1:8: this is no UTF-8"),
        (b"a: b\n\n  \x07", r"guild.yml:3:3: '\\x07' cannot stand in YAML"),
        (b"a: b #" + b"x" * MAX_BYTES, "guild.yml:1:1: 262150 bytes are more than the 262144"),
    ],
)
def test_what_is_no_text_or_too_much_is_refused(tmp_path, content, message):
    (tmp_path / "guild.yml").write_bytes(content)
    with pytest.raises(GuildFileError, match=f"^{message}"):
        read_guild_file(str(tmp_path / "guild.yml"))


def test_too_many_included_files_are_refused(project):
    folder = project("".join(f"- include: {number}.yml\n" for number in range(60)))
    for number in range(60):
        (folder / f"{number}.yml").write_text("[]")
    first = read_guild_file("guild.yml").problems[0]
    assert str(first).startswith("guild.yml:50:12: more than 50 files are included")


def test_a_chain_without_end_is_refused_and_no_crash(project):
    steps = "".join(f"a{number}: {{steps: [a{number + 1}]}}\n" for number in range(3000))
    project(steps)
    with pytest.raises(GuildFileError, match="too many models or operations lead to each other"):
        read_guild_file("guild.yml")


def test_a_name_of_several_models_is_refused_with_the_names_to_use(project, context):
    project("- model: a\n  operations: {train: x}\n- model: b\n  operations: {train: x}\n")
    with pytest.raises(UsageError, match="several models have an operation 'train'; name one of a:train, b:train"):
        run(context, RunRequest(operation="train"), SilentViewer())
