import time
from dataclasses import dataclass
from datetime import timedelta

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.trials.batch_progress import describe_left, measure_progress
from guild_ipy.view.trials.live_trials import LiveTrial


@dataclass
class Trials:
    """Trials by state, begin and end, in seconds ago; those that began more than 1000 s ago are of another start."""

    states: list

    expected = to_come = 0
    objectives = ()

    def now(self):
        now = time.time()
        return [
            LiveTrial(
                dir=RunDir(f"/{number:032x}"),
                number=number,
                status=status,
                started=None if begin is None else int((now - begin) * 1e6),
                stopped=None if end is None else int((now - end) * 1e6),
            )
            for number, (status, begin, end) in enumerate(self.states, start=1)
        ]

    def began_now(self, trial):
        return (trial.started or 0) > (time.time() - 1000) * 1e6


def done(begin, end):
    return RunStatus.COMPLETED, begin, end


def running(begin):
    return RunStatus.RUNNING, begin, None


PENDING = (RunStatus.PENDING, None, None)


@pytest.mark.parametrize(
    ("states", "seconds"),
    [
        ([done(25, 15), done(15, 5), running(5), PENDING], 15),
        ([done(45, 35), done(25, 15), running(5), PENDING], 27),  # with pauses in between
        ([done(20, 10), done(20, 10), running(10), running(10), PENDING, PENDING], 10),
        ([done(15, 5), running(5)], 5),
        ([done(15, 5), done(15, 5), running(5)], 5),  # the last one, while nothing runs beside it
        ([done(9000, 2000), done(15, 5), running(5), PENDING], 15),
    ],
)
def test_the_time_left_is_that_of_trials_so_far(states, seconds):
    assert measure_progress(Trials(states)).left.total_seconds() == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize(
    "states", [[], [PENDING], [running(5), PENDING], [done(9000, 2000), PENDING], [done(5, 2)], [done(5, 5)]]
)
def test_it_is_not_known_before_the_first_end_and_not_told_after_the_last(states):
    assert measure_progress(Trials(states)).left is None


def test_trials_that_take_no_time_leave_none():
    assert measure_progress(Trials([done(0, 0), PENDING])).left.total_seconds() == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "about 1 s left"), (59, "about 59 s left"), (185, "about 3:05 left")]
)
def test_it_is_told_in_round_numbers(seconds, text):
    assert describe_left(timedelta(seconds=seconds)) == text
