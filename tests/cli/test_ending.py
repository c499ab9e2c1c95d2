"""Told to end: between steps, in a step that waits, while at work, and twice."""

from __future__ import annotations

import os
import signal

import pytest

from cli import ending as ending_module
from cli.ending import EndedEarlyError, Ending


def _tell(number: int) -> None:
    """Python runs its handlers before the next statement of the main thread."""
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_wish_is_raised_between_steps(number: int, code: int) -> None:
    with Ending() as ending:
        _tell(number)
        with pytest.raises(EndedEarlyError) as raised:
            ending.check()
    assert raised.value.exit_code == code


def test_wish_stops_the_work_once() -> None:
    stopped: list[str] = []
    with Ending() as ending:
        ending.then(lambda: stopped.append("stopped"))
        _tell(signal.SIGTERM)
        _tell(signal.SIGTERM)
        _tell(signal.SIGINT)
    assert stopped == ["stopped"]


def test_wish_before_the_work_stops_it_at_once() -> None:
    stopped: list[str] = []
    with Ending() as ending:
        _tell(signal.SIGINT)
        ending.then(lambda: stopped.append("stopped"))
    assert stopped == ["stopped"]


def test_wish_interrupts_a_step_that_waits() -> None:
    with Ending() as ending:
        with pytest.raises(EndedEarlyError), ending.interruptible():
            _tell(signal.SIGTERM)
        # Told already: the next such step is not begun.
        with pytest.raises(EndedEarlyError), ending.interruptible():
            pytest.fail("begun")


def test_demand_after_a_while_is_a_keyboard_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [100.0]
    monkeypatch.setattr(ending_module.time, "monotonic", lambda: seconds[0])
    with Ending() as ending:
        _tell(signal.SIGINT)
        seconds[0] += ending_module.IMPATIENT_SECONDS - 0.1
        _tell(signal.SIGINT)
        seconds[0] += 0.2
        _tell(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            _tell(signal.SIGINT)
    assert ending.number == signal.SIGINT


def test_handlers_of_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in ending_module.SIGNALS]
    with Ending():
        assert [signal.getsignal(number) for number in ending_module.SIGNALS] != before
    assert [signal.getsignal(number) for number in ending_module.SIGNALS] == before
