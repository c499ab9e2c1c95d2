"""Claiming rows of an outbox and settling them; two processes never both have one in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, or_, select, update

from hub.db import Database

LEASE: Final = timedelta(minutes=2)
"""So long a process may take over what it claimed; then it counts as ended. Longer than a lane's calls together."""

AT_ONCE: Final = 5
"""Rows claimed together: so many calls of ten seconds fit into the lease twice."""

LONGEST_DETAIL: Final = 300


def due_lanes(database: Database, table: Table, now: datetime) -> list[str]:
    """Lanes of which something is due."""
    with database.read() as session:
        return sorted(session.scalars(select(table.c.lane).where(_due(table, now)).distinct()))


def claim_rows(database: Database, table: Table, lane: str, *, by: str, now: datetime) -> Sequence[Row[Any]]:
    """Take the oldest rows that are due in a lane in hand; none when others have them."""
    with database.writing_connection() as connection:
        query = select(table.c.id).where(table.c.lane == lane, _due(table, now)).order_by(*_order(table))
        query = query.limit(AT_ONCE).with_for_update(skip_locked=True)  # SQLite has one writer at a time anyway
        ids = list(connection.scalars(query))
        if not ids:
            return ()
        mine = update(table).where(table.c.id.in_(ids))
        connection.execute(
            mine.values(claimed_by=by, claimed_until=now + LEASE, attempts=table.c.attempts + 1, tried_at=now)
        )
        return connection.execute(select(table).where(table.c.id.in_(ids)).order_by(*_order(table))).all()


def settle_row(database: Database, table: Table, row: int, *, by: str, state: str, detail: str, now: datetime) -> bool:
    """Write that a row's end has come; False when another process took it over meanwhile."""
    values = {"state": state, "detail": detail[:LONGEST_DETAIL], "ended_at": now}
    return _change(database, table, row, by, values)


def postpone_row(database: Database, table: Table, row: int, *, by: str, until: datetime, detail: str) -> bool:
    """Let go of a row until a moment, with what was said to it; False when it was this process's no more."""
    return _change(database, table, row, by, {"due_at": until, "detail": detail[:LONGEST_DETAIL]})


def pause_lane(database: Database, table: Table, lane: str, *, by: str, until: datetime) -> None:
    """Let everything that is due in a lane wait until a moment; what this process claimed of it was not tried."""
    waiting = update(table).where(table.c.lane == lane, table.c.state == "waiting", table.c.due_at < until)
    with database.writing_connection() as connection:
        own = {"claimed_by": None, "claimed_until": None, "attempts": table.c.attempts - 1}
        connection.execute(waiting.where(table.c.claimed_by == by).values(due_at=until, **own))
        connection.execute(waiting.where(table.c.claimed_by.is_(None)).values(due_at=until))


def _change(database: Database, table: Table, row: int, by: str, values: dict[str, Any]) -> bool:
    own = update(table).where(table.c.id == row, table.c.claimed_by == by, table.c.state == "waiting")
    with database.writing_connection() as connection:
        return connection.execute(own.values(claimed_by=None, claimed_until=None, **values)).rowcount == 1


def _order(table: Table) -> tuple[ColumnElement[Any], ...]:
    """What was tried least comes first, so that one row that always fails does not hold back the others."""
    return (table.c.attempts, table.c.due_at, table.c.id)


def _due(table: Table, now: datetime) -> ColumnElement[bool]:
    free = or_(table.c.claimed_by.is_(None), table.c.claimed_until < now)
    return (table.c.state == "waiting") & (table.c.due_at <= now) & free
