"""The demo's enrolment: whoever stands before the webcam becomes an employee within seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from contract.errors import PresensiError
from hub.roster.enrolment import Enrolment as Enroller
from kiosk.camera.frame import Pixels
from kiosk.station import Station
from kiosk.ui.bridge import Bridge
from kiosk.ui.presenter import Enrolment, present_enrolment

WANTED_FRAMES: Final = 12
KEPT_FRAMES: Final = 7
"""Of the frames taken so many are enrolled, good ones in different poses."""
SPACING_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 45.0
JOIN_SECONDS: Final = 10.0


class WebcamEnrolment:
    """Takes frames in which a face is served, some time apart, and enrols them under a name.

    on_enrolled: called from a thread with the id and the name of each.

    The end of the with block ends an enrolment that is under way, before the hub's database is closed beneath it.
    """

    def __init__(
        self,
        station: Station,
        enroller: Enroller,
        *,
        say: Callable[[str], None],
        on_enrolled: Callable[[str, str], None] = lambda _person, _name: None,
    ) -> None:
        self._station = station
        self._enroller = enroller
        self._say = say
        self._on_enrolled = on_enrolled
        self._bridge: Bridge | None = None
        self._busy = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def connect(self, bridge: Bridge) -> None:
        """Show the panel in the window, and act on a name that is typed there."""
        self._bridge = bridge
        bridge.enrol_requested.connect(self.begin)
        self._show(Enrolment())

    def begin(self, name: str) -> None:
        """Take frames in the background; a second call meanwhile is ignored."""
        if self._busy.acquire(blocking=False):
            self._thread = threading.Thread(target=self._work, args=(name,), name="enrolment", daemon=True)
            self._thread.start()

    def _work(self, name: str) -> None:
        try:
            self._say(f"Enrolling {name}: look into the camera and turn the head a little.")
            frames = self._collect(name)
            if self._ending.is_set():
                return
            report = self._enroller.enrol_frames(name, frames, most=KEPT_FRAMES)
            self._say(f"Enrolled {name} from {report.added} frames.")
            self._show(Enrolment("done", name))
            for person in report.people:
                self._on_enrolled(person.person_id, person.name)
        except PresensiError as error:
            self._say(f"{name} was not enrolled: {error}")
            self._show(Enrolment("failed", name))
        finally:
            self._busy.release()

    def _collect(self, name: str) -> list[Pixels]:
        """Different pictures of a usable face, as many as are wanted or as came in time."""
        frames: list[Pixels] = []
        last_index = -1
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(frames) < WANTED_FRAMES and time.monotonic() < deadline:
            self._show(Enrolment("capturing", name, len(frames), WANTED_FRAMES))
            if self._ending.wait(SPACING_SECONDS):
                break
            frame = self._station.served_frame
            if frame is not None and frame.index != last_index:
                last_index = frame.index
                frames.append(frame.main)
        return frames

    def _show(self, enrolment: Enrolment) -> None:
        if self._bridge is not None:
            self._bridge.show_enrolment(present_enrolment(enrolment))
