"""Operations of a Guild file as runs."""

from __future__ import annotations

import json
import os
import sys

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import FlagError, GuildFileError, OperationNotFound, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.launching.new_run import run as run_request
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.operations.flag_values.typed_text import FlagText
from guild_ipy.verbs.running.stop import stop
from tests.notebook_files import read_outputs, write_notebook
from tests.notebook_session import wait_until
from tests.train_and_wait import RecordingViewer

SHOW = """
import json, os, sys
lr = 0.1
params = {"lr": 0.1, "model": {"depth": 3}}
print(json.dumps([sys.argv[1:], lr, params]))
"""
GUILD_FILE = """
args:
  main: show --base 1
  flags-dest: args
  flags: {lr: 0.5}
globals:
  main: show
  flags: {lr: 0.5}
map:
  main: show
  flags-dest: global:params
  flags-import: all
config:
  main: read
  flags-dest: config:conf/train.yml
  flags-import: all
command:
  exec: sh -c 'echo "$@" $FLAG_LR $RATE; exit ${code}' sh ${flag_args}
  flags: {lr: 0.5, code: {default: 0, arg-skip: yes}}
  env: {RATE: 'rate ${lr}'}
"""


@pytest.fixture
def lab(notebook, project):
    """The notebook in a project with GUILD_FILE."""
    project(
        GUILD_FILE, show_py=SHOW, read_py="print(open('train.yml').read())", **{"conf/train.yml": "lr: 0.1\nn: 1\n"}
    )
    return notebook


def shown(run):
    return json.loads(run.output.splitlines()[-1])


class TestMains:
    def test_flags_by_arguments(self, lab):
        assert shown(lab.run("args", lr=2))[0] == ["--base", "1", "--lr", "2"]

    def test_flags_by_globals(self, lab):
        assert shown(lab.run("globals", lr=2))[:2] == [[], 2]

    def test_flags_by_one_map(self, lab):
        run = lab.run("map", lr=2)
        assert shown(run)[2] == {"lr": 2, "model": {"depth": 3}}
        assert run.flags == {"lr": 2, "model.depth": 3}

    def test_flags_by_a_configuration(self, lab):
        run = lab.run("config", lr=2)
        assert run.output == "lr: 2\nn: 1\n\n"
        assert not os.path.exists("train.yml")

    def test_a_command(self, lab):
        run = lab.run("command", lr=2)
        assert run.output == "--lr 2 2 rate 2\n"
        assert (run.status, run.exit_status) == (RunStatus.COMPLETED, 0)

    def test_a_command_that_fails_keeps_its_status(self, lab):
        error = lab.fail("command", code=3)
        assert (error.run.status, error.run.exit_status) == (RunStatus.ERROR, 3)

    def test_a_command_that_is_not_there_says_so(self, notebook, project):
        project("t:\n  exec: no-such-command\n")
        run = notebook.fail("t").run
        assert run.output == "cannot run 'no-such-command': no such file or directory\n"
        assert run.exit_status == 127

    def test_a_command_has_a_process_of_its_own_whatever_is_asked_for(self, lab):
        for isolation in ("inline", "fresh", "fork"):
            run = lab.run("command", request={"launch": LaunchOptions(isolation=isolation)})
            assert run.output == "--lr 0.5 0.5 rate 0.5\n"

    def test_a_configuration_that_is_required_too_is_one_file(self, notebook, project):
        project(
            "t:\n  main: read\n  flags-dest: config:c.yml\n  flags-import: all\n"
            "  requires: {config: c.yml, params: {n: 5}}\n",
            read_py="print(open('c.yml').read())",
            **{"c.yml": "lr: 0.1\nn: 1\n"},
        )
        assert "lr: 3" in notebook.run("t", lr=3).output

    def test_a_command_is_stopped_by_signals(self, notebook, project):
        project("t:\n  exec: sh -c 'echo $$; exec sleep 60'\n")
        run = notebook.run_in_background("t")
        wait_until(lambda: run.output)
        assert run.get("cmd")
        stop(notebook.context, [run])
        assert run.wait(20).status is RunStatus.TERMINATED
        assert run.exit_status == -2

    def test_a_command_has_the_signals_of_a_shell(self, notebook, project):
        project("t:\n  exec: sh -c 'yes | head -1; echo $?'\n")
        assert notebook.run("t").output == "y\n0\n"

    def test_a_module_of_a_package_imports_what_is_beside_it(self, notebook, project):
        project(
            "t: pkg.mod\n",
            **{
                "pkg/__init__.py": "",
                "pkg/mod.py": "from . import other\nprint(__name__, other.x)",
                "pkg/other.py": "x = 5",
            },
        )
        assert notebook.run("t").output == "__main__ 5\n"

    def test_a_module_of_a_folder_imports_from_there_and_from_the_top(self, notebook, project):
        project("t: src/mod\n", **{"src/mod.py": "import a, b\nprint(a.x + b.x)", "src/a.py": "x = 1", "b.py": "x = 2"})
        assert notebook.run("t").output == "3\n"

    def test_an_operation_that_does_nothing(self, notebook, project):
        project("t: guild.pass\n")
        assert notebook.run("t").status is RunStatus.COMPLETED

    def test_a_pipeline(self, lab, project):
        project(GUILD_FILE + "all:\n  steps: [args lr=3, globals]\n  flags: {n: 1}\n")
        run = lab.run("all")
        assert run.status is RunStatus.COMPLETED
        assert sorted(name for name in os.listdir(run.path) if name != ".guild") == ["args", "globals"]

    @pytest.mark.parametrize(
        ("main", "message"),
        [
            ("shwo", r"guild.yml:1:4: operation 't' needs the module 'shwo' \(did you mean 'show'\?\)"),
            ("guild.plugins.nbexec", "guild.yml:1:4: operation 't' needs .*, which is a part of Guild AI"),
        ],
    )
    def test_a_module_that_is_not_there_is_refused(self, notebook, project, main, message):
        project(f"t: {main}\n", show_py=SHOW)
        with pytest.raises(GuildFileError, match=message):
            notebook.run("t")


class TestRecords:
    def test_the_reference_is_that_of_guild(self, notebook, project):
        folder = project("- model: m\n  operations: {t: guild.pass}\n")
        run = notebook.run("m:t")
        with open(run.dir.opref) as file:
            kind, version, model, name = file.read().split()
        assert (kind, model, name) == (f"guildfile:{folder}/guild.yml", "m", "t")
        assert len(version) == 32
        assert run.operation == "m:t"

    def test_label_tags_scalars_and_columns(self, notebook, project):
        project(
            "t:\n  main: show\n  flags: {lr: 0.123456}\n  label: 'rate ${lr|%.2f}'\n  tags: [a]\n  compare: [loss]\n"
            "  output-scalars: {first: '\\[\\[\\], (\\S+),'}\n",
            show_py=SHOW,
        )
        run = notebook.run("t")
        assert (run.label, run.tags, run.get("compare")) == ("rate 0.12", ("a",), ["loss"])
        assert run.scalars == {"first": pytest.approx(0.123456)}

    def test_secrets_are_passed_and_not_recorded(self, notebook, project, monkeypatch):
        monkeypatch.setenv("KEY", "value of the key")
        project("t:\n  exec: sh -c 'echo $KEY $PLAIN'\n  env: {PLAIN: plain}\n  env-secrets: [KEY]\n")
        run = notebook.run("t")
        assert run.output == "value of the key plain\n"
        assert "KEY" not in run.get("env")
        assert run.get("env")["PLAIN"] == "plain"

    def test_variables_of_flags_have_the_names_that_are_wanted(self, notebook, project):
        project("t:\n  exec: sh -c 'echo $RATE $FLAG_N'\n  flags: {lr: {default: 1, env-name: RATE}, n: 2}\n")
        assert notebook.run("t").output == "1 2\n"

    def test_the_configuration_is_no_file_that_the_run_made(self, lab):
        run = lab.run("config")
        with open(run.dir.manifest) as file:
            assert "d train.yml - config:conf/train.yml\n" in file.read()


class TestFlags:
    @pytest.mark.parametrize(
        ("text", "flags", "message"),
        [
            ("lr: {type: float}", {"lr": "x"}, "flag 'lr' of t wants a float, not 'x'"),
            ("lr: {min: 0, max: 1}", {"lr": 2}, "flag 'lr' of t is at most 1, not 2"),
            ("lr: {min: 0}", {"lr": -1}, "flag 'lr' of t is at least 0, not -1"),
            ("o: {choices: [a, b]}", {"o": "c"}, "flag 'o' of t is one of a, b, not 'c'"),
            ("lr: {required: yes}", {}, "t needs the flag 'lr'; give lr="),
            ("rate: 1", {"rat": 1}, r"unknown flag 'rat' for t \(did you mean 'rate'\?\)"),
            ("f: {type: existing-path}", {"f": "no"}, "flag 'f' of t names 'no', which is not there"),
            ("l: [1, 2]", {}, "flag 'l' of t has the list .1, 2., which asks for several trials"),
        ],
    )
    def test_wrong_values_are_refused(self, notebook, project, text, flags, message):
        project(f"t:\n  main: guild.pass\n  flags: {{{text}}}\n")
        with pytest.raises(FlagError, match=message):
            notebook.run("t", **flags)
        assert os.listdir(notebook.context.home.runs) == []

    def test_paths_are_those_of_the_project(self, notebook, project):
        folder = project("t:\n  main: guild.pass\n  flags: {f: {type: existing-path}, g: {type: path, default: x/y}}\n")
        run = notebook.run("t", f=FlagText("guild.yml"))
        assert run.flags == {"f": f"{folder}/guild.yml", "g": f"{folder}/x/y"}

    def test_a_choice_brings_other_flags_along(self, notebook, project):
        project(
            "t:\n  main: guild.pass\n  flags:\n    size: {choices: [{value: big, alias: b, flags: {n: 100}}, small]}\n"
            "    n: 1\n"
        )
        assert notebook.run("t", size="b").flags == {"size": "big", "n": 100}
        assert notebook.run("t", size="big", n=2).flags == {"size": "big", "n": 2}

    def test_an_alias_is_recorded_by_its_name(self, notebook, project):
        project("t:\n  main: guild.pass\n  flags:\n    learning-rate: {default: 1, alias: lr}\n")
        assert notebook.run("t", lr=2).flags == {"learning-rate": 2}


class TestFinding:
    def test_a_function_of_the_notebook_wins_and_a_note_says_so(self, lab, project):
        project("train: show\n")
        lab.cell("def train(): print('mine')")
        viewer = lab.viewer = RecordingViewer()
        assert lab.run("train").output == "mine\n"
        assert "note: guild.yml has an operation 'train' too; this is the one of the notebook" in viewer.told[0]

    def test_an_operation_wins_over_a_file(self, notebook, project):
        project("show.py: guild.pass\n", show_py=SHOW)
        assert notebook.run("show.py").output == ""

    def test_the_default_operation_needs_no_name(self, notebook, project):
        project("t: show\n", show_py=SHOW)
        assert notebook.run(None).operation == "t"

    def test_without_a_default_a_name_is_needed(self, lab):
        with pytest.raises(UsageError, match="run: nothing is named"):
            lab.run(None)

    def test_near_misses_are_suggested(self, lab):
        with pytest.raises(OperationNotFound, match=r"no operation 'comand' here \(did you mean 'command'\?\)"):
            lab.run("comand")

    def test_unsupported_attributes_are_noted_in_the_preview(self, notebook, project):
        project("t:\n  main: guild.pass\n  publish: {}\n")
        viewer = notebook.viewer = RecordingViewer()
        notebook.run("t")
        assert "note: guild.yml:3:3: an operation attribute 'publish' is not supported" in viewer.told[0]

    def test_positional_values_are_refused(self, lab):
        with pytest.raises(UsageError, match="'args' is an operation of the Guild file and takes flags by name only"):
            lab.run("args", 1)


class TestAgain:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("args", [["--base", "1", "--lr", "3"], 0.1, {"lr": 0.1, "model": {"depth": 3}}]),
            ("globals", [[], 3, {"lr": 0.1, "model": {"depth": 3}}]),
            ("map", [[], 0.1, {"lr": 3, "model": {"depth": 3}}]),
        ],
    )
    def test_other_flags_reach_a_script(self, lab, name, expected):
        run = lab.run(name)
        restart(lab.context, run, Change(flags={"lr": 3}), LaunchOptions(), lab.viewer)
        assert shown(run) == expected
        assert run.label == ("lr=3 model.depth=3" if name == "map" else "lr=3")

    def test_other_flags_reach_a_command_and_its_environment(self, lab):
        run = lab.run("command")
        restart(lab.context, run, Change(flags={"lr": 3}), LaunchOptions(), lab.viewer)
        assert run.output == "--lr 3 3 rate 3\n"

    def test_other_flags_reach_a_configuration(self, lab):
        run = lab.run("config")
        restart(lab.context, run, Change(flags={"n": 3}), LaunchOptions(), lab.viewer)
        assert run.output == "lr: 0.1\nn: 3\n\n"

    def test_a_label_template_is_filled_anew(self, notebook, project):
        project("t:\n  main: guild.pass\n  flags: {lr: 1}\n  label: 'rate ${lr}'\n")
        run = notebook.run("t")
        restart(notebook.context, run, Change(flags={"lr": 2}), LaunchOptions(), notebook.viewer)
        assert run.label == "rate 2"

    def test_what_a_choice_brought_along_is_not_brought_again(self, notebook, project):
        project(
            "t:\n  main: guild.pass\n  flags:\n    size: {choices: [{value: big, flags: {n: 100}}], default: big}\n"
            "    n: 1\n    lr: 1\n"
        )
        run = notebook.run("t", n=2)
        restart(notebook.context, run, Change(flags={"lr": 2}), LaunchOptions(), notebook.viewer)
        assert run.flags == {"size": "big", "n": 2, "lr": 2}
        restart(notebook.context, run, Change(flags={"size": "big"}), LaunchOptions(), notebook.viewer)
        assert run.flags["n"] == 100

    def test_paths_are_those_of_the_project_again(self, notebook, project):
        folder = project("t:\n  main: guild.pass\n  flags: {f: {type: path, default: a}}\n")
        run = notebook.run("t")
        restart(notebook.context, run, Change(flags={"f": FlagText("b/c")}), LaunchOptions(), notebook.viewer)
        assert run.flags == {"f": f"{folder}/b/c"}

    def test_values_are_checked_again(self, lab):
        run = lab.run("command")
        with pytest.raises(FlagError, match="unknown flag 'rl' for command"):
            restart(lab.context, run, Change(flags={"rl": 3}), LaunchOptions(), lab.viewer)

    @pytest.mark.parametrize("name", ["args", "command", "config"])
    def test_a_staged_run_starts_with_what_it_was_given(self, lab, name):
        staged = run_request(lab.context, RunRequest(operation=name, flags={"lr": 4}, stage=True), lab.viewer)
        os.unlink("guild.yml")
        start(lab.context, staged, LaunchOptions(), lab.viewer)
        assert "4" in staged.output

    def test_its_program_runs_by_hand(self, lab):
        run = lab.run("command")
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, run.dir.main]) == 0


class TestSource:
    @pytest.fixture
    def copied(self, notebook, project):
        """Give the files that a run of an operation has beside `.guild`."""

        def copied(sourcecode, *files):
            project(f"t:\n  main: train\n  sourcecode: {sourcecode}\n", **dict.fromkeys(files, "x"), train_py="")
            run = notebook.run("t")
            found = []
            for folder, folders, names in os.walk(run.path):
                folders[:] = [name for name in folders if name != ".guild"]
                found += [os.path.relpath(os.path.join(folder, name), run.path) for name in names]
            return sorted(found)

        return copied

    def test_what_is_excluded_stays_where_it_is(self, copied):
        assert copied("[exclude: '*.txt', exclude: guild.yml]", "a.txt", "sub/b.txt", "c.md") == ["c.md", "train.py"]

    def test_patterns_alone_are_all_that_is_taken(self, copied):
        assert copied("['*.md']", "a.txt", "c.md", "sub/d.md") == ["c.md", "sub/d.md", "train.py"]

    def test_what_is_included_is_taken_whatever_it_is(self, copied):
        found = copied("[include: '*.png', include: '.hidden', exclude: guild.yml]", "a.png", ".hidden", "b.txt")
        assert found == [".hidden", "a.png", "b.txt", "train.py"]

    def test_the_last_rule_counts(self, copied):
        assert copied("[exclude: '*', include: 'sub/*', exclude: sub/b.md]", "a.md", "sub/b.md", "sub/c.md") == [
            "sub/c.md",
            "train.py",
        ]

    def test_a_folder_stands_for_what_is_in_it(self, copied):
        assert copied("[sub]", "a.md", "sub/b.md", "sub/deep/c.md") == ["sub/b.md", "sub/deep/c.md", "train.py"]

    def test_folders_can_be_left_out(self, copied):
        found = copied("[exclude: {dir: data}, include: '*.png', exclude: guild.yml]", "data/a.png", "b.png")
        assert found == ["b.png", "train.py"]

    def test_source_goes_where_it_is_wanted(self, copied):
        assert copied("{dest: code, select: [exclude: guild.yml]}", "a.md") == ["code/a.md", "code/train.py"]

    def test_source_can_come_from_a_folder_of_the_project(self, notebook, project):
        project("t:\n  main: train\n  sourcecode: {root: lib}\n", **{"lib/train.py": "import a", "lib/a.py": ""})
        run = notebook.run("t")
        assert {*os.listdir(run.path)} - {"__pycache__"} == {".guild", "a.py", "train.py"}

    def test_without_source_the_project_is_run(self, copied):
        assert copied("no", "a.md") == []


class TestNotebooks:
    @pytest.fixture
    def look(self, notebook, project):
        folder = project(
            "train: {exec: touch model}\n"
            "look:\n  notebook: look.ipynb\n  flags: {lr: 0.5}\n  label: 'at ${lr}'\n  requires: {operation: train}\n"
        )
        write_notebook(f"{folder}/look.ipynb", "lr = 0.1", "import os\nprint('loss:', lr, os.path.exists('model'))")
        notebook.run("train")
        return notebook.run("look")

    def test_it_is_executed_with_the_flags_and_what_is_required(self, look):
        assert (look.flags, look.label, look.output) == ({"lr": 0.5}, "at 0.5", "loss: 0.5 True\n")
        assert read_outputs(f"{look.path}/look.ipynb") == ["", "loss: 0.5 True\n"]
        assert str(look.opref).startswith("guildfile:")

    def test_it_is_run_again_with_other_flags(self, notebook, look):
        restart(notebook.context, look, Change(flags={"lr": 2}), LaunchOptions(), notebook.viewer)
        assert (look.label, look.output) == ("at 2", "loss: 2 True\n")
