"""Two users on one home: what one of them runs, the other can look at, and neither stop nor change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from tests.notebook_session import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do something as two users")

ROOT = 0
OTHER_USER = 54321  # a number that no user has
#: Calls commands as a user, each in a fork, and prints what came of them, for each line that names a user and commands.
#: Loads at first all that the command uses: the interpreter may lie where only root can read.
AS_USER = """
import importlib, json, os, pkgutil, sys
import guild_ipy
from guild_ipy.cli import main

UNUSED = ("frame", "tables", "widgets", "magics", "python", "engine.notebook")  # they take seconds
for module in pkgutil.walk_packages(guild_ipy.__path__, "guild_ipy."):
    if not module.name.startswith(("guild_ipy.__main__", *(f"guild_ipy.{name}" for name in UNUSED))):
        importlib.import_module(module.name)
for line in sys.stdin:
    user, commands = json.loads(line)
    answers = []
    for words in commands:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            sys.exit(main(words))
        os.close(writer)
        with open(reader) as output:
            answers.append(output.read())
        os.wait()
    print(json.dumps(answers), flush=True)
"""


@pytest.fixture(scope="module")
def shared():
    """Give a folder that all users can read."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        folder.chmod(0o755)
        for name, mode in (("cache", 0o777), ("home", 0o755), ("home/runs", 0o755)):
            (folder / name).mkdir()
            (folder / name).chmod(mode)
        yield folder


@pytest.fixture(scope="module")
def call_as(shared):
    """Call commands as a user; what each of them prints."""
    start = [sys.executable, "-P", "-c", AS_USER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(start, cwd=shared, env=surroundings(shared), **pipes) as process:

        def call_as(user: int, *commands: str) -> list[str]:
            process.stdin.write(json.dumps([user, [each.split() for each in commands]]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield call_as


@pytest.fixture(scope="module")
def home(shared, call_as):
    """Give a home with a run of root that is running, a staged one, and three that have ended, the last one marked."""
    (shared / "slow.py").write_text("import os, time\nopen('ready', 'w').close()\ntime.sleep(600)\n")
    (shared / "quick.py").write_text("x = 1\n")
    home = Home(f"{shared}/home")
    ended = ["run quick.py --yes", "run quick.py x=2 --yes", "run quick.py x=3 --yes"]
    call_as(ROOT, *ended, "run quick.py --stage --yes", "run slow.py --background --yes", "mark 5")
    wait_until(lambda: os.path.exists(f"{runs_of(home)[0].path}/ready"))
    yield home
    assert "Stopped 1 run" in call_as(ROOT, "stop --yes")[0]


def surroundings(shared: Path) -> dict[str, str]:
    return {**os.environ, "GUILD_HOME": f"{shared}/home", "GUILD_IPY_CACHE": f"{shared}/cache", "HOME": str(shared)}


def runs_of(home: Home) -> list[RunDir]:
    """Give the runs in the order of `guild-ipy runs`."""
    found = [home.run_dir(name) for name in os.listdir(home.runs)]
    return sorted(found, key=lambda run_dir: os.stat(run_dir.attr("initialized")).st_mtime_ns, reverse=True)


def look_at(home: Home) -> dict[str, tuple[int, int]]:
    """Give when each file of the home was changed."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in Path(home.path).rglob("*")}


def test_each_is_refused_in_one_line_that_says_whose_it_is(call_as, home):
    slow, staged, quick, _, marked = (each.short_id for each in runs_of(home))
    before = look_at(home)
    answers = call_as(
        OTHER_USER, "stop --yes", "stop 1 --yes", "delete 1 --yes", "delete 3 --yes", "label --set mine 1",
        "label --clear 3", "mark 1", "mark --clear 5", "start 2 --yes", "run --restart 3 --yes",
    )  # fmt: skip
    stop = f"guild-ipy: run {slow} is run by user 'root', and only that user can stop it; ask them, or name the runs"
    assert [answer.startswith(stop) for answer in answers[:2]] == [True, True]
    change = "belongs to user 'root', and you may not change it; ask them, or work in a Guild home of your own"
    refused = [slow, quick, slow, quick, slow, marked, staged, quick]
    assert answers[2:] == [f"guild-ipy: run {each} {change}\n" for each in refused]
    assert [answer.count("\n") for answer in answers] == [1] * len(answers)
    assert look_at(home) == before


def test_of_several_runs_none_is_changed_if_one_is_not_ones_own(call_as, home):
    quick = runs_of(home)[3]
    for path in (quick.path, *Path(quick.path).rglob("*")):
        os.chown(path, OTHER_USER, OTHER_USER, follow_symlinks=False)
    before = look_at(home)
    answers = call_as(OTHER_USER, "label --set mine 4 3", "mark 4 3", "delete 4 3 --yes")
    assert all("belongs to user 'root'" in answer for answer in answers)
    assert look_at(home) == before
    assert call_as(OTHER_USER, "label --set mine 4")[0].startswith("Labeled")


def test_the_other_user_sees_all_of_them(call_as, home):
    listed, info, output = call_as(OTHER_USER, "runs", "info 1", "cat --output 3")
    assert [line.split()[1] for line in listed.splitlines()] == ["slow.py", *["quick.py"] * 4]
    assert "status: running\n" in info
    assert output == ""
