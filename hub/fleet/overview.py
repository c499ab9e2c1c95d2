"""What people look at to see how the kiosks fare: their state, alarms, quarantine, and the rows held of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.heartbeat import ReleaseProgress
from hub.db import Database
from hub.fleet.models import Alarm, Kiosk, LatestHeartbeat
from hub.fleet.pending import orders_waiting_since, rosters_behind_since, swaps_declared
from hub.fleet.service import ServiceLine, latest_service
from hub.ingest.models import QuarantinedRow, StoredRow
from hub.roster.models import Employee, Unit
from hub.roster.units import UnitTree


class KioskStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk and what it last said; everything from heard_at on is None for one that never spoke.

    delivered_up_to: everything taken there up to then is here; None: not known. queue: rows it says are still to come.
    service: how people were served on the latest day of which it spoke; None: it never did.
    locked: hub or here, as in contract.heartbeat; empty: it takes punches. certificate_until: see
    hub.fleet.models.Kiosk. roster_behind_since: when the first change was made that it lacks; None: it lacks none.
    waits_to_obey_since: when its oldest open command was given; None: it obeyed all. lost_declared_by,
    swap_declared_by: who said so, while a second person must confirm it.
    release: how far it is with the release that was ordered last.
    held: journal rows of it that the hub holds. quarantined: rows of it in quarantine. open_alarms: kinds, at the hub.
    """

    device: str
    unit: str | None
    state: str
    demo: bool
    online: bool | None
    added_at: datetime
    delivered_up_to: datetime | None
    held: int
    quarantined: int
    open_alarms: tuple[str, ...]
    heard_at: datetime | None = None
    queue: int | None = None
    clock_source: str | None = None
    camera: str | None = None
    journal: str | None = None
    disk_free_mb: int | None = None
    temperature_c: float | None = None
    pack: str | None = None
    packs: tuple[str, ...] = ()
    software: str | None = None
    roster: int | None = None
    alarms: tuple[str, ...] = ()
    service: ServiceLine | None = None
    unit_id: int | None = None
    camera_restarts: int = 0
    locked: str = ""
    certificate_until: datetime | None = None
    roster_behind_since: datetime | None = None
    waits_to_obey_since: datetime | None = None
    lost_declared_by: str | None = None
    swap_declared_by: str | None = None
    release: ReleaseProgress | None = None


class AlarmLine(msgspec.Struct, frozen=True):
    """An alarm that nobody has settled; device empty: about a device that the hub does not know."""

    device: str
    kind: str
    first_at: datetime
    last_at: datetime
    count: int
    detail: str


class QuarantineLine(msgspec.Struct, frozen=True):
    """A row that is kept but counts nowhere."""

    device: str
    epoch: str
    seq: int
    reason: str
    detail: str
    received_at: datetime
    hash: str


class UnplacedPunch(msgspec.Struct, frozen=True):
    """A punch of a person whom the hub does not know."""

    device: str
    seq: int
    person: str
    taken_at: datetime
    received_at: datetime


class HeldRow(msgspec.Struct, frozen=True):
    """A journal row as the hub holds it. person None: a clock anchor. hash: hexadecimal, of the kiosk's chain."""

    device: str
    epoch: str
    seq: int
    kind: str
    person: str | None
    taken_at: datetime
    hash: str


def kiosk_statuses(
    database: Database, unit_id: int | None = None, *, device: str | None = None, counts: bool = True
) -> list[KioskStatus]:
    """Kiosks by name: all of them (None), or those that serve a unit: its own, those below and those for everybody.

    device: this one alone. counts: whether held and quarantined are counted, which takes long where there are millions.
    """
    query = (
        select(Kiosk, LatestHeartbeat, Unit.name)
        .join(LatestHeartbeat, LatestHeartbeat.device == Kiosk.device, isouter=True)
        .join(Unit, Unit.id == Kiosk.unit_id, isouter=True)
        .order_by(Kiosk.device)
    )
    with database.read() as session:
        if unit_id is not None:
            within = UnitTree.load(session.connection()).within(unit_id)
            query = query.where(Kiosk.unit_id.is_(None) | Kiosk.unit_id.in_(within))
        if device is not None:
            query = query.where(Kiosk.device == device)
        held = _count_by_device(session, StoredRow, device) if counts else {}
        quarantined = _count_by_device(session, QuarantinedRow, device) if counts else {}
        alarms: dict[str, list[str]] = {}
        for of, kind in session.execute(select(Alarm.device, Alarm.kind).where(Alarm.settled_at.is_(None))):
            alarms.setdefault(of, []).append(kind)
        service = latest_service(session.connection())
        behind, orders, swaps = rosters_behind_since(session), orders_waiting_since(session), swaps_declared(session)
        return [
            _to_status(
                kiosk,
                heartbeat,
                unit=unit,
                held=held.get(kiosk.device, 0),
                quarantined=quarantined.get(kiosk.device, 0),
                open_alarms=tuple(sorted(alarms.get(kiosk.device, ()))),
                service=service.get(kiosk.device),
                behind_since=None if heartbeat is None else behind.get(heartbeat.roster),
                waits_since=orders.get(kiosk.device),
                swap_by=swaps.get(kiosk.device),
            )
            for kiosk, heartbeat, unit in session.execute(query)
        ]


def open_alarms(database: Database) -> list[AlarmLine]:
    """Alarms that nobody has settled, the latest first."""
    query = (
        select(Alarm.device, Alarm.kind, Alarm.first_at, Alarm.last_at, Alarm.count, Alarm.detail)
        .where(Alarm.settled_at.is_(None))
        .order_by(Alarm.last_at.desc(), Alarm.device, Alarm.kind)
    )
    with database.read() as session:
        return [AlarmLine(*row) for row in session.execute(query)]


def quarantined_rows(database: Database, *, limit: int | None = None) -> list[QuarantineLine]:
    """Rows in quarantine, the latest first."""
    columns = (
        QuarantinedRow.device,
        QuarantinedRow.epoch,
        QuarantinedRow.seq,
        QuarantinedRow.reason,
        QuarantinedRow.detail,
        QuarantinedRow.received_at,
        QuarantinedRow.hash,
    )
    query = select(*columns).order_by(QuarantinedRow.received_at.desc(), QuarantinedRow.device, QuarantinedRow.seq)
    with database.read() as session:
        return [
            QuarantineLine(row.device, row.epoch, row.seq, row.reason, row.detail, row.received_at, row.hash.hex())
            for row in session.execute(query.limit(limit))
        ]


def count_quarantined(database: Database) -> int:
    """How many rows are in quarantine."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(QuarantinedRow)) or 0


def unplaced_punches(database: Database, *, limit: int) -> list[UnplacedPunch]:
    """Punches of people whom the hub does not know, the latest first."""
    query = (
        select(StoredRow.device, StoredRow.seq, StoredRow.person_id, StoredRow.taken_at, StoredRow.received_at)
        .join(Employee, Employee.id == StoredRow.person_id, isouter=True)
        .where(StoredRow.kind == "punch", Employee.id.is_(None))
        .order_by(StoredRow.placed_at.desc())
        .limit(limit)
    )
    with database.read() as session:
        return [
            UnplacedPunch(row.device, row.seq, row.person_id or "", row.taken_at, row.received_at)
            for row in session.execute(query)
        ]


def held_rows(database: Database, device: str | None = None) -> Iterator[HeldRow]:
    """Journal rows that the hub holds, of one kiosk or of all, in the order of each journal."""
    columns = (
        StoredRow.device,
        StoredRow.epoch,
        StoredRow.seq,
        StoredRow.kind,
        StoredRow.person_id,
        StoredRow.taken_at,
        StoredRow.hash,
    )
    query = select(*columns).order_by(StoredRow.device, StoredRow.epoch, StoredRow.seq)
    if device is not None:
        query = query.where(StoredRow.device == device)
    with database.read() as session:
        for row in session.execute(query.execution_options(yield_per=1000)):
            yield HeldRow(row.device, row.epoch, row.seq, row.kind, row.person_id, row.taken_at, row.hash.hex())


def _count_by_device(session: Session, kind: type[StoredRow | QuarantinedRow], device: str | None) -> dict[str, int]:
    query = select(kind.device, func.count().label("rows")).group_by(kind.device)
    if device is not None:
        query = query.where(kind.device == device)
    return {row.device: row.rows for row in session.execute(query)}


def _to_status(
    kiosk: Kiosk,
    heartbeat: LatestHeartbeat | None,
    *,
    unit: str | None,
    held: int,
    quarantined: int,
    open_alarms: tuple[str, ...],
    service: ServiceLine | None,
    behind_since: datetime | None,
    waits_since: datetime | None,
    swap_by: str | None,
) -> KioskStatus:
    status = KioskStatus(
        device=kiosk.device,
        unit=unit,
        state=kiosk.state,
        demo=kiosk.demo,
        online=kiosk.online,
        added_at=kiosk.added_at,
        delivered_up_to=kiosk.delivered_up_to,
        held=held,
        quarantined=quarantined,
        open_alarms=open_alarms,
        service=service,
        unit_id=kiosk.unit_id,
        certificate_until=kiosk.certificate_until,
        waits_to_obey_since=waits_since,
        swap_declared_by=swap_by,
        lost_declared_by=kiosk.lost_declared_by if kiosk.lost_confirmed_by is None else None,
    )
    if heartbeat is None:
        return status
    return msgspec.structs.replace(
        status,
        heard_at=heartbeat.received_at,
        queue=heartbeat.queue,
        clock_source=heartbeat.clock_source,
        camera=heartbeat.camera,
        journal=heartbeat.journal,
        disk_free_mb=heartbeat.disk_free_mb,
        temperature_c=heartbeat.temperature_c,
        pack=heartbeat.pack,
        packs=tuple(str(pack) for pack in heartbeat.packs),
        software=heartbeat.software,
        roster=heartbeat.roster,
        alarms=tuple(str(alarm) for alarm in heartbeat.alarms),
        camera_restarts=heartbeat.camera_restarts,
        locked=heartbeat.locked,
        release=None if heartbeat.release is None else msgspec.convert(heartbeat.release, ReleaseProgress),
        roster_behind_since=behind_since,
    )
