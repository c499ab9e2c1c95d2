"""How entries of the trail hang together: one encoding, one hash, each over the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final, Literal

import msgspec

DOMAIN: Final = b"presensi/v1/audit\0"
FIRST_PREVIOUS: Final = "0" * 64
"""What the first entry has as the hash of the one before."""

MOST_EMPLOYEES: Final = 200
"""So many people stand in one entry by id; of more, the number is told as well."""

Kind = Literal["read", "write"]
Fact = str | int | list[str] | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is stored (`models.AuditEntry`); at: aware UTC."""

    seq: int
    at: datetime
    actor: str
    role: str | None
    kind: str
    act: str
    about: str
    address: str
    client: str | None
    status: int
    previous: str
    own: str


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes into the trail; its place in the chain is found when it is appended."""

    at: datetime
    actor: str
    kind: Kind
    act: str
    address: str
    status: int
    about: str = "{}"
    role: str | None = None
    client: str | None = None


def entry_hash(entry: Entry) -> str:
    """SHA-256 in hex over the domain and the JSON array of everything but the hash itself, the entry before first."""
    at = f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    parts = (
        entry.previous,
        entry.seq,
        at,
        entry.actor,
        entry.role,
        entry.kind,
        entry.act,
        entry.about,
        entry.address,
        entry.client,
        entry.status,
    )
    return hashlib.sha256(DOMAIN + msgspec.json.encode(parts)).hexdigest()


def chained(deed: Deed, *, seq: int, previous: str) -> Entry:
    """The entry of a deed at its place, with its hash."""
    entry = Entry(
        seq=seq,
        at=deed.at.astimezone(UTC),
        actor=deed.actor[:100],
        role=deed.role,
        kind=deed.kind,
        act=deed.act[:100],
        about=deed.about,
        address=deed.address[:200],
        client=deed.client[:64] if deed.client is not None else None,
        status=deed.status,
        previous=previous,
        own="",
    )
    return msgspec.structs.replace(entry, own=entry_hash(entry))


def about_text(employees: Iterable[str] = (), **facts: Fact | date) -> str:
    """JSON of whom and what a deed was about, keys in order: ids and numbers, dates and months.

    employees: ids, each once, `MOST_EMPLOYEES` at most, else with their number as `people`. A fact that is None is
    told as null: unit null is every unit.
    """
    told: dict[str, Fact] = {name: str(fact) if isinstance(fact, date) else fact for name, fact in facts.items()}
    people = sorted(set(employees))
    if people:
        told["employees"] = people[:MOST_EMPLOYEES]
    if len(people) > MOST_EMPLOYEES:
        told["people"] = len(people)
    return msgspec.json.encode(told, order="sorted").decode()


def break_between(before: Entry | None, entry: Entry) -> str | None:
    """What is wrong with an entry after the one before it (None: it is the first); None: nothing."""
    seq, previous = (1, FIRST_PREVIOUS) if before is None else (before.seq + 1, before.own)
    if entry.seq > seq:
        return f"entry {seq} is missing"
    if entry.seq < seq:
        return f"entry {entry.seq} stands where {seq} belongs"
    if entry.previous != previous:
        return f"entry {seq} does not follow the one before it"
    if entry.own != entry_hash(entry):
        return f"entry {seq} was changed"
    return None
