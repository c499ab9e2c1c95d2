"""How far enrolments from kiosks are, as their kiosks are told; and how they end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import Session

from contract.enrolment import EnrolmentStanding, Outcome
from hub.db import table_of
from hub.roster.kiosk_enrolment_models import KioskEnrolment, KioskPicture, SealedPart
from hub.roster.models import EnrolmentFrame

LONGEST_REASON: Final = 500
_LONGEST_OF_OFFICER: Final = 320

KEEP_INCOMPLETE: Final = timedelta(days=90)
"""After so long without a further part an enrolment is ended: what is sealed of it is let go, and its kiosk is told."""

_NEVER_COMPLETE: Final = (
    "Pendaftaran ini tidak pernah lengkap; daftarkan orang ini sekali lagi. "
    "(This enrolment was never complete; enrol this person once more.)"
)

_enrolments = table_of(KioskEnrolment)
_parts = table_of(SealedPart)

_OUTCOMES: Final[dict[str, Outcome]] = {
    "receiving": "receiving",
    # All is here: nothing is asked of the kiosk any more.
    "complete": "waiting",
    "waiting": "waiting",
    "approved": "approved",
    "refused": "refused",
}


def standings_of(connection: Connection, device: str, ids: Iterable[str]) -> tuple[EnrolmentStanding, ...]:
    """What the hub has of these enrolments of a kiosk, in their order.

    One that is not known here (a backup was restored, say) is told as one of which nothing has come: it is sent again.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return ()
    query = select(_enrolments).where(_enrolments.c.device == device, _enrolments.c.enrolment.in_(wanted))
    rows = {row.enrolment: row for row in connection.execute(query)}
    held = held_parts(connection, [row.id for row in rows.values() if row.state == "receiving"])
    found = []
    for name in wanted:
        row = rows.get(name)
        if row is None:
            found.append(EnrolmentStanding(id=name, outcome="receiving"))
            continue
        if row.state == "receiving":
            parts = held[row.id]
        else:
            parts = () if row.state == "refused" else tuple(range(1, row.parts + 1))
        found.append(EnrolmentStanding(id=name, outcome=_OUTCOMES[row.state], held=parts, reason=row.reason))
    return tuple(found)


def held_parts(connection: Connection, rows: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The numbers of the parts that are here, by the number of their enrolment; every one of `rows` is in it."""
    found: dict[int, list[int]] = defaultdict(list)
    if rows:
        query = select(_parts.c.enrolment_id, _parts.c.part).where(_parts.c.enrolment_id.in_(list(rows)))
        for enrolment, part in connection.execute(query.order_by(_parts.c.part)):
            found[enrolment].append(part)
    return {row: tuple(found[row]) for row in rows}


def refuse_enrolment(connection: Connection, row: int, reason: str, *, now: datetime) -> None:
    """End one that nobody has approved, and let go of what is sealed of it. reason: Indonesian (English)."""
    connection.execute(
        update(_enrolments)
        .where(_enrolments.c.id == row)
        .values(state="refused", reason=reason[:LONGEST_REASON], ended_at=now, claimed_by=None, claimed_at=None)
    )
    drop_parts(connection, row)


def end_incomplete(connection: Connection, *, now: datetime, devices: Collection[str] | None = None) -> int:
    """End what nothing came of for so long, at these kiosks or at all (None); how many."""
    query = select(_enrolments.c.id).where(
        _enrolments.c.state == "receiving", _enrolments.c.last_at < now - KEEP_INCOMPLETE
    )
    query = query.order_by(_enrolments.c.id).with_for_update()
    if devices is not None:
        query = query.where(_enrolments.c.device.in_(list(devices)))
    rows = connection.scalars(query).all()
    for row in rows:
        refuse_enrolment(connection, row, _NEVER_COMPLETE, now=now)
    return len(rows)


def drop_parts(connection: Connection, row: int) -> None:
    """Let go of what is sealed of an enrolment."""
    connection.execute(delete(_parts).where(_parts.c.enrolment_id == row))


def settle_by_pictures(session: Session, frames: Collection[int], *, by: str, reason: str = "", now: datetime) -> None:
    """End the enrolments of which the second person has now seen every picture that these frames are among.

    Approved when any of their pictures was; else refused, with the reason that `by` gave.
    """
    if not frames:
        return
    # Not by the numbers of the frames: after an import there may be more of them than a statement takes.
    query = (
        select(KioskEnrolment, EnrolmentFrame.id, EnrolmentFrame.state)
        .join(KioskPicture, KioskPicture.enrolment_id == KioskEnrolment.id)
        .join(EnrolmentFrame, EnrolmentFrame.id == KioskPicture.frame_id)
        .where(KioskEnrolment.state == "waiting")
    )
    states_of: dict[KioskEnrolment, set[str]] = defaultdict(set)
    touched: set[KioskEnrolment] = set()
    looked_at = set(frames)
    for enrolment, frame, state in session.execute(query):
        states_of[enrolment].add(state)
        if frame in looked_at:
            touched.add(enrolment)
    for enrolment in touched:
        states = states_of[enrolment]
        if "proposed" in states:
            continue
        enrolment.ended_at = now
        enrolment.state = "approved" if "approved" in states else "refused"
        if enrolment.state == "refused":
            enrolment.reason = f"Ditolak oleh {by}: {reason[:_LONGEST_OF_OFFICER]} (Refused by {by}.)"
    session.flush()
