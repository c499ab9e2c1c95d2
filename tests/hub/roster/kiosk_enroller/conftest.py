"""A kiosk's enrolments from the message to the roster, without a network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from contract.enrolment import EnrolmentStanding
from contract.sealing import OpeningKey
from hub.db import Database
from hub.ingest.enrolments import EnrolmentRecorder
from hub.roster.approval import list_waiting
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.enrolment_standing import standings_of
from hub.roster.kiosk_enroller import KioskEnroller
from hub.roster.kiosk_enrolment_models import KioskEnrolment
from hub.roster.operators import add_operator
from tests.factories.enrolments import SentEnrolment
from tests.factories.flat_faces import embed_flat, flat_jpeg, flat_pack
from tests.factories.journals import SettableClock
from tests.factories.people import add_employee, add_unit

TODAY = date(2026, 11, 2)
KEY = OpeningKey.generate()


class Registry:
    """A kiosk's enrolments from the message to the roster: siti is its operator, tono is not enrolled yet."""

    def __init__(self, database: Database, hub_key: Any, clock: SettableClock, kiosk: Any, folder: Path) -> None:
        self.database, self.clock, self.kiosk, self.folder = database, clock, kiosk, folder
        self.unit = add_unit(database, "Dinas")
        add_employee(database, "siti", unit=self.unit, name="Siti Rahma, S.E.")
        add_employee(database, "tono", unit=self.unit, name="Tono Hadi", frames=0)
        kiosk.register(unit_id=self.unit)
        offer_enrol_key(database, KEY.seal_key.text, by="hub", now=clock())
        add_operator(database, "siti", self.unit, first=date(2026, 1, 1), by="bkpp", now=clock())
        self.recorder = EnrolmentRecorder(database=database, hub_key=hub_key, opening_key=KEY, now=clock)
        self.enroller = self.open_enroller()

    def open_enroller(self, database: Database | None = None, **changes: Any) -> KioskEnroller:
        options: dict[str, Any] = {
            "database": database or self.database,
            "data_folder": self.folder,
            "opening_key": KEY,
            "initial_pack": "builtin",
            "now": self.clock,
            "open_": flat_pack,
        }
        return KioskEnroller(**(options | changes))

    def send(
        self, faces: Iterable[tuple[int, int]] = ((1, 0), (1, 1), (1, 2)), *, complete: bool = True, **changes: Any
    ) -> SentEnrolment:
        """Let an enrolment come, but for its last part unless it is complete; faces: (person, frame)."""
        journal = self.kiosk.journal
        own: dict[str, Any] = {"key": journal.key, "epoch": journal.epoch, "device": journal.device}
        own |= {"seal_key": KEY.seal_key, "frames": [flat_jpeg(*face) for face in faces]}
        sent = SentEnrolment(**(own | changes))
        payloads = sent.payloads() if complete else sent.payloads()[:-1]
        assert self.recorder.record([(journal.device, payload) for payload in payloads])
        return sent

    def enrol(self, *faces: tuple[int, int], **changes: Any) -> EnrolmentStanding:
        """Let one come and be looked at; how it stands then."""
        sent = self.send(faces or ((1, 0), (1, 1), (1, 2)), **changes)
        self.settle()
        return self.standing(sent)

    def settle(self) -> None:
        while self.enroller.step():
            pass

    def standing(self, sent: SentEnrolment) -> EnrolmentStanding:
        with self.database.read() as session:
            [standing] = standings_of(session.connection(), sent.device, [sent.id])
        return standing

    def waiting(self) -> list[Any]:
        return list_waiting(self.database, TODAY)

    def count(self, model: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def rows(self) -> list[KioskEnrolment]:
        with self.database.read() as session:
            return list(session.scalars(select(KioskEnrolment).order_by(KioskEnrolment.id)))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def registry(
    database: Database, hub_key: Any, clock: SettableClock, kiosk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Registry:
    monkeypatch.setattr("hub.roster.kiosk_proposal.embed_photo", embed_flat)
    monkeypatch.setattr("hub.roster.enrolment.embed_photo", embed_flat)
    return Registry(database, hub_key, clock, kiosk, tmp_path / "data")


def refused(standing: EnrolmentStanding) -> str:
    """The reason, which names both languages."""
    assert (standing.outcome, standing.held) == ("refused", ())
    assert standing.reason.rstrip().endswith(")")
    return standing.reason
