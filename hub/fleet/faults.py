"""Faults that offices report to the personnel agency and to whoever keeps the network: reported, taken up, solved."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import PaperError
from hub.fleet.fault_models import FaultReport, FaultStep
from hub.fleet.models import Kiosk
from hub.roster.models import Unit
from hub.roster.officers import officer_name
from hub.roster.units import check_open_unit

About = Literal["terminal", "network", "power", "other"]
Step = Literal["taken_up", "solved", "reopened"]
State = Literal["reported", "taken_up", "solved"]
LEAST_TEXT, LONGEST_TEXT = 5, 1000
_BEFORE: Final[dict[Step, tuple[State, ...]]] = {
    "taken_up": ("reported",),
    "solved": ("reported", "taken_up"),
    "reopened": ("solved",),
}


class FaultStepLine(msgspec.Struct, frozen=True, kw_only=True):
    """One step, by whom and when."""

    step: Step
    note: str
    by: str
    at: datetime


class FaultLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and what was done about it, from the first step on."""

    id: int
    unit_id: int
    unit: str
    device: str | None
    about: About
    text: str
    reported_by: str
    reported_at: datetime
    state: State
    steps: tuple[FaultStepLine, ...]


def report_fault(
    database: Database, unit_id: int, *, about: str, text: str, device: str | None = None, by: str, now: datetime
) -> int:
    """Put a fault on record; its number. PaperError says what it lacks."""
    officer, words = officer_name(by), _words(text)
    if about not in ("terminal", "network", "power", "other"):
        raise PaperError("Choose what it is about.")
    with database.write() as session:
        if session.get(Unit, unit_id) is None:
            raise PaperError("Choose the unit.")
        check_open_unit(session, unit_id, now.date())
        if device and session.get(Kiosk, device) is None:
            raise PaperError(f"There is no kiosk '{device[:63]}'.")
        row = FaultReport(
            unit_id=unit_id, device=device or None, about=about, text=words, reported_by=officer, reported_at=now
        )
        session.add(row)
        session.flush()
        return row.id


def take_fault_step(database: Database, number: int, step: Step, *, note: str, by: str, now: datetime) -> FaultLine:
    """Say what was done about a fault; PaperError when there is none, or when it does not stand where it must.

    A note says what, and is needed for `solved` and `reopened`.
    """
    officer = officer_name(by)
    words = _words(note) if step != "taken_up" or note.strip() else ""
    with database.write() as session:
        row = session.get(FaultReport, number, with_for_update=True)
        if row is None:
            raise PaperError(f"There is no fault report {number}.")
        before = _line(session, row)
        if before.state not in _BEFORE[step]:
            raise PaperError("Somebody else has done something about this report meanwhile; look at it again.")
        session.add(FaultStep(report_id=number, step=step, note=words, by=officer, at=now))
        session.flush()
        return _line(session, row)


def list_faults(
    database: Database, within: Collection[int] | None = None, *, unsolved: bool = False, limit: int | None = None
) -> list[FaultLine]:
    """Reports of these units (None: of all), the newest first; unsolved: only those that are not solved."""
    query = select(FaultReport).order_by(FaultReport.id.desc())
    if within is not None:
        query = query.where(FaultReport.unit_id.in_(within))
    with database.read() as session:
        lines = [_line(session, row) for row in session.scalars(query)]
    return [line for line in lines if not unsolved or line.state != "solved"][:limit]


def _line(session: Session, row: FaultReport) -> FaultLine:
    steps = session.scalars(select(FaultStep).where(FaultStep.report_id == row.id).order_by(FaultStep.id)).all()
    unit = session.get(Unit, row.unit_id)
    newest = steps[-1].step if steps else "reopened"
    return FaultLine(
        id=row.id,
        unit_id=row.unit_id,
        unit=unit.name if unit is not None else "",
        device=row.device,
        about=msgspec.convert(row.about, About),
        text=row.text,
        reported_by=row.reported_by,
        reported_at=row.reported_at,
        state="reported" if newest == "reopened" else msgspec.convert(newest, State),
        steps=tuple(
            FaultStepLine(step=msgspec.convert(each.step, Step), note=each.note, by=each.by, at=each.at)
            for each in steps
        ),
    )


def _words(text: str) -> str:
    words = " ".join(text.replace("\0", " ").split())
    if len(words) < LEAST_TEXT:
        raise PaperError("Say in a few words what it is.")
    return words[:LONGEST_TEXT]
