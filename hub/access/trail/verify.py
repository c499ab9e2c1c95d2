"""Walking the whole trail: whether every entry is there, unchanged and in its place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import msgspec
from sqlalchemy import func, select

from hub.access.trail.append import entries, to_entry
from hub.access.trail.chain import FIRST_PREVIOUS, Entry, break_between
from hub.access.trail.head import Head
from hub.db import Database

BATCH: Final = 2_000

OnProgress = Callable[[int, int], None]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the walk found. entries: how many are in their place, from the first on. heads: exported ones that were
    held against the chain.

    broken_at: number of the first entry that is not as it was written, with `why`; None: all are. hash: of the last
    good one.
    """

    whole: bool
    entries: int
    hash: str
    heads: int
    broken_at: int | None = None
    why: str | None = None


def verify_chain(database: Database, heads: Collection[Head] = (), on_progress: OnProgress | None = None) -> Verdict:
    """Walk the chain from its first entry and hold it against exported heads.

    on_progress: called with (entries walked, entries there) after each batch. The walk sees the trail as it is when it
    begins; what is added meanwhile is left out.
    """
    expected = {head.seq: head for head in sorted(heads, key=lambda head: head.exported_at, reverse=True)}
    before: Entry | None = None
    with database.read() as session:
        there = session.scalar(select(func.max(entries.c.seq))) or 0
        query = select(entries).where(entries.c.seq <= there).order_by(entries.c.seq)
        rows = session.execute(query, execution_options={"yield_per": BATCH})
        for batch in rows.partitions():
            for row in batch:
                entry = to_entry(row)
                seq = 1 if before is None else before.seq + 1
                why = break_between(before, entry)
                if why is None and entry.seq in expected and expected[entry.seq].hash != entry.own:
                    why = f"entry {seq} is another than on {_day(expected[entry.seq])}, when its hash was exported"
                if why is not None:
                    return _verdict(before, len(heads), broken_at=seq, why=why)
                before = entry
            if on_progress is not None and before is not None:
                on_progress(before.seq, there)
    end = 0 if before is None else before.seq
    furthest = max(heads, key=lambda head: head.seq, default=None)
    if furthest is not None and furthest.seq > end:
        why = f"it ends there, but went on to entry {furthest.seq} on {_day(furthest)}, when its hash was exported"
        return _verdict(before, len(heads), broken_at=end + 1, why=why)
    return _verdict(before, len(heads))


def _verdict(last: Entry | None, heads: int, *, broken_at: int | None = None, why: str | None = None) -> Verdict:
    return Verdict(
        whole=broken_at is None,
        entries=0 if last is None else last.seq,
        hash=FIRST_PREVIOUS if last is None else last.own,
        heads=heads,
        broken_at=broken_at,
        why=why,
    )


def _day(head: Head) -> str:
    return f"{head.exported_at:%Y-%m-%d}"
