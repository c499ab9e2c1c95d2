"""Writes events down for the webhooks that want them, in the very transaction of what they tell.

Where no webhook wants an event, it costs one look at a table of a few rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hub.db import table_of
from hub.roster.models import Unit
from hub.roster.units import Memberships, UnitTree
from hub.webhooks.events import (
    ChangedDay,
    DaysChanged,
    DocumentDecided,
    EventData,
    EventKind,
    MonthChanged,
    PayRunFrozen,
    UnitRef,
    encode_event,
)
from hub.webhooks.models import Webhook, WebhookDelivery

_hooks = table_of(Webhook)
_deliveries = table_of(WebhookDelivery)


@dataclass(frozen=True, slots=True)
class DayOfUnits:
    """A changed day, and the units that it was, and is, of; None: of somebody without a unit."""

    day: ChangedDay
    units: Collection[int | None]


@dataclass(frozen=True, slots=True)
class _Hook:
    id: int
    unit_id: int | None


def tell_days(session: Session, changes: Callable[[], Sequence[DayOfUnits]], *, now: datetime) -> None:
    """Days were written; `changes` is called only when somebody wants to know. One event for each webhook."""
    hooks = _wanting(session, "days.changed")
    if not hooks:
        return
    days, within = changes(), _Within(session)
    for hook in hooks:
        seen = [each.day for each in days if any(within.holds(hook.unit_id, unit) for unit in each.units)]
        if seen:
            _write(session, [hook], "days.changed", DaysChanged(seen), now)


def tell_month(session: Session, kind: EventKind, month: date, unit_id: int | None, *, now: datetime) -> None:
    """A month was closed or reopened; told to webhooks of the unit, of units below it and of those above."""
    hooks = _wanting(session, kind)
    if hooks:
        within = _Within(session)
        concerned = [
            hook
            for hook in hooks
            if unit_id is None or within.holds(hook.unit_id, unit_id) or within.holds(unit_id, hook.unit_id)
        ]
        _write(session, concerned, kind, MonthChanged(f"{month:%Y-%m}", unit_ref(session, unit_id)), now)


def tell_pay_run(
    session: Session, unit_id: int | None, run: Callable[[UnitRef | None], PayRunFrozen], *, now: datetime
) -> None:
    """A run or delta was frozen; told to those who may fetch it: a run over everybody is nobody's who has a unit."""
    hooks = _wanting(session, "pay_run.frozen")
    if hooks:
        within = _Within(session)
        reached = [hook for hook in hooks if within.holds(hook.unit_id, unit_id)]
        _write(session, reached, "pay_run.frozen", run(unit_ref(session, unit_id)), now)


def tell_document(session: Session, document_id: int, employee_id: str, state: str, *, now: datetime) -> None:
    """Somebody decided about a letter; told where the person belongs today, as the interface shows it there."""
    hooks = _wanting(session, "document.decided")
    if hooks:
        within = _Within(session)
        unit_id = Memberships.load(session.connection(), [employee_id]).unit_on(employee_id, now.date())
        reached = [hook for hook in hooks if within.holds(hook.unit_id, unit_id)]
        fetch = f"/api/v1/documents/{document_id}"
        data = DocumentDecided(document=document_id, employee=employee_id, state=state, fetch=fetch)
        _write(session, reached, "document.decided", data, now)


def unit_ref(session: Session, unit_id: int | None) -> UnitRef | None:
    """A unit as events name it."""
    return None if unit_id is None else UnitRef(unit_id, session.get_one(Unit, unit_id).name)


def new_row(webhook_id: int, kind: str, payload: str, now: datetime) -> dict[str, object]:
    """A delivery that is due at once."""
    return {
        "lane": str(webhook_id),
        "state": "waiting",
        "due_at": now,
        "made_at": now,
        "attempts": 0,
        "webhook_id": webhook_id,
        "event": kind,
        "message_id": f"msg_{uuid.uuid4().hex}",
        "payload": payload,
    }


class _Within:
    """Which units are below which; the tree is read when somebody has a unit."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tree: UnitTree | None = None
        self._known: dict[int, set[int]] = {}

    def holds(self, reach: int | None, unit_id: int | None) -> bool:
        """Whether a reach (a unit and those below it; None: everything) holds a unit (None: everybody)."""
        if reach is None or unit_id is None:
            return reach is None
        if reach not in self._known:
            if self._tree is None:
                self._tree = UnitTree.load(self._session.connection())
            self._known[reach] = self._tree.within(reach)
        return unit_id in self._known[reach]


def _wanting(session: Session, kind: EventKind) -> list[_Hook]:
    query = select(_hooks.c.id, _hooks.c.unit_id, _hooks.c.events).where(_hooks.c.off_at.is_(None))
    return [_Hook(row.id, row.unit_id) for row in session.execute(query.order_by(_hooks.c.id)) if kind in row.events]


def _write(session: Session, hooks: Sequence[_Hook], kind: EventKind, data: EventData, now: datetime) -> None:
    if hooks:
        payload = encode_event(kind, data, now)
        session.execute(insert(_deliveries), [new_row(hook.id, kind, payload, now) for hook in hooks])
