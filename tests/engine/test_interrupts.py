import signal
import threading

import pytest

from guild_ipy.engine.interrupts import HeldInterrupts


def interrupt():
    signal.raise_signal(signal.SIGINT)


def hold(reached, *, until_end):
    with HeldInterrupts() as interrupts:
        interrupt()
        reached.append("held")
        if not until_end:
            interrupts.let_through()
            reached.append("let through")
    reached.append("end")


@pytest.mark.parametrize("until_end", [True, False])
def test_an_interrupt_comes_when_it_is_let_through_or_at_the_end(until_end):
    reached = []
    with pytest.raises(KeyboardInterrupt):
        hold(reached, until_end=until_end)
    assert reached == ["held"]


def test_many_interrupts_are_one():
    with HeldInterrupts() as interrupts:
        interrupt()
        interrupt()
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_through()
        interrupts.let_through()


def test_interrupts_are_answered_as_before_once_they_are_let_through():
    before = signal.getsignal(signal.SIGINT)
    with HeldInterrupts() as interrupts:
        interrupts.let_through()
        assert signal.getsignal(signal.SIGINT) is before
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_handler_of_the_user_gets_it(monkeypatch):
    got = []
    before = signal.signal(signal.SIGINT, lambda number, _: got.append(number))
    with HeldInterrupts():
        interrupt()
        assert got == []
    signal.signal(signal.SIGINT, before)
    assert got == [signal.SIGINT]


def test_it_does_nothing_in_another_thread():
    failures = []

    def hold():
        try:
            with HeldInterrupts() as interrupts:
                interrupts.let_through()
        except ValueError as error:
            failures.append(error)

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert failures == []
