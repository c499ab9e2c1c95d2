"""Pins for the panel's tests: gpiozero's mock, put in place and taken away again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

gpiozero = pytest.importorskip("gpiozero")
from gpiozero.pins.mock import MockFactory, MockPWMPin  # noqa: E402

DEADLINE_SECONDS = 60.0


@pytest.fixture
def mock_pins() -> Iterator[Any]:
    """A factory of mock pins that everything built during the test uses; the one before is restored."""
    before = gpiozero.Device.pin_factory
    factory = MockFactory(pin_class=MockPWMPin)
    gpiozero.Device.pin_factory = factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; fail the test after a generous deadline."""
    give_up = time.monotonic() + DEADLINE_SECONDS
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < give_up, "what the test waits for did not happen"
        pause.wait(0.002)


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    return wait_until


@pytest.fixture
def states() -> Callable[[Any], list[float]]:
    """The states that a mock pin went through, the first being the one before the test."""
    return lambda pin: [float(seen.state) for seen in pin.states]
