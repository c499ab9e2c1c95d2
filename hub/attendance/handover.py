"""Each office hands its month to the personnel agency: checked by its operator, signed by its head, received.

A month that changes after it was checked must be checked again; nobody signs other days than were shown.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.attendance.day import Status
from hub.attendance.handover_models import HandoverStep
from hub.attendance.models import StoredDay
from hub.attendance.months import last_of, month_name
from hub.db import Database
from hub.errors import PaperError
from hub.roster.officers import is_same_officer, officer_name
from hub.roster.units import UnitNode, UnitTree

Step = Literal["checked", "signed", "received", "returned"]
State = Literal["open", "checked", "signed", "received", "returned"]
_STEP: Any = Step
_STATE: Any = State
LONGEST_NOTE: Final = 500
_OPEN: Final = (Status.BERJALAN, Status.MENUNGGU_DATA)
"""Days that may still change by themselves."""


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """One step, by whom and when."""

    step: Step
    note: str
    by: str
    at: datetime


class HandoverLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit's month is.

    people, days: of stored days. open_days: may still change by themselves; unexplained: become TK when the month is
    closed. changed: days are not as they were at the newest step, so it must be checked again. digest: of the days as
    they are now. steps: from the first on.
    """

    unit_id: int
    unit: str
    month: date
    state: State
    people: int
    days: int
    open_days: int
    unexplained: int
    changed: bool
    digest: str
    steps: tuple[StepLine, ...]

    @property
    def checked_by(self) -> str | None:
        """Who checked it last; None: nobody."""
        return next((each.by for each in reversed(self.steps) if each.step == "checked"), None)


def offices(tree: UnitTree) -> list[int]:
    """Units that hand months over: those at the top, or right below it where one unit stands above all."""
    top = tree.below(None)
    return (tree.below(top[0]) or top) if len(top) == 1 else top


def handover_lines(database: Database, month: date, within: Collection[int] | None = None) -> list[HandoverLine]:
    """Where the month (its first day) of each office is, by name; within: of these units only, None: all."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        units = [unit for unit in offices(tree) if within is None or unit in within]
        lines = _lines(session, tree, units, month.replace(day=1))
    return sorted(lines, key=lambda line: line.unit.casefold())


def count_handovers(
    database: Database, month: date, states: Collection[State], within: Collection[int] | None = None
) -> int:
    """How many offices with days stand in one of these states, by their newest steps alone: quick, for first pages.

    Whether days have changed since is told on the hand-over's own page.
    """
    first = month.replace(day=1)
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        units = [unit for unit in offices(tree) if within is None or unit in within]
        newest = {
            row.unit_id: row.step
            for row in session.execute(
                select(HandoverStep.unit_id, HandoverStep.step)
                .where(HandoverStep.month == first, HandoverStep.unit_id.in_(units))
                .order_by(HandoverStep.id)
            )
        }
        there = [unit for unit in units if newest.get(unit, "open") in states]
        return sum(_has_days(session, tree.within(unit), first) for unit in there)


def _has_days(session: Session, units: Collection[int], first: date) -> bool:
    query = select(StoredDay.employee_id).where(
        StoredDay.unit_id.in_(units), StoredDay.work_date >= first, StoredDay.work_date <= last_of(first)
    )
    return session.scalar(query.limit(1)) is not None


def handover_line(database: Database, unit_id: int, month: date) -> HandoverLine:
    """Where a unit's month is; PaperError when it is no unit that hands months over."""
    with database.read() as session:
        tree = UnitTree.load(session.connection())
        _require_office(tree, unit_id)
        return _lines(session, tree, [unit_id], month.replace(day=1))[0]


def take_step(
    database: Database, unit_id: int, month: date, step: Step, *, by: str, now: datetime, note: str = "", seen: str = ""
) -> HandoverLine:
    """Put a step on record; PaperError when the month is not ready for it.

    checked: the month is over and none of its days may still change by itself. signed: by somebody else than checked
    it. received: a signed month. returned: with a reason, whatever was done before. seen: the digest of the days that
    were shown; when they have changed since, nothing is done.
    """
    officer, first = officer_name(by), month.replace(day=1)
    words = " ".join(note.split())[:LONGEST_NOTE]
    with database.write() as session:
        tree = UnitTree.load(session.connection())
        _require_office(tree, unit_id)
        [before] = _lines(session, tree, [unit_id], first)
        digest = before.digest
        if seen and seen != digest:
            raise PaperError("Days have changed since this page was shown; look at them again.")
        _check(before, step, officer, words)
        if step == "checked" and now.astimezone(ZoneInfo(tree.zone_of(unit_id).key)).date() <= last_of(first):
            raise PaperError(f"{month_name(first)} is not over yet.")
        session.add(
            HandoverStep(unit_id=unit_id, month=first, step=step, digest=digest, note=words, by=officer, at=now)
        )
        session.flush()
        return _lines(session, tree, [unit_id], first)[0]


def _check(line: HandoverLine, step: Step, officer: str, note: str) -> None:
    match step:
        case "checked":
            if line.state == "received":
                raise PaperError("This month was received; only whoever received it can return it.")
            if not line.days:
                raise PaperError("No day of this month is assessed; there is nothing to hand over.")
            if line.open_days:
                raise PaperError(f"{line.open_days} days of this month may still change; hand it over when none does.")
        case "signed":
            if line.state != "checked" or line.changed:
                raise PaperError("This month must be checked before it is signed, unchanged.")
            if line.checked_by is not None and is_same_officer(line.checked_by, officer):
                raise PaperError("Whoever checked a month does not sign it; somebody else has to.")
        case "received":
            if line.state != "signed" or line.changed:
                raise PaperError("This month must be checked and signed before it is received, unchanged.")
        case "returned":
            if line.state in ("open", "returned"):
                raise PaperError("This month was not handed over; there is nothing to return.")
            if len(note) < 5:
                raise PaperError("Say why the month is returned, in five letters or more.")


def _require_office(tree: UnitTree, unit_id: int) -> None:
    if unit_id not in offices(tree):
        raise PaperError("This unit hands over no months of its own; the unit above it does.")


def _lines(session: Session, tree: UnitTree, units: Sequence[int], first: date) -> list[HandoverLine]:
    """Lines of these offices; two queries over the month, however many offices there are."""
    below = {unit: tree.within(unit) for unit in units}
    whole = set().union(*below.values())
    counts, people = _count(session, whole, first)
    steps: dict[int, list[HandoverStep]] = defaultdict(list)
    for row in session.scalars(
        select(HandoverStep)
        .where(HandoverStep.unit_id.in_(units), HandoverStep.month == first)
        .order_by(HandoverStep.id)
    ):
        steps[row.unit_id].append(row)
    return [
        _line(
            tree.node(unit),
            first,
            [each for each in counts if each.unit_id in below[unit]],
            sum(people.get(each, 0) for each in below[unit]),
            steps[unit],
        )
        for unit in units
    ]


class _Sum(NamedTuple):
    """Days of one unit and status. versions: rises with every change of any of them."""

    unit_id: int
    status: str
    days: int
    versions: int
    late: int
    early: int


def _count(session: Session, units: Collection[int], first: date) -> tuple[list[_Sum], dict[int, int]]:
    span = (StoredDay.unit_id.in_(units), StoredDay.work_date >= first, StoredDay.work_date <= last_of(first))
    sums = (
        select(
            StoredDay.unit_id, StoredDay.status, func.count(), func.sum(StoredDay.version),
            func.coalesce(func.sum(StoredDay.late_min), 0), func.coalesce(func.sum(StoredDay.early_min), 0),
        )
        .where(*span)
        .group_by(StoredDay.unit_id, StoredDay.status)
        .order_by(StoredDay.unit_id, StoredDay.status)
    )  # fmt: skip
    # Not count(distinct …), for which PostgreSQL sorts every day.
    heads = select(StoredDay.unit_id, StoredDay.employee_id).where(*span).distinct().subquery()
    by_unit = select(heads.c.unit_id, func.count()).group_by(heads.c.unit_id)
    people = {unit: count for unit, count in session.execute(by_unit) if unit is not None}
    found = session.execute(sums).all()
    return [_Sum._make(row) for row in found], people


def _line(
    node: UnitNode, first: date, counts: Sequence[_Sum], people: int, steps: Sequence[HandoverStep]
) -> HandoverLine:
    digest = sha256(json.dumps(counts).encode()).hexdigest()
    newest = steps[-1] if steps else None
    return HandoverLine(
        unit_id=node.id,
        unit=node.name,
        month=first,
        state="open" if newest is None else msgspec.convert(newest.step, type=_STATE),
        people=people,
        days=sum(each.days for each in counts),
        open_days=sum(each.days for each in counts if each.status in _OPEN),
        unexplained=sum(each.days for each in counts if each.status == Status.BELUM_ADA_KETERANGAN),
        changed=newest is not None and newest.step != "returned" and newest.digest != digest,
        digest=digest,
        steps=tuple(
            StepLine(step=msgspec.convert(row.step, type=_STEP), note=row.note, by=row.by, at=row.at) for row in steps
        ),
    )
