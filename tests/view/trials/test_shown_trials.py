from guild_ipy.domain.status import RunStatus
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.trials.batch_progress import BatchProgress
from guild_ipy.view.trials.best_trial import BestTrials
from guild_ipy.view.trials.live_trials import LiveTrial
from guild_ipy.view.trials.shown_trials import MOST_ROWS, choose_shown


def progress(*states, best=None):
    """A batch with trials in these states, which ended in their order."""
    by_state = {}
    for number, status in enumerate(states, start=1):
        trial = LiveTrial(dir=RunDir(f"/{number:032x}"), number=number, status=status, stopped=number)
        by_state.setdefault(status, []).append(trial)
    found = BestTrials(dirs=(RunDir(f"/{best:032x}"),), scalar="loss", value=0.1) if best else None
    return BatchProgress(by_state=by_state, best=found)


def numbers(shown):
    return [trial.number for trial in shown]


def test_few_trials_are_all_shown_in_their_order():
    states = [RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.ERROR] * 5
    assert numbers(choose_shown(progress(*states))) == list(range(1, 21))


def test_of_many_the_running_the_failed_the_best_and_the_newest_are_shown():
    states = [RunStatus.COMPLETED] * 100 + [RunStatus.RUNNING] * 2 + [RunStatus.PENDING] * 100
    states[9] = states[19] = RunStatus.ERROR
    shown = numbers(choose_shown(progress(*states, best=3)))
    assert shown == [3, 10, 20, *range(88, 101), 101, 102, 103, 104][-MOST_ROWS:]


def test_many_that_failed_leave_room_for_others():
    states = [RunStatus.COMPLETED] * 100 + [RunStatus.ERROR] * 100 + [RunStatus.RUNNING] * 50 + [RunStatus.PENDING] * 9
    shown = choose_shown(progress(*states, best=7))
    assert len(shown) == MOST_ROWS
    assert {trial.status for trial in shown} == set(states)
    assert 7 in numbers(shown)
