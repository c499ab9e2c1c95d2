"""What Ctrl-C and SIGTERM mean to a command that owns threads and processes: a wish, followed between steps."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final, Self

IMPATIENT_SECONDS: Final = 3.0
"""A Ctrl-C so long after the first wish is a demand; an earlier one is the same wish twice."""

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class EndedEarlyError(Exception):
    """Raised between two steps, or in an interruptible one, once the program was told to end. `number`: the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What a shell says of a program that this signal has ended."""
        return 128 + self.number


class Ending:
    """Listens while the with block lasts, in the main thread; the handlers of before are back afterwards.

    An exception out of a handler would strike anywhere, also where a library is half imported or a folder half removed.
    So the wish is only noted: `check` raises it between steps, `then` passes it on to whoever can stop.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        """The signal that came first; None: nobody has told the program to end."""
        self._heard_at = 0.0
        self._stop: Callable[[], None] = lambda: None
        self._interruptible = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def then(self, stop: Callable[[], None]) -> None:
        """Call `stop` when the wish comes; at once when it has come already."""
        self._stop = stop
        if self.number is not None:
            stop()

    def check(self) -> None:
        """Raise EndedEarlyError when the program was told to end."""
        if self.number is not None:
            raise EndedEarlyError(self.number)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """A step that waits for others (a download) and may be left at any point: the wish is raised inside."""
        self.check()
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.number is None:
            self.number, self._heard_at = number, time.monotonic()
            self._stop()
            if self._interruptible:
                raise EndedEarlyError(number)
        elif number == signal.SIGINT and time.monotonic() - self._heard_at >= IMPATIENT_SECONDS:
            raise KeyboardInterrupt
