"""Rows of an office that does not exist: for tests, benchmarks and pictures of pages. All names are made up.

Rows are written straight into the database; what kiosks sign and the hub verifies is not exercised here.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from contract.signing import SigningKey
from hub.attendance.dirty import mark_dirty
from hub.db import Database
from hub.fleet.models import Alarm, AlarmKind, Kiosk, LatestHeartbeat
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture
from hub.roster.models import Employee, EnrolmentFrame, Membership, StoredLookalike, Unit, UnitPolicy
from hub.roster.work_dates import work_dates_for
from hub.schedule.models import PartTimeContract
from hub.seeding.names import POSITIONS, invent_name, invent_nip

EPOCH = "11111111-2222-4333-8444-555555555555"


@dataclass(slots=True)
class InventedOffice:
    """Writes units, people, kiosks and punches; `at` is when they were entered."""

    database: Database
    at: datetime
    _seqs: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def go_on_from(self, other: InventedOffice) -> None:
        """Count the rows of kiosks on from where another one, whose database was copied, has come to."""
        self._seqs |= other._seqs

    def unit(
        self, name: str, *, parent: int | None = None, timezone: str = "Asia/Jakarta", policy: str | None = None
    ) -> int:
        with self.database.write() as session:
            unit = Unit(name=name, parent_id=parent, timezone=timezone, created_at=self.at)
            session.add(unit)
            session.flush()
            if policy is not None:
                session.add(
                    UnitPolicy(
                        unit_id=unit.id, policy=policy, valid_from=date(2020, 1, 1), set_by="bkpp", set_at=self.at
                    )
                )
            return unit.id

    def employee(
        self,
        name: str,
        *,
        unit: int | None,
        nip: str | None = None,
        position: str | None = None,
        employed: tuple[date | None, date | None] = (None, None),
        member: tuple[date | None, date | None] = (None, None),
    ) -> str:
        """Id of a new employee; `employed` and `member` are first and last day, None: open."""
        employee_id = str(uuid.uuid4())
        with self.database.write() as session:
            session.add(
                Employee(
                    id=employee_id,
                    name=name,
                    nip=nip,
                    position=position,
                    employed_from=employed[0],
                    employed_until=employed[1],
                    created_at=self.at,
                    created_by="bkpp",
                )
            )
            session.flush()
            if unit is not None:
                session.add(
                    Membership(
                        employee_id=employee_id,
                        unit_id=unit,
                        valid_from=member[0],
                        valid_until=member[1],
                        set_by="bkpp",
                        set_at=self.at,
                    )
                )
        return employee_id

    def contract(self, employee_id: str, *, start: str, end: str, quota: int, monthly_pay: int = 1_200_000) -> None:
        """A part-time contract on every weekday, from the year before to the year after."""
        with self.database.write() as session:
            session.add(
                PartTimeContract(
                    number="800/1",
                    employee_id=employee_id,
                    valid_from=date(self.at.year - 1, 1, 1),
                    valid_until=date(self.at.year + 1, 12, 31),
                    weekdays=[0, 1, 2, 3, 4],
                    slot_start=start,
                    slot_end=end,
                    quota_min=quota,
                    monthly_pay=monthly_pay,
                    set_by="bkpp",
                    set_at=self.at,
                )
            )

    def lookalikes(self, one: str, other: str, *, at: datetime) -> None:
        """Two people whom nobody has told apart yet."""
        first, second = sorted((one, other))
        with self.database.write() as session:
            session.add(
                StoredLookalike(
                    first_id=first,
                    second_id=second,
                    pack="builtin",
                    similarity=0.9,
                    lead=0.1,
                    kind="alike",
                    told_apart=True,
                    found_at=at,
                )
            )

    def kiosk(
        self,
        device: str,
        *,
        unit: int | None = None,
        delivered_up_to: datetime | None = None,
        demo: bool = False,
        state: Literal["active", "revoked"] = "active",
    ) -> None:
        with self.database.write() as session:
            session.add(
                Kiosk(
                    device=device,
                    public_key=SigningKey.generate().verify_key.text,
                    demo=demo,
                    state=state,
                    unit_id=unit,
                    delivered_up_to=delivered_up_to,
                    added_at=self.at,
                    online=delivered_up_to is not None,
                )
            )

    def deliver(self, device: str, upto: datetime) -> None:
        """Let a kiosk have delivered everything up to a moment."""
        with self.database.write() as session:
            session.get_one(Kiosk, device).delivered_up_to = upto

    def heartbeat(self, device: str, sent_at: datetime, **changes: Any) -> None:
        seq = self._seqs[device]
        fields: dict[str, Any] = {
            "epoch": EPOCH, "first_kept": 1, "last_seq": seq, "queue": 0, "sent_at": sent_at, "as_of": sent_at,
            "boot": "boot", "monotonic_ms": 1000, "clock_source": "ntp", "camera": "ok", "journal": "ok",
            "camera_restarts": 0, "disk_free_mb": 20_000, "temperature_c": 51.5, "alarms": [], "roster": 1,
            "command": 0, "receipt": 1, "pack": "builtin", "software": "0.1.0", "received_at": sent_at,
        }  # fmt: skip
        with self.database.write() as session:
            session.add(LatestHeartbeat(device=device, **(fields | changes)))

    def alarm(self, device: str, kind: AlarmKind, at: datetime, detail: str = "", count: int = 1) -> None:
        with self.database.write() as session:
            session.add(Alarm(device=device, kind=kind, first_at=at, last_at=at, count=count, detail=detail))

    def quarantine(self, device: str, at: datetime, *, reason: str = "source", detail: str = "") -> None:
        self._seqs[device] += 1
        row = f"{device}/{self._seqs[device]}".encode()
        with self.database.write() as session:
            session.add(
                QuarantinedRow(
                    device=device,
                    epoch=EPOCH,
                    seq=self._seqs[device],
                    hash=sha256(row).digest(),
                    reason=reason,
                    detail=detail,
                    row=row,
                    received_at=at,
                )
            )

    def refusal(
        self,
        device: str,
        person: str | None,
        taken_at: datetime,
        *,
        evidence: str | None = None,
        stored_at: datetime | None = None,
        **changes: Any,
    ) -> tuple[str, str, int]:
        """Key of a refused presentation, and its snapshot announced where there is one; `changes`: of the event."""
        row = self._row(device, "", taken_at, None, None) | {"kind": "refusal", "person_id": None}
        row |= {"similarity": None, "threshold": None}
        key = (device, EPOCH, self._seqs[device])
        fields: dict[str, Any] = {
            "person_id": person, "reason": "liveness", "attempts": 3, "policy": "active", "evidence": evidence,
            "layers": [
                {"name": "passive", "verdict": "undecided", "score": 0.4131},
                {"name": "challenge", "verdict": "attack", "score": None},
            ],
        }  # fmt: skip
        with self.database.write() as session:
            session.execute(insert(StoredRow), [row])
            session.add(RefusalEvent(device=key[0], epoch=key[1], seq=key[2], **(fields | changes)))
            if evidence is not None:
                session.merge(
                    AnnouncedSnapshot(device=device, sha256=evidence, announced_at=taken_at, stored_at=stored_at)
                )
        return key

    def enrol(
        self,
        employee_id: str,
        *,
        frames: int,
        at: datetime,
        state: str = "approved",
        by: str = "operator",
        first: int = 0,
    ) -> None:
        """Record pictures of somebody, without any picture; first: number of the first one."""
        with self.database.write() as session:
            for number in range(first, first + frames):
                digest = sha256(f"{employee_id}/{number}".encode()).hexdigest()
                session.add(
                    EnrolmentFrame(
                        employee_id=employee_id,
                        sha256=digest,
                        file=f"{digest}.jpg",
                        origin="folder",
                        origin_name=f"{number}.jpg",
                        state=state,
                        added_by=by,
                        added_at=at,
                        approved_by="kasubag" if state == "approved" else None,
                        approved_at=at if state == "approved" else None,
                    )
                )

    def enrol_at_kiosk(
        self,
        device: str,
        employee_id: str,
        *,
        operator: str,
        frames: int,
        at: datetime,
        state: str = "waiting",
        is_new: bool = False,
    ) -> None:
        """Record pictures that a kiosk's operator took of somebody and that wait, without any picture."""
        with self.database.write() as session:
            by = session.get_one(Employee, operator).name[:64]
            enrolment = KioskEnrolment(
                device=device,
                enrolment=str(uuid.uuid4()),
                state=state,
                parts=frames,
                person_id=None if is_new else employee_id,
                name=session.get_one(Employee, employee_id).name,
                operator_id=operator,
                operator_name=by,
                consent_wording="2026-11",
                consent_language="id",
                consented_at=at,
                software="0.1.0",
                taken_at=at,
                first_at=at,
                last_at=at,
                employee_id=employee_id,
                is_new=is_new,
            )
            session.add(enrolment)
            session.flush()
            for number in range(1, frames + 1):
                digest = sha256(f"{enrolment.enrolment}/{number}".encode()).hexdigest()
                frame = EnrolmentFrame(
                    employee_id=employee_id,
                    sha256=digest,
                    file=f"{digest}.jpg",
                    origin="kiosk",
                    origin_name=f"{number}.jpg",
                    state="proposed",
                    added_by=by,
                    added_at=at,
                )
                session.add(frame)
                session.flush()
                session.add(
                    KioskPicture(frame_id=frame.id, enrolment_id=enrolment.id, part=number, pose="ahead", taken_at=at)
                )

    def punch(
        self, device: str, employee_id: str, taken_at: datetime, *, hint: str | None = None, corrected_at: Any = None
    ) -> None:
        self.punches(device, [(employee_id, taken_at)], hint=hint, corrected_at=corrected_at)

    def punches(
        self,
        device: str,
        moments: Iterable[tuple[str, datetime]],
        *,
        hint: str | None = None,
        corrected_at: datetime | None = None,
    ) -> None:
        """Store punches and mark their days, in one transaction, as ingest does."""
        rows = [self._row(device, person, taken_at, hint, corrected_at) for person, taken_at in moments]
        with self.database.write() as session:
            session.execute(insert(StoredRow), rows)
            placed = [(row["person_id"], row["placed_at"]) for row in rows]
            days = work_dates_for(session.connection(), placed)
            mark_dirty(session.connection(), days, now=max(row["received_at"] for row in rows))

    def _row(
        self, device: str, person: str, taken_at: datetime, hint: str | None, corrected_at: datetime | None
    ) -> dict[str, Any]:
        self._seqs[device] += 1
        seq = self._seqs[device]
        row = f"{device}/{seq}/{person}".encode()
        return {
            "device": device, "epoch": EPOCH, "seq": seq, "kind": "punch", "person_id": person, "taken_at": taken_at,
            "corrected_at": corrected_at, "placed_at": corrected_at or taken_at, "clock_source": "ntp", "boot": "boot",
            "monotonic_ms": seq * 1000, "source": "picamera", "similarity": 0.83, "threshold": 0.61,
            "session_hint": hint, "row": row, "hash": sha256(row).digest(), "received_at": taken_at,
        }  # fmt: skip


def invent_staff(office: InventedOffice, *, unit: int, people: int, seed: int = 1) -> list[str]:
    """Employees of a unit with names, numbers and positions."""
    dice = random.Random(seed)
    return [
        office.employee(invent_name(dice), unit=unit, nip=invent_nip(dice), position=dice.choice(POSITIONS["office"]))
        for _ in range(people)
    ]


def invent_punches(
    office: InventedOffice,
    *,
    device: str,
    people: Sequence[str],
    dates: Iterable[date],
    until: datetime,
    tz: ZoneInfo,
    seed: int = 1,
) -> None:
    """Arrivals and departures of ordinary weeks: mostly in time, some late, some early, some forgotten, some away."""
    dice = random.Random(seed)
    moments = []
    for day in dates:
        if day.weekday() >= 5:
            continue
        leaving = 14.5 if day.weekday() == 4 else 15.0
        for person in people:
            if dice.random() < 0.03:
                continue
            arrival = 6.6 + dice.gauss(0, 0.17) + (dice.random() < 0.08) * dice.uniform(0.3, 1.2)
            departure = leaving + abs(dice.gauss(0.2, 0.2)) - (dice.random() < 0.04) * dice.uniform(0.3, 1.5)
            hours = [hour for hour in (arrival, departure) if dice.random() > 0.015]
            midnight = datetime.combine(day, time(), tz)
            moments += [(person, midnight + timedelta(hours=hour)) for hour in hours]
    office.punches(device, sorted((item for item in moments if item[1] <= until), key=lambda item: item[1]))
