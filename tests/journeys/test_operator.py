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
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from benchmarks.walkup import gallery_roster
from contract.pin import hash_pin
from contract.punch import OperatorAct, Punch
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.connection import device_key
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from kiosk.ui.bridge import GUARD_SECONDS, Bridge
from kiosk.ui.inspection import controls_of
from kiosk.ui.screen import Screen
from kiosk.ui.show import surroundings_of
from kiosk.ui.window import KioskWindow
from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError
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

    def enter(self) -> None:
        """The long press, the operator's face, the PIN."""
        self.stage.put(None)
        self.until("idle")
        self.rest_on_the_clock()
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


def test_face_that_is_enrolled_under_another_name_is_refused_with_that_name(counter: Counter) -> None:
    counter.know(OPERATOR, NEWCOMER)
    counter.enter()
    counter.press("enrol")
    counter.until("op_find")
    for letter in "XENA":
        counter.point(letter)
    counter.point("Nama baru: Xena")
    counter.until("op_consent")
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    view = counter.until("op_unfit_duplicate", "op_review")
    assert NEWCOMER in view["detail"], counter.seen[-12:]
    assert not (Path(counter.station.settings.data) / "enrolments").exists() or not counter.station.enrolments.open


def test_hub_that_does_not_answer_and_a_full_disk_are_told_as_they_are(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.enter()
    counter.pick(NEWCOMER)
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    counter.until("op_review")
    with monkeypatch.context() as patch:
        patch.setattr("kiosk.operator.enrolment_folder.MIN_FREE_BYTES", 1 << 60)
        counter.press("send")
        assert "tidak ada yang disimpan" in counter.until("op_review_disk")["detail"]
        assert not counter.station.enrolments.folder.kept
    counter.hub.answering = False
    counter.press("send")
    view = counter.until("op_handed_sending")
    assert "0 dari" in view["detail"]
    counter.wait(lambda: counter.hub.sent > 0)
    assert counter.bridge.view["state"] == "op_handed_sending"
    counter.hub.answering = True
    counter.until("op_handed_waiting")
    counter.hub.decide("refused", "Foto buram. / Blurred.")
    assert counter.until("op_handed_refused")["detail"].startswith("Foto buram")
    counter.press("")
    counter.until("op_menu")
    counter.press("standings")
    facts = counter.until("op_standings")["operator"]["facts"]
    assert any(each["bad"] and "Foto buram" in each["text"] for each in facts)


def test_camera_that_is_pulled_while_photos_are_taken_stores_nothing(counter: Counter) -> None:
    counter.enter()
    counter.pick(NEWCOMER)
    counter.stage.put(NEWCOMER)
    counter.press("agree:id")
    counter.until("op_capture_left")
    counter.stage.broken = True
    counter.until("op_unfit_camera")
    counter.stage.broken = False
    counter.press("again")
    counter.until("op_capture_ahead")


def test_without_a_camera_the_device_can_be_seen_and_nothing_done(counter: Counter) -> None:
    counter.stage.broken = True
    counter.until("camera_trouble")
    counter.rest_on_the_clock()
    counter.until("op_denied_camera")
    counter.press("device")
    view = counter.until("op_device")
    assert [each["value"] for each in view["buttons"]] == [""]
    camera = next(each for each in view["operator"]["facts"] if each["label"] == "Kamera")
    assert camera["bad"]
    assert OPERATOR not in str(view)


def test_recognition_is_tried_in_figures_and_nothing_is_recorded(counter: Counter) -> None:
    counter.enter()
    punches = counter.punches
    counter.press("test")
    counter.until("op_testing")
    counter.stage.put(OPERATOR)
    counter.wait(lambda: any(each == {"label": OPERATOR, "text": "dikenali", "bad": False} for each in _facts(counter)))
    labels = [each["label"] for each in _facts(counter)]
    assert {"Kemiripan / ambang", "Jarak ke orang kedua", "Arah kepala"} <= set(labels)
    assert counter.punches == punches


def test_kiosk_without_the_hubs_key_and_without_operators_says_what_to_do(counter: Counter) -> None:
    counter.know(OPERATOR, key=False)
    counter.enter()
    counter.press("enrol")
    assert "halaman pusat" in counter.until("op_unable_no_key")["detail"]
    counter.press("")
    counter.press("leave")
    counter.stage.put(None)
    counter.until("idle")
    counter.know("nobody")
    # It is in use from the next frame on.
    soon = time.monotonic() + 0.5
    counter.wait(lambda: time.monotonic() > soon)
    counter.rest_on_the_clock()
    assert "pusat menetapkan petugas" in counter.until("op_denied_nobody")["detail"]


def test_operator_moves_the_head_where_the_policy_asks_for_it(counter: Counter) -> None:
    counter.know(OPERATOR, named=(NEWCOMER,), liveness="active")
    counter.enter()
    row = [each for each in counter.station.journal.rows() if isinstance(each, OperatorAct)][-1]
    assert row.act == "entered"
    assert row.liveness is not None
    assert [each.verdict for each in row.liveness.layers] == ["live"]


def test_operator_locks_the_kiosk_and_it_stays_locked(counter: Counter) -> None:
    counter.enter()
    counter.press("lock")
    counter.wait(lambda: any(each["value"] == "unlock" for each in counter.bridge.view["buttons"]))
    counter.press("leave")
    counter.until("locked")
    assert counter.station.journal.fact("locked_here") == "yes"
    counter.stage.put(None)
    counter.rest_on_the_clock()
    counter.stage.put(OPERATOR)
    counter.until("op_pin")
    counter.bridge.touch("pin", PIN)
    counter.until("op_menu")
    counter.press("unlock")
    counter.press("leave")
    counter.until("idle")


def _facts(counter: Counter) -> list[dict[str, Any]]:
    return list(counter.bridge.view["operator"]["facts"])
