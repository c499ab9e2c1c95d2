"""How punches stand with people: which are disavowed, which wait for a supervisor, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from hub.attendance.day import Concern, Doubt
from hub.attendance.models import PunchDecision
from hub.ingest.models import StoredRow
from hub.review.models import DisavowedPunch, PunchCircumstance

Key = tuple[str, str, int]
"""Device, epoch and number of a punch."""

Matter = Literal["window", "disavowal", "review"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a punch beside who and when.

    accepted: it counts outside the windows too. doubt None: nobody doubts it, or no more. concerns: whatever was said
    for or against it, decided or not.
    """

    accepted: bool = False
    doubt: Doubt | None = None
    concerns: tuple[Concern, ...] = ()


PLAIN: Final = Standing()


def concerns_of(*, factor: str, duty: bool, fix: bool | None, beyond_m: float | None) -> tuple[Concern, ...]:
    """Why a supervisor looks at a punch; nothing for a plain one."""
    by_factor: tuple[Concern, ...] = ("pin",) if factor == "pin" else ("card",) if factor == "card" else ()
    by_place: tuple[Concern, ...] = ("unplaced",) if fix is False else ("misplaced",) if beyond_m is not None else ()
    return (*by_factor, *(("duty",) if duty else ()), *by_place)


def read_standings(session: Session, people: Collection[str], start: datetime, end: datetime) -> dict[Key, Standing]:
    """Standings of these people's punches placed from `start` (included) to `end`; plain ones are left out."""
    within = and_(StoredRow.person_id.in_(people), StoredRow.placed_at >= start, StoredRow.placed_at < end)
    decisions = read_decisions(session, people)
    disavowed = {(row.device, row.epoch, row.seq) for row in session.execute(_disavowed().where(within))}
    concerns = {
        (row.device, row.epoch, row.seq): concerns_of(
            factor=row.factor, duty=row.duty, fix=row.fix, beyond_m=row.beyond_m
        )
        for row in session.execute(_circumstances().where(within))
    }
    return {
        key: _standing(decisions.get(key, {}), disavowed=key in disavowed, concerns=concerns.get(key, ()))
        for key in decisions.keys() | disavowed | concerns.keys()
    }


def read_decisions(session: Session, people: Collection[str]) -> dict[Key, dict[str, bool]]:
    """The newest decision about each punch of these people, by matter."""
    columns = (
        PunchDecision.device,
        PunchDecision.epoch,
        PunchDecision.seq,
        PunchDecision.about,
        PunchDecision.accepted,
    )
    query = select(*columns).where(PunchDecision.employee_id.in_(people)).order_by(PunchDecision.id)
    found: dict[Key, dict[str, bool]] = {}
    for device, epoch, seq, about, accepted in session.execute(query):
        found.setdefault((device, epoch, seq), {})[about] = accepted
    return found


def _standing(decided: Mapping[str, bool], *, disavowed: bool, concerns: tuple[Concern, ...]) -> Standing:
    doubt: Doubt | None = None
    if concerns and "review" not in decided:
        doubt = "review"
    if disavowed and not decided.get("disavowal", False):
        doubt = "upheld" if "disavowal" in decided else "disavowed"
    if decided.get("review") is False:
        doubt = "refused"
    told: tuple[Concern, ...] = (*concerns, *(("disavowed",) if disavowed else ()))
    return Standing(accepted=decided.get("window", False), doubt=doubt, concerns=told)


def _disavowed() -> Select[str, str, int]:
    named = and_(
        StoredRow.device == DisavowedPunch.device,
        StoredRow.epoch == DisavowedPunch.punch_epoch,
        StoredRow.seq == DisavowedPunch.punch_seq,
    )
    columns = select(StoredRow.device, StoredRow.epoch, StoredRow.seq)
    return columns.join(DisavowedPunch, named).where(DisavowedPunch.state == "effective")


def _circumstances() -> Select[str, str, int, str, bool, bool | None, float | None]:
    same = and_(
        StoredRow.device == PunchCircumstance.device,
        StoredRow.epoch == PunchCircumstance.epoch,
        StoredRow.seq == PunchCircumstance.seq,
    )
    own = (
        PunchCircumstance.factor,
        PunchCircumstance.duty,
        PunchCircumstance.fix,
        PunchCircumstance.beyond_m,
    )
    return select(StoredRow.device, StoredRow.epoch, StoredRow.seq, *own).join(PunchCircumstance, same)
