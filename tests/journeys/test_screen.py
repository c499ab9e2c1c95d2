"""Every state of the terminal, reached as people reach it: rendered people before a real camera source, the recogniser,
the walk-up, a journal on disk, and the window, with fingers on its buttons.

One kiosk serves through the whole file, and each test leaves the place before the camera empty.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

pytest.importorskip("PySide6")
from PySide6.QtCore import QCoreApplication, Qt

from benchmarks.walkup import gallery_roster
from contract.month import MonthPart, PersonMonth
from contract.pin import hash_card, hash_pin
from contract.punch import Disavowal, JournalRow, Punch, RefusedPresentation
from contract.roster import Hours, KioskPolicy, RosterPart, SessionWindow
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.photo_source import PhotoSource
from kiosk.camera.source import SourceSettings, Step
from kiosk.camera.streams import make_grey
from kiosk.errors import CameraError, CameraStalledError, JournalFullError
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from kiosk.ui.bridge import Bridge
from kiosk.ui.screen import Screen
from kiosk.ui.show import surroundings_of
from kiosk.ui.window import KioskWindow
from provisioning.demo_photos import fetch
from provisioning.errors import DemoPhotosError

PATIENCE_SECONDS = 60.0
HELD_UP_AT = 40
"""Frames after which a rendered person stands before the camera."""
PIN, CARD = "402917", "04A23F9C"
Change = Callable[[Pixels], Pixels]


class Stage:
    """A camera before which the test puts people; without anybody it films an empty room."""

    kind = "photo"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._actor: PhotoSource | None = None
        self._change: Change | None = None
        self._index = 0
        self._standing: dict[str, Pixels] = {}
        self.broken = False

    def put(self, person: str | None, *, change: Change | None = None) -> None:
        """Let this person walk up, again and again; None: nobody is there. change: done to every picture."""
        actor = None
        if person is not None:
            photo = sorted((self._folder / person).iterdir())[0]
            actor = PhotoSource(SourceSettings(kind="photo", path=str(photo), loop=True, seed=3))
            actor.start()
        with self._lock:
            before, self._actor, self._change = self._actor, actor, change
        if before is not None:
            before.stop()

    def hold_up(self, person: str) -> None:
        """A picture of this person, which never moves."""
        if person not in self._standing:
            photo = sorted((self._folder / person).iterdir())[0]
            with PhotoSource(SourceSettings(kind="photo", path=str(photo), pace="fast", seed=3)) as rendered:
                frame = [rendered.read(1.0) for _ in range(HELD_UP_AT)][-1]
            assert frame is not None
            self._standing[person] = frame.main
        self.put(None, change=lambda _room: self._standing[person])

    @property
    def current_person(self) -> str | None:
        return None

    def start(self) -> None:
        """It films already."""

    def stop(self) -> None:
        self.put(None)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def read(self, timeout_seconds: float) -> Frame:
        if self.broken:
            time.sleep(0.02)
            raise CameraStalledError("The cable is out.")
        with self._lock:
            actor, change = self._actor, self._change
        frame = None
        if actor is not None:
            # Whoever was sent away meanwhile can no longer be filmed.
            with contextlib.suppress(CameraError):
                frame = actor.read(timeout_seconds)
        if frame is None:
            time.sleep(1 / 15)
            room = np.full((480, 640, 3), 120, np.uint8)
            frame = Frame(room, make_grey(room), time.monotonic(), 0, "photo")
        if change is not None:
            main = change(frame.main)
            frame = replace(frame, main=main, grey=make_grey(main))
        self._index += 1
        return replace(frame, index=self._index)

    def ask(self, step: Step) -> None:
        with self._lock:
            if self._actor is not None:
                self._actor.ask(step)

    def compensate(self, ev: float) -> None:
        """Its light is what it is."""


@dataclass
class Theatre:
    """The kiosk at work. seen: ids of the states that the window has drawn, in order."""

    station: Station
    stage: Stage
    bridge: Bridge
    window: KioskWindow
    roster: RosterPart
    seen: list[str]
    version: int = 1

    def until(self, *states: str) -> dict[str, Any]:
        """Let everything run until the window draws one of these states; what it draws then."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.bridge.view["state"] not in states:
            assert time.monotonic() < give_up, f"none of {states} came, but {self.seen[-12:]}"
            QCoreApplication.processEvents()
            time.sleep(0.005)
        return dict(self.bridge.view)

    def press(self, kind: str, text: str = "") -> None:
        """A finger that takes its time: the guard against slips is tested elsewhere."""
        self.bridge.touch(kind, text)

    def empty(self) -> None:
        self.stage.put(None)
        self.until("idle")

    def believe(self, *people: str, second_factor: bool = False, **policy: Any) -> None:
        """A roster of these people and this policy; everybody has a PIN and a card."""
        self.version += 1
        wanted = {"liveness": "off", "fallback": ("pin", "card"), "demo": True, "unit": "Dinas Kesehatan"} | policy
        now = datetime.now(UTC)
        window = SessionWindow(
            name="Pagi", way="in", opens=now - timedelta(hours=3), closes=now + timedelta(hours=3),
            due=now - timedelta(minutes=30),
        )  # fmt: skip
        known = [
            msgspec.structs.replace(
                each, pin=hash_pin(PIN), cards=(hash_card(CARD),) if each.person == "biden" else (), hours="office",
                second_factor=second_factor,
            )
            for each in self.roster.people
            if each.person in people
        ]  # fmt: skip
        self.station.roster.take(
            msgspec.structs.replace(
                self.roster, version=self.version, policy=KioskPolicy(**wanted), people=tuple(known),
                hours=(Hours(id="office", sessions=(window,)),),
            )
        )  # fmt: skip

    def rows(self, kind: type[Any]) -> list[Any]:
        return [row for row in self.station.journal.rows() if isinstance(row, kind)]


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    try:
        photos = fetch()
    except DemoPhotosError as error:
        pytest.skip(f"the demo's photos are not here: {error}")
    folder = tmp_path_factory.mktemp("kiosk")
    (folder / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
    settings = read_settings(None, data=str(folder), repeat_seconds=9.0, accepted_hold_seconds=4.0)
    stage, bridge = Stage(photos), Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    with Station(settings, source=stage, transport=NullTransport()) as station:
        seen: list[str] = []
        screen = Screen(bridge, surroundings=lambda: surroundings_of(station))
        bridge.touched.connect(station.touch, Qt.ConnectionType.DirectConnection)
        bridge.view_changed.connect(lambda: seen.append(bridge.view["state"]))
        made = Theatre(station, stage, bridge, window, gallery_roster(photos, open_pack()), seen)
        made.believe("biden")
        serving = threading.Thread(target=station.run, args=(screen,), daemon=True)
        serving.start()
        window.show()
        yield made
        station.stop()
        serving.join(30)
        window.close()


@pytest.fixture(autouse=True)
def _empty(theatre: Theatre) -> Iterator[None]:
    yield
    theatre.stage.broken = False
    theatre.believe("biden")
    theatre.stage.put(None)
    theatre.until("idle", "updating", "locked")


def test_person_is_guided_recognised_and_shown_their_month(theatre: Theatre) -> None:
    month = PersonMonth(person="biden", present=12, late_min=31)
    theatre.station.months.take(
        MonthPart(version=1, part=1, parts=1, month="2026-11", as_of=datetime.now(UTC), people=(month,))
    )
    assert theatre.until("idle")["unit"] == "Dinas Kesehatan"
    theatre.stage.put("biden")
    view = theatre.until("accepted")
    (punch,) = theatre.rows(Punch)
    assert (punch.person, punch.factor, view["name"]) == ("biden", "face", "biden")
    assert "Pagi" in view["session"] or view["session"] == "MASUK"
    assert "verify" in theatre.seen
    theatre.press("month")
    assert theatre.until("month")["month"]["title"]
    theatre.press("dismiss")
    theatre.empty()


def test_who_comes_back_at_once_is_told_so(theatre: Theatre) -> None:
    """On a busy machine they may come back so late that it is another punch; then once more."""
    for _ in range(5):
        theatre.stage.hold_up("biden")
        if theatre.until("accepted", "already")["state"] == "already":
            return
        theatre.empty()
    pytest.fail(f"never told: {theatre.seen[-12:]}")


def test_not_me_is_written_and_then_said(theatre: Theatre) -> None:
    theatre.stage.put("biden")
    theatre.until("accepted")
    before = len(theatre.rows(Disavowal))
    theatre.press("not_me")
    theatre.until("withdrawn")
    assert len(theatre.rows(Disavowal)) == before + 1
    theatre.press("dismiss")
    theatre.empty()


def test_who_is_not_recognised_says_who_they_are_by_pin(theatre: Theatre) -> None:
    theatre.believe("biden", threshold=0.9999)
    theatre.stage.put("biden")
    theatre.until("refused")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not any(button["kind"] == "find_name" for button in theatre.until("refused")["buttons"]):
        assert time.monotonic() < give_up
        QCoreApplication.processEvents()
        time.sleep(0.01)
        theatre.until("refused", "verify", "idle", "approach_nearer")
    theatre.press("find_name")
    theatre.until("find_name")
    theatre.bridge.touch("search", "bi")
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not theatre.bridge.view["matches"]:
        assert time.monotonic() < give_up
        QCoreApplication.processEvents()
    theatre.press("pick", "biden")
    theatre.until("enter_pin")
    theatre.press("pin", "111222")
    theatre.until("enter_pin_wrong")
    theatre.press("pin", PIN)
    theatre.until("check_face", "verify", "approach_nearer", "accepted")
    theatre.until("accepted")
    punch = theatre.rows(Punch)[-1]
    assert (punch.factor, punch.recognition.gallery) == ("pin", 1)
    assert punch.evidence in theatre.station.evidence.kept


def test_five_wrong_pins_bar_it(theatre: Theatre) -> None:
    theatre.believe("biden", second_factor=True)
    theatre.stage.put("biden")
    theatre.until("second_factor")
    theatre.press("find_name")
    theatre.until("find_name")
    theatre.press("pick", "biden")
    theatre.until("enter_pin")
    for _ in range(5):
        theatre.press("pin", "111222")
        theatre.until("enter_pin_wrong", "pin_barred")
    theatre.until("pin_barred")


def test_card_of_somebody_else_does_not_help(theatre: Theatre) -> None:
    before = len(theatre.rows(RefusedPresentation))
    theatre.believe("biden", threshold=0.9999)
    theatre.bridge.touch("card", "FFFFFFFF")
    theatre.until("unknown_card")
    theatre.until("idle")
    theatre.bridge.touch("card", CARD)
    theatre.until("check_face")
    theatre.stage.put("obama")
    theatre.until("face_differs")
    assert [row.reason for row in theatre.rows(RefusedPresentation)[before:]] == ["face_differs"]


def test_person_is_asked_where_the_policy_asks(theatre: Theatre) -> None:
    theatre.believe("obama", choose=True)
    theatre.stage.put("obama")
    theatre.until("choose")
    theatre.press("choose", "duty")
    theatre.until("accepted")
    assert theatre.rows(Punch)[-1].duty


def test_person_who_obeys_the_challenge_is_taken_and_paper_is_not(theatre: Theatre) -> None:
    theatre.believe("obama", liveness="active")
    theatre.stage.put("obama")
    theatre.until("accepted")
    assert {"challenge_ahead"} <= set(theatre.seen)
    assert {"challenge_left", "challenge_right", "challenge_up", "challenge_nearer"} & set(theatre.seen)
    theatre.empty()
    before = len(theatre.rows(Punch))
    for _ in range(5):
        theatre.stage.hold_up("obama")
        if theatre.until("liveness", "already")["state"] == "liveness":
            break
        # They punched a moment ago, and need no proof to be told so.
        theatre.empty()
    assert theatre.seen[-1] == "liveness"
    assert len(theatre.rows(Punch)) == before


def test_kiosk_that_cannot_prove_liveness_says_so(theatre: Theatre) -> None:
    theatre.believe("biden", liveness="passive")
    theatre.stage.put("biden")
    theatre.until("no_liveness")


def _dark(main: Pixels) -> Pixels:
    return (main * 0.12).astype(np.uint8)


def _bright(main: Pixels) -> Pixels:
    return np.clip(main.astype(np.float32) * 1.4 + 170, 0, 255).astype(np.uint8)


def _far(main: Pixels) -> Pixels:
    height, width = main.shape[:2]
    small = np.asarray(cv2.resize(main, (width // 3, height // 3)), np.uint8)
    room = np.full_like(main, 120)
    room[height // 3 : height // 3 + small.shape[0], width // 3 : width // 3 + small.shape[1]] = small
    return room


def _smeared(main: Pixels) -> Pixels:
    return np.asarray(cv2.blur(main, (25, 25)), np.uint8)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (_far, "approach_nearer"),
        (_dark, "approach_dark"),
        (_bright, "approach_bright"),
        (_smeared, "approach_still"),
    ],
)
def test_picture_that_does_not_serve_is_named_to_the_person(theatre: Theatre, change: Change, state: str) -> None:
    theatre.believe()
    theatre.stage.put("biden", change=change)
    theatre.until(state)


def test_camera_that_is_pulled_is_trouble_and_comes_back(theatre: Theatre) -> None:
    theatre.stage.broken = True
    assert not theatre.until("camera_trouble")["picture"]
    theatre.stage.broken = False
    theatre.until("idle")


def test_full_disk_is_never_shown_as_stored(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_build: object) -> JournalRow:
        raise JournalFullError("The disk is full.")

    before = theatre.rows(Punch)
    monkeypatch.setattr(theatre.station.journal, "append", refuse)
    theatre.believe("obama")
    theatre.seen.clear()
    theatre.stage.put("obama")
    theatre.until("journal_full")
    assert "accepted" not in theatre.seen
    assert theatre.rows(Punch) == before


def test_locked_kiosk_takes_nothing(theatre: Theatre) -> None:
    attendant = theatre.station._attendant
    assert attendant is not None
    attendant.lock(locked=True)
    theatre.until("locked")
    theatre.stage.put("biden")
    attendant.lock(locked=False)
    theatre.until("accepted", "already")


def test_restart_is_announced(theatre: Theatre) -> None:
    attendant = theatre.station._attendant
    assert attendant is not None
    attendant.leave()
    theatre.station.stop()
    theatre.until("updating")
