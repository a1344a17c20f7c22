import threading

from guild_ipy.widgets.change_watch import ChangeWatch
from tests.notebook_session import wait_until


class Counter:
    """A generation that a test changes, and what was told of it."""

    def __init__(self):
        self.now = 1
        self.looks = 0
        self.told = []

    def generation(self):
        self.looks += 1
        return self.now


def open_watch(**keywords):
    counter = Counter()
    return counter, ChangeWatch(counter.generation, counter.told.append, **keywords)


def test_a_change_is_told_once():
    counter, watch = open_watch()
    watch.keep_on()
    wait_until(lambda: counter.looks > 1)
    counter.now = 2
    wait_until(lambda: counter.told)
    looks = counter.looks
    wait_until(lambda: counter.looks > looks + 1)
    assert counter.told == [2]
    watch.stop()
    wait_until(lambda: not watch.is_on)


def test_it_ends_by_itself_and_begins_again():
    counter, watch = open_watch(lease=0.0)
    watch.keep_on()
    wait_until(lambda: not watch.is_on)
    watch.keep_on()
    wait_until(lambda: not watch.is_on)
    assert counter.told == []


def test_there_is_one_thread_however_often_it_is_asked_for():
    counter, watch = open_watch()
    for _ in range(5):
        watch.keep_on()
    wait_until(lambda: counter.looks)
    assert [each.name for each in threading.enumerate()].count("guild_ipy-table") == 1
    watch.stop()
    wait_until(lambda: not watch.is_on)
    watch.keep_on()
    assert not watch.is_on


def test_a_home_that_cannot_be_read_for_a_moment_does_not_end_it():
    counter, watch = open_watch()
    answers = iter([1, OSError("gone")])

    def generation():
        answer = next(answers, 2)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = ChangeWatch(generation, counter.told.append)
    watch.keep_on()
    wait_until(lambda: counter.told == [2])
    watch.stop()
    wait_until(lambda: not watch.is_on)
