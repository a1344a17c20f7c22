"""What Guild AI 0.9.0 takes in its files beside what its documentation says."""

from __future__ import annotations

import os

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DependencyError, FlagError
from guild_ipy.verbs.looking.operations import list_operations

SHOW = "import sys\nlr = 0.1\nbatch_size = 10\nprint(lr, batch_size, sys.argv[1:])\n"


def notes_of(notebook, name):
    """Give what is said of an operation that can be run."""
    return next(info.details for info in list_operations(notebook.context) if info.name == name)


@pytest.mark.parametrize(
    ("name", "file"), [("my-op", "my_op.py"), ("my-long-op.py", "my_long_op.py"), ("a-b", "a_b.py")]
)
def test_an_operation_with_dashes_is_the_module_with_underscores(notebook, project, name, file):
    project(f"{name}: {{}}\n", **{file: "print('here')"})
    assert notebook.run(name).output == "here\n"


@pytest.mark.parametrize("attributes", ["flags-import: no", "flags-import: []", "flags-dest: off", "flags-dest: no"])
def test_flags_go_to_the_command_line_where_nothing_else_is_said(notebook, project, attributes):
    project(f"t:\n  main: show\n  {attributes}\n  flags: {{lr: 0.5}}\n", show_py=SHOW)
    assert notebook.run("t").output == "0.1 10 ['--lr', '0.5']\n"


def test_flags_that_are_not_imported_are_globals_where_that_is_said(notebook, project):
    project("t:\n  main: show\n  flags-import: no\n  flags-dest: globals\n  flags: {lr: 0.5}\n", show_py=SHOW)
    assert notebook.run("t").output == "0.5 10 []\n"


@pytest.mark.parametrize(
    ("flag", "hint"), [("batch-size", "batch_size"), ("a.b", "a_b"), ("lambda", "lambda_"), ("2nd", "2nd_")]
)
def test_a_flag_that_cannot_be_a_variable_is_refused_before_the_start(notebook, project, flag, hint):
    project(f"t:\n  main: show\n  flags-dest: globals\n  flags: {{'{flag}': 100}}\n", show_py=SHOW)
    with pytest.raises(FlagError, match=f"flag '{flag}' of t cannot be a variable of Python, .* 'arg-name: {hint}'"):
        notebook.run("t")
    assert os.listdir(notebook.context.home.runs) == []


def test_a_flag_with_dashes_names_its_variable(notebook, project):
    project(
        "t:\n  main: show\n  flags-dest: globals\n  flags: {batch-size: {default: 5, arg-name: batch_size}}\n",
        show_py=SHOW,
    )
    assert notebook.run("t").output == "0.1 5 []\n"


@pytest.mark.parametrize("imports", ["all", "yes", "[lr, net.depth]"])
def test_a_command_imports_the_flags_of_its_configuration(notebook, project, imports):
    project(
        f"t:\n  exec: cat conf.yml\n  flags-dest: config:conf.yml\n  flags-import: {imports}\n",
        **{"conf.yml": "lr: 0.1\nnet:\n  depth: 3\n"},
    )
    run = notebook.run("t", **{"net.depth": 4})
    assert (run.flags, run.output) == ({"lr": 0.1, "net.depth": 4}, "lr: 0.1\nnet:\n  depth: 4\n")


def test_a_command_names_flags_of_its_configuration(notebook, project):
    project("t:\n  exec: echo ${lr}\n  flags-dest: config:conf.yml\n  flags-import: all\n", **{"conf.yml": "lr: 0.1\n"})
    assert notebook.run("t", lr=3).output == "3\n"


@pytest.mark.parametrize(
    ("default", "value"), [("1", "1"), ("1.50", "1.5"), ("1e-3", "0.001"), ("yes", "True"), ("'01'", "01")]
)
def test_the_default_of_text_may_be_a_number(notebook, project, default, value):
    project(f"t:\n  exec: echo ${{device}}\n  flags: {{device: {{type: string, default: {default}}}}}\n")
    run = notebook.run("t")
    assert (run.flags, run.output) == ({"device": value}, f"{value}\n")


def test_nothing_is_a_default_beside_choices(notebook, project):
    project("t:\n  exec: echo '<${kind}>'\n  flags: {kind: {default: '', choices: [a, b]}}\n")
    assert [notebook.run("t").output, notebook.run("t", kind="a").output] == ["<>\n", "<a>\n"]
    with pytest.raises(FlagError, match="flag 'kind' of t is one of a, b, not 'c'"):
        notebook.run("t", kind="c")


@pytest.mark.parametrize(
    ("pattern", "scalars"),
    [
        (r"loss: 'loss (?P<loss>\value) (?P<step>\step)'", {"loss": 0.5}),
        (r"any: '(?P<a>\S+) (?P<b>\d)$'", {"a": 0.5, "b": 3}),
        (r"any: '(\w+) (\value)'", {"loss": 0.5}),
    ],
)
def test_a_pattern_whose_groups_say_what_is_what_may_have_a_name(notebook, project, pattern, scalars):
    project(f"t:\n  exec: echo loss 0.5 3\n  output-scalars:\n    - {pattern}\n")
    assert notebook.run("t").scalars == pytest.approx(scalars)


@pytest.mark.parametrize("answer", ["no", "off", "false", "data"])
def test_a_source_need_not_have_a_flag(notebook, project, answer):
    project(f"up: guild.pass\ndown:\n  main: guild.pass\n  requires: {{operation: up, flag-name: {answer}}}\n")
    notebook.run("up")
    assert notebook.run("down").status is RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "- model: m\n  disable-plugins: all\n  operations: {t: x}",
            "a model attribute 'disable-plugins' is not support",
        ),
        (
            "- config: c\n  tags: [a]\n  operations: {t: x}\n- model: m\n  extends: c",
            "a config has no attribute 'tags'",
        ),
        ("- config: c\n  of-mine: 1\n- model: m\n  extends: c\n  operations: {t: x}", "no attribute 'of-mine'"),
        ("t: {steps: [{run: a, keep-run: yes}]}\na: x", "a step attribute 'keep-run' is not supported"),
        ("t: {steps: [a --keep-run --run-dir x]}\na: x", "option '--run-dir' of step 'a' is not supported"),
        ("t: {notebook: a.ipynb --html-no-input}", "notebook option '--html-no-input' is not supported"),
        (
            "t: {notebook: a.ipynb, flags: {x: {default: 1, nb-replace: x}}}",
            "a flag attribute 'nb-replace' is not supp",
        ),
        ("t: {main: x, sourcecode: {select: a, exclude: b}}", "sourcecode attribute 'exclude' is not supported"),
        ("t: {main: x, output-attrs: [a: b]}", "an operation attribute 'output-attrs' is not supported"),
    ],
)
def test_what_has_no_effect_is_noted(notebook, project, text, note):
    project(f"{text}\n", **{"a.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'})
    assert any(note in detail for detail in notes_of(notebook, "t"))


def test_a_package_says_what_it_likes(notebook, project):
    project("- package: lab\n  modelfile: x\n- model: m\n  operations: {t: guild.pass}\n")
    assert notebook.run("t").status is RunStatus.COMPLETED


@pytest.mark.parametrize(
    "rename", ["'a.txt ${undefined}.txt'", "'${undefined} b.txt'", "{pattern: a, repl: '${undefined}'}"]
)
def test_a_file_is_not_renamed_to_what_is_no_flag(notebook, project, rename):
    project(f"t:\n  exec: ls\n  requires: {{file: a.txt, rename: {rename}}}\n", **{"a.txt": "a"})
    with pytest.raises(DependencyError, match=r"'\$\{undefined\}' in '.*' is no flag of this operation"):
        notebook.run("t")
    assert os.listdir(notebook.context.home.runs) == []


def test_the_private_folder_of_a_run_can_be_required(notebook, project):
    project(
        "up: {exec: touch a.txt}\n"
        "down: {exec: cat up/.guild/attrs/id, requires: {operation: up, target-path: up, select: .guild}}\n"
    )
    up = notebook.run("up")
    assert up.id in notebook.run("down").output


def test_a_subcommand_has_its_own_flags(notebook, project):
    project(
        "fit:\n  main: tool fit\n  flags-import: all\n",
        tool_py="import argparse\np = argparse.ArgumentParser()\np.add_argument('--level', default=1, type=int)\n"
        "f = p.add_subparsers(dest='what').add_parser('fit')\nf.add_argument('--rate', default=0.5, type=float)\n"
        "print(p.parse_args())",
    )
    assert notebook.run("fit", rate=0.7, level=3).output == "Namespace(level=3, what='fit', rate=0.7)\n"


def test_a_parser_of_another_module_gives_its_flags(notebook, project):
    project(
        "t:\n  main: train\n  flags-import: all\n",
        options_py="import argparse\ndef make():\n    p = argparse.ArgumentParser()\n"
        "    p.add_argument('--rate', type=float, default=0.5)\n    return p",
        train_py="from options import make\nif __name__ == '__main__':\n    print(make().parse_args())",
    )
    assert notebook.run("t", rate=0.7).output == "Namespace(rate=0.7)\n"


def test_a_path_is_that_of_the_project_whatever_is_copied(notebook, project):
    project(
        "t:\n  exec: cat ${data}\n  flags: {data: {type: path, default: data/a.txt}}\n  sourcecode: no\n",
        **{"data/a.txt": "content"},
    )
    assert notebook.run("t").output == "content"


def test_a_class_is_no_namespace_to_import_from(notebook, project):
    project(
        "t:\n  main: train\n  flags-import: all\n  flags-dest: namespace:cfg\n",
        train_py="class cfg:\n    lr = 0.1\nprint(cfg.lr)",
    )
    assert notebook.run("t").output == "0.1\n"
    with pytest.raises(FlagError, match="unknown flag 'lr' for t"):
        notebook.run("t", lr=0.3)
