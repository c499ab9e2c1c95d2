"""A kiosk in a process of its own, at which an operator enrols somebody, for whoever wants to kill it meanwhile.

The data folder holds a roster already. Each screen's name goes to standard output as it comes up; rendered people walk
up when the screen asks for them, and hands touch what stands there.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from contract.transport import NullTransport
from kiosk.camera.frame import Pixels
from kiosk.operator import screens as s
from kiosk.recognizer.face import Box
from kiosk.settings import read_settings
from kiosk.states import Attended, Idle, State
from kiosk.station import Station
from tests.factories.theatre import Stage


class Pilot:
    """A display that does what a good operator would."""

    def __init__(self, stage: Stage, *, operator: str, newcomer: str, pin: str) -> None:
        self.stage, self.operator, self.newcomer, self.pin = stage, operator, newcomer, pin
        self.station: Station | None = None
        self._said = ""

    def show_frame(self, picture: Pixels, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Nobody looks."""

    def show_state(self, state: State, *, name: str | None) -> None:
        screen = state.screen if isinstance(state, Attended) else state
        if type(screen).__name__ != self._said:
            self._said = type(screen).__name__
            sys.stdout.write(self._said + "\n")
            sys.stdout.flush()
            self._act(screen)
        elif isinstance(screen, s.FindPerson) and screen.matches:
            self._touch("pick", self.newcomer)

    def _act(self, screen: object) -> None:
        match screen:
            case Idle():
                self._touch("operator")
            case s.AskFace():
                self.stage.put(self.operator)
            case s.AskPin():
                self._touch("pin", self.pin)
            case s.Menu():
                self._touch("act", "enrol")
            case s.FindPerson():
                self._touch("search", self.newcomer)
            case s.AskConsent():
                self.stage.put(self.newcomer)
                self._touch("act", "agree:id")
            case s.Reviewing():
                self._touch("act", "send")

    def _touch(self, kind: str, text: str = "") -> None:
        if self.station is not None:
            self.station.touch(kind, text)


def main(data: str, photos: str, operator: str, newcomer: str, pin: str) -> None:
    """Run until the input ends, which it never does."""
    stage = Stage(Path(photos))
    pilot = Pilot(stage, operator=operator, newcomer=newcomer, pin=pin)
    with Station(read_settings(None, data=data), source=stage, transport=NullTransport()) as station:
        # The first screen comes before the attendant takes touches.
        threading.Timer(1.0, lambda: station.touch("operator")).start()
        pilot.station = station
        station.run(pilot)


if __name__ == "__main__":
    main(*sys.argv[1:])
