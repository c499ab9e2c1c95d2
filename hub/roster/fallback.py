"""PINs and cards: set, ended, and read for the rosters; every change is a new row and a change of the roster."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import Session

from contract.errors import BadInputError
from contract.pin import PIN_DIGITS, check_pin, hash_card, hash_pin
from contract.roster import MAX_CARDS
from hub.db import Database, table_of
from hub.errors import EnrolmentError
from hub.roster.changes import note_person
from hub.roster.fallback_models import FallbackCard, FallbackPin
from hub.roster.models import Employee
from hub.roster.officers import officer_name

_pins = table_of(FallbackPin)
_cards = table_of(FallbackCard)

_ENDING: Final = 4
_PEOPLE_PER_QUERY: Final = 5_000


class PinLine(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody has a PIN, and since when; what it is stands nowhere."""

    employee_id: str
    name: str
    set_by: str
    set_at: datetime


class CardLine(msgspec.Struct, frozen=True, kw_only=True):
    """A card. ending: of its number. removed_at None: it counts."""

    employee_id: str
    name: str
    ending: str
    added_by: str
    added_at: datetime
    removed_by: str | None
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fallback:
    """What a roster carries for somebody; pin: a hash, empty: none. cards: hashes."""

    pin: str = ""
    cards: tuple[str, ...] = ()


def generate_pin() -> str:
    """Six digits that nobody would try first."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        try:
            return check_pin(pin)
        except BadInputError:
            continue


def set_pin(database: Database, employee_id: str, pin: str, *, by: str, now: datetime) -> None:
    """Give somebody a PIN in place of any they had; BadInputError when it cannot be one."""
    officer, hashed = officer_name(by), hash_pin(check_pin(pin))
    with database.write() as session:
        _end_pin(session, employee_id, officer, now)
        session.add(FallbackPin(employee_id=employee_id, hashed=hashed, set_by=officer, set_at=now))
        session.flush()
        note_person(session.connection(), employee_id, now=now)


def clear_pin(database: Database, employee_id: str, *, by: str, now: datetime) -> None:
    """Take somebody's PIN away; EnrolmentError when they have none."""
    officer = officer_name(by)
    with database.write() as session:
        if not _end_pin(session, employee_id, officer, now):
            raise EnrolmentError("They have no PIN; nothing was changed.")
        note_person(session.connection(), employee_id, now=now)


def add_card(database: Database, employee_id: str, number: str, *, by: str, now: datetime) -> None:
    """Give somebody a card; BadInputError for what no card has, EnrolmentError when it is somebody's already."""
    officer, sha256 = officer_name(by), hash_card(number)
    with database.write() as session:
        holder = session.scalar(select(FallbackCard).where(FallbackCard.sha256 == sha256, _holds()))
        if holder is not None:
            name = session.get_one(Employee, holder.employee_id).name
            raise EnrolmentError(f"That card is {name}'s already: remove it there first.")
        held = session.scalars(select(FallbackCard.id).where(FallbackCard.employee_id == employee_id, _holds())).all()
        if len(held) >= MAX_CARDS:
            raise EnrolmentError(f"They have {len(held)} cards, and nobody may have more: remove one first.")
        ending = "".join(number.split()).upper()[-_ENDING:]
        session.add(FallbackCard(employee_id=employee_id, sha256=sha256, ending=ending, added_by=officer, added_at=now))
        session.flush()
        note_person(session.connection(), employee_id, now=now)


def remove_card(database: Database, employee_id: str, text: str, *, by: str, now: datetime) -> str:
    """Take a card away, named by its number or the end of it; that end. EnrolmentError when it is not one card."""
    officer, written = officer_name(by), "".join(text.split()).upper()
    with database.write() as session:
        mine = session.scalars(select(FallbackCard).where(FallbackCard.employee_id == employee_id, _holds())).all()
        whole = hash_card(text) if len(written) > _ENDING else None
        found = [card for card in mine if card.sha256 == whole or (whole is None and card.ending == written)]
        if len(found) != 1:
            raise EnrolmentError(
                f"They have {len(found) or 'no'} cards like that; `presensi hub card list` shows how theirs end, and "
                "the whole number names one for certain."
            )
        found[0].removed_at, found[0].removed_by = now, officer
        session.flush()
        note_person(session.connection(), employee_id, now=now)
        return found[0].ending


def list_pins(database: Database, people: Collection[str] | None = None) -> list[PinLine]:
    """Who has a PIN, by name; people None: everybody."""
    query = (
        select(FallbackPin, Employee.name)
        .join(Employee, Employee.id == FallbackPin.employee_id)
        .where(FallbackPin.ended_at.is_(None))
        .order_by(Employee.name, FallbackPin.employee_id)
    )
    with database.read() as session:
        return [
            PinLine(employee_id=pin.employee_id, name=name, set_by=pin.set_by, set_at=pin.set_at)
            for pin, name in session.execute(query)
            if people is None or pin.employee_id in people
        ]


def list_cards(database: Database, employee_id: str | None = None, *, removed: bool = False) -> list[CardLine]:
    """Cards by name; employee_id None: everybody's. removed: also those that count no more."""
    query = select(FallbackCard, Employee.name).join(Employee, Employee.id == FallbackCard.employee_id)
    if employee_id is not None:
        query = query.where(FallbackCard.employee_id == employee_id)
    if not removed:
        query = query.where(_holds())
    with database.read() as session:
        return [
            CardLine(
                employee_id=card.employee_id,
                name=name,
                ending=card.ending,
                added_by=card.added_by,
                added_at=card.added_at,
                removed_by=card.removed_by,
                removed_at=card.removed_at,
            )
            for card, name in session.execute(query.order_by(Employee.name, FallbackCard.id))
        ]


def read_fallbacks(connection: Connection, people: Iterable[str]) -> dict[str, Fallback]:
    """What rosters carry for these people; whoever has neither PIN nor card is left out."""
    ordered = sorted(people)
    pins: dict[str, str] = {}
    cards: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(ordered), _PEOPLE_PER_QUERY):
        some = ordered[start : start + _PEOPLE_PER_QUERY]
        of_pins = select(_pins.c.employee_id, _pins.c.hashed)
        for row in connection.execute(of_pins.where(_pins.c.employee_id.in_(some), _pins.c.ended_at.is_(None))):
            pins[row.employee_id] = row.hashed
        of_cards = select(_cards.c.employee_id, _cards.c.sha256).order_by(_cards.c.id)
        for row in connection.execute(of_cards.where(_cards.c.employee_id.in_(some), _cards.c.removed_at.is_(None))):
            cards[row.employee_id].append(row.sha256)
    return {
        person: Fallback(pins.get(person, ""), tuple(cards[person][:MAX_CARDS]) if person in cards else ())
        for person in pins.keys() | cards.keys()
    }


def _end_pin(session: Session, employee_id: str, officer: str, now: datetime) -> bool:
    pin = session.scalar(
        select(FallbackPin).where(FallbackPin.employee_id == employee_id, FallbackPin.ended_at.is_(None))
    )
    if pin is None:
        return False
    pin.hashed, pin.ended_at, pin.ended_by = "", now, officer
    session.flush()
    return True


def _holds() -> ColumnElement[bool]:
    return FallbackCard.removed_at.is_(None)
