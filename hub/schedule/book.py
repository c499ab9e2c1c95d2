"""Policies as people look them up: which there are, their text, and who follows which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.roster.models import Unit, UnitPolicy
from hub.schedule.models import PolicyVersion
from hub.schedule.policy import PRESETS, Policy, parse_policy, preset_names, read_policy_text


@dataclass(frozen=True, slots=True)
class BookLine:
    """A policy as it is on a date. valid_from None: one that Presensi brings along; set_by: who put it on record.

    text: its file, word for word.
    """

    policy: Policy
    text: str
    valid_from: date | None
    set_by: str | None

    @property
    def remark(self) -> str | None:
        """What an administrator should know of its week; None: nothing."""
        return self.policy.week_remark()


@dataclass(frozen=True, slots=True)
class Follower:
    """A unit that follows a policy, and those below it. group None: everybody."""

    unit: str
    group: str | None
    first: date
    last: date | None
    set_by: str


def read_book(session: Session, on: date) -> list[BookLine]:
    """Every policy by name, each as it is on a date; those that begin later as they will be."""
    found = {
        name: BookLine(parse_policy(text, source=name), text, None, None)
        for name in preset_names()
        for text in [read_policy_text(PRESETS / f"{name}.toml")]
    }
    rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.valid_from, PolicyVersion.id))
    for row in rows:
        if row.valid_from <= on or row.name not in found:
            found[row.name] = BookLine(parse_policy(row.text, source=row.name), row.text, row.valid_from, row.set_by)
    return sorted(found.values(), key=lambda line: (line.valid_from is None, line.policy.name))


def followers(session: Session, name: str, on: date) -> list[Follower]:
    """Who follows a policy on a date or will follow it later, by unit."""
    query = (
        select(UnitPolicy, Unit.name)
        .join(Unit, Unit.id == UnitPolicy.unit_id)
        .where(UnitPolicy.policy == name, or_(UnitPolicy.valid_until.is_(None), UnitPolicy.valid_until >= on))
        .order_by(Unit.name, UnitPolicy.valid_from)
    )
    return [
        Follower(unit, row.group, row.valid_from, row.valid_until, row.set_by) for row, unit in session.execute(query)
    ]
