"""Punches that somebody must look at, as ingest leaves them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from benchmarks.invented_office import EPOCH, InventedOffice
from hub.ingest.models import StoredRow
from hub.refusals.models import AnnouncedSnapshot
from hub.review.models import DisavowedPunch, PunchCircumstance


def doubted(
    office: InventedOffice, device: str, person: str, at: datetime, *, evidence: str | None = None, **said: Any
) -> str:
    """Key of a punch with what it says beside who and when: factor, duty, fix."""
    office.punch(device, person, at)
    with office.database.write() as session:
        seq = _last(session, device)
        facts = {"factor": "face", "duty": False, "fix": None} | said
        session.add(
            PunchCircumstance(device=device, epoch=EPOCH, seq=seq, person_id=person, evidence=evidence, **facts)
        )
        if evidence is not None:
            session.add(AnnouncedSnapshot(device=device, sha256=evidence, announced_at=at, stored_at=at))
    return f"{device}/{EPOCH}/{seq}"


def disavowed(office: InventedOffice, device: str, person: str, at: datetime) -> str:
    """Key of a punch of which somebody said at the kiosk that it was not theirs."""
    office.punch(device, person, at)
    with office.database.write() as session:
        seq = _last(session, device)
        session.add(
            DisavowedPunch(
                device=device,
                epoch=EPOCH,
                seq=seq + 1_000,
                punch_epoch=EPOCH,
                punch_seq=seq,
                person_id=person,
                state="effective",
            )
        )
    return f"{device}/{EPOCH}/{seq}"


def _last(session: Any, device: str) -> int:
    query = select(StoredRow.seq).where(StoredRow.device == device).order_by(StoredRow.seq.desc())
    return int(session.scalars(query.limit(1)).one())
