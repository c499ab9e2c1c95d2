"""Refused presentations for people to look at: when, where, whom the face resembled, and where its picture is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.fleet.models import Kiosk
from hub.ingest.models import StoredRow
from hub.refusals.events import EventKey
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent
from hub.refusals.snapshots import SnapshotStore
from hub.roster.models import Employee, Unit
from hub.roster.units import Memberships, UnitTree

Picture = Literal["here", "awaited", "missing", "none"]
"""here: the file is in this hub's folder; awaited: it has not come, and comes no more where the kiosk has deleted its
own (a hub that was restored from a backup); missing: it came, and its file is not in this folder; none: the kiosk could
take none."""


class LayerLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one layer said; see contract.punch.LivenessLayer."""

    name: str
    verdict: str
    score: float | None = None


class RefusalLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event. unit: of the kiosk, None: it serves everybody. taken_at: as far as is known, corrected by an anchor.

    person: id of whom the face resembled; None: nobody. name: theirs; None: this hub does not know them.
    """

    device: str
    epoch: str
    seq: int
    unit: str | None
    taken_at: datetime
    received_at: datetime
    source: str
    person: str | None
    name: str | None
    reason: str
    attempts: int
    policy: str
    layers: tuple[LayerLine, ...]
    evidence: str | None
    picture: Picture
    seen_at: datetime | None
    seen_by: str | None
    settled_at: datetime | None
    settled_by: str | None

    @property
    def key(self) -> EventKey:
        return self.device, self.epoch, self.seq


def list_refusals(
    database: Database, snapshots: SnapshotStore | None, *, unit_id: int | None = None, limit: int | None = None
) -> list[RefusalLine]:
    """Events, those that nobody has settled first, then the latest first. unit_id: see `_of_unit`; None: all."""
    query = _query().order_by(RefusalEvent.settled_at.is_not(None), StoredRow.placed_at.desc(), RefusalEvent.seq.desc())
    with database.read() as session:
        found: list[RefusalLine] = []
        for row in _of_unit(session, query, unit_id):
            if limit is not None and len(found) >= limit:
                break
            found.append(_to_line(row, snapshots))
        return found


def find_refusal(
    database: Database, snapshots: SnapshotStore | None, key: EventKey, *, unit_id: int | None = None
) -> RefusalLine | None:
    """One event; None when there is none, or it is none of this unit's."""
    device, epoch, seq = key
    query = _query().where(RefusalEvent.device == device, RefusalEvent.epoch == epoch, RefusalEvent.seq == seq)
    with database.read() as session:
        row = next(_of_unit(session, query, unit_id), None)
        return None if row is None else _to_line(row, snapshots)


def count_open_refusals(database: Database, unit_id: int | None = None) -> int:
    """How many events nobody has settled."""
    with database.read() as session:
        query = _query().where(RefusalEvent.settled_at.is_(None))
        return sum(1 for _ in _of_unit(session, query, unit_id))


def _query() -> Select[*tuple[Any, ...]]:
    columns = (
        RefusalEvent,
        StoredRow.placed_at,
        StoredRow.received_at,
        StoredRow.source,
        Kiosk.unit_id,
        Unit.name.label("unit"),
        Employee.name.label("name"),
        AnnouncedSnapshot.stored_at,
    )
    same_row = and_(
        StoredRow.device == RefusalEvent.device,
        StoredRow.epoch == RefusalEvent.epoch,
        StoredRow.seq == RefusalEvent.seq,
    )
    same_picture = and_(
        AnnouncedSnapshot.device == RefusalEvent.device, AnnouncedSnapshot.sha256 == RefusalEvent.evidence
    )
    return (
        select(*columns)
        .join(StoredRow, same_row)
        .join(Kiosk, Kiosk.device == RefusalEvent.device)
        .join(Unit, Unit.id == Kiosk.unit_id, isouter=True)
        .join(Employee, Employee.id == RefusalEvent.person_id, isouter=True)
        .join(AnnouncedSnapshot, same_picture, isouter=True)
    )


def _of_unit(session: Session, query: Select[*tuple[Any, ...]], unit_id: int | None) -> Iterator[Row[Any]]:
    """Events that concern a unit or those below it: at a kiosk of theirs, or about a face like one of their people.

    A stranger's picture from a kiosk that serves everybody is for those only who see every unit.
    """
    if unit_id is None:
        yield from session.execute(query)
        return
    connection = session.connection()
    within = UnitTree.load(connection).within(unit_id)
    rows = session.execute(query).all()
    people = {row.RefusalEvent.person_id for row in rows if row.RefusalEvent.person_id is not None}
    memberships = Memberships.load(connection, people)
    for row in rows:
        person = row.RefusalEvent.person_id
        of_person = None if person is None else memberships.unit_on(person, row.placed_at.date())
        if row.unit_id in within or of_person in within:
            yield row


def _to_line(row: Row[Any], snapshots: SnapshotStore | None) -> RefusalLine:
    event: RefusalEvent = row.RefusalEvent
    picture: Picture = "none"
    if event.evidence is not None:
        here = snapshots is not None and snapshots.has(event.evidence)
        picture = "here" if here else "awaited" if row.stored_at is None else "missing"
    return RefusalLine(
        device=event.device,
        epoch=event.epoch,
        seq=event.seq,
        unit=row.unit,
        taken_at=row.placed_at,
        received_at=row.received_at,
        source=row.source,
        person=event.person_id,
        name=row.name,
        reason=event.reason,
        attempts=event.attempts,
        policy=event.policy,
        layers=tuple(msgspec.convert(event.layers, list[LayerLine])),
        evidence=event.evidence,
        picture=picture,
        seen_at=event.seen_at,
        seen_by=event.seen_by,
        settled_at=event.settled_at,
        settled_by=event.settled_by,
    )
