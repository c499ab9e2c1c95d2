"""Refused presentations into the tables, and what people then say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, select, update

from contract.punch import RefusedPresentation
from hub.bulk import Row, upsert
from hub.db import Database, table_of
from hub.fleet.alarms import Ring, write_alarms
from hub.fleet.models import Alarm
from hub.refusals.models import AnnouncedSnapshot, RefusalEvent

_events = table_of(RefusalEvent)
_snapshots = table_of(AnnouncedSnapshot)

EventKey = tuple[str, str, int]
"""Device, epoch and number of the journal row."""


@dataclass(frozen=True, slots=True)
class NewRefusal:
    """A row that came in for the first time. device: whose journal it is. stored False: it went into quarantine."""

    device: str
    entry: RefusedPresentation
    stored: bool


def note_refusals(connection: Connection, refusals: Sequence[NewRefusal], *, now: datetime) -> None:
    """Write the events, ring once for each, and expect their snapshots; in the transaction that stores the rows.

    The alarm is not left to an alarm book: that one may wait for the next message, and at night there is none.
    """
    if not refusals:
        return
    pictures = {(each.device, each.entry.evidence) for each in refusals if each.entry.evidence is not None}
    announce_snapshots(connection, pictures, now=now)
    stored = [each for each in refusals if each.stored]
    upsert(
        connection,
        _events,
        [_columns(each) for each in stored],
        key=("device", "epoch", "seq"),
        changes=lambda new: {"attempts": new["attempts"]},
    )
    write_alarms(connection, _rings(stored), now=now)


def announce_snapshots(connection: Connection, pictures: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Expect pictures, (device, SHA-256) pairs, that stored or quarantined rows speak of."""
    upsert(
        connection,
        _snapshots,
        [{"device": device, "sha256": sha256, "announced_at": now} for device, sha256 in set(pictures)],
        key=("device", "sha256"),
        changes=lambda _new: {"announced_at": _snapshots.c.announced_at},
    )


def mark_seen(database: Database, key: EventKey, *, by: str, now: datetime) -> None:
    """Note who looked at an event first; a later visitor changes nothing."""
    with database.write() as session:
        session.execute(update(_events).where(*_is(key), _events.c.seen_at.is_(None)).values(seen_at=now, seen_by=by))


def settle(database: Database, key: EventKey, *, by: str, now: datetime) -> None:
    """Declare an event done; whoever was first stays on record. With a kiosk's last one its alarm is settled too."""
    device = key[0]
    with database.write() as session:
        connection = session.connection()
        connection.execute(
            update(_events).where(*_is(key), _events.c.seen_at.is_(None)).values(seen_at=now, seen_by=by)
        )
        connection.execute(
            update(_events).where(*_is(key), _events.c.settled_at.is_(None)).values(settled_at=now, settled_by=by)
        )
        still_open = select(_events.c.seq).where(_events.c.device == device, _events.c.settled_at.is_(None)).limit(1)
        if connection.scalar(still_open) is None:
            connection.execute(
                update(Alarm)
                .where(Alarm.device == device, Alarm.kind == "refusals", Alarm.settled_at.is_(None))
                .values(settled_at=now, settled_by=by)
            )


def _is(key: EventKey) -> tuple[ColumnElement[bool], ...]:
    device, epoch, seq = key
    return _events.c.device == device, _events.c.epoch == epoch, _events.c.seq == seq


def _rings(stored: Iterable[NewRefusal]) -> list[Ring]:
    """One for each kiosk, with how often it rings."""
    by_device: dict[str, list[RefusedPresentation]] = defaultdict(list)
    for each in stored:
        by_device[each.device].append(each.entry)
    return [
        Ring(
            device,
            "refusals",
            f"{entries[-1].epoch}/{entries[-1].seq}: refused {entries[-1].attempts} times in one visit "
            f"({entries[-1].reason}).",
            len(entries),
        )
        for device, entries in by_device.items()
    ]


def _columns(refusal: NewRefusal) -> Row:
    entry = refusal.entry
    return {
        "device": refusal.device,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "person_id": entry.person,
        "reason": entry.reason,
        "attempts": entry.attempts,
        "policy": entry.liveness.policy,
        "layers": msgspec.to_builtins(entry.liveness.layers),
        "evidence": entry.evidence,
    }
