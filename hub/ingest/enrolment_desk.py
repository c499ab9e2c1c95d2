"""Parts of enrolments into the tables, and the answers about them, in a transaction that the caller commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

from contract.enrolment import MAX_STANDINGS, EnrolmentStanding
from hub.db import table_of
from hub.fleet.alarms import AlarmBook
from hub.ingest.enrolment_parts import EnrolmentKey, Header, OpenedPart
from hub.ingest.locking import lock_kiosks, save_kiosks, still_holds
from hub.ingest.progress import EpochKey, ProgressBook, rejections_of
from hub.ingest.storing import Answer
from hub.roster.enrolment_standing import end_incomplete, held_parts, refuse_enrolment, standings_of
from hub.roster.kiosk_enrolment_models import KioskEnrolment, SealedPart

MOST_OPEN: Final = MAX_STANDINGS
"""Of one kiosk, of which parts are missing or which the hub has not looked at yet."""
MOST_WAITING: Final = 500
"""Of one kiosk, waiting for a second person: somebody must look before more are taken in."""

UNREADABLE: Final = (
    "Pusat tidak dapat membaca pendaftaran ini; daftarkan orang ini sekali lagi. "
    "(The hub cannot read this enrolment; enrol this person once more.)"
)
MIXED: Final = (
    "Bagian-bagian pendaftaran ini tidak cocok satu sama lain; daftarkan orang ini sekali lagi. "
    "(The parts of this enrolment do not belong together; enrol this person once more.)"
)

_enrolments = table_of(KioskEnrolment)
_parts = table_of(SealedPart)


@dataclass(slots=True)
class EnrolmentDesk:
    """What is done with verified parts in one transaction. completed: enrolments of which the last part came."""

    connection: Connection
    alarms: AlarmBook
    now: datetime
    completed: int = 0
    _rows: dict[EnrolmentKey, Row[Any]] = field(default_factory=dict)
    _held: dict[int, set[int]] = field(default_factory=dict)
    _open: Counter[str] = field(default_factory=Counter)
    _waiting: Counter[str] = field(default_factory=Counter)
    _unreadable: set[EnrolmentKey] = field(default_factory=set)

    def take(self, opened: Sequence[OpenedPart]) -> list[Answer]:
        kiosks = lock_kiosks(self.connection, (part.arrived.terminal.device for part in opened))
        opened = [
            part for part in opened if still_holds(kiosks.get(part.arrived.terminal.device), part.arrived.terminal)
        ]
        if not opened:
            return []
        self._load(opened)
        for part in opened:
            self._keep(part)
        answers = self._answer(opened, {device: kiosk.receipt_version for device, kiosk in kiosks.items()})
        for answer in answers:
            kiosks[answer.progress.device].receipt_version = answer.version
        save_kiosks(self.connection, [kiosks[device] for device in sorted({each.progress.device for each in answers})])
        return answers

    def _load(self, opened: Iterable[OpenedPart]) -> None:
        keys = {part.arrived.key for part in opened}
        devices = sorted({device for device, _ in keys})
        end_incomplete(self.connection, now=self.now, devices=devices)
        self._rows = rows_of(self.connection, keys, lock=True)
        receiving = [row.id for row in self._rows.values() if row.state == "receiving"]
        self._held = {row: set(parts) for row, parts in held_parts(self.connection, receiving).items()}
        query = (
            select(_enrolments.c.device, _enrolments.c.state, func.count())
            .where(_enrolments.c.device.in_(devices), _enrolments.c.state.in_(("receiving", "complete", "waiting")))
            .group_by(_enrolments.c.device, _enrolments.c.state)
        )
        for device, state, count in self.connection.execute(query):
            (self._waiting if state == "waiting" else self._open)[device] += count

    def _keep(self, part: OpenedPart) -> None:
        key, message = part.arrived.key, part.arrived.message
        row = self._rows.get(key)
        if row is not None and (row.state != "receiving" or message.part in self._held[row.id]):
            return
        if part.header is None:
            self._refuse(key, UNREADABLE)
            return
        if row is None:
            row = self._begin(part, part.header)
        elif Header.of_row(row) != part.header:
            self.alarms.ring(key[0], "enrolments", f"{key[1]}: its parts do not agree.")
            self._refuse(key, MIXED)
            return
        if row is not None:
            self._add(row, part)

    def _begin(self, part: OpenedPart, header: Header) -> Row[Any] | None:
        """The row of a new enrolment; None where its kiosk has too many that nobody has looked at."""
        device, enrolment = part.arrived.key
        if self._open[device] >= MOST_OPEN or self._waiting[device] >= MOST_WAITING:
            self.alarms.ring(
                device,
                "enrolments",
                f"{enrolment} is not taken in: {self._open[device]} are open and {self._waiting[device]} wait for a "
                "second person.",
            )
            return None
        self._open[device] += 1
        fields = {
            "device": device,
            "enrolment": enrolment,
            "state": "receiving",
            "parts": header.parts,
            "person_id": header.person,
            "name": header.name,
            "operator_id": header.operator,
            "consent_wording": header.wording,
            "consent_language": header.language,
            "consented_at": header.consented_at,
            "software": header.software,
            "taken_at": part.taken_at,
            "first_at": self.now,
            "last_at": self.now,
        }
        row = self.connection.execute(insert(_enrolments).values(**fields).returning(_enrolments)).one()
        self._rows[part.arrived.key] = row
        self._held[row.id] = set()
        return row

    def _add(self, row: Row[Any], part: OpenedPart) -> None:
        message = part.arrived.message
        self.connection.execute(
            insert(_parts).values(enrolment_id=row.id, part=message.part, sealed=message.sealed, received_at=self.now)
        )
        self._held[row.id].add(message.part)
        is_complete = len(self._held[row.id]) == row.parts
        changed = update(_enrolments).where(_enrolments.c.id == row.id)
        state = "complete" if is_complete else "receiving"
        self._rows[part.arrived.key] = self.connection.execute(
            changed.values(last_at=self.now, state=state).returning(_enrolments)
        ).one()
        self.completed += is_complete

    def _refuse(self, key: EnrolmentKey, reason: str) -> None:
        """End an enrolment that is on record; of one that is not, nothing is kept but the answer."""
        row = self._rows.get(key)
        if row is None:
            self._unreadable.add(key)
            return
        refuse_enrolment(self.connection, row.id, reason, now=self.now)
        self._rows[key] = self.connection.execute(select(_enrolments).where(_enrolments.c.id == row.id)).one()

    def _answer(self, opened: Sequence[OpenedPart], versions: dict[str, int]) -> list[Answer]:
        named: dict[EpochKey, dict[str, None]] = {}
        for part in opened:
            device, enrolment = part.arrived.key
            named.setdefault((device, part.arrived.message.epoch), {})[enrolment] = None
        progress = ProgressBook(self.connection, self.now)
        progress.load(named)
        answers = []
        for (device, epoch), ids in named.items():
            standing = progress.of(device, epoch)
            rejected = rejections_of(self.connection, standing, ())
            found = [self._with_faults(device, each) for each in standings_of(self.connection, device, ids)]
            for start in range(0, len(found), MAX_STANDINGS):
                versions[device] += 1
                some = tuple(found[start : start + MAX_STANDINGS])
                answers.append(Answer(standing, versions[device], rejected, enrolments=some))
        return answers

    def _with_faults(self, device: str, standing: EnrolmentStanding) -> EnrolmentStanding:
        if (device, standing.id) not in self._unreadable:
            return standing
        return EnrolmentStanding(id=standing.id, outcome="refused", reason=UNREADABLE)


def rows_of(
    connection: Connection, keys: Iterable[EnrolmentKey], *, lock: bool = False
) -> dict[EnrolmentKey, Row[Any]]:
    """What is on record of these enrolments. lock: nobody else ends them before this transaction ends."""
    place = tuple_(_enrolments.c.device, _enrolments.c.enrolment)
    query = select(_enrolments).where(place.in_(sorted(keys))).order_by(_enrolments.c.id)
    if lock:
        query = query.with_for_update()
    return {(row.device, row.enrolment): row for row in connection.execute(query)}
