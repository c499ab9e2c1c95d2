"""Places rows that were taken while a kiosk's clock ran free, by the next clock anchor of the same boot.

corrected_at = anchor.taken_at - (anchor.monotonic_ms - row.monotonic_ms). The nearest later anchor counts, because a
crystal's error grows with the distance; whatever the order of arrival, the result is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from hub.bulk import Row
from hub.db import table_of
from hub.ingest.models import StoredRow

_rows = table_of(StoredRow)


@dataclass(frozen=True, slots=True)
class Correction:
    """A row found another place in time. was, now: placed_at before and after; person None: a clock anchor."""

    person: str | None
    was: datetime
    now: datetime


def apply_anchors(connection: Connection, stored: Iterable[Row]) -> list[Correction]:
    """Correct what the newly stored rows bear on, themselves included; the rows must be inserted already."""
    touched: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in stored:
        if row["kind"] == "clock" or row["clock_source"] == "free":
            touched[row["device"], row["boot"]].append(row["monotonic_ms"])
    corrections = []
    for (device, boot), moments in sorted(touched.items()):
        anchors = _anchors_of(connection, device, boot)
        if anchors:
            corrections += _correct_boot(connection, device, boot, anchors, moments)
    return corrections


def _anchors_of(connection: Connection, device: str, boot: str) -> Sequence[tuple[int, datetime]]:
    query = (
        select(_rows.c.monotonic_ms, _rows.c.taken_at)
        .where(_rows.c.device == device, _rows.c.boot == boot, _rows.c.kind == "clock", _rows.c.clock_source != "free")
        .order_by(_rows.c.monotonic_ms, _rows.c.epoch, _rows.c.seq)
    )
    return [(row.monotonic_ms, row.taken_at) for row in connection.execute(query)]


def _correct_boot(
    connection: Connection, device: str, boot: str, anchors: Sequence[tuple[int, datetime]], moments: Sequence[int]
) -> list[Correction]:
    times = [monotonic_ms for monotonic_ms, _ in anchors]
    # A new anchor bears on rows after the anchor before it; a new row on itself.
    before = bisect_left(times, min(moments)) - 1
    lowest = times[before] if before >= 0 else -1
    query = select(
        _rows.c.epoch, _rows.c.seq, _rows.c.person_id, _rows.c.monotonic_ms, _rows.c.taken_at, _rows.c.placed_at
    ).where(
        _rows.c.device == device,
        _rows.c.boot == boot,
        _rows.c.clock_source == "free",
        _rows.c.monotonic_ms.between(lowest, max(moments)),
    )
    corrections, changes = [], []
    for row in connection.execute(query):
        following = bisect_left(times, row.monotonic_ms)
        if following == len(times):
            continue
        monotonic_ms, taken_at = anchors[following]
        corrected = taken_at - timedelta(milliseconds=monotonic_ms - row.monotonic_ms)
        if corrected != row.placed_at:
            corrections.append(Correction(row.person_id, row.placed_at, corrected))
            changes.append({"of": device, "in_": row.epoch, "at": row.seq, "placed": corrected})
    if changes:
        statement = (
            update(_rows)
            .where(_rows.c.device == bindparam("of"), _rows.c.epoch == bindparam("in_"), _rows.c.seq == bindparam("at"))
            .values(corrected_at=bindparam("placed"), placed_at=bindparam("placed"))
        )
        connection.execute(statement, changes)
    return corrections
