"""The decorator: what a Guild file says of a script, said of a function."""

import functools
import json
import os
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.values.flags import FlagType
from guild_ipy.errors import DependencyError, FlagError, GuildFileError, UsageError
from guild_ipy.operations.declaration import declaration_of
from guild_ipy.operations.functions.call import inspect_callable
from guild_ipy.session.session import set_session


@pytest.fixture(autouse=True)
def session(notebook):
    """The verbs of a notebook, which functions are declared in."""
    set_session(notebook.context)
    notebook.cell("import guild_ipy")
    yield notebook
    set_session(None)


def declare(notebook, said, body="print('loss:', lr)", parameters="lr=0.1"):
    notebook.cell(f"@guild_ipy.operation({said})\ndef train({parameters}):\n    {body}")
    return notebook.shell.user_ns["train"]


def test_the_function_stays_as_it_is(notebook):
    assert declare(notebook, "", body="return lr * 2")(3) == 6


class TestFlags:
    def test_type_and_limits_are_checked(self, notebook):
        declare(notebook, "flags={'lr': {'type': 'float', 'min': 0, 'max': 1, 'description': 'rate'}}")
        assert notebook.run("train", lr=1).flags == {"lr": 1.0}
        with pytest.raises(FlagError, match=r"flag 'lr' of train.* is at most 1, not 2"):
            notebook.run("train", lr=2)

    def test_choices_are_checked(self, notebook):
        declare(notebook, "flags={'opt': {'choices': ['sgd', 'adam']}}", "print(opt)", "opt='sgd'")
        with pytest.raises(FlagError, match=r"flag 'opt' of train.* is one of sgd, adam, not 'ada' .*'adam'"):
            notebook.run("train", opt="ada")

    def test_a_default_can_be_declared(self, notebook):
        declare(notebook, "flags={'lr': 0.5}", parameters="lr")
        assert notebook.run("train").flags == {"lr": 0.5}

    def test_what_the_signature_says_stays(self, notebook):
        function = declare(notebook, "flags={'lr': {'max': 1}}", parameters="lr: float = 0.1")
        (flag,) = inspect_callable(function).flags
        assert (flag.type, flag.default, flag.maximum) == (FlagType.FLOAT, 0.1, 1)

    def test_a_flag_that_the_function_does_not_take_is_refused(self, notebook):
        with pytest.raises(FlagError, match=r"train\(\) takes no 'rate'; declare flags that it has"):
            declare(notebook, "flags={'rate': 1}")

    def test_a_wrong_declaration_names_the_function(self, notebook):
        with pytest.raises(GuildFileError, match=r"^train\(\): .*'typ'.* \(did you mean 'type'\?\)"):
            declare(notebook, "flags={'lr': {'typ': 'float'}}")


def test_label_is_a_template_also_for_a_restart(notebook):
    declare(notebook, "label='rate ${lr}', tags=['nightly']")
    run = notebook.run("train", lr=0.5)
    assert (run.label, run.tags) == ("rate 0.5", ("nightly",))
    guild_ipy.run(_restart=run, lr=0.25)
    assert run.label == "rate 0.25"


def test_what_is_said_of_a_run_comes_before_the_declaration(notebook):
    declare(notebook, "label='rate ${lr}', tags='nightly'")
    run = guild_ipy.run(notebook.shell.user_ns["train"], _label="mine", _tag="now")
    assert (run.label, run.tags) == ("mine", ("nightly", "now"))


@pytest.mark.parametrize("said", [r"{'error': r'off by (\S+)'}", r"r'error: off by (\S+)'"])
def test_scalars_are_found_by_declared_patterns(notebook, said):
    declare(notebook, f"output_scalars={said}", "print('off by', lr)")
    assert notebook.run("train").scalars == {"error": pytest.approx(0.1)}


def test_env_holds_values_of_flags(notebook):
    declare(notebook, "env={'RATE': 'is ${lr}'}", "import os; return os.environ['RATE']")
    run = notebook.run("train", lr=0.5)
    assert run.result == "is 0.5"
    guild_ipy.run(_restart=run, lr=0.25)
    assert run.result == "is 0.25"


class TestRequires:
    @pytest.mark.parametrize("said", ["'prepare'", "{'operation': 'prepare'}", "['prepare']"])
    def test_the_name_of_an_operation_is_enough(self, notebook, said):
        notebook.cell("def prepare():\n    open('data', 'w').write('ready')")
        declare(notebook, f"requires={said}", "return open('data').read()")
        notebook.run("prepare")
        assert notebook.run("train").result == "ready"

    def test_a_file_lies_beside_the_notebook(self, notebook, tmp_path, monkeypatch):
        (tmp_path / "data.csv").write_text("a,b\n")
        monkeypatch.chdir(tmp_path)
        declare(notebook, "requires='file:data.csv'", "return open('data.csv').read()")
        assert notebook.run("train").result == "a,b\n"

    def test_a_flag_of_the_name_of_a_dependency_keeps_its_value(self, notebook):
        notebook.cell("def prepare():\n    pass")
        prepared = notebook.run("prepare")
        declare(notebook, "requires={'operation': 'prepare', 'name': 'n'}", "return n", parameters="n=1")
        run = notebook.run("train", n=3, **{"operation:prepare": prepared})
        assert (run.result, run.flags) == (3, {"n": 3})
        assert run.get("flags")["operation:prepare"] == prepared.id

    def test_a_folder_that_the_runs_are_in_is_not_copied(self, notebook):
        declare(notebook, "requires='file:..'")
        with pytest.raises(DependencyError, match=r"cannot be copied: the run directory is in it; name what"):
            notebook.run("train")

    def test_an_unknown_flag_is_refused_with_the_names_of_dependencies(self, notebook):
        notebook.cell("def prepare():\n    pass")
        notebook.run("prepare")
        declare(notebook, "requires='prepare'")
        run = notebook.run("train")
        refused = pytest.raises(FlagError, match=r"\(did you mean 'prepare'\?\); it takes lr, prepare$")
        with refused:
            notebook.run("train", prepair=1)
        with refused:
            guild_ipy.run(_restart=run, prepair=1)

    def test_a_restart_with_another_flag_brings_what_depends_on_it_anew(self, notebook):
        Path("c.json").write_text('{"lr": 1}')
        declare(notebook, "requires=['config:c.json', {'file': 'c.json', 'target-path': '${lr}'}]", "pass")
        run = notebook.run("train", lr=0.5)
        restarted = guild_ipy.run(_restart=run, lr=0.25)
        assert json.loads(Path(restarted.path, "c.json").read_text()) == {"lr": 0.25}
        assert os.listdir(restarted.path / "0.25") == ["c.json"]
        assert not os.path.exists(restarted.path / "0.5")

    def test_a_restart_with_another_flag_keeps_the_run_that_was_used(self, notebook):
        notebook.cell("def prepare(n=1):\n    open('data', 'w').write(str(n))")
        notebook.run("prepare")
        declare(
            notebook, "requires={'operation': 'prepare', 'target-path': '${lr}'}", "return open(f'{lr}/data').read()"
        )
        run = notebook.run("train")
        notebook.run("prepare", n=2)
        assert guild_ipy.run(_restart=run, lr=0.25).result == "1"

    def test_what_cannot_be_understood_names_the_function(self, notebook):
        with pytest.raises(GuildFileError, match=r"^train\(\): .*'oparation'"):
            declare(notebook, "requires={'oparation': 'prepare'}")

    def test_methods_and_partials_have_what_is_declared_of_the_function(self, notebook):
        notebook.cell("class Model:\n    @guild_ipy.operation(tags='m')\n    def fit(self, lr=0.1):\n        return lr")
        notebook.cell("fit = Model().fit")
        fit = notebook.shell.user_ns["fit"]
        assert declaration_of(functools.partial(fit, lr=1)).tags == ("m",)
        assert notebook.run("fit").tags == ("m",)


@pytest.mark.parametrize(("method", "called"), [("__call__", "Model()"), ("__init__", "Model")])
def test_an_object_or_class_has_what_is_declared_of_what_it_calls(notebook, method, called):
    notebook.cell(f"class Model:\n    @guild_ipy.operation(tags='m')\n    def {method}(self, lr=0.1): pass")
    notebook.cell(f"model = {called}")
    assert notebook.run("model").tags == ("m",)


def test_a_decorator_without_parentheses_says_what_to_write():
    with pytest.raises(UsageError, match=r"write @guild_ipy.operation\(requires=...\)"):
        guild_ipy.operation(len)


def test_only_functions_can_be_declared():
    with pytest.raises(UsageError, match="operation decorates a function, not int"):
        guild_ipy.operation()(3)
