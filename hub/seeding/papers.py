"""Pure: why people are away, and the letters that say so, as rows of `hub.attendance.models.DocumentRow`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from hub.seeding.order import SeedOrder, month_end
from hub.seeding.people import OFFICIAL, OPERATOR, Person

ONE_DAY: Final = timedelta(days=1)


class LetterKind(NamedTuple):
    """beforehand: whether it is handed in before the absence. working_days: fewest and most."""

    type: str
    reason: str | None
    code: str
    beforehand: bool
    working_days: tuple[int, int]


DUTY: Final = LetterKind("Surat Perintah Tugas", None, "094", beforehand=True, working_days=(1, 3))
LEAVE: Final = LetterKind("Surat Cuti", None, "850", beforehand=True, working_days=(2, 5))
SICK: Final = LetterKind("Surat Dokter", None, "445", beforehand=False, working_days=(1, 3))
PERMIT: Final = LetterKind("Surat Ijin", None, "851", beforehand=True, working_days=(1, 1))
TRAINING: Final = LetterKind("Surat Keterangan", "diklat", "893", beforehand=True, working_days=(3, 5))
CANCELLATION: Final = LetterKind(
    "Surat Keterangan Pembatalan Kehadiran", None, "862", beforehand=False, working_days=(1, 1)
)

_CHANCES: Final = (
    (0.10, DUTY), (0.04, LEAVE), (0.04, SICK), (0.03, PERMIT), (0.015, TRAINING), (0.02, None),
)  # fmt: skip
"""What share of the people is away once in a month, and with which letter; None: without any."""

FEWEST_DAYS: Final = 12
"""Working days that the first month needs, so that every scene has one of its own."""
_SCENES: Final = 10


@dataclass(slots=True)
class Absences:
    """Who is away when, and the letters, by person.

    away: days without a punch. present: days on which somebody surely punches; the minutes by which they are then late.
    """

    order: SeedOrder
    letters: list[dict[str, Any]] = field(default_factory=list)
    away: dict[str, set[date]] = field(default_factory=dict)
    present: dict[str, dict[date, int]] = field(default_factory=dict)

    def draw(self, dice: random.Random, person: Person, working_days: Sequence[date]) -> None:
        """At most one absence in each month."""
        for _, grouped in groupby(working_days, key=lambda day: day.replace(day=1)):
            days = list(grouped)
            chance = dice.random()
            for share, kind in _CHANCES:
                chance -= share
                if chance < 0:
                    self._leave(dice, person, days, kind)
                    break

    def take_leave(self, person: Person, kind: LetterKind, days: Sequence[date], **changes: Any) -> None:
        """Somebody is away on these working days of one month, with a letter; changes: of its row."""
        self.be_away(person, days)
        row = self._letter(person, kind, days[0], days[-1]) | changes
        if row["handed_in"] <= self.order.until:
            self.letters.append(row)

    def has_scene(self, person: Person) -> bool:
        """Whether something was arranged for somebody already."""
        return person.id in self.away or person.id in self.present

    def be_away(self, person: Person, days: Sequence[date]) -> None:
        self.away.setdefault(person.id, set()).update(days)

    def excuse_part(self, person: Person, day: date, first: str, last: str, *, late_min: int) -> None:
        """A letter for some hours of a day on which somebody comes late because of it."""
        row = self._letter(person, DUTY, day, day)
        self.letters.append(row | {"covers": [{"from": f"{day}T{first}:00", "to": f"{day}T{last}:00"}]})
        self.present.setdefault(person.id, {})[day] = late_min

    def cancel(self, person: Person, day: date) -> None:
        """The attendance of a day is cancelled (Ps 13), with both signatures and two witnesses."""
        row = self._letter(person, CANCELLATION, day, day)
        signed = {"signed_by": ["Atasan Langsung", "Kepala Perangkat Daerah"], "witness_statements": 2}
        self.letters.append(row | signed)
        self.present.setdefault(person.id, {})[day] = 0

    def _leave(self, dice: random.Random, person: Person, days: Sequence[date], kind: LetterKind | None) -> None:
        begins = dice.randrange(len(days))
        if kind is None:
            self.be_away(person, [days[begins]])
            return
        self.take_leave(person, kind, days[begins : begins + dice.randint(*kind.working_days)])

    def _letter(self, person: Person, kind: LetterKind, first: date, last: date) -> dict[str, Any]:
        """A letter that goes its way in time: verified the day after it came, entered at once, all within the month."""
        until, limit = self.order.until, month_end(last)
        handed_in = first - ONE_DAY if kind.beforehand else min(last + ONE_DAY, limit)
        verified = min(handed_in + ONE_DAY, limit)
        seen = verified if verified <= until else None
        return {
            "employee_id": person.id, "type": kind.type, "reason": kind.reason,
            "covers": [{"from": first.isoformat(), "to": last.isoformat()}], "known_by": "Atasan Langsung",
            "handed_in": handed_in, "verified_on": seen, "verified_by": OFFICIAL if seen else None,
            "entered_on": seen, "entered_by": OPERATOR if seen else None, "signed_by": [], "witness_statements": 0,
            "reopened_because": None, "number": f"{kind.code}/{{:03d}}/{person.unit.upper()}/{first.year}",
            "submitted_by": person.name[:64], "refused_at": None, "refused_by": None, "refused_because": None,
            "replaces": None, "first_day": first, "last_day": last,
            "created_at": min(self.order.at(handed_in, 8 * 60 + 20), self.order.as_of),
        }  # fmt: skip


def numbered(letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters in the order in which they came, each with a running number."""
    ordered = sorted(letters, key=lambda row: (row["created_at"], row["employee_id"], row["first_day"]))
    return [row | {"number": row["number"].format(place)} for place, row in enumerate(ordered, start=1)]


def arrange_scenes(absences: Absences, people: Sequence[Person], days: Sequence[date]) -> None:
    """What must occur in every regency that has days enough; days: working days of all of these people.

    One letter of each kind; a cancelled attendance; an absence without a letter in the first and in the last month; a
    letter too late, one refused, and one that waits.
    """
    order = absences.order
    first_month = [day for day in days if day < month_end(order.first)]
    if len(first_month) < FEWEST_DAYS or len(people) < _SCENES:
        return
    scenes = iter(people)
    for kind, place in ((DUTY, 1), (LEAVE, 3), (SICK, 4), (PERMIT, 2)):
        absences.take_leave(next(scenes), kind, [first_month[place]])
    absences.cancel(next(scenes), first_month[6])
    absences.be_away(next(scenes), [first_month[2]])
    absences.be_away(next(scenes), [days[-3]])
    late = first_month[8]
    absences.take_leave(
        next(scenes), SICK, [first_month[3]], handed_in=late, verified_on=late, entered_on=late,
        verified_by=OFFICIAL, entered_by=OPERATOR, created_at=order.at(late, 9 * 60),
    )  # fmt: skip
    undecided = {"verified_on": None, "verified_by": None, "entered_on": None, "entered_by": None}
    absences.take_leave(
        next(scenes), PERMIT, [first_month[5]], **undecided, known_by=None, refused_by=OFFICIAL,
        refused_at=order.at(first_month[5], 13 * 60), refused_because="Tidak diketahui atasan langsung.",
    )  # fmt: skip
    waiting = days[-2]
    absences.take_leave(
        next(scenes), SICK, [waiting], **undecided, handed_in=waiting, created_at=order.at(waiting, 14 * 60)
    )
