"""The kiosk's own outbox of enrolments and the hub's recorder, over a line that loses, repeats and is cut."""

from __future__ import annotations

import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from contract.receipt import Receipt
from contract.sealing import OpeningKey
from hub.fleet.alarms import AlarmBook
from hub.ingest.enrolments import EnrolmentRecorder
from hub.roster.enrol_key import offer_enrol_key
from hub.roster.kiosk_enrolment_models import KioskEnrolment, SealedPart
from kiosk.operator.enrolment_folder import EnrolmentFolder
from kiosk.operator.enrolment_outbox import EnrolmentOutbox
from kiosk.operator.parcel import Parcel
from tests.factories.enrolments import SentEnrolment, frame_jpeg
from tests.factories.journals import NOON, KioskJournal

KEY = OpeningKey.generate()
FRAMES = [frame_jpeg(seed, width=64, height=48) for seed in range(8)]


class Line:
    """Kiosk and hub, either of which may be killed and started on what it has on disk."""

    def __init__(self, desk: Any, journal: KioskJournal, folder: Path, dice: random.Random) -> None:
        self.desk, self.journal, self.folder, self.dice = desk, journal, folder, dice
        self.ids: list[str] = []
        self.now = 0.0
        self.receipt = 0
        self.start_kiosk()
        self.start_hub()

    def start_kiosk(self) -> None:
        self.outbox = EnrolmentOutbox(
            device=self.journal.device,
            key=self.journal.key,
            folder=EnrolmentFolder(self.folder),
            epoch=lambda: self.journal.epoch,
            name_of=lambda _person: None,
            jitter=self.dice.random,
        )

    def start_hub(self) -> None:
        self.recorder = EnrolmentRecorder(
            database=self.desk.database,
            hub_key=self.desk.hub_key,
            opening_key=KEY,
            now=self.desk.clock,
            alarms=AlarmBook(now=self.desk.clock),
        )

    def enrol(self) -> None:
        frames = FRAMES[: self.dice.randint(1, 8)]
        sent = SentEnrolment(
            seal_key=KEY.seal_key, key=self.journal.key, epoch=self.journal.epoch, frames=frames, person=None
        )
        parts = tuple(sent.message(number).sealed for number in range(1, len(frames) + 1))
        self.outbox.keep(Parcel(str(uuid.UUID(sent.id)), None, NOON, parts), "Tono")
        self.ids.append(sent.id)

    def round(self, *, loss: float) -> None:
        """One turn: what is due is sent, some of it is lost or comes twice, and some answers do not arrive."""
        self.now += 6.0
        self.desk.clock.advance(6)
        published: list[bytes] = []

        def publish(payload: bytes) -> bool:
            published.extend([payload] * self.dice.choice((1, 1, 2)))
            return True

        self.outbox.send_due(self.now, publish)
        arrived = [(self.journal.device, each) for each in published if self.dice.random() >= loss]
        self.dice.shuffle(arrived)
        receipts = [self.desk._open(each) for each in self.recorder.record(arrived)]
        receipts += self.desk.hear(self.journal, enrolments=self.outbox.open, receipt=self.receipt)
        for receipt in receipts:
            if self.dice.random() >= loss:
                self.hear(receipt)

    def hear(self, receipt: Receipt) -> None:
        if receipt.version > self.receipt:
            self.receipt = receipt.version
            self.outbox.settle(receipt.enrolments)


@pytest.mark.parametrize("seed", range(6))
def test_every_enrolment_arrives_whole_and_leaves_the_kiosks_disk(
    desk: Any, journal: KioskJournal, tmp_path: Path, seed: int
) -> None:
    offer_enrol_key(desk.database, KEY.seal_key.text, by="hub", now=desk.clock())
    dice = random.Random(seed)
    line = Line(desk, journal, tmp_path / "enrolments", dice)
    for turn in range(120):
        if turn < 20 and dice.random() < 0.3:
            line.enrol()
        if dice.random() < 0.1:
            line.start_kiosk()
        if dice.random() < 0.1:
            line.start_hub()
        line.round(loss=0.5 if turn < 60 else 0.0)
    assert line.ids
    assert not any(kept.left for kept in line.outbox.folder.kept.values())
    assert {line.outbox.standing(each).outcome for each in line.ids} == {"waiting"}
    with desk.database.read() as session:
        rows = list(session.scalars(select(KioskEnrolment)))
        assert {(row.enrolment, row.state) for row in rows} == {(each, "complete") for each in line.ids}
        assert session.scalar(select(func.count()).select_from(SealedPart)) == sum(row.parts for row in rows)
    assert desk.alarms() == {}
