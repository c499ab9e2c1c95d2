"""An operator's kiosk at work: rendered people before a real camera source, the recogniser, the journal and the sealed
enrolments on disk, the window with fingers on its buttons, and a hub that opens what is sealed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

pytest.importorskip("PySide6")
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from benchmarks.walkup import gallery_roster
from contract.pin import hash_pin
from contract.punch import OperatorAct, Punch
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.connection import device_key
from kiosk.hardware.panel import Panel
from kiosk.hardware.speaker import NullSpeaker
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from kiosk.ui.bridge import GUARD_SECONDS, Bridge
from kiosk.ui.inspection import controls_of
from kiosk.ui.screen import Screen
from kiosk.ui.show import surroundings_of
from kiosk.ui.window import KioskWindow
from tests.factories.enrolling_hub import EnrollingHub
from tests.factories.theatre import Stage

PATIENCE_SECONDS = 90.0
PIN = "402917"
OPERATOR, NEWCOMER = "biden", "obama"


@dataclass
class Counter:
    """A kiosk with an operator. seen: ids of the states that the window has drawn, in order."""

    station: Station
    stage: Stage
    hub: EnrollingHub
    bridge: Bridge
    window: KioskWindow
    people: tuple[RosterPerson, ...]
    pack: str = "builtin"
    seen: list[str] = field(default_factory=list)
    version: int = 0

    def know(
        self,
        *enrolled: str,
        named: tuple[str, ...] = (),
        key: bool = True,
        operators: tuple[str, ...] | None = None,
        pinless: tuple[str, ...] = (),
        twins: bool = False,
        **policy: Any,
    ) -> None:
        """A roster: the first is the operator, or those named are; `named` are known by name alone.

        pinless: who has no PIN. twins: a face is enough for nobody.
        """
        self.version += 1
        wanted = {"liveness": "off", "demo": True, "unit": "Dinas Kesehatan"} | policy
        if key:
            wanted["enrol_key"] = self.hub.opening.seal_key.text
        people = [
            msgspec.structs.replace(
                each,
                pin="" if each.person in pinless else hash_pin(PIN),
                operator=each.person in (enrolled[:1] if operators is None else operators),
                second_factor=twins,
            )
            for each in self.people
            if each.person in enrolled
        ]
        people += [RosterPerson(person=each, name=each, count=0, embeddings=b"") for each in named]
        self.station.roster.take(
            RosterPart(
                version=self.version, base=None, part=1, parts=1, pack=self.pack, policy=KioskPolicy(**wanted),
                people=tuple(people),
            )
        )  # fmt: skip

    def wait(self, condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < give_up, f"stands at {self.bridge.view['state']}, after {self.seen[-12:]}"
            QCoreApplication.processEvents()
            time.sleep(0.005)

    def until(self, *states: str) -> dict[str, Any]:
        self.wait(lambda: self.bridge.view["state"] in states)
        return dict(self.bridge.view)

    def drawn(self, *states: str) -> None:
        """The window has drawn all of these."""
        assert set(states) <= set(self.seen), self.seen[-20:]

    def press(self, value: str) -> None:
        """A finger on the button that stands there for this; empty: the one that leads back."""
        self.wait(lambda: any(each["value"] == value for each in self.bridge.view["buttons"]))
        label = next(each["label"] for each in self.bridge.view["buttons"] if each["value"] == value)
        self.point(label)

    def point(self, label: str) -> None:
        """A finger where the window shows this on a place to touch, once the screen has stood for a moment."""
        settled = time.monotonic() + 1.2 * GUARD_SECONDS
        self.wait(lambda: time.monotonic() >= settled)
        content = self.window.window.contentItem()
        control = next(each for each in controls_of(content) if each.property("label") == label)
        middle = control.mapToScene(QPointF(control.width() / 2, control.height() / 2)).toPoint()
        QTest.mouseClick(self.window.window, Qt.MouseButton.LeftButton, pos=middle)

    def rest_on_the_clock(self) -> None:
        """The long press, where the bar shows the time."""
        handler = next(each for each in self.window.window.findChildren(QObject) if each.objectName() == "operatorBar")
        handler.setProperty("longPressThreshold", 0.01)
        corner = QPoint(self.window.window.width() - 40, 30)
        QTest.mousePress(self.window.window, Qt.MouseButton.LeftButton, pos=corner)
        self.wait(lambda: bool(self.bridge.view["operator"]["shown"]))
        QTest.mouseRelease(self.window.window, Qt.MouseButton.LeftButton, pos=corner)

    def call(self) -> None:
        """The long press, before which nobody stands."""
        self.stage.put(None)
        self.until("idle")
        self.rest_on_the_clock()

    def enter(self) -> None:
        """The long press, the operator's face, the PIN."""
        self.call()
        self.until("op_face")
        self.stage.put(OPERATOR)
        view = self.until("op_pin")
        assert view["name"] == OPERATOR
        self.bridge.touch("pin", PIN)
        self.until("op_menu")

    def shoot(self, name: str) -> None:
        """Whoever is to be enrolled agrees, and all photographs are taken."""
        self.pick(name)
        self.stage.put(name)
        self.press("agree:id")
        self.until("op_review")

    def pick(self, name: str) -> None:
        """Whoever is to be enrolled, by the letters of the name."""
        self.press("enrol")
        self.until("op_find")
        for letter in name[:3].upper():
            self.point(letter)
        self.wait(lambda: any(each["name"] == name for each in self.bridge.view["matches"]))
        self.point(name)
        self.until("op_consent")

    @property
    def acts(self) -> list[tuple[str, str]]:
        return [(each.operator, each.act) for each in self.station.journal.rows() if isinstance(each, OperatorAct)]

    @property
    def punches(self) -> int:
        return sum(isinstance(each, Punch) for each in self.station.journal.rows())

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The lines of the page that is shown."""
        return list(self.bridge.view["operator"]["facts"])

    def clear(self) -> None:
        """As a test finds it: nobody there, nobody in, the camera and the hub at work."""
        self.stage.broken = False
        self.stage.put(None)
        self.hub.answering, self.hub.verdict = True, None
        for _ in range(6):
            if not self.bridge.view["operator"]["shown"]:
                break
            self.bridge.touch("dismiss", "")
            time.sleep(0.3)
            QCoreApplication.processEvents()
        self.until("idle", "locked")
        self.know(OPERATOR, named=(NEWCOMER,))


@contextmanager
def open_counter(folder: Path, photos: Path, *, panel: Panel | None = None, pack: str = "builtin") -> Iterator[Counter]:
    """A kiosk that serves while the block lasts; photos: PERSON/photo of who can come. panel: None for none."""
    hub = EnrollingHub("kiosk-1", trusted=device_key(folder).verify_key)
    (folder / "hub.pub").write_text(hub.key.verify_key.text, encoding="ascii")
    settings = read_settings(None, data=str(folder), repeat_seconds=9.0, receipt_timeout_seconds=0.3, pack=pack)
    stage, bridge = Stage(photos), Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    with pytest.MonkeyPatch.context() as patch:
        # Whether this machine has a loudspeaker is not to change what is fitted.
        patch.setattr("kiosk.equipment.open_speaker", lambda *_, **__: NullSpeaker())
        station = Station(settings, source=stage, transport=hub, panel=panel)
    with station:
        screen = Screen(bridge, surroundings=lambda: surroundings_of(station))
        bridge.touched.connect(station.touch, Qt.ConnectionType.DirectConnection)
        people = gallery_roster(photos, open_pack(pack)).people
        made = Counter(station, stage, hub, bridge, window, people, pack)
        bridge.view_changed.connect(lambda: made.seen.append(bridge.view["state"]))
        made.know(OPERATOR, named=(NEWCOMER,))
        serving = threading.Thread(target=station.run, args=(screen,), daemon=True)
        serving.start()
        window.show()
        yield made
        station.stop()
        serving.join(30)
        window.close()
