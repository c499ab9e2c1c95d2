"""Disavowals and the circumstances of punches into the tables, within the transaction that stores their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, select, update

from contract.punch import Disavowal, Punch
from hub.bulk import insert_new
from hub.db import table_of
from hub.fleet.alarms import Ring, write_alarms
from hub.ingest.models import StoredRow
from hub.ingest.progress import ProgressBook
from hub.review.models import DisavowedPunch, PunchCircumstance
from hub.roster.work_dates import Moment

_circumstances = table_of(PunchCircumstance)
_disavowals = table_of(DisavowedPunch)
_rows = table_of(StoredRow)

_AWAITED = "awaited"


def is_plain(punch: Punch) -> bool:
    """Whether a punch says nothing but who, where and when, as nearly all do."""
    return punch.factor == "face" and not punch.duty and punch.evidence is None and punch.place is None


def note_circumstances(connection: Connection, punches: Sequence[tuple[str, Punch]]) -> None:
    """Keep what (device, punch) pairs say beside who and when; plain ones are left out."""
    rows = [
        {
            "device": device,
            "epoch": punch.epoch,
            "seq": punch.seq,
            "person_id": punch.person,
            "factor": punch.factor,
            "duty": punch.duty,
            "evidence": punch.evidence,
            "fix": None if punch.place is None else punch.place.fix,
            "latitude": None if punch.place is None else punch.place.latitude,
            "longitude": None if punch.place is None else punch.place.longitude,
            "accuracy_m": None if punch.place is None else punch.place.accuracy_m,
            "beyond_m": None if punch.place is None else punch.place.beyond_m,
        }
        for device, punch in punches
        if not is_plain(punch)
    ]
    insert_new(connection, _circumstances, rows)


def note_disavowals(connection: Connection, disavowals: Sequence[tuple[str, Disavowal]]) -> None:
    """Keep (device, disavowal) pairs; what they change, settle_disavowals finds out."""
    rows = [
        {
            "device": device,
            "epoch": entry.epoch,
            "seq": entry.seq,
            "punch_epoch": entry.punch_epoch,
            "punch_seq": entry.punch_seq,
            "person_id": entry.person,
            "state": _AWAITED,
        }
        for device, entry in disavowals
    ]
    insert_new(connection, _disavowals, rows)


def settle_disavowals(
    connection: Connection,
    devices: Collection[str],
    progress: ProgressBook,
    *,
    new: Collection[tuple[str, Disavowal]],
    now: datetime,
) -> set[Moment]:
    """Hold the disavowals of these kiosks that wait against the punches that are here; the punches now disavowed.

    Whichever of the two came first. One that names no punch of its person changes nothing, for ever, and rings once.
    The kiosks' rows must be locked; `progress` has settled what this transaction stores. new: those that came now.
    """
    query = (
        select(_disavowals, _rows.c.kind, _rows.c.person_id.label("punched_by"), _rows.c.placed_at)
        .join(
            _rows,
            (_rows.c.device == _disavowals.c.device)
            & (_rows.c.epoch == _disavowals.c.punch_epoch)
            & (_rows.c.seq == _disavowals.c.punch_seq),
            isouter=True,
        )
        .where(_disavowals.c.state == _AWAITED, _disavowals.c.device.in_(devices))
    )
    waiting = connection.execute(query).all()
    if not waiting:
        return set()
    progress.load({(row.device, row.punch_epoch) for row in waiting})
    states: list[dict[str, object]] = []
    moments: set[Moment] = set()
    rings: dict[str, list[str]] = defaultdict(list)
    fresh = {(device, entry.epoch, entry.seq) for device, entry in new}
    for row in waiting:
        trouble = _trouble_with(row, progress)
        if row.kind is not None and trouble is None:
            moments.add((row.person_id, row.placed_at))
            states.append({"of": row.device, "in_": row.epoch, "at": row.seq, "to": "effective"})
        elif trouble is not None:
            rings[row.device].append(f"{row.epoch}/{row.seq} disavows {row.punch_epoch}/{row.punch_seq}: {trouble}")
            states.append({"of": row.device, "in_": row.epoch, "at": row.seq, "to": "void"})
        elif (row.device, row.epoch, row.seq) in fresh and _names_nothing_here(row, progress):
            rings[row.device].append(
                f"{row.epoch}/{row.seq} disavows {row.punch_epoch}/{row.punch_seq}: nothing of that journal is here."
            )
    _write_states(connection, states)
    write_alarms(
        connection,
        [Ring(device, "stray_disavowal", sentences[-1], len(sentences)) for device, sentences in rings.items()],
        now=now,
    )
    return moments


def _trouble_with(row: Row[tuple[object, ...]], progress: ProgressBook) -> str | None:
    """Why a disavowal can change nothing; None while it may, or does."""
    if row.punch_epoch == row.epoch and row.punch_seq >= row.seq:
        return "nobody can disavow a punch before it was made."
    if row.kind is not None:
        if row.kind != "punch":
            return "that row is no punch."
        return None if row.punched_by == row.person_id else "that punch is of somebody else."
    settled = progress.of(row.device, row.punch_epoch).settled
    if any(first <= row.punch_seq <= last for first, last in settled):
        return "that row is in quarantine and counts nowhere."
    return None


def _names_nothing_here(row: Row[tuple[object, ...]], progress: ProgressBook) -> bool:
    """Whether a disavowal names a journal of which the hub holds nothing: another kiosk's perhaps, or one to come."""
    return row.punch_epoch != row.epoch and progress.of(row.device, row.punch_epoch).is_new


def _write_states(connection: Connection, states: Sequence[dict[str, object]]) -> None:
    if states:
        statement = update(_disavowals).where(
            _disavowals.c.device == bindparam("of"),
            _disavowals.c.epoch == bindparam("in_"),
            _disavowals.c.seq == bindparam("at"),
        )
        connection.execute(statement.values(state=bindparam("to")), states)
