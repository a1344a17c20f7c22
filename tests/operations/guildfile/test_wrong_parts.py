"""What is wrong in a Guild file fails alone: the other operations, functions and scripts run."""

from __future__ import annotations

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import GuildFileError, OperationNotFound
from guild_ipy.verbs.looking.operations import list_operations

BROKEN = "train:\n  main: a: b\n"


@pytest.fixture
def errors(notebook):
    """Give what is wrong by the names that `operations` lists."""
    return lambda: {info.name: info.error for info in list_operations(notebook.context) if info.error}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ("{main: guild.pass, requries: x}", "guild.yml:2:27: an operation has no attribute 'requries'"),
        ("{steps: [other, {ru: x}]}", "guild.yml:2:25: a step has no attribute 'ru'"),
        ("{flags: {lr: {type: float, default: x}}}", "guild.yml:2:44: flag 'lr' of train wants a float"),
        ("{flags: {lr: 1, lr: 2}}", "guild.yml:2:24: 'lr' stands here twice"),
        ("{main: a, main: b}", "guild.yml:2:18: 'main' stands here twice"),
        ("{flags-dest: nowhere}", "guild.yml:2:21: flags-dest 'nowhere' is none of"),
        ("{steps: [train]}", "guild.yml:2:17: operations are steps of each other in a circle"),
        ("{flags: {$include: gone}}", "guild.yml:2:27: no model or config 'gone'"),
        ("[guild.pass]", "guild.yml:2:8: operation 'train' is a map"),
    ],
)
def test_the_others_run_beside_a_wrong_operation(notebook, project, errors, wrong, error):
    project(f"other: guild.pass\ntrain: {wrong}\n")
    assert notebook.run("other").status is RunStatus.COMPLETED
    assert [(name, text.startswith(error)) for name, text in errors().items()] == [("train", True)]
    with pytest.raises(GuildFileError, match="^" + error.replace("$", r"\$")):
        notebook.run("train")


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ("- include: gone.yml", "guild.yml:3:12: there is no file 'gone.yml' to include"),
        ("- include: bad.yml", "bad.yml:2:10: this is no YAML"),
        ("- modle: n", "guild.yml:3:3: an item of a Guild file says what it is"),
        ("- text", "guild.yml:3:3: an item of a Guild file is a map"),
        ("- model: n\n  extnds: m\n  operations: {train: x}", "guild.yml:4:3: a model has no attribute"),
        ("- model: n\n  default: 5\n  operations: {train: x}", "guild.yml:4:12: default of a model is yes"),
        ("- model: n\n  extends: o\n  operations: {train: x}", "guild.yml:4:12: no model or config 'o'"),
        ("- model: n\n  extends: o", "guild.yml:4:12: no model or config 'o'"),
        ("- model: n\n  sourcecode: yes\n  operations: {train: x}", "guild.yml:4:15: sourcecode is no"),
    ],
)
def test_the_others_run_beside_a_wrong_item(notebook, project, errors, item, error):
    project(f"- model: m\n  operations: {{other: guild.pass}}\n{item}\n", **{"bad.yml": BROKEN})
    assert notebook.run("other").status is RunStatus.COMPLETED
    assert [text.startswith(error) for text in errors().values()] == [True]
    with pytest.raises(GuildFileError, match="^" + error):
        notebook.run("train")


def test_a_wrong_resource_is_missed_by_those_that_require_it(notebook, project, errors):
    project(
        "- model: m\n  resources:\n    data: [{fil: x}]\n    text: [{file: guild.yml}]\n"
        "  operations:\n    train: {main: guild.pass, requires: data}\n    other: {main: guild.pass, requires: text}\n"
    )
    assert notebook.run("other").status is RunStatus.COMPLETED
    assert list(errors()) == ["train"]


def test_two_models_of_one_name_fail_and_no_other(notebook, project, errors):
    project(
        "- model: m\n  operations: {a: guild.pass}\n- model: m\n  operations: {b: guild.pass}\n"
        "- model: n\n  operations: {other: guild.pass}\n"
    )
    assert notebook.run("other").status is RunStatus.COMPLETED
    assert set(errors().values()) == {"guild.yml:3:3: a model 'm' stands at guild.yml:1:3 already; join the two"}


def test_scripts_and_functions_run_beside_a_broken_file(notebook, project):
    project(BROKEN, script_py="print('script')")
    notebook.cell("def mine(): print('function')")
    assert notebook.run("script.py").output == "script\n"
    assert notebook.run("mine").output == "function\n"


def test_what_a_broken_file_may_have_says_why_it_is_not_found(notebook, project, errors):
    project(BROKEN, script_py="")
    assert list(errors()) == ["guild.yml"]
    with pytest.raises(GuildFileError, match=r"^guild\.yml:2:10: this is no YAML"):
        notebook.run("train")
    with pytest.raises(GuildFileError, match=r"^guild\.yml:2:10: this is no YAML"):
        notebook.run(None)
    with pytest.raises(OperationNotFound, match=r"no operation 'scrip\.py' here \(did you mean 'script\.py'\?\)"):
        notebook.run("scrip.py")


def test_the_same_said_twice_is_said_once(notebook, project, errors):
    project("train:\n  main: guild.pass\n  label: a\n  label: 'a'\n")
    assert notebook.run("train").label == "a"
    assert errors() == {}


@pytest.mark.parametrize("second", ["two.yml", "./one.yml", "sub/../base.yml", "[base.yml, two.yml]"])
def test_a_file_that_is_included_twice_is_one(notebook, project, errors, second):
    base = "- config: base\n  operations: {op: guild.pass}\n"
    project(
        f"- include: one.yml\n- include: {second}\n- model: m\n  extends: base\n",
        **{"base.yml": base, "one.yml": "- include: base.yml\n", "two.yml": "- include: base.yml\n"},
    )
    assert notebook.run("op").status is RunStatus.COMPLETED
    assert errors() == {}
