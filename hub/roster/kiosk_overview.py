"""Enrolments from kiosks for lists: how far each is, and why it was refused."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from hub.db import Database
from hub.roster.enrolment_standing import held_parts
from hub.roster.kiosk_enrolment_models import KioskEnrolment
from hub.roster.models import Employee

OPEN_STATES = ("receiving", "complete", "waiting")


class KioskEnrolmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment. held: parts that are here, while it is received; see hub.roster.kiosk_enrolment_models."""

    device: str
    id: str
    state: str
    name: str
    operator: str
    employee_id: str | None
    held: int
    parts: int
    taken_at: datetime
    received_at: datetime
    consent_wording: str
    consent_language: str
    consented_at: datetime
    ended_at: datetime | None
    reason: str


def list_kiosk_enrolments(database: Database, *, ended: bool = False, limit: int = 1_000) -> list[KioskEnrolmentLine]:
    """The newest first; ended: also those that were approved or refused."""
    query = (
        select(KioskEnrolment, Employee.name)
        .join(Employee, Employee.id == KioskEnrolment.operator_id, isouter=True)
        .order_by(KioskEnrolment.id.desc())
        .limit(limit)
    )
    if not ended:
        query = query.where(KioskEnrolment.state.in_(OPEN_STATES))
    with database.read() as session:
        rows = session.execute(query).all()
        held = held_parts(session.connection(), [row.id for row, _ in rows if row.state in {"receiving", "complete"}])
    return [
        KioskEnrolmentLine(
            device=row.device,
            id=row.enrolment,
            state=row.state,
            name=row.name,
            operator=operator or row.operator_id,
            employee_id=row.employee_id or row.person_id,
            held=len(held.get(row.id, ())),
            parts=row.parts,
            taken_at=row.taken_at,
            received_at=row.first_at,
            consent_wording=row.consent_wording,
            consent_language=row.consent_language,
            consented_at=row.consented_at,
            ended_at=row.ended_at,
            reason=row.reason,
        )
        for row, operator in rows
    ]
