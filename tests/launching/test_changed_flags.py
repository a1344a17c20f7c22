"""Flags that `guild` or a hand has changed in the attribute of a run are those that it runs with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.store.files.attrs import write_attr
from tests.notebook_files import write_notebook
from tests.pipeline_project import members

SHOW = "import sys\nlr = 0.1\nparams = {'lr': 0.1}\nprint('got', sys.argv[1:], lr, params['lr'])\n"
PARSER = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument('--lr', type=float, default=0.1)
print('got', parser.parse_args().lr)
"""
GUILD_FILE = """
args:
  main: show
  flags-dest: args
  flags: {lr: 0.1}
globals:
  main: show
  flags: {lr: 0.1}
map:
  main: show
  flags-dest: global:params
  flags-import: all
config:
  main: read
  flags-dest: config:conf/train.yml
  flags-import: all
command:
  exec: sh -c 'echo got $@ $FLAG_LR $RATE' sh ${flag_args}
  flags: {lr: 0.1}
  env: {RATE: 'rate ${lr}'}
chain:
  flags: {lr: 0.1}
  steps: ['globals lr=${lr}']
"""
KINDS = {
    "args": "got ['--lr', '0.8'] 0.1 0.1\n",
    "globals": "got [] 0.8 0.1\n",
    "map": "got [] 0.1 0.8\n",
    "config": "got lr: 0.8\n",
    "command": "got --lr 0.8",
    "chain": "got [] 0.8 0.1\n",
    "show.py": "got [] 0.8 0.1\n",
    "parser.py": "got 0.8\n",
    "book.ipynb": "got 0.8\n",
    "typed": "got 0.8 float\n",
}


@pytest.fixture
def lab(notebook):
    """The notebook in a project with an operation of each kind."""
    Path("guild.yml").write_text(GUILD_FILE)
    Path("show.py").write_text(SHOW)
    Path("parser.py").write_text(PARSER)
    Path("read.py").write_text("print('got', open('train.yml').read().strip())\n")
    Path("conf").mkdir()
    Path("conf/train.yml").write_text("lr: 0.1\n")
    write_notebook("book.ipynb", "lr = 0.1", "print('got', lr)")
    notebook.cell("def typed(lr: float = 0.1):\n    print('got', lr, type(lr).__name__)")
    return notebook


@pytest.mark.parametrize(("operation", "printed"), KINDS.items())
def test_a_staged_run_starts_with_the_flags_that_the_attribute_has(lab, operation, printed):
    made = lab.run(operation, request={"stage": True})
    write_attr(made.dir, "flags", {"lr": 0.8})
    start(lab.context, made, LaunchOptions(), lab.viewer)
    assert made.status is RunStatus.COMPLETED
    assert printed in made.output
    assert (made.flags, made.label) == ({"lr": 0.8}, "lr=0.8")


@pytest.mark.parametrize(("operation", "printed"), KINDS.items())
def test_a_run_is_run_again_with_the_flags_that_the_attribute_has(lab, operation, printed):
    made = lab.run(operation)
    write_attr(made.dir, "flags", {"lr": 0.8})
    restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert printed in made.output
    assert made.get("user_flags") == {"lr": 0.8}


@pytest.mark.parametrize(("operation", "printed"), KINDS.items())
def test_a_program_that_is_started_by_hand_has_the_flags_that_the_attribute_has(lab, operation, printed):
    made = lab.run(operation)
    write_attr(made.dir, "flags", {"lr": 0.8})
    done = subprocess.run([sys.executable, made.dir.main], capture_output=True, text=True, check=False)
    assert printed in done.stdout, done.stderr


def test_a_command_finds_changed_flags_in_its_environment(lab):
    made = lab.run("command")
    write_attr(made.dir, "flags", {"lr": 0.8})
    restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert made.output == "got --lr 0.8 0.8 rate 0.8\n"


def test_what_is_changed_and_what_is_given_come_together(lab):
    lab.cell("def two(a=1, b=2):\n    print(a, b)")
    made = lab.run("two")
    write_attr(made.dir, "flags", {"a": 5, "b": 2})
    restart(lab.context, made, Change(flags={"b": 7}), LaunchOptions(), lab.viewer)
    assert (made.output, made.flags) == ("5 7\n", {"a": 5, "b": 7})


def test_a_changed_value_is_held_against_the_type_of_the_flag(lab):
    made = lab.run("typed")
    write_attr(made.dir, "flags", {"lr": 2})
    assert restart(lab.context, made, Change(), LaunchOptions(), lab.viewer).output == "got 2.0 float\n"
    write_attr(made.dir, "flags", {"lr": "fast"})
    with pytest.raises(FlagError, match="'lr' of typed\\(\\) wants a float, not 'fast'"):
        restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert made.output == "got 2.0 float\n"


def test_a_flag_that_is_taken_out_of_the_attribute_has_its_default_again(lab):
    made = lab.run("globals", lr=0.5)
    write_attr(made.dir, "flags", {})
    assert restart(lab.context, made, Change(), LaunchOptions(), lab.viewer).output == "got [] 0.1 0.1\n"


def test_a_label_of_the_user_stays_when_flags_are_changed(lab):
    made = lab.run("typed", request={"spec": SpecOptions(label="mine")})
    write_attr(made.dir, "flags", {"lr": 0.8})
    assert restart(lab.context, made, Change(), LaunchOptions(), lab.viewer).label == "mine"


def test_no_file_of_a_run_holds_its_flags_beside_the_attribute(lab):
    made = lab.run("typed", lr=0.5)
    with open(made.dir.meta) as file:
        assert "flags" not in json.load(file)


def test_a_step_whose_flags_were_changed_is_not_done(lab):
    made = lab.run("chain")
    (step,) = members(made).values()
    write_attr(step.dir, "flags", {"lr": 0.8})
    restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert (step.flags, step.output) == ({"lr": 0.1}, "got [] 0.1 0.1\n")


@pytest.mark.parametrize("typed", ["8 9", "[8, 9]"])
def test_a_list_is_given_as_words_or_in_brackets(lab, typed):
    Path("many.py").write_text("layers = [64, 32]\nprint(layers)\n")
    made = lab.run("many.py", layers=FlagText(typed))
    assert (made.output, made.flags) == ("[8, 9]\n", {"layers": "8 9"})
    write_attr(made.dir, "flags", {"layers": "a 0.5"})
    assert restart(lab.context, made, Change(), LaunchOptions(), lab.viewer).output == "['a', 0.5]\n"


@pytest.mark.parametrize(
    ("typed", "recorded", "label"),
    [
        ("[8, 9]", "8 9", "layers='8 9'"),
        ("[yes, 'a b']", "true 'a b'", "layers=\"true 'a b'\""),
        ("[]", "", "layers=''"),
        ("8", "8", "layers='8'"),
    ],
)
def test_the_label_of_a_list_says_what_is_recorded_of_it(lab, typed, recorded, label):
    Path("many.py").write_text("layers = [64, 32]\nprint(layers)\n")
    made = lab.run("many.py", layers=FlagText(typed))
    assert (made.flags, made.label) == ({"layers": recorded}, label)
    write_attr(made.dir, "flags", {"layers": "a 0.5"})
    again = restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert (again.output, again.label) == ("['a', 0.5]\n", "layers='a 0.5'")


def test_a_label_in_a_guild_file_says_what_is_recorded_of_a_list(lab):
    Path("many.py").write_text("layers = [64, 32]\n")
    Path("guild.yml").write_text("many: {flags-import: all, label: 'sizes ${layers}, ${default_label}'}\n")
    assert lab.run("many").label == "sizes '64 32', layers='64 32'"


def test_a_flag_that_is_tied_to_a_file_has_its_path(lab):
    Path("data.txt").write_text("one")
    Path("other.txt").write_text("two")
    Path("guild.yml").write_text(TIED)
    made = lab.run("read")
    assert (made.output, made.flags) == (f"one {Path.cwd()}/data.txt\n", {"data": f"{Path.cwd()}/data.txt"})
    restart(lab.context, made, Change(flags={"data": "other.txt"}), LaunchOptions(), lab.viewer)
    assert made.output == f"two {Path.cwd()}/other.txt\n"


TIED = """
read:
  exec: sh -c 'cat *.txt; echo "" ${data}'
  sourcecode: no
  flags: {data: {type: path}}
  requires: [{file: data.txt, flag-name: data}]
"""


def test_a_named_dependency_is_recorded_under_its_name_and_can_be_changed_there(lab):
    Path("guild.yml").write_text(NAMED)
    first, second = lab.run("up", n=1), lab.run("up", n=2)
    made = lab.run("down")
    assert (made.output, made.get("flags")) == ("2\n", {"prepared": second.id})
    write_attr(made.dir, "flags", {"prepared": first.id})
    restart(lab.context, made, Change(), LaunchOptions(), lab.viewer)
    assert (made.output, made.get("flags")) == ("1\n", {"prepared": first.id})


NAMED = """
up:
  exec: sh -c 'echo ${n} > a.txt'
  flags: {n: 1}
down:
  exec: cat a.txt
  requires: [{operation: up, name: prepared}]
"""


def test_a_notebook_of_a_guild_file_takes_a_flag_that_had_no_value(lab):
    flags = "{lr: {type: float}, other: 1}"
    Path("guild.yml").write_text(f"page: {{notebook: book.ipynb, flags-import: no, flags: {flags}}}\n")
    made = lab.run("page")
    assert "got 0.1" in made.output
    restart(lab.context, made, Change(flags={"lr": FlagText("0.8")}), LaunchOptions(), lab.viewer)
    assert "got 0.8" in made.output
