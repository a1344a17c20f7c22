from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading

import pytest

from guild_ipy.errors import EngineError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.verbs.looking import tensorboard
from guild_ipy.verbs.looking.tensorboard import LinkFolder, find_command, serve
from tests.frame.conftest import add_scalars

FAKE = """\
import os, signal, sys
folder = sys.argv[sys.argv.index("--logdir") + 1]
with open({seen!r}, "w") as file:
    print(*sys.argv[1:], *sorted(os.path.relpath(os.path.join(at, name), folder)
          for at, _, names in os.walk(folder) for name in names), sep="\\n", file=file)
{end}
"""


@pytest.fixture
def run(make_run):
    """Make a completed run with scalars."""

    def make(**attrs) -> Run:
        run_dir = make_run(exit_status=0, started=1, stopped=2, **attrs)
        add_scalars(run_dir, {"loss": [1.0]})
        return Run(run_dir)

    return make


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Put a `tensorboard` on the path that notes what it is shown, and then does `end`."""
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)  # as if the package were not there

    def install(end: str = ""):
        seen = tmp_path / "seen"
        source = tmp_path / "tensorboard.py"
        source.write_text(FAKE.format(seen=str(seen), end=end))
        program = tmp_path / "bin" / "tensorboard"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(source))} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return seen

    return install


def links(folder: LinkFolder) -> dict[str, str]:
    return {
        os.path.relpath(os.path.join(at, name), folder.path): os.readlink(os.path.join(at, name))
        for at, _, names in os.walk(folder.path)
        for name in names
    }


def test_each_run_is_a_folder_of_links_called_by_id_and_label(run):
    first, second = run(label="lr=0.1"), run()
    add_scalars(first.dir, {"acc": [1.0]}, "val")

    folder = LinkFolder([first, second])
    folder.refresh()

    found = {os.path.dirname(link): target for link, target in links(folder).items()}
    assert sorted(found) == sorted([f"{first.short_id} lr=0.1", f"{first.short_id} lr=0.1/val", second.short_id])
    assert all(os.path.isfile(target) for target in found.values())


def test_no_label_leads_out_of_the_folder(run):
    folder = LinkFolder([run(label="../../x\n"), run(label="a" * 300)])
    folder.refresh()

    assert all(len(name) <= 80 and "/" not in name for name in os.listdir(folder.path))
    assert len(os.listdir(folder.path)) == 2


def test_runs_with_the_same_short_id_have_a_folder_each(run):
    folder = LinkFolder([run(id=f"aaaaaaaa{digit * 24}") for digit in "01"])
    folder.refresh()

    assert len(links(folder)) == 2


def test_new_files_are_linked_and_links_to_what_is_gone_are_taken_away(run):
    one = run()
    folder = LinkFolder([one])
    folder.refresh()
    (old,) = links(folder).values()

    add_scalars(one.dir, {"loss": [2.0]}, "more")
    os.unlink(old)
    folder.refresh()

    (new,) = links(folder).values()
    assert new.startswith(f"{one.path}/more/")


def test_the_same_runs_are_shown_by_the_same_folder(run):
    one, two = run(), run()

    assert LinkFolder([one, two]).path == LinkFolder([one, two]).path
    assert LinkFolder([one]).path != LinkFolder([one, two]).path


def test_files_of_a_running_run_are_linked_as_they_come(make_run, hold, monkeypatch):
    monkeypatch.setattr(tensorboard, "_FRESH_SECONDS", 0.01)
    run_dir = make_run(started=1)
    keeper = hold(run_dir)
    folder = LinkFolder([Run(run_dir)])

    folder.keep_fresh()
    add_scalars(run_dir, {"loss": [1.0]})
    while not links(folder):
        assert any(thread.daemon for thread in threading.enumerate())
    keeper.kill()
    keeper.wait()


def test_the_command_is_shown_exactly_the_chosen_runs(run, fake):
    seen = fake()
    chosen = run(label="mine")
    run(label="other")

    serve([chosen], ["--port", "7007"])

    option, path, *rest = seen.read_text().splitlines()
    (event_file,) = os.listdir(f"{path}/{chosen.short_id} mine")
    assert (option, rest) == ("--logdir", ["--port", "7007", f"{chosen.short_id} mine/{event_file}"])


def test_an_error_of_tensorboard_is_one_of_ours(run, fake):
    fake("sys.exit(3)")

    with pytest.raises(EngineError, match="TensorBoard ended with exit status 3"):
        serve([run()])


def test_it_ends_with_an_interrupt(run, fake):
    seen = fake(f"os.kill({os.getpid()}, signal.SIGINT); signal.pause()")

    serve([run()])

    assert seen.exists()


def test_without_tensorboard_the_extra_is_named(fake, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UsageError, match=r"pip install 'guild-ipy\[tensorboard\]'"):
        find_command()


def test_the_links_are_gone_when_the_process_has_ended(run):
    one = run()
    program = (
        "import sys; from guild_ipy.verbs.looking.tensorboard import LinkFolder;"
        "from guild_ipy.session.run_handle import Run;"
        "from guild_ipy.store.run_dir import RunDir; folder = LinkFolder([Run(RunDir(sys.argv[1]))]);"
        "folder.refresh(); print(folder.path)"
    )

    done = subprocess.run([sys.executable, "-c", program, one.path], capture_output=True, text=True, check=True)

    assert not os.path.exists(os.path.dirname(done.stdout.strip()))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_links_of_a_killed_process_are_removed_by_the_next(run, tmp_path):
    program = (
        "import os, sys; from guild_ipy.verbs.looking.tensorboard import LinkFolder;"
        "from guild_ipy.session.run_handle import Run;"
        "from guild_ipy.store.run_dir import RunDir; folder = LinkFolder([Run(RunDir(sys.argv[1]))]);"
        "folder.refresh(); os.kill(os.getpid(), int(sys.argv[2]))"
    )
    tmp_path.joinpath("tmp").mkdir()
    env = {**os.environ, "TMPDIR": f"{tmp_path}/tmp"}
    start = [sys.executable, "-c", program, run().path]

    assert subprocess.run([*start, "9"], env=env, check=False).returncode == -9
    (left,) = tmp_path.joinpath("tmp").iterdir()
    os.utime(left, (0, 0))

    assert subprocess.run([*start, "0"], env=env, check=False).returncode == 0
    assert os.listdir(tmp_path / "tmp") == []
