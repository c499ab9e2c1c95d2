"""An operator at the terminal, by finger and face: rendered people before a real camera source, the recogniser, the
journal and the sealed enrolments on disk, and a hub that opens them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

pytest.importorskip("PySide6")
from PySide6.QtCore import QCoreApplication, Qt

from benchmarks.walkup import gallery_roster
from contract.pin import hash_pin
from contract.punch import OperatorAct, Punch
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.connection import device_key
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from kiosk.ui.bridge import Bridge
from kiosk.ui.screen import Screen
from kiosk.ui.show import surroundings_of
from kiosk.ui.window import KioskWindow
from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError
from tests.factories.enrolling_hub import EnrollingHub
from tests.journeys.test_screen import Stage

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
    seen: list[str] = field(default_factory=list)
    version: int = 0

    def know(self, *enrolled: str, named: tuple[str, ...] = (), key: bool = True, **policy: Any) -> None:
        """A roster: the first is the operator; `named` are known by name alone."""
        self.version += 1
        wanted = {"liveness": "off", "demo": True, "unit": "Dinas Kesehatan"} | policy
        if key:
            wanted["enrol_key"] = self.hub.opening.seal_key.text
        people = [
            msgspec.structs.replace(each, pin=hash_pin(PIN), operator=each.person == enrolled[0])
            for each in self.people
            if each.person in enrolled
        ]
        people += [RosterPerson(person=each, name=each, count=0, embeddings=b"") for each in named]
        self.station.roster.take(
            RosterPart(
                version=self.version, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy(**wanted),
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

    def press(self, value: str) -> None:
        """A finger on the button that stands there for this."""
        self.wait(lambda: any(each["value"] == value for each in self.bridge.view["buttons"]))
        self.bridge.touch("act", value)

    def enter(self) -> None:
        """The long press, the operator's face, the PIN."""
        self.stage.put(None)
        self.until("idle")
        self.bridge.touch("operator", "")
        self.until("op_face")
        self.stage.put(OPERATOR)
        view = self.until("op_pin")
        assert view["name"] == OPERATOR
        self.bridge.touch("pin", PIN)
        self.until("op_menu")

    def pick(self, name: str) -> None:
        """Whoever is to be enrolled, by the letters of the name."""
        self.press("enrol")
        self.until("op_find")
        self.bridge.touch("search", name)
        self.wait(lambda: any(each["name"].startswith(name) for each in self.bridge.view["matches"]))
        self.bridge.touch("pick", name)
        self.until("op_consent")

    @property
    def acts(self) -> list[tuple[str, str]]:
        return [(each.operator, each.act) for each in self.station.journal.rows() if isinstance(each, OperatorAct)]

    @property
    def punches(self) -> int:
        return sum(isinstance(each, Punch) for each in self.station.journal.rows())


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    try:
        photos = fetch()
    except DemoPhotosError as error:
        pytest.skip(f"the demo's photos are not here: {error}")
    folder = tmp_path_factory.mktemp("kiosk")
    hub = EnrollingHub("kiosk-1", trusted=device_key(folder).verify_key)
    (folder / "hub.pub").write_text(hub.key.verify_key.text, encoding="ascii")
    settings = read_settings(None, data=str(folder), repeat_seconds=9.0, receipt_timeout_seconds=0.3)
    stage, bridge = Stage(photos), Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    with Station(settings, source=stage, transport=hub) as station:
        screen = Screen(bridge, surroundings=lambda: surroundings_of(station))
        bridge.touched.connect(station.touch, Qt.ConnectionType.DirectConnection)
        made = Counter(station, stage, hub, bridge, window, gallery_roster(photos, open_pack()).people)
        bridge.view_changed.connect(lambda: made.seen.append(bridge.view["state"]))
        made.know(OPERATOR, named=(NEWCOMER,))
        serving = threading.Thread(target=station.run, args=(screen,), daemon=True)
        serving.start()
        window.show()
        yield made
        station.stop()
        serving.join(30)
        window.close()


@pytest.fixture(autouse=True)
def _leave(counter: Counter) -> Iterator[None]:
    counter.know(OPERATOR, named=(NEWCOMER,))
    counter.hub.answering, counter.hub.verdict = True, None
    yield
    counter.stage.broken = False
    counter.stage.put(None)
    for _ in range(6):
        if not counter.bridge.view["operator"]["shown"]:
            break
        counter.bridge.touch("dismiss", "")
        time.sleep(0.3)
        QCoreApplication.processEvents()
    counter.until("idle", "locked")


def test_person_is_enrolled_from_the_long_press_to_waiting_for_the_second_person(counter: Counter) -> None:
    before = counter.punches
    counter.enter()
    entered = counter.punches
    assert entered - before <= 1
    counter.pick(NEWCOMER)
    assert len(counter.bridge.view["operator"]["paragraphs"]) >= 4
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    view = counter.until("op_review", "op_unfit_slow", "op_unfit_duplicate")
    assert view["state"] == "op_review", counter.seen[-20:]
    assert {"op_capture_ahead", "op_capture_left", "op_capture_right"} <= set(counter.seen)
    assert 5 <= len(view["operator"]["thumbs"]) <= 8
    assert not list((Path(counter.station.settings.data) / "enrolments").glob("*"))
    counter.press("send")
    view = counter.until("op_handed_waiting")
    assert "Menunggu persetujuan orang kedua" in view["detail"]
    [parts] = counter.hub.parts.values()
    first = parts[1]
    assert (first.person, first.name, first.operator) == (NEWCOMER, NEWCOMER, OPERATOR)
    assert (first.consent.language, len(parts)) == ("id", first.parts)
    assert {"ahead", "left", "right"} <= {each.pose for each in parts.values()}
    pack = open_pack()
    import cv2

    for each in parts.values():
        photo = np.asarray(cv2.imdecode(np.frombuffer(each.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        assert isinstance(embed_photo(pack, photo), EnrolmentFrame)
    assert counter.punches == entered
    assert counter.acts[-2:] == [(OPERATOR, "entered"), (OPERATOR, "enrolled")]
    counter.hub.decide("approved")
    counter.until("op_handed_approved")
