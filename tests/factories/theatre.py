"""A kiosk at work with rendered people before its camera: the real recogniser, a journal on disk, and the window."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
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
from contract.pin import hash_card, hash_pin
from contract.roster import Hours, KioskPolicy, RosterPart, SessionWindow
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera import photo_source
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.photo_source import Photo, PhotoSource
from kiosk.camera.portrait import FaceMarks, Portrait
from kiosk.camera.sheet import Sheet
from kiosk.camera.source import SourceSettings, Step
from kiosk.camera.streams import make_grey
from kiosk.errors import CameraError, CameraStalledError
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from kiosk.ui.bridge import Bridge
from kiosk.ui.screen import Screen
from kiosk.ui.show import surroundings_of, told_by
from kiosk.ui.window import KioskWindow

PATIENCE_SECONDS = 60.0
HELD_UP_AT = 40
"""Frames after which a rendered person stands before the camera."""
PIN, CARD = "402917", "04A23F9C"
Change = Callable[[Pixels], Pixels]


@cache
def cut_out_once() -> None:
    """Keep the people that are cut out of photos for as long as the tests run: each costs a second or more."""
    examine = cache(Photo.examine)

    @cache
    def cut_out(photo: Photo, *, flat: bool) -> Portrait | Sheet:
        return photo.print(examine(photo)) if flat else photo.portray(examine(photo))

    def prepare(photo: Photo, _marks: FaceMarks | None, *, flat: bool) -> Portrait | Sheet:
        return cut_out(photo, flat=flat)

    Photo.examine = examine  # type: ignore[method-assign]
    photo_source._prepare_and_tidy = prepare


class Stage:
    """A camera before which the test puts people; without anybody it films an empty room."""

    kind = "photo"

    def __init__(self, folder: Path) -> None:
        cut_out_once()
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

    def hold_up(self, person: str, *, change: Change = lambda picture: picture) -> None:
        """A picture of this person, which never moves. change: done to it once."""
        shown = change(self.standing(person))
        self.put(None, change=lambda _room: shown)

    def standing(self, person: str) -> Pixels:
        """What the camera sees of somebody who stands before it, (480, 640, 3) BGR."""
        if person not in self._standing:
            photo = sorted((self._folder / person).iterdir())[0]
            with PhotoSource(SourceSettings(kind="photo", path=str(photo), pace="fast", seed=3)) as rendered:
                frame = [rendered.read(1.0) for _ in range(HELD_UP_AT)][-1]
            assert frame is not None
            self._standing[person] = frame.main
        return self._standing[person]

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

    def drawn(self, *states: str) -> None:
        """The window has drawn all of these."""
        assert set(states) <= set(self.seen), self.seen[-20:]

    def press(self, kind: str, text: str = "") -> None:
        """A finger that takes its time: the guard against slips is tested elsewhere."""
        self.bridge.touch(kind, text)

    def empty(self) -> None:
        """Nobody is there any more; nobody waits for the words to go by themselves."""
        self.stage.put(None)
        self._let_go()
        self.press("dismiss")
        self.until("idle")

    def clear(self) -> None:
        """As it was at the beginning, but for what was written."""
        self.stage.broken = False
        self.believe("biden")
        self.stage.put(None)
        self._let_go()
        self.press("dismiss")
        self.until("idle", "updating", "locked")

    def _let_go(self) -> None:
        """Wait until the kiosk knows that they have left: before, another walk-up would be the same visit."""
        attendant = self.station._attendant
        give_up = time.monotonic() + PATIENCE_SECONDS
        while attendant is not None and attendant._scan.last_face_at is not None:
            if self.bridge.view["state"] in {"updating", "locked"}:
                return
            assert time.monotonic() < give_up, "they are still seen"
            QCoreApplication.processEvents()
            time.sleep(0.005)

    def believe(
        self, *people: str, second_factor: bool = False, sessions: tuple[SessionWindow, ...] = (), **policy: Any
    ) -> None:
        """A roster of these people and this policy; everybody has a PIN and a card. sessions: () for a long morning."""
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
                hours=(Hours(id="office", sessions=sessions or (window,)),),
            )
        )  # fmt: skip

    def rows(self, kind: type[Any]) -> list[Any]:
        return [row for row in self.station.journal.rows() if isinstance(row, kind)]


@contextmanager
def open_theatre(folder: Path, photos: Path, *, pack: str = "builtin", **changes: Any) -> Iterator[Theatre]:
    """A kiosk that serves while the block lasts. photos: PERSON/photo of who can come. changes: of its settings."""
    (folder / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
    own = {"repeat_seconds": 9.0, "accepted_hold_seconds": 4.0} | changes
    settings = read_settings(None, data=str(folder), pack=pack, **own)
    stage, bridge = Stage(photos), Bridge()
    window = KioskWindow(bridge, windowed=True, animated=False)
    with Station(settings, source=stage, transport=NullTransport()) as station:
        seen: list[str] = []
        screen = Screen(
            bridge, surroundings=lambda: surroundings_of(station), told=lambda state: told_by(station, state)
        )
        bridge.touched.connect(station.touch, Qt.ConnectionType.DirectConnection)
        bridge.view_changed.connect(lambda: seen.append(bridge.view["state"]))
        made = Theatre(station, stage, bridge, window, gallery_roster(photos, open_pack(pack)), seen)
        made.believe("biden")
        serving = threading.Thread(target=station.run, args=(screen,), daemon=True)
        serving.start()
        window.show()
        yield made
        station.stop()
        serving.join(30)
        window.close()
