"""A source in a process of its own, watched, killed when it hangs, and started again for ever."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from kiosk.camera.capture_child import CaptureChild
from kiosk.camera.capture_link import Ask, Compensate, Ended, Failed, LinkClosedError, Opened, Published, Taken
from kiosk.camera.frame import Frame, SourceKind
from kiosk.camera.recovery import Ladder
from kiosk.camera.source import SourceSettings, Step
from kiosk.errors import CameraError, CameraStalledError, SourceUnusableError

logger = logging.getLogger(__name__)

DEFAULT_OPENER = "kiosk.camera.source:open_source"
LONGEST_QUIET_SECONDS = 120.0
"""A recovery that shows no step for so long hangs itself: opening, reset and pause together take less."""


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """How the camera is doing.

    working: frames are arriving.
    reason: one sentence why not; empty while it works.
    restarts: how often the capture process was started again since `start`.
    """

    working: bool
    reason: str
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the supervisor waits, in seconds.

    stall: without a frame, before the capture process counts as hung.
    open: for the source to open; None takes what the source's settings say.
    finish: for the process to end by itself when it is told to.
    first_pause: before the second restart in a row (the first one comes at once); doubles from then on.
    longest_pause: where the doubling ends.
    steady: frames for so long make the next failure count as a first one again.
    """

    stall: float = 3.0
    open: float | None = None
    finish: float = 1.5
    first_pause: float = 0.5
    longest_pause: float = 15.0
    steady: float = 10.0

    def pause_seconds(self, failures: int) -> float:
        """Return the pause before the restart after so many failures in a row."""
        if failures <= 1:
            return 0.0
        return float(min(self.longest_pause, self.first_pause * 2.0 ** min(failures - 2, 16)))


class CaptureSupervisor:
    """A FrameSource that runs another one in a child process; frames come through shared memory.

    Differs from the source inside only in this: `start` returns at once, so SourceUnusableError comes from `read`; a
    device that fails is not the end, `read` raises CameraStalledError until it is back, and `health` says why; after a
    restart a clip begins anew, and `index` goes on. The reader gets the newest frame, unless the settings say that it
    sets the pace: then it gets every one, and the source waits for it. Frames are copies; the reader owns them.

    A thread of this process watches the child. When no frame came for `patience.stall` seconds, or the child is gone,
    the child is killed (SIGKILL: a driver may hang in `stop`) and the next one started.
    ladder: which failure in a row calls for more than that; None: none does. reset: resets the device or its driver,
    and on_reboot asks for a new start of the machine, once; both are called in that thread.
    """

    def __init__(
        self,
        settings: SourceSettings,
        *,
        opener: str = DEFAULT_OPENER,
        patience: Patience | None = None,
        ladder: Ladder | None = None,
        reset: Callable[[], None] = lambda: None,
        on_reboot: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._opener = opener
        self._patience = patience or Patience()
        self._ladder, self._reset, self._on_reboot = ladder, reset, on_reboot
        self._reboot_asked = False
        self._stirred_at = -math.inf
        self._news = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._child: CaptureChild | None = None
        self._health = CameraHealth(working=False, reason="The camera has not been started.", restarts=0)
        self._ev = 0.0
        self._forget()

    @property
    def kind(self) -> SourceKind:
        return self._settings.kind

    @property
    def health(self) -> CameraHealth:
        with self._news:
            return self._health

    @property
    def recovering(self) -> bool:
        """Whether the camera is away and something is being done about it: a state that is known, and no hang."""
        with self._news:
            thread = self._thread
            stirring = time.monotonic() - self._stirred_at < LONGEST_QUIET_SECONDS
            return thread is not None and thread.is_alive() and stirring and not self._health.working

    @property
    def current_person(self) -> str | None:
        with self._news:
            return self._person

    @property
    def child_pid(self) -> int | None:
        """Process id of the capture process; None while there is none."""
        with self._news:
            return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Start the capture process and return at once. Raises CameraError when it is running already."""
        if self._thread is not None:
            raise CameraError(f"The {self.kind} source is running already: stop it before starting it again.")
        self._forget()
        self._stopping = threading.Event()
        self._health = CameraHealth(working=False, reason="The camera is starting.", restarts=0)
        self._thread = threading.Thread(
            target=self._watch, args=(self._stopping,), name=f"watch-{self.kind}", daemon=True
        )
        self._thread.start()

    def read(self, timeout_seconds: float) -> Frame | None:
        if self._thread is None:
            raise CameraError(f"The {self.kind} source is not running: call start() before read().")
        deadline = time.monotonic() + timeout_seconds
        with self._news:
            while True:
                frame = self._take()
                if frame is not None:
                    return frame
                if self._unusable is not None:
                    raise SourceUnusableError(self._unusable)
                if self._ended:
                    return None
                if not self._news.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    reason = self._health.reason or "Check the camera's cable."
                    raise CameraStalledError(f"No picture came within {timeout_seconds:g} s. {reason}")

    def stop(self) -> None:
        """End the capture process, by force if need be; returns within patience.finish and a few seconds."""
        thread = self._thread
        if thread is None:
            return
        self._stopping.set()
        with self._news:
            if self._child is not None:
                self._child.finish()
        thread.join(self._patience.finish)
        with self._news:
            if self._child is not None and thread.is_alive():
                self._child.kill()
        thread.join()
        self._thread = None
        self._bury()
        with self._news:
            self._health = replace(self._health, working=False, reason="The camera has been stopped.")

    def ask(self, step: Step) -> None:
        """Forward a step of the challenge to the source."""
        with self._news:
            if self._child is not None:
                self._child.order(Ask(step))

    def compensate(self, ev: float) -> None:
        """Forward the exposure to the source, and to those that come after it."""
        with self._news:
            self._ev = ev
            if self._child is not None:
                self._child.order(Compensate(ev))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _forget(self) -> None:
        self._ended = False
        self._unusable: str | None = None
        self._person: str | None = None
        self._published = self._taken = 0
        self._taken_at = -math.inf
        self._next_index = self._first_index = 0
        self._last_captured_at = -math.inf

    def _take(self) -> Frame | None:
        """Copy the newest frame out of the ring; index and time go on across restarts."""
        if self._child is None or self._published == self._taken:
            return None
        try:
            newest = self._child.ring.take()
        except CameraError:
            # The child froze while it held the ring's lock; the watch replaces it.
            return None
        if newest is None:
            return None
        self._taken, frame = newest
        self._taken_at = time.monotonic()
        if self._settings.paced_by_reader:
            self._child.order(Taken(self._taken))
        index = self._first_index + frame.index
        self._next_index = index + 1
        self._last_captured_at = max(frame.captured_at, math.nextafter(self._last_captured_at, math.inf))
        return replace(frame, index=index, captured_at=self._last_captured_at)

    def _watch(self, stopping: threading.Event) -> None:
        """Run one capture process after the other until told to stop, the input ends or proves unusable."""
        failures = 0
        while not stopping.is_set():
            self._stirred_at = time.monotonic()
            try:
                self._raise_child(stopping)
            except OSError as error:
                reason: str | None = f"The capture process cannot be started ({error}): check memory and disk."
                worked_seconds = 0.0
            else:
                reason, worked_seconds = self._attend()
            if reason is None or stopping.is_set():
                return
            failures = 1 if worked_seconds >= self._patience.steady else failures + 1
            with self._news:
                self._health = CameraHealth(working=False, reason=reason, restarts=self._health.restarts + 1)
            logger.warning("The %s source is started again: %s", self.kind, reason)
            self._bury()
            self._climb(failures)
            stopping.wait(self._patience.pause_seconds(failures))

    def _climb(self, failures: int) -> None:
        """Do what this failure in a row calls for beside a new capture process."""
        rung = self._ladder.rung(failures) if self._ladder is not None else "restart"
        self._stirred_at = time.monotonic()
        if rung == "reset":
            logger.warning("The camera has failed %d times in a row; it is reset.", failures)
            self._reset()
        elif rung == "reboot" and not self._reboot_asked:
            logger.error("The camera has failed %d times in a row; the machine should be started anew.", failures)
            self._reboot_asked = True
            self._on_reboot()

    def _raise_child(self, stopping: threading.Event) -> None:
        child = CaptureChild(settings=self._settings, opener=self._opener)
        with self._news:
            self._child = child
            self._published = self._taken = 0
            self._first_index = self._next_index
            if self._ev:
                child.order(Compensate(self._ev))
        if stopping.is_set():
            child.finish()

    def _attend(self) -> tuple[str | None, float]:
        """Listen to the child until it ends or hangs; return why it must be replaced (None: not at all) and for how
        many seconds it had delivered frames."""
        child = self._child
        if child is None:
            return "The capture process is gone.", 0.0
        opened = False
        first_frame_at = quiet_since = time.monotonic()
        while True:
            allowed_seconds = self._patience.stall if opened else self._opening_seconds()
            try:
                report = child.receive_report(quiet_since + allowed_seconds - time.monotonic())
            except LinkClosedError:
                return f"The capture process ended ({child.describe_exit()}); it is started again.", (
                    quiet_since - first_frame_at
                )
            if report is None:
                turn_since = self._turn_since()
                if turn_since > quiet_since:
                    quiet_since = turn_since
                    continue
                sort = "sent no picture" if opened else "did not open"
                return f"The camera {sort} for {allowed_seconds:g} s; it is restarted.", quiet_since - first_frame_at
            if isinstance(report, Opened):
                opened, first_frame_at = True, time.monotonic()
            quiet_since = time.monotonic()
            if isinstance(report, Published):
                self._announce(report)
            elif isinstance(report, Failed) and not report.unusable:
                return report.reason, quiet_since - first_frame_at
            elif isinstance(report, Failed | Ended):
                self._conclude(report)
                return None, 0.0

    def _opening_seconds(self) -> float:
        return self._settings.start_seconds if self._patience.open is None else self._patience.open

    def _turn_since(self) -> float:
        """Return since when it is the child's turn to deliver: where the reader sets the pace, since the reader took
        the last frame, and since now as long as it has not."""
        with self._news:
            if not self._settings.paced_by_reader:
                return -math.inf
            return self._taken_at if self._published == self._taken else time.monotonic()

    def _announce(self, report: Published) -> None:
        with self._news:
            self._published, self._person = report.sequence, report.person
            if not self._health.working:
                self._health = CameraHealth(working=True, reason="", restarts=self._health.restarts)
            self._news.notify_all()

    def _conclude(self, report: Ended | Failed) -> None:
        with self._news:
            if isinstance(report, Failed):
                self._unusable = report.reason
            self._ended = True
            self._person = None
            reason = report.reason if isinstance(report, Failed) else "The input has ended."
            self._health = CameraHealth(working=False, reason=reason, restarts=self._health.restarts)
            self._news.notify_all()

    def _bury(self) -> None:
        with self._news:
            child, self._child = self._child, None
        if child is not None:
            child.bury()
