"""Pairs of people who look too much alike: found by calibration, settled by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, and_, insert, or_, select, update
from sqlalchemy.orm import aliased

from contract.errors import BadInputError
from hub.db import Database, table_of
from hub.roster.changes import note_people
from hub.roster.models import Employee, StoredLookalike
from kiosk.recognizer.calibration.lookalikes import Lookalike

Verdict = Literal["different", "same"]

_pairs = table_of(StoredLookalike)


class LookalikeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A pair for lists. second_factor: whether a face alone is refused where only one of them is known, or both."""

    first: str
    first_id: str
    second: str
    second_id: str
    pack: str
    similarity: float
    lead: float | None
    kind: str
    told_apart: bool
    second_factor: bool
    found_at: datetime
    settled_as: str | None
    settled_by: str | None
    settled_at: datetime | None


def store_lookalikes(
    connection: Connection, found: Iterable[Lookalike], *, pack: str, margin: float, now: datetime
) -> None:
    """Make the table say what was found of one pack; what a person has settled stays settled.

    margin: least lead that tells two people apart. People whose pair came, went or changed are noted in the roster.
    """
    rows = connection.execute(select(_pairs).where(_pairs.c.pack == pack))
    known = {(row.first_id, row.second_id): row for row in rows}
    changed: set[str] = set()
    seen = set()
    for pair in found:
        key = (pair.first, pair.second)
        seen.add(key)
        told_apart = pair.lead is not None and pair.lead >= margin
        values = {"similarity": pair.similarity, "lead": pair.lead, "kind": pair.kind, "told_apart": told_apart}
        before = known.get(key)
        if before is None:
            new = {"first_id": pair.first, "second_id": pair.second, "pack": pack, "found_at": now, **values}
            connection.execute(insert(_pairs), new)
        else:
            connection.execute(update(_pairs).where(_pairs.c.id == before.id).values(gone_at=None, **values))
        if before is None or before.gone_at is not None or before.told_apart != told_apart:
            changed |= set(key)
    for key, row in known.items():
        if key not in seen and row.gone_at is None:
            connection.execute(update(_pairs).where(_pairs.c.id == row.id).values(gone_at=now))
            changed |= set(key)
    if changed:
        note_people(connection, sorted(changed), now=now)


def list_lookalikes(database: Database) -> list[LookalikeLine]:
    """The pairs that there are now: unsettled first, then the most alike."""
    first, second = aliased(Employee), aliased(Employee)
    query = (
        select(StoredLookalike, first.name, second.name)
        .join(first, first.id == StoredLookalike.first_id)
        .join(second, second.id == StoredLookalike.second_id)
        .where(StoredLookalike.gone_at.is_(None))
    )
    with database.read() as session:
        lines = [
            LookalikeLine(
                first=first_name,
                first_id=row.first_id,
                second=second_name,
                second_id=row.second_id,
                pack=row.pack,
                similarity=round(row.similarity, 4),
                lead=None if row.lead is None else round(row.lead, 4),
                kind=row.kind,
                told_apart=row.told_apart,
                second_factor=not (row.settled_as == "different" and row.told_apart),
                found_at=row.found_at,
                settled_as=row.settled_as,
                settled_by=row.settled_by,
                settled_at=row.settled_at,
            )
            for row, first_name, second_name in session.execute(query)
        ]
    return sorted(lines, key=lambda line: (line.settled_as is not None, -line.similarity))


def settle_lookalike(
    database: Database,
    first: str,
    second: str,
    *,
    settled_as: Verdict,
    settled_by: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Put on record what a person says of a pair (ids in any order), for every pack; BadInputError for no such pair."""
    if not settled_by.strip():
        raise BadInputError("Say who settles this: --by NAME.")
    either = or_(
        and_(_pairs.c.first_id == first, _pairs.c.second_id == second),
        and_(_pairs.c.first_id == second, _pairs.c.second_id == first),
    )
    values = {"settled_as": settled_as, "settled_by": settled_by.strip()[:64], "settled_at": now()}
    with database.write() as session:
        connection = session.connection()
        if not connection.execute(update(_pairs).where(either).values(**values)).rowcount:
            raise BadInputError(
                f"{first} and {second} are no pair of lookalikes; `presensi hub lookalikes` shows them."
            )
        note_people(connection, sorted((first, second)), now=now())
