"""Queues start staged runs."""

import os
from pathlib import Path

import pytest

import guild_ipy
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import FlagError, SelectError
from guild_ipy.scheduling.queue_attrs import QueueOrder, give_order
from guild_ipy.scheduling.queue_status import list_queues
from guild_ipy.scheduling.staged_order import move_before, move_first, staged_ids
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.store.trash import delete_run

WAIT = "import os, time\npath = ''\nwhile not os.path.exists(path): time.sleep(0.01)\n"


def statuses(*runs):
    return [Run(run.dir).status for run in runs]


def at_work(queues):
    """The run that a queue has at work."""
    found = []

    def is_so():
        found[:] = [
            run
            for run in list_runs(queues.notebook.context)
            if run.status is RunStatus.RUNNING and run.operation != "queue"
        ]
        return bool(found)

    queues.wait_for(is_so)
    return found[0]


class TestStarting:
    def test_staged_runs_are_started_in_their_order(self, queues):
        runs = [queues.stage(x=number) for number in range(3)]
        queue = queues.run_once()
        assert statuses(*runs) == [RunStatus.COMPLETED] * 3
        assert [Run(run.dir).output for run in runs] == ["x is 0\n", "x is 1\n", "x is 2\n"]
        assert [line for line in queue.output.splitlines() if line.startswith("x is")] == ["x is 0", "x is 1", "x is 2"]

    def test_functions_and_cells_keep_what_they_were_staged_with(self, queues):
        queues.notebook.cell("factor = 2\ndef double(x=1): print(x * factor)")
        run = queues.stage("double", x=4)
        queues.notebook.cell("factor = 100")
        queues.run_once()
        assert Run(run.dir).output == "8\n"

    def test_a_run_that_fails_does_not_end_the_queue(self, queues):
        Path("fail.py").write_text("raise SystemExit('no')")
        failing, good = queues.stage("fail.py"), queues.stage(x=2)
        queue = queues.run_once()
        assert statuses(failing, good, queue) == [RunStatus.ERROR, RunStatus.COMPLETED, RunStatus.COMPLETED]
        assert f"Run {failing.id} ended: error" in queue.output

    def test_a_run_that_is_deleted_is_not_started(self, queues):
        gone, good = queues.stage(x=1), queues.stage(x=2)
        delete_run(queues.notebook.context.home, gone.dir)
        queues.run_once()
        assert statuses(good) == [RunStatus.COMPLETED]

    def test_a_run_that_cannot_be_started_is_left_alone_and_says_why(self, queues):
        broken, good = queues.stage(x=1), queues.stage(x=2)
        Path(broken.dir.meta).write_text("{")
        queues.run_once()
        assert statuses(broken, good) == [RunStatus.STAGED, RunStatus.COMPLETED]
        assert queues.reasons()[broken.id].startswith("could not be started: ")
        assert "could not be started" not in queues.run_once().output

    def test_comparisons_leave_it_out(self, queues):
        queues.stage(x=1)
        queues.run_once()
        assert list(guild_ipy.runs()["operation"]) == ["echo.py", "queue"]
        assert list(guild_ipy.runs().guild.compare()["operation"]) == ["echo.py"]
        assert list(guild_ipy.compare()["operation"]) == ["echo.py"]

    def test_a_batch_is_started_with_its_trials(self, queues):
        batch = guild_ipy.run("echo.py", x=[1, 2], _stage=True)
        queues.run_once()
        assert list(batch.trials["status"]) == ["completed", "completed"]

    def test_a_run_that_is_staged_later_is_started_at_once(self, queues):
        queue = queues.start(**{"poll-interval": 1000})
        run = queues.stage(x=5)
        queues.wait_for(lambda: Run(run.dir).status.is_finished)
        stop_run(queue.dir, queues.notebook.context.settings)
        assert Run(run.dir).output == "x is 5\n"

    def test_a_queue_wakes_when_the_run_that_it_waited_for_ends(self, queues, tmp_path):
        Path("wait.py").write_text(WAIT)
        other = queues.notebook.run_in_background("wait.py", path=f"{tmp_path}/go")
        queue, run = queues.start(**{"poll-interval": 1000}), queues.stage(x=1)
        queues.wait_for(lambda: queues.reasons().get(run.id) == f"waits for {other.short_id} to end")
        (tmp_path / "go").touch()
        queues.wait_for(lambda: Run(run.dir).status.is_finished)
        stop_run(queue.dir, queues.notebook.context.settings)

    def test_two_queues_start_a_run_once_and_one_at_a_time(self, queues):
        Path("alone.py").write_text(
            "import os, time\nn = 0\nos.mkdir('../../alone')\ntime.sleep(0.02)\nos.rmdir('../../alone')\n"
        )
        runs = [queues.stage("alone.py", n=number) for number in range(12)]
        first, second = queues.start(), queues.start()
        queues.wait_for(lambda: all(Run(run.dir).status.is_finished for run in runs))
        for queue in (first, second):
            stop_run(queue.dir, queues.notebook.context.settings)
        assert statuses(*runs) == [RunStatus.COMPLETED] * 12
        started = first.output.count("Starting staged run") + second.output.count("Starting staged run")
        assert started >= 12


class TestOrder:
    def ids(self, queues):
        return list(staged_ids(queues.notebook.context))

    def test_the_next_run_is_said(self, queues):
        a, b, c = (queues.stage(x=number) for number in range(3))
        move_first(queues.notebook.context, [c, b])
        assert self.ids(queues) == [c.id, b.id, a.id]

    def test_a_run_is_moved_before_another(self, queues):
        a, b, c, d = (queues.stage(x=number) for number in range(4))
        session = queues.notebook.context
        for _ in range(3):  # the room between two others becomes less
            move_before(session, d, b)
            move_before(session, c, b)
        assert self.ids(queues) == [a.id, d.id, c.id, b.id]

    def test_a_run_that_is_started_has_its_true_time(self, queues):
        a, b = queues.stage(x=1), queues.stage(x=2)
        move_first(queues.notebook.context, [b])
        queues.run_once()
        assert Run(b.dir).started < Run(a.dir).started
        assert (Run(a.dir).started - Run(b.dir).started).total_seconds() > 0.001


class TestOrders:
    def test_a_queue_that_is_paused_starts_nothing_until_it_goes_on(self, queues):
        queue = queues.start()
        give_order(queue, QueueOrder.PAUSE)
        run = queues.stage(x=1)
        queues.wait_for(lambda: queues.reasons().get(run.id) == "paused")
        give_order(queue, None)
        queues.wait_for(lambda: Run(run.dir).status.is_finished)
        stop_run(queue.dir, queues.notebook.context.settings)

    def test_a_queue_that_is_to_end_lets_its_run_end(self, queues, tmp_path):
        Path("wait.py").write_text(WAIT)
        run, later = queues.stage("wait.py", path=f"{tmp_path}/go"), queues.stage(x=1)
        queue = queues.start()
        assert at_work(queues) == run
        give_order(queue, QueueOrder.DRAIN)
        (tmp_path / "go").touch()
        queues.wait_for(lambda: Run(queue.dir).status.is_finished)
        assert statuses(queue, run, later) == [RunStatus.COMPLETED, RunStatus.COMPLETED, RunStatus.STAGED]

    def test_a_queue_with_nothing_to_do_ends_at_once_when_it_is_told_to(self, queues):
        queue = queues.start(**{"poll-interval": 1000})
        give_order(queue, QueueOrder.DRAIN)
        queues.wait_for(lambda: Run(queue.dir).status.is_finished)
        assert Run(queue.dir).status is RunStatus.COMPLETED

    def test_a_queue_that_was_told_to_end_goes_on_when_it_is_restarted(self, queues):
        queue = queues.start()
        give_order(queue, QueueOrder.DRAIN)
        queues.wait_for(lambda: Run(queue.dir).status.is_finished)
        run = queues.stage(x=4)
        guild_ipy.run(None, _restart=queue, _background=True)
        queues.wait_for(lambda: Run(run.dir).status.is_finished)
        stop_run(queue.dir, queues.notebook.context.settings)

    def test_a_queue_that_is_stopped_stops_its_run(self, queues):
        Path("wait.py").write_text(WAIT)
        run, later = queues.stage("wait.py", path="never"), queues.stage(x=1)
        queue = queues.start()
        assert at_work(queues) == run
        stop_run(queue.dir, queues.notebook.context.settings)
        assert list_queues(queues.notebook.context) == []
        assert statuses(run, later) == [RunStatus.TERMINATED, RunStatus.STAGED]

    def test_a_queue_goes_on_as_it_was_when_it_is_restarted(self, queues):
        queue = queues.run_once(where="flag:x = 2")
        one, two = queues.stage(x=1), queues.stage(x=2)
        guild_ipy.run(None, _restart=queue)
        assert statuses(one, two) == [RunStatus.STAGED, RunStatus.COMPLETED]


@pytest.mark.parametrize(
    ("flags", "error", "message"),
    [
        ({"jobs": 0}, FlagError, "flag 'jobs' of queue is at least 1, not 0"),
        ({"jobs": "two"}, FlagError, "jobs"),
        ({"jobs": 1.5}, FlagError, "jobs"),
        ({"poll-interval": 0}, FlagError, "flag 'poll-interval' of queue is at least 0.1, not 0"),
        ({"poll-interval": float("nan")}, FlagError, "poll-interval"),
        ({"run-once": "maybe"}, FlagError, "run-once"),
        ({"wait-for-running": 2}, FlagError, "wait-for-running"),
        ({"where": "loss <"}, SelectError, "expected a value after '<'"),
        ({"where": "and"}, SelectError, "and"),
        ({"where": 3}, FlagError, "where"),
        ({"gpu": 1}, FlagError, "gpu"),
    ],
)
def test_a_wrong_flag_is_one_line_and_makes_nothing(queues, flags, error, message):
    with pytest.raises(error, match=message):
        queues.run_once(**flags)
    assert not os.path.exists(queues.notebook.context.home.runs) or list_runs(queues.notebook.context) == []
