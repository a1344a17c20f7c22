"""Restarts that take the source of today."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, RunStateError, StoreError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.spec_options import SpecOptions
from guild_ipy.session.run_handle import Run
from tests.train_and_wait import RecordingViewer

SCRIPT = "import helper\nlr = 0.1\nprint('value:', helper.value(lr))\n"
HELPER = "def value(x):\n    return x\n"
DOUBLED = "def value(x):\n    return 2 * x\n"
GUILD_FILE = """
- operations:
    fit:
      main: train
      flags-dest: globals
      flags:
        lr: 0.5
      requires:
        - file: data.txt
"""

KILLED = """
import os, sys
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.restart import Change, restart
from guild_ipy.launching.todays_source.forced_source import ForcedSource
from guild_ipy.session.run_refs import select_run
from guild_ipy.session.session import get_session
from guild_ipy.session.viewer import SilentViewer

rename = os.rename

def rename_but_one(source, target):
    if target.endswith("/train.py") and "/new-" in source and ".guild/sourcecode" not in source:
        os._exit(9)
    rename(source, target)

os.rename = rename_but_one
session = get_session()
restart(session, select_run(session, sys.argv[1]), Change(source=ForcedSource()), LaunchOptions(), SilentViewer())
"""


@pytest.fixture
def project(notebook):
    """A script with a module beside it."""
    Path("train.py").write_text(SCRIPT)
    Path("helper.py").write_text(HELPER)
    notebook.viewer = RecordingViewer()
    return notebook


@pytest.fixture
def force(notebook):
    """Restart a run with the source of today."""

    def force(run, *, operation=None, viewer=None, options=None, **flags) -> Run | None:
        change = Change(flags=flags, source=ForcedSource(operation=operation), **(options or {}))
        return restart(notebook.context, run, change, LaunchOptions(), viewer or notebook.viewer)

    return force


def files_of(run):
    """All files of a run, with their contents."""
    return {str(path): path.read_bytes() for path in Path(run.path).rglob("*") if path.is_file()}


class TestScripts:
    def test_it_gets_the_files_of_today_and_keeps_the_rest(self, project, force):
        spec = SpecOptions(label="mine", tags=("a",), comment="why", random_seed=7)
        made = project.run("train.py", request={"spec": spec}, lr=3)
        Path("helper.py").write_text(DOUBLED)
        done = force(made)
        assert (done.id, done.output, done.flags) == (made.id, "value: 6\n", {"lr": 3})
        assert (done.label, done.tags, done.get("random_seed"), done.comments[0].body) == ("mine", ("a",), 7, "why")

    def test_its_attributes_and_manifest_are_those_of_a_new_run(self, project, force):
        made = project.run("train.py", lr=3)
        Path("helper.py").write_text(DOUBLED)
        Path("more.py").write_text("x = 1\n")
        done, new = force(made), project.run("train.py", lr=3)
        for name in ("sourcecode_digest", "op", "flags", "user_flags", "label"):
            assert done.get(name) == new.get(name)
        manifests = [Path(run.dir.manifest).read_text().splitlines() for run in (done, new)]
        assert sorted(manifests[0]) == sorted(manifests[1])

    def test_it_says_which_files_differ(self, project, force):
        made = project.run("train.py")
        Path("train.py").write_text(SCRIPT + "print('more')\n")
        Path("other.py").write_text("")
        Path("helper.py").unlink()
        viewer = RecordingViewer(agrees=False)
        assert force(made, viewer=viewer) is None
        assert (
            "  note: source: 3 files differ: helper.py (removed), other.py (added), train.py (+1 -0)" in viewer.told[0]
        )

    def test_it_says_that_nothing_differs(self, project, force):
        made = project.run("train.py")
        force(made)
        assert "  note: the source is the same" in project.viewer.told[-2]

    def test_who_declines_changes_nothing(self, project, force):
        made = project.run("train.py")
        before = files_of(made)
        Path("helper.py").write_text(DOUBLED)
        force(made, viewer=RecordingViewer(agrees=False))
        assert files_of(made) == before

    def test_files_that_are_gone_from_the_project_are_gone_from_the_run(self, project, force):
        Path("pkg").mkdir()
        Path("pkg/old.py").write_text("x = 1\n")
        made = project.run("train.py")
        Path("pkg/old.py").unlink()
        assert not (force(made).path / "pkg").exists()

    def test_files_that_the_run_has_made_stay(self, project, force):
        Path("train.py").write_text("open('made.txt', 'a').write('x')\n")
        made = project.run("train.py")
        Path("train.py").write_text("print(open('made.txt').read())\n")
        assert force(made).output == "x\n"

    def test_a_new_flag_with_a_default_is_added_and_told(self, project, force):
        made = project.run("train.py", lr=3)
        Path("train.py").write_text("momentum = 0.9\n" + SCRIPT)
        done = force(made)
        assert (done.flags, done.label) == ({"lr": 3, "momentum": 0.9}, "lr=3 momentum=0.9")
        assert done.get("user_flags") == {"lr": 3}
        assert "  note: flags added: momentum=0.9" in project.viewer.told[-2]

    def test_a_new_flag_can_be_given(self, project, force):
        made = project.run("train.py", lr=3)
        Path("train.py").write_text("momentum = 0.9\n" + SCRIPT)
        assert force(made, momentum=0.5, lr=4).flags == {"lr": 4, "momentum": 0.5}

    def test_a_recorded_flag_that_it_does_not_take_any_more_is_refused_and_nothing_changes(self, project, force):
        made = project.run("train.py", lr=3)
        before = files_of(made)
        Path("train.py").write_text(SCRIPT.replace("lr", "rate"))
        with pytest.raises(FlagError, match=f"run {made.short_id} has the flag lr=3, which .* unknown flag 'lr'"):
            force(made)
        assert files_of(made) == before

    def test_a_script_that_is_gone_is_named_and_nothing_changes(self, project, force):
        made = project.run("train.py")
        before = files_of(made)
        Path("train.py").unlink()
        with pytest.raises(RunStateError, match=r"there is no 'train.py' in .*without --force-sourcecode"):
            force(made)
        assert files_of(made) == before

    def test_it_is_found_from_another_folder(self, project, force, tmp_path, monkeypatch):
        made = project.run("train.py", lr=3)
        Path("helper.py").write_text(DOUBLED)
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert force(made).output == "value: 6\n"

    def test_the_next_restart_keeps_what_was_taken(self, project, force):
        made = project.run("train.py", lr=3)
        Path("helper.py").write_text(DOUBLED)
        force(made)
        Path("helper.py").write_text(HELPER)
        again = restart(project.context, made, Change(flags={"lr": 4}), LaunchOptions(), project.viewer)
        assert again.output == "value: 8\n"

    def test_with_needed_it_runs_where_the_source_differs_and_only_then(self, project, force):
        made = project.run("train.py", lr=3)
        force(made, options={"needed": True})
        assert project.viewer.shown.endswith(
            f"Nothing is run: the source and the flags of train.py {made.short_id} are what they were\n"
        )
        Path("helper.py").write_text(DOUBLED)
        assert force(made, options={"needed": True}).output == "value: 6\n"

    def test_it_can_be_staged(self, project, force):
        made = project.run("train.py", request={"stage": True}, lr=3)
        Path("helper.py").write_text(DOUBLED)
        assert force(made, options={"stage": True}).status is RunStatus.STAGED
        assert restart(project.context, made, Change(), LaunchOptions(), project.viewer).output == "value: 6\n"

    def test_a_running_run_keeps_its_source(self, project, force):
        Path("train.py").write_text("import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\n")
        made = project.run_in_background("train.py")
        Path("train.py").write_text("print('another')\n")
        with pytest.raises(RunStateError, match="is running; stop it first"):
            force(made)
        (made.path / "go").touch()
        assert made.wait(20).output == ""

    def test_a_kill_while_files_are_replaced_leaves_the_source_of_before(self, project, force):
        made = project.run("train.py", lr=3)
        Path("helper.py").write_text(DOUBLED)
        Path("train.py").write_text("momentum = 0.9\n" + SCRIPT)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, made.id],
            env={**os.environ, "GUILD_HOME": project.context.home.path},
            check=False,
        )
        assert killed.returncode == 9
        assert os.path.exists(made.dir.replaced)
        again = restart(project.context, made, Change(), LaunchOptions(), project.viewer)
        assert (again.output, again.flags) == ("value: 3\n", {"lr": 3})
        assert force(made).output == "value: 6\n"

    def test_a_file_that_cannot_be_replaced_leaves_the_source_of_before(self, project, force):
        made = project.run("train.py", lr=3)
        Path("helper.py").write_text(DOUBLED)
        Path("other.py").write_text("")
        (made.path / "other.py").mkdir()
        with pytest.raises(StoreError, match="cannot replace files"):
            force(made)
        assert made.status is RunStatus.COMPLETED
        assert restart(project.context, made, Change(), LaunchOptions(), project.viewer).output == "value: 3\n"

    def test_a_notebook_file_gets_its_text_of_today(self, project, force):
        cell = '{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": null,'
        rest = '"source": "x = 1\\nprint(x, SAYS)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
        Path("book.ipynb").write_text(cell + rest.replace("SAYS", "'first'"))
        made = project.run("book.ipynb", x=5)
        Path("book.ipynb").write_text(cell + rest.replace("SAYS", "'today'"))
        assert force(made).output == "5 today\n"


class TestFunctions:
    def test_it_gets_the_function_of_today(self, train, force, viewer):
        made = train.run("train", lr=0.5)
        train.cell("def train(lr=0.1, steps=2, decay=1):\n    return 'today', lr, steps, decay")
        done = force(made, steps=3)
        assert (done.result, done.flags) == (("today", 0.5, 3, 1), {"lr": 0.5, "steps": 3, "decay": 1})
        assert "source: 1 file differs: cells/01.py (+2 -5)" in viewer.told[-2]

    def test_objects_that_it_was_given_are_given_again(self, notebook, force):
        notebook.cell("class Data:\n    def __init__(self, n): self.n = n")
        notebook.cell("def use(data, *more, k=(1, 2)):\n    return data.n, more, k")
        made = notebook.run(notebook.shell.user_ns["use"], notebook.cell("Data(3)"), 4, 5, k=(3, 4))
        notebook.cell("def use(data, *more, k=(1, 2)):\n    return 'today', data.n, more, k")
        assert force(made).result == ("today", 3, (4, 5), (3, 4))

    def test_one_that_is_not_defined_is_named_and_nothing_changes(self, train, force):
        made = train.run("train")
        before = files_of(made)
        train.cell("del train")
        with pytest.raises(RunStateError, match=r"this notebook has no function 'train'; define it, or restart"):
            force(made)
        assert files_of(made) == before

    def test_a_recorded_flag_that_is_gone_is_refused(self, train, force):
        made = train.run("train", lr=0.5)
        train.cell("def train(steps=2):\n    return steps")
        with pytest.raises(FlagError, match=r"has the flag lr=0.5, which its operation does not take today"):
            force(made)
        assert restart(train.context, made, Change(), LaunchOptions(), train.viewer).result == 1.0

    def test_a_new_parameter_without_default_must_be_given(self, train, force):
        made = train.run("train", lr=0.5)
        train.cell("def train(rate, lr=0.1, steps=2):\n    return rate, lr")
        with pytest.raises(FlagError, match=r"'?rate'?"):
            force(made)
        assert force(made, rate=3).result == (3, 0.5)

    def test_one_that_has_another_name_as_operation_is_found_by_its_own(self, train, force):
        made = train.run("train", request={"spec": SpecOptions(op_name="first")})
        train.cell("def train(lr=0.1, steps=2):\n    return 'today'")
        done = force(made)
        assert (done.result, done.operation) == ("today", "first()")

    def test_a_cell_is_the_one_that_is_given(self, notebook, force):
        made = notebook.run(CellOperation(text="x = 1\nprint('first', x)", name="look"), x=5)
        with pytest.raises(RunStateError, match=f"below %%guild_run --restart {made.short_id} --force-sourcecode"):
            force(made)
        done = force(made, operation=CellOperation(text="x = 1\ny = 2\nprint('today', x, y)"))
        assert (done.output, done.operation) == ("today 5 2\n", "look()")

    def test_variables_of_today_are_taken(self, notebook, force):
        notebook.cell("size = 1\ndef use():\n    return size")
        made = notebook.run("use")
        notebook.cell("size = 2")
        assert force(made).result == 2

    def test_a_file_is_no_function(self, project, force):
        project.cell("def use():\n    return 1")
        made = project.run("use")
        with pytest.raises(UsageError, match=r"is of use\(\), and 'train.py' is a file"):
            force(made, operation="train.py")


class TestGuildFiles:
    @pytest.fixture
    def fit(self, project):
        Path("guild.yml").write_text(GUILD_FILE)
        Path("data.txt").write_text("first")
        return project.run("fit", lr=3)

    def test_it_gets_the_source_and_declaration_of_today_and_keeps_its_dependencies(self, fit, force):
        Path("guild.yml").write_text(GUILD_FILE.replace("lr: 0.5", "lr: 0.5\n        mom: 1"))
        Path("train.py").write_text("mom = 0\n" + SCRIPT + "print(open('data.txt').read(), mom)\n")
        Path("data.txt").write_text("today")
        Path("helper.py").write_text(DOUBLED)
        done = force(fit)
        assert (done.output, done.flags) == ("value: 6\nfirst 1\n", {"lr": 3, "mom": 1})
        assert done.opref.version != fit.opref.version

    def test_an_operation_that_is_gone_is_named(self, fit, force):
        Path("guild.yml").write_text(GUILD_FILE.replace("fit:", "other:"))
        with pytest.raises(RunStateError, match=r"no Guild file in .* has the operation 'fit'"):
            force(fit)

    def test_a_pipeline_has_no_source(self, project, force):
        Path("guild.yml").write_text("- operations:\n    all:\n      steps: [train.py]\n")
        made = project.run("all")
        with pytest.raises(RunStateError, match="is a pipeline, and has no source of its own"):
            force(made)
