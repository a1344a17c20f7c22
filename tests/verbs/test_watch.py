import signal
import threading

from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.verbs.running.watch import watch
from tests.notebook_session import wait_until
from tests.train_and_wait import RecordingViewer

WATCHER = """
import sys
from guild_ipy.session.session import get_session
from guild_ipy.session.run_refs import select_run
from guild_ipy.session.viewer import SilentViewer
from guild_ipy.verbs.running.watch import watch

class Viewer(SilentViewer):
    def output(self, text):
        print(text, end="", flush=True)

    def not_watched(self, run):
        print("not watched:", run.short_id)

context = get_session()
print(watch(context, select_run(context, sys.argv[1]), Viewer()).status)
"""


def watch_until(notebook, run, word, then):
    """Watch a run; when `word` has been shown, do something."""

    class Viewer(RecordingViewer):
        def output(self, text):
            had = word in self.shown
            super().output(text)
            if word in self.shown and not had:
                then()

    viewer = Viewer()
    assert watch(notebook.context, run, viewer) == run
    return viewer


def test_a_background_run_is_followed_from_its_beginning_to_its_end(notebook, start_waiting, let_go):
    run = start_waiting(steps=3)
    go = threading.Thread(target=let_go, args=(run,))
    viewer = watch_until(notebook, run, "waiting 2", go.start)
    go.join()
    assert viewer.shown == run.output == "waiting 0\nwaiting 1\nwaiting 2\ngone on\n"
    assert viewer.told == ["ended completed"]


def test_a_run_that_has_ended_shows_what_it_printed(train):
    run = train.run("train")
    viewer = RecordingViewer()
    watch(train.context, run, viewer)
    assert (viewer.shown, viewer.told) == (run.output, ["ended completed"])


def test_another_process_can_watch(start_waiting, let_go, start_python):
    run = start_waiting()
    watcher = start_python(WATCHER, run.id)
    assert watcher.stdout.readline() == "waiting 0\n"
    let_go(run)
    assert watcher.communicate(timeout=20)[0] == "gone on\ncompleted\n"


def test_interrupting_ends_the_watching_and_not_the_run(start_waiting, let_go, start_python):
    run = start_waiting()
    watcher = start_python(WATCHER, run.id)
    assert watcher.stdout.readline() == "waiting 0\n"
    watcher.send_signal(signal.SIGINT)
    printed = watcher.communicate(timeout=20)[0]
    assert printed == f"not watched: {run.short_id}\nrunning\n"
    assert run.status is RunStatus.RUNNING
    assert let_go(run).status is RunStatus.COMPLETED


def test_two_may_watch_one_run(notebook, start_waiting, let_go):
    run = start_waiting()
    viewers = [RecordingViewer(), RecordingViewer()]
    watchers = [threading.Thread(target=watch, args=(notebook.context, Run(run.dir), v)) for v in viewers]
    for watcher in watchers:
        watcher.start()
    wait_until(lambda: all("waiting" in viewer.shown for viewer in viewers))
    let_go(run)
    for watcher in watchers:
        watcher.join()
    assert [viewer.shown for viewer in viewers] == [run.output] * 2
