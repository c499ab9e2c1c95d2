"""The people of an invented regency: who they are, what they are employed as, and where they belong when."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.roster.models import ApprovedLocation, Employee, EmploymentTerm, Membership, OfficeHolder
from hub.seeding.names import CLASSES, POSITIONS, RANKS, SEXES, Calling, Sex, invent_name, invent_nip
from hub.seeding.order import SeedOrder, invent_id
from hub.seeding.regency import Kind, PlannedUnit

Group = Literal["PNS", "CPNS", "PPPK", "PPPK Paruh Waktu"]

PART_TIME: Final[Group] = "PPPK Paruh Waktu"
AUTHOR: Final = "bkpsdm"
"""Who has put people, units and hours on record."""
OPERATOR, OFFICIAL, ADMINISTRATOR = "operator", "official", "administrator"
"""Accounts that the seed makes; the first enters, the second verifies, the third closes months."""

_CALLINGS: Final[dict[Kind, Calling]] = {"school": "teacher", "clinic": "nurse", "ward": "nurse"}
_WITHOUT_PART_TIMERS: Final = frozenset({"bkpsdm", "rsud"})
_OFFICES: Final = ("Kepala Perangkat Daerah", "Atasan Langsung", "Pejabat Kepegawaian")
_ACTING_EVERY: Final = 7
"""Of so many units one is led by an acting head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody before any row of theirs is written.

    unit: short of the first unit. place: among the people of that unit; 0 leads it. moves: from which day on in which
    other unit; None: never. employed_from, employed_until: None where that lies outside the span.
    """

    id: str
    name: str
    nip: str
    group: Group
    rank: str
    position: str
    tpp_base: int | None
    unit: str
    place: int
    moves: tuple[date, str] | None = None
    employed_from: date | None = None
    employed_until: date | None = None

    def unit_on(self, day: date) -> str:
        return self.moves[1] if self.moves is not None and day >= self.moves[0] else self.unit

    def works_on(self, day: date) -> bool:
        """Whether the day lies in the employment."""
        return (self.employed_from is None or self.employed_from <= day) and (
            self.employed_until is None or day <= self.employed_until
        )


def invent_people(order: SeedOrder, units: Sequence[PlannedUnit]) -> list[Person]:
    """Everybody, unit after unit, with three whose employment or unit changes in the span."""
    dice = order.dice("people")
    numbers: set[str] = set()
    people = [_invent_person(dice, order, unit, place, numbers) for unit in units for place in range(unit.people)]
    changes = _changes(order, dice)
    ordinary = {person.id: person for person in ordinary_people(people, units)}
    for person, change in zip(list(ordinary.values()), changes, strict=False):
        ordinary[person.id] = change(person)
    return [ordinary.get(person.id, person) for person in people]


def ordinary_people(people: Sequence[Person], units: Sequence[PlannedUnit]) -> list[Person]:
    """People of five-day offices who lead no unit, without part-timers; in turn from each such unit."""
    offices = [unit.short for unit in units if unit.kind == "agency"]
    by_place = sorted(
        (person for person in people if person.unit in offices and person.place > 0 and person.group != PART_TIME),
        key=lambda person: (person.place, offices.index(person.unit)),
    )
    return by_place


def write_people(
    session: Session, order: SeedOrder, people: Sequence[Person], units: Sequence[PlannedUnit], ids: Mapping[str, int]
) -> None:
    """Employees, terms, memberships, office holders, and one who may punch elsewhere. ids: of units, by their short."""
    at = {"set_by": AUTHOR, "set_at": order.entered_at}
    session.execute(insert(Employee), [_employee_row(person, order) for person in people])
    session.execute(insert(EmploymentTerm), [_term_row(person) | at for person in people])
    session.execute(insert(Membership), [row | at for person in people for row in _membership_rows(person, ids)])
    since = date(order.first.year - 1, 1, 1)
    session.execute(
        insert(OfficeHolder), [row | at for row in _office_rows(people, units, ids, since, order.month_starts[-1])]
    )
    posted = ordinary_people(people, units)[3:4]
    elsewhere = next((unit for unit in units if unit.kind == "district"), units[0])
    for person in posted:
        session.add(
            ApprovedLocation(
                employee_id=person.id,
                unit_id=ids[elsewhere.short],
                valid_from=order.first,
                basis=f"Surat Tugas 800.1.11/101/{person.unit.upper()}/{order.first.year}",
                **at,
            )
        )
    session.flush()


def _invent_person(dice: random.Random, order: SeedOrder, unit: PlannedUnit, place: int, numbers: set[str]) -> Person:
    sex: Sex = dice.choice(SEXES)
    calling = _CALLINGS.get(unit.kind, "office")
    group = _choose_group(dice, unit, place)
    rank, tpp_base = _choose_rank(dice, group, unit, place)
    position = unit.head if place == 0 else dice.choice(POSITIONS[calling])
    if group == PART_TIME:
        position = "Operator Layanan Operasional"
    elif place == 1:
        position = "Sekretaris" if calling == "office" else "Kepala Subbagian Tata Usaha"
    return Person(
        id=invent_id(dice),
        name=invent_name(dice, sex=sex, calling=calling),
        nip=_choose_number(dice, order.first.year, group, sex, numbers),
        group=group,
        rank=rank,
        position=position,
        tpp_base=tpp_base,
        unit=unit.short,
        place=place,
    )


def _choose_group(dice: random.Random, unit: PlannedUnit, place: int) -> Group:
    if place < 3:
        return "PNS"
    can_be_part_time = (
        unit.kind in {"agency", "district", "school", "clinic"} and unit.short not in _WITHOUT_PART_TIMERS
    )
    if can_be_part_time and (place == 3 or dice.random() < 0.06):
        return PART_TIME
    groups: tuple[Group, ...] = ("PNS", "CPNS", "PPPK")
    return dice.choices(groups, (62, 5, 33))[0]


def _choose_rank(dice: random.Random, group: Group, unit: PlannedUnit, place: int) -> tuple[str, int | None]:
    """Rank, and the month's allowance in rupiah."""
    if group == PART_TIME:
        return "-", None
    if group == "PPPK":
        step = dice.randrange(len(CLASSES))
        return CLASSES[step], 1_500_000 + 350_000 * step
    highest = len(RANKS) - 1
    if place == 0:
        step = highest if unit.kind in {"agency", "points", "sessions", "hospital"} else highest - 1
        return RANKS[step], 12_000_000 if step == highest else 7_500_000
    step = dice.choice((1, 3)) if group == "CPNS" else dice.randint(0, highest - 2)
    return RANKS[step], 1_800_000 + 450_000 * step


def _choose_number(dice: random.Random, year: int, group: Group, sex: Sex, numbers: set[str]) -> str:
    while True:
        if group == "PNS":
            number = invent_nip(dice, sex=sex, started=(year - 25, year - 2))
        elif group == "CPNS":
            number = invent_nip(dice, sex=sex, started=(year - 1, year - 1))
        else:
            number = invent_nip(dice, kind="NI PPPK", sex=sex, started=(year - 4, year - 1))
        if number not in numbers:
            numbers.add(number)
            return number


def _changes(order: SeedOrder, dice: random.Random) -> tuple[Callable[[Person], Person], ...]:
    """What becomes of the first three ordinary people: one moves, one retires, one begins in the middle of a month."""
    dates = order.dates
    middle = dates[len(dates) // 2]
    last_day = order.month_starts[1] - timedelta(days=1) if order.months > 1 else middle
    begins = min(order.month_starts[-1] + timedelta(days=14), order.until)

    def move(person: Person) -> Person:
        return replace(person, moves=(middle, "dispendik" if person.unit != "dispendik" else "dinkes"))

    def retire(person: Person) -> Person:
        born = (last_day.year - 58, last_day.month)
        sex: Sex = "L" if person.nip[14] == "1" else "P"
        number = invent_nip(dice, sex=sex, started=(last_day.year - 32, last_day.year - 30), born=born)
        return replace(person, group="PNS", rank=RANKS[6], tpp_base=4_500_000, nip=number, employed_until=last_day)

    def begin(person: Person) -> Person:
        return replace(person, employed_from=begins)

    return move, retire, begin


def _employee_row(person: Person, order: SeedOrder) -> dict[str, object]:
    return {
        "id": person.id, "name": person.name, "nip": person.nip, "position": person.position,
        "employed_from": person.employed_from, "employed_until": person.employed_until,
        "created_at": order.entered_at, "created_by": AUTHOR,
    }  # fmt: skip


def _term_row(person: Person) -> dict[str, object]:
    return {
        "employee_id": person.id, "valid_from": person.employed_from, "valid_until": person.employed_until,
        "group": person.group, "rank": None if person.rank == "-" else person.rank, "position": person.position,
        "tpp_base": person.tpp_base,
    }  # fmt: skip


def _membership_rows(person: Person, ids: Mapping[str, int]) -> Iterator[dict[str, object]]:
    last = person.moves[0] - timedelta(days=1) if person.moves is not None else person.employed_until
    row = {"employee_id": person.id, "unit_id": ids[person.unit], "basis": None}
    yield row | {"valid_from": person.employed_from, "valid_until": last}
    if person.moves is not None:
        first, unit = person.moves
        basis = f"Surat Kepala Perangkat Daerah 800.1.3.1/77/{unit.upper()}/{first.year}"
        moved = {"unit_id": ids[unit], "basis": basis, "valid_from": first, "valid_until": person.employed_until}
        yield row | moved


def _office_rows(
    people: Sequence[Person], units: Sequence[PlannedUnit], ids: Mapping[str, int], since: date, acting_since: date
) -> Iterator[dict[str, object]]:
    numbers = {unit.short: number for number, unit in enumerate(units, start=1)}
    for person in people:
        if person.place >= len(_OFFICES) or person.moves is not None or person.employed_until is not None:
            continue
        acting = person.place == 0 and numbers[person.unit] % _ACTING_EVERY == 0
        yield {
            "unit_id": ids[person.unit], "office": _OFFICES[person.place], "employee_id": person.id,
            "acting": "Plt" if acting else None, "valid_from": acting_since if acting else since,
            "valid_until": None,
            "basis": f"Surat Perintah Plt. 821/{numbers[person.unit]}/{acting_since.year}" if acting else None,
        }  # fmt: skip
