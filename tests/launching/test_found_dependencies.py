"""Operations that need runs of others: the marked one, the latest, the one that is named, and whole sets."""

import json
import os
import re
import select
import signal

import pytest

from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.domain.declarations.dependency import SourceKind
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DependencyError, RunError, RunStateError, SelectError, UsageError
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart, start
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.markers import set_staged
from guild_ipy.store.trash import purge_run
from guild_ipy.store.used_runs.manifest import read_manifest
from guild_ipy.verbs.changing.delete import delete
from guild_ipy.verbs.changing.mark import mark
from tests.notebook_session import find_processes
from tests.required import file_of, need, pattern, requires, run_of, runs_of

LAB = """
import os

def train(lr=0.1):
    os.makedirs("trained", exist_ok=True)
    with open("trained/weights", "w") as file:
        file.write(str(lr))
    with open("trained-model", "w") as file:
        file.write(f"model {lr}")
    print("loss:", lr)

def serve():
    with open("trained-model") as file:
        print("serving", file.read())

def summary():
    print(sorted(name[:2] for name in os.listdir(".") if name != ".guild"))
"""

BIG_COPY = """
import os
import guild_ipy
from tests.required import requires, run_of

def make():
    os.mkdir("big")
    for number in range(3000):
        with open(f"big/{number}", "w") as file:
            file.write("x")

def use():
    print("used")

requires(use, run_of("make"))
guild_ipy.run(make)
print("made", flush=True)
try:
    guild_ipy.run(use)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.fixture
def lab(notebook):
    """A notebook in which `serve` needs files of `train`, and `summary` all its runs."""
    notebook.cell(LAB)
    requires(notebook.shell.user_ns["serve"], run_of("train"))
    requires(notebook.shell.user_ns["summary"], runs_of("train", name="models"))
    return notebook


@pytest.fixture
def declare(lab):
    """Say what a function of the notebook requires."""
    return lambda name, *dependencies: requires(lab.shell.user_ns[name], *dependencies)


@pytest.fixture
def again(lab):
    """Restart a run with such changes."""

    def again(made, *, viewer=None, **change):
        return restart(lab.context, made, Change(**change), LaunchOptions(), viewer or lab.viewer)

    return again


def used(made):
    """Give the run that was used."""
    (sources,) = made.get("deps").values()
    (entry,) = sources.values()
    return entry["config"]


def preview(lab, viewer, operation, *, only=False, **flags):
    viewer.agrees = False
    assert run(lab.context, RunRequest(operation=operation, flags=flags, preview=only), viewer) is None
    return viewer.told[-1].splitlines()


class TestStory:
    """What the document on marked runs tells, from its first line to its last."""

    def test_without_a_run_to_use_the_attempt_is_an_error_run(self, lab, viewer):
        error = lab.fail("serve")
        why = "could not resolve 'operation:train' in train resource: no suitable run for train"
        assert str(error) == f"run failed because a dependency was not met: {why}"
        assert viewer.shown == "Resolving train dependency\n"
        made = error.run
        assert (made.operation, made.status, made.exit_status) == ("serve()", RunStatus.ERROR, 1)
        assert made.output == f"run failed because a dependency was not met: {why}\n"
        assert [each.id for each in list_runs(lab.context)] == [made.id]
        assert isinstance(error.exception, DependencyError)

    def test_a_preview_says_that_the_attempt_will_be_on_record(self, lab, viewer):
        assert preview(lab, viewer, "serve")[-1] == (
            "  note: could not resolve 'operation:train' in train resource: no suitable run for train; "
            "the attempt will be on record as a run with status error"
        )
        assert list_runs(lab.context) == []

    @pytest.mark.parametrize(
        ("dependency", "why"),
        [
            (file_of("nosuch.csv"), "there is no file"),
            (need(SourceKind.MODULE, "no_such_module"), "no_such_module"),
            (need(SourceKind.RUN, "completed and label = best"), "no suitable run for completed and label = best"),
            (need(SourceKind.MULTI_RUN, "marked"), "no suitable run for marked"),
            (need(SourceKind.CONFIG, "nosuch.yml"), "nosuch.yml"),
            (run_of("train", select=(pattern(r"no\.txt"),), fail_if_empty=True), "none matches"),
        ],
    )
    def test_what_else_is_missing_is_known_before_and_leaves_no_run(self, lab, declare, viewer, dependency, why):
        made = lab.run("train")
        declare("serve", dependency)
        shown = preview(lab, viewer, "serve", only=True)[-1]
        assert why in shown
        assert shown.endswith("; it cannot run")
        with pytest.raises(DependencyError, match=re.escape(why)):
            lab.run("serve")
        assert list_runs(lab.context) == [made]

    def test_the_latest_run_is_used_and_its_file_is_there(self, lab, viewer):
        made = lab.run("train")
        viewer.shown = ""
        served = lab.run("serve")
        assert viewer.shown == (
            f"Resolving train dependency\nUsing output from run {made.id} for train resource\nserving model 0.1\n"
        )
        assert not os.path.islink(f"{served.path}/trained-model")

    def test_what_was_used_is_recorded_and_is_no_flag_for_us(self, lab):
        made = lab.run("train")
        served = lab.run("serve")
        assert served.flags == {}
        assert served.label in {None, ""}
        assert served.get("flags") == {"operation:train": made.id}
        assert served.get("user_flags") == {}
        (entry,) = served.get("deps")["operation:train"].values()
        assert entry["config"] == made.id
        assert entry["paths"] == [f"../{made.id}/{name}" for name in ("trained", "trained-model")]
        assert served.get("op")["deps"] == []

    def test_explicit_comes_before_marked_and_marked_before_latest(self, lab):
        first = lab.run("train")
        second = lab.run("train", lr=0.2)
        assert used(lab.run("serve")) == second.id
        mark(lab.context, [first])
        assert used(lab.run("serve")) == first.id
        assert used(lab.run("serve", train=second)) == second.id
        mark(lab.context, [first], clear=True)
        assert used(lab.run("serve")) == second.id

    def test_a_marked_run_that_cannot_be_used_is_named(self, lab, viewer):
        made = lab.run("train")
        failed = lab.run("train")
        write_attr(failed.dir, "exit_status", 1)
        mark(lab.context, [failed])
        shown = preview(lab, viewer, "serve")
        assert f"  train: [{made.short_id}]" in "\n".join(shown)
        assert any(f"the marked run {failed.short_id} of train is error, so not used" in line for line in shown)


class TestNamed:
    @pytest.mark.parametrize("name", ["train", "operation:train"])
    def test_a_run_is_named_as_a_flag_would_be(self, lab, name):
        first = lab.run("train")
        lab.run("train", lr=0.2)
        served = lab.run("serve", **{name: first.short_id})
        assert served.output == "serving model 0.1\n"
        assert served.get("user_flags") == served.get("flags") == {"operation:train": first.id}
        assert served.get("_dependencies")[0]["reason"] == "explicit"

    def test_a_mistake_leaves_nothing(self, lab):
        served = lab.fail("serve").run
        with pytest.raises(DependencyError, match=r"run .* \(serve\(\)\) is no run of train; --force-deps uses it"):
            lab.run("serve", train=served.id)
        with pytest.raises(SelectError):
            lab.run("serve", train="where lr <")
        assert len(list_runs(lab.context)) == 1

    def test_force_uses_what_is_named(self, lab):
        made = lab.run("train")
        write_attr(made.dir, "exit_status", 1)
        served = lab.run("serve", train=made.id, request={"force_deps": True})
        assert served.output == "serving model 0.1\n"

    def test_a_flag_that_has_the_name_of_a_dependency_is_a_flag(self, lab, declare):
        lab.cell("def tune(train=3):\n    print('train', train)")
        declare("tune", run_of("train"))
        made = lab.run("train")
        tuned = lab.run("tune", train=5)
        assert (tuned.output, tuned.flags, used(tuned)) == ("train 5\n", {"train": 5}, made.id)

    def test_a_folder_is_used_in_place_of_a_run(self, lab, tmp_path):
        os.mkdir(f"{tmp_path}/my model")
        with open(f"{tmp_path}/my model/trained-model", "w") as file:
            file.write("mine")
        served = lab.run("serve", train=f"{tmp_path}/my model")
        assert served.output == "serving mine\n"
        assert used(served) == f"{tmp_path}/my model"

    def test_help_tells_what_to_do(self, lab, declare):
        declare("serve", run_of("train", help="Run train first."))
        assert str(lab.fail("serve")).endswith("no suitable run for train; Run train first.")


class TestPreview:
    def test_it_shows_the_run_and_why(self, lab, viewer):
        made = lab.run("train")
        started = f"{made.started:%Y-%m-%d %H:%M:%S}"
        assert preview(lab, viewer, "serve") == [
            "You are about to run serve()",
            f"  train: [{made.short_id}]  train()  {started}  completed  (latest)",
        ]

    def test_it_shows_candidates_where_that_is_all_that_is_asked(self, lab, viewer):
        first, second = lab.run("train"), lab.run("train")
        write_attr(second.dir, "exit_status", 1)
        mark(lab.context, [first])
        lines = preview(lab, viewer, "serve", only=True)
        assert lines[2] == "  candidates for train, the newest first; the one marked last comes before:"
        assert lines[3].startswith(f"    [{second.short_id}]")
        assert lines[3].endswith("error  not used: error")
        assert lines[4].startswith(f"    [{first.short_id}]")
        assert lines[4].endswith("completed  marked  <- used: marked")

    def test_it_shows_the_runs_of_a_set(self, lab, viewer):
        runs = [lab.run("train"), lab.run("train")]
        lines = preview(lab, viewer, "summary")
        assert lines[1] == "  The following runs are selected:"
        assert [line.split()[0] for line in lines[2:]] == [f"[{each.short_id}]" for each in reversed(runs)]

    def test_it_says_what_is_missing_and_makes_nothing(self, lab, viewer):
        assert "no suitable run for train" in "\n".join(preview(lab, viewer, "serve"))
        assert list_runs(lab.context) == []


class TestSets:
    def test_all_runs_are_linked_and_described(self, lab):
        first, second = lab.run("train", lr=0.5), lab.run("train", lr=0.25)
        made = lab.run("summary")
        assert {os.readlink(f"{made.path}/{each.id}") for each in (first, second)} == {
            f"../{each.id}" for each in (first, second)
        }
        with open(f"{made.path}/guild-runs.json") as file:
            described = json.load(file)
        assert [(each["id"], each["dir"]) for each in described] == [
            (each.id, f"./{each.id}") for each in (second, first)
        ]
        assert [(each["status"], each["flags"], each["scalars"]) for each in described] == [
            ("completed", {"lr": 0.25}, {"loss": 0.25}),
            ("completed", {"lr": 0.5}, {"loss": 0.5}),
        ]
        assert made.get("_dependencies")[0]["runs"] == [second.id, first.id]

    def test_scalars_of_linked_runs_are_not_those_of_the_summary(self, lab):
        lab.run("train")
        assert lab.run("summary").scalars == {}

    def test_a_summary_that_is_deleted_and_purged_leaves_its_runs(self, lab):
        made = lab.run("train")
        summary = lab.run("summary")
        delete(lab.context, [summary])
        purge_run(lab.context.home, RunDir(f"{lab.context.home.trash}/{summary.id}"))
        assert made.status is RunStatus.COMPLETED
        assert os.path.exists(f"{made.path}/trained-model")

    def test_an_empty_set_is_an_error_run(self, lab):
        assert str(lab.fail("summary")).endswith("in models resource: no suitable run for train")

    def test_runs_are_given_as_a_list_or_an_expression(self, lab):
        first, second, third = (lab.run("train", lr=lr) for lr in (1, 2, 3))
        named = lab.run("summary", models=f"{first.short_id}, {third.short_id}")
        assert named.get("_dependencies")[0]["runs"] == [first.id, third.id]
        selected = lab.run("summary", models="where lr >= 2 and complete")
        assert selected.get("_dependencies")[0]["runs"] == [third.id, second.id]

    def test_two_sets_need_two_places(self, lab, declare):
        lab.run("train")
        both = [runs_of("train", name=name) for name in ("a", "b")]
        declare("summary", *both)
        with pytest.raises(DependencyError, match=r"there is another '.*' in the run directory; give it another place"):
            lab.run("summary")
        assert len(list_runs(lab.context)) == 1

    def test_a_set_of_an_expression_is_linked_where_it_says(self, lab, declare):
        made = lab.run("train")
        declare("summary", need(SourceKind.MULTI_RUN, "loss < 1", is_multi=True, target_path="in/all"))
        summary = lab.run("summary")
        assert os.path.samefile(f"{summary.path}/in/all/{made.id}", made.path)


class TestStaged:
    def test_what_is_used_is_decided_when_it_is_staged(self, lab):
        first = lab.run("train")
        staged = lab.run("serve", request={"stage": True})
        lab.run("train", lr=0.2)
        start(lab.context, staged, LaunchOptions(), lab.viewer)
        assert (used(staged), staged.output) == (first.id, "serving model 0.1\n")

    def test_nothing_is_staged_that_could_not_run(self, lab):
        with pytest.raises(DependencyError):
            lab.run("serve", request={"stage": True})
        assert list_runs(lab.context) == []

    def test_a_staged_run_whose_files_are_gone_gets_them_again(self, lab):
        lab.run("train")
        staged = lab.run("serve", request={"stage": True})
        os.unlink(f"{staged.path}/trained-model")
        start(lab.context, staged, LaunchOptions(), lab.viewer)
        assert staged.output == "serving model 0.1\n"

    def test_a_staged_run_with_a_deleted_member_is_refused(self, lab):
        made = lab.run("train")
        staged = lab.run("summary", request={"stage": True})
        delete(lab.context, [made])
        with pytest.raises(
            RunStateError, match=f"run {made.short_id}, which run {staged.short_id} was given, is deleted"
        ):
            start(lab.context, staged, LaunchOptions(), lab.viewer)
        assert staged.status is RunStatus.STAGED


class TestRestart:
    def test_it_uses_the_same_run(self, lab, again):
        first = lab.run("train")
        served = lab.run("serve")
        lab.run("train", lr=0.2)
        again(served)
        assert (used(served), served.output) == (first.id, "serving model 0.1\n")

    def test_it_needs_the_run_no_more_whose_files_it_has(self, lab, again):
        first = lab.run("train")
        served = lab.run("serve")
        delete(lab.context, [first])
        again(served)
        assert served.output == "serving model 0.1\n"

    def test_with_another_run_its_files_are_others(self, lab, again):
        lab.run("train")
        served = lab.run("serve")
        second = lab.run("train", lr=0.2)
        again(served, flags={"train": second.short_id})
        assert (used(served), served.output) == (second.id, "serving model 0.2\n")
        assert served.get("flags") == {"operation:train": second.id}
        with open(f"{served.path}/trained/weights") as file:
            assert file.read() == "0.2"
        placed = [entry.path for entry in read_manifest(served.dir) if entry.kind == "d"]
        assert placed == ["trained/weights", "trained-model"]

    def test_a_failed_attempt_finds_what_is_there_now(self, lab, again):
        failed = lab.fail("serve").run
        made = lab.run("train")
        again(failed)
        assert (failed.status, failed.output, used(failed)) == (RunStatus.COMPLETED, "serving model 0.1\n", made.id)

    def test_reselect_chooses_anew(self, lab, again):
        lab.run("train")
        served = lab.run("serve")
        second = lab.run("train", lr=0.2)
        again(served, reselect=True)
        assert (used(served), served.output) == (second.id, "serving model 0.2\n")

    def test_a_set_stays_what_it_was_until_it_is_chosen_anew(self, lab, again):
        first = lab.run("train")
        summary = lab.run("summary")
        second = lab.run("train")
        again(summary)
        assert summary.get("_dependencies")[0]["runs"] == [first.id]
        again(summary, reselect=True)
        assert summary.get("_dependencies")[0]["runs"] == [second.id, first.id]
        again(summary, flags={"models": "where lr < 1"})
        assert summary.get("_dependencies")[0]["runs"] == [second.id, first.id]
        assert os.path.islink(f"{summary.path}/{second.id}")

    def test_reselect_is_for_runs_that_depend_on_some(self, lab, again):
        with pytest.raises(UsageError, match="depends on no runs; leave --reselect out"):
            again(lab.run("train"), reselect=True)

    def test_what_was_given_for_others_is_kept(self, lab, again, declare):
        for name in ("data.csv", "mine.csv"):
            with open(name, "w") as file:
                file.write(name)
        declare("serve", run_of("train"), file_of("data.csv", location=os.getcwd()))
        first, second = lab.run("train"), lab.run("train", lr=0.2)
        served = lab.run("serve", **{"train": first, "file:data.csv": "mine.csv"})
        again(served, flags={"train": second})
        assert served.output == "serving model 0.2\n"
        assert os.path.exists(f"{served.path}/mine.csv")
        assert served.get("flags") == {"operation:train": second.id, "file:data.csv": "mine.csv"}

    def test_a_folder_that_was_given_is_kept(self, lab, again, declare, tmp_path):
        os.mkdir(f"{tmp_path}/model")
        with open(f"{tmp_path}/model/trained-model", "w") as file:
            file.write("mine")
        declare("serve", run_of("train"), run_of("prepare", optional=True))
        served = lab.run("serve", train=f"{tmp_path}/model")
        os.unlink(f"{served.path}/trained-model")
        again(served)
        assert served.output == "serving mine\n"

    def test_who_declines_changes_nothing(self, lab, again, viewer):
        lab.run("train")
        served = lab.run("serve")
        second = lab.run("train", lr=0.2)
        viewer.agrees = False
        assert again(served, flags={"train": second}) is None
        assert (served.status, served.output) == (RunStatus.COMPLETED, "serving model 0.1\n")

    def test_a_mistake_changes_nothing(self, lab, again):
        first = lab.run("train")
        served = lab.run("serve")
        with pytest.raises(DependencyError):
            again(served, flags={"train": "ffff"})
        assert (served.status, used(served)) == (RunStatus.COMPLETED, first.id)


class TestOptional:
    def test_it_is_used_where_it_is_there(self, lab, declare):
        declare("summary", run_of("train", optional=True, select=(pattern("trained-model"),)))
        assert lab.run("summary").output == "[]\n"
        lab.run("train")
        assert lab.run("summary").output == "['tr']\n"

    def test_the_preview_says_that_it_is_left_out(self, lab, viewer, declare):
        declare("summary", run_of("train", optional=True))
        assert "is left out: no suitable run for train" in "\n".join(preview(lab, viewer, "summary"))


def test_a_running_summary_links_runs_that_are_running(lab, start_waiting, let_go, declare):
    waiting = start_waiting()
    declare("summary", runs_of("wait"))
    summary = lab.run("summary")
    assert os.path.islink(f"{summary.path}/{waiting.id}")
    let_go(waiting)


def test_a_run_that_is_only_staged_is_not_used(lab):
    made = lab.run("train")
    write_attr(made.dir, "exit_status", 0)
    set_staged(made.dir)
    assert "no suitable run for train" in str(lab.fail("serve"))


def test_an_interrupt_while_files_are_copied_leaves_nothing(home, start_python):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    process = start_python(BIG_COPY, PYTHONPATH=root)
    for line in process.stdout:
        if line == "made\n":
            break
    (made,) = os.listdir(home.runs)
    while not (new := set(os.listdir(home.runs)) - {made}) or not _has_begun(f"{home.runs}/{new.pop()}/big"):
        select.select([], [], [], 0.001)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=30)
    assert printed.endswith("\ninterrupted\n")
    assert os.listdir(home.runs) == [made]
    assert not find_processes()


def _has_begun(folder):
    return os.path.isdir(folder) and os.listdir(folder)


def test_every_run_is_listed_as_it_was(lab):
    lab.fail("serve")
    lab.run("train")
    lab.run("serve")
    lab.run("summary")
    listed = [(each.operation, str(each.status), dict(each.flags)) for each in list_runs(lab.context, EVERY)]
    assert listed == [
        ("summary()", "completed", {}),
        ("serve()", "completed", {}),
        ("train()", "completed", {"lr": 0.1}),
        ("serve()", "error", {}),
    ]


def test_the_error_of_the_run_itself_is_its_own(lab):
    lab.cell("def broken():\n    raise ValueError('no')")
    requires(lab.shell.user_ns["broken"], run_of("train"))
    lab.run("train")
    with pytest.raises(RunError, match=r"broken\(\) failed"):
        lab.run("broken")
