"""Looking through the trail: the newest first, by days, account, person and act."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, func, select

from hub.access.trail.append import entries, to_entry
from hub.access.trail.chain import Entry
from hub.db import Database


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries: from one local day up to another, both included (None: open). employee: an id.

    act: whole, or its beginning up to a dot (`letter`, `cli`). None: whatever it is.
    """

    zone: ZoneInfo
    first: date | None = None
    last: date | None = None
    actor: str | None = None
    employee: str | None = None
    act: str | None = None


class Found(msgspec.Struct, frozen=True):
    """A stretch of what was found, newest first; count: of all that was found."""

    entries: list[Entry]
    count: int


def find_entries(database: Database, search: Search, *, limit: int | None = None, skip: int = 0) -> Found:
    """Entries that a search is about; `limit` of them after the first `skip`."""
    wanted = _conditions(search)
    query = select(entries).where(*wanted).order_by(entries.c.seq.desc()).offset(skip)
    if limit is not None:
        query = query.limit(limit)
    with database.read() as session:
        found = [to_entry(row) for row in session.execute(query)]
        count = session.scalar(select(func.count()).select_from(entries).where(*wanted)) or 0
    return Found(found, count)


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.first is not None:
        wanted.append(entries.c.at >= _begin(search.first, search.zone))
    if search.last is not None:
        wanted.append(entries.c.at < _begin(search.last + timedelta(days=1), search.zone))
    if search.actor is not None:
        wanted.append(entries.c.actor == search.actor)
    if search.act is not None:
        wanted.append((entries.c.act == search.act) | entries.c.act.startswith(f"{search.act}.", autoescape=True))
    if search.employee is not None:
        # In the list of ids alone is an id in quotation marks.
        wanted.append(entries.c.about.contains(f'"{search.employee}"', autoescape=True))
    return wanted


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
