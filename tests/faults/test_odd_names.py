"""Paths, flags, labels and tags of any text come back as they were given."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import format_flag
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs, select_run
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.store.guild_home import Home, create_home

SCRIPT = "text = ''\nwith open('seen', 'w', newline='') as file:\n    file.write(text)\n"
CELL = "def keep(text=''):\n    return text"
NAMES = {
    "spaces": "  a  b ",
    "tabs": "a\tb",
    "quotes": 'it\'s "a" `b`',
    "a shell's": "$HOME $(id) ; & | > * ? ~ !x \\",
    "newlines": "first\nsecond\n\nfourth\n",
    "carriage returns": "first\r\nsecond\r",
    "YAML": "- {a: [b]} # c: &d !!python",
    "format": "%s {x} {{y}} {0!r}",
    "a number's": "1e5",
    "a truth's": "no",
    "umlauts": "Größe naïve",
    "other scripts": "模型 модель 😀 e\u0301",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u200f abc",
    "leading dash": "-rf",
    "leading dashes": "--yes",
    "leading dot": ".hidden",
    "assignment": "a=b=",
    "HTML": "<b onclick=x>&amp;",
    "escape": "\x1b[31mred\x07",
    "200 bytes": "x" * 200,
    "200 bytes of unicode": "é" * 100,
}


@pytest.fixture(params=NAMES)
def odd(request):
    return NAMES[request.param]


@pytest.fixture
def odd_home(tmp_path, odd):
    home = Home(f"{tmp_path}/{odd}/{odd}")
    create_home(home)
    return home


@pytest.fixture
def session(notebook, odd_home):
    """A notebook in a folder, and with a home, of that name."""
    notebook.context = notebook.context.at(odd_home)
    return notebook


@pytest.fixture
def project(notebook, odd, monkeypatch):
    """A folder of that name with a script of that name."""
    os.mkdir(odd)
    monkeypatch.chdir(odd)
    with open(f"{odd}.py", "w") as file:
        file.write(SCRIPT)


@pytest.fixture(scope="module")
def counted(report):
    kinds = []
    yield kinds
    report("odd names", round_trips=len(kinds), names=len(NAMES), of=", ".join(sorted(set(kinds))))


def check(run, odd):
    """Compare what a run says of itself with what was given."""
    assert (run.status, run.damage) == (RunStatus.COMPLETED, None)
    assert (run.flags, run.label, run.tags) == ({"text": odd}, odd, (odd,))


def read_seen(run):
    with open(f"{run.path}/seen", newline="") as file:
        return file.read()


def restart_by_id(session, run, text):
    found = select_run(session.context, run.id)
    return restart(session.context, found, Change(flags={"text": text}), LaunchOptions(), SilentViewer())


def test_a_function_gets_odd_text_and_can_be_listed_and_restarted(session, project, odd, counted):
    session.cell(CELL)
    run = session.run("keep", request={"spec": SpecOptions(label=odd, tags=(odd,))}, text=odd)
    check(run, odd)
    (listed,) = list_runs(session.context, RunFilter(tags=(odd,)))
    assert (listed.id, listed.result) == (run.id, odd)
    again = restart_by_id(session, run, odd + "!")
    assert (again.id, again.result, again.label) == (run.id, odd + "!", odd)
    counted.append("functions")


def test_a_script_of_an_odd_name_gets_odd_text(session, project, odd, counted):
    run = session.run(f"./{odd}.py", request={"spec": SpecOptions(label=odd, tags=(odd,))}, text=odd)
    check(run, odd)
    assert read_seen(run) == odd
    (listed,) = list_runs(session.context)
    assert listed.operation.endswith(printable(f"{odd}.py"))
    assert read_seen(restart_by_id(session, run, odd + "!")) == odd + "!"
    counted.append("scripts")


def test_a_shell_command_passes_odd_text_on(project, odd, odd_home, counted, session_mark):
    words = ["run", "-y", f"./{odd}.py", f"text={format_flag(odd)}", f"--label={odd}", f"--tag={odd}"]
    env = {**os.environ, "GUILD_HOME": odd_home.path}
    done = subprocess.run([sys.executable, "-m", "guild_ipy", *words], env=env, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    run = Run(odd_home.run_dir(*os.listdir(odd_home.runs)))
    check(run, odd)
    assert read_seen(run) == odd
    counted.append("commands")
