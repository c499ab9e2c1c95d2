"""After the quiet: is every row at the hub once, whole and in its chain, and does every day say what it should?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from benchmarks.faults.happenings import run
from benchmarks.faults.ledger import Ledger, Place
from benchmarks.faults.plan import Plan
from benchmarks.faults.world import JAKARTA, World, calm
from contract.signing import FIRST_PREVIOUS, chain_hash
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.fleet.models import Alarm
from hub.ingest.models import QuarantinedRow, StoredRow

NEAR: Final = timedelta(seconds=2)
"""A punch that a clock anchor placed may be so far from the truth."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:")

_CARD_ALARMS: Final = frozenset({"rolled_back", "rows_lost", "fork", "conflict"})

Day = tuple[str, date]
Days = Mapping[Day, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one run came to; lists are of short sentences.

    punches: that kiosks accepted. lost, doubled: rows of journals. card_lost: that went with a card before the hub had
    them; card_lost_untold: of these, where the hub rang no alarm about the card. clock_lost: punches whose true time
    nobody can know. days_unsure: days on which one of these bears. retired_early: rows that a kiosk counted as
    delivered before the hub had committed them.
    """

    seed: int
    punches: int = 0
    rows: int = 0
    lost: int = 0
    doubled: int = 0
    days: int = 0
    days_differ: int = 0
    days_unsure: int = 0
    card_lost: int = 0
    card_lost_untold: int = 0
    clock_lost: int = 0
    quarantined: int = 0
    refused: int = 0
    retired_early: int = 0
    broken_chains: int = 0
    unsettled: bool = False
    alarms: tuple[str, ...] = ()
    kills: Mapping[str, int] = field(default_factory=dict)
    befell: Mapping[str, int] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return bool(self.troubles)


@dataclass(frozen=True, slots=True)
class _Row:
    hash: bytes
    row: bytes
    person: str | None
    placed_at: Any
    sure: bool


def judge(plan: Plan, folder: Path, template: Path) -> Verdict:
    """Run a plan, and then the same punches without faults; compare."""
    with World(plan, folder / "faulty", template) as world:
        run(world)
        settled = world.quiet()
        with world.office.looking() as database:
            stored, aside, copies = _read_rows(database)
            days = read_days(database)
            alarms = _read_alarms(database)
        refused = sum(each.refused for each in world.terminals)
    ledger = world.ledger
    troubles: list[str] = []
    expected = ledger.rows.keys() - ledger.excused
    lost = [
        place
        for place in expected
        if not any(ledger.rows[place].hash == each.hash for each in (stored.get(place), aside.get(place)) if each)
    ]
    invented = [
        place
        for place, row in [*stored.items(), *aside.items()]
        if place not in ledger.rows or ledger.rows[place].row != row.row
    ]
    doubled = copies + len(invented) + len(stored.keys() & aside.keys())
    broken = _broken_chains({**stored, **aside})
    unsure, wrong, clock_lost = _clocks(stored, ledger)
    with World(calm(plan), folder / "calm", template) as still:
        calm_days = _without_faults(still, world, stored.keys() & ledger.rows.keys())
    differ = [
        key
        for key in sorted(days.keys() | calm_days.keys())
        if key not in unsure and days.get(key) != calm_days.get(key)
    ]
    missing_cards = len(ledger.excused - stored.keys() - aside.keys())
    troubles += [f"lost {_shown(lost)}"] if lost else []
    troubles += [f"doubled {doubled} (invented: {_shown(invented)})"] if doubled else []
    troubles += [f"broken chains: {', '.join(broken)}"] if broken else []
    troubles += [f"days differ: {', '.join(f'{who} {when}' for who, when in differ[:5])}"] if differ else []
    troubles += [f"placed wrongly: {_shown(wrong)}"] if wrong else []
    troubles += [f"retired before the hub had them: {_shown(ledger.retired_early)}"] if ledger.retired_early else []
    troubles += ["it did not come to rest"] if not settled else []
    return Verdict(
        seed=plan.seed,
        punches=sum(each.person is not None for each in ledger.rows.values()),
        rows=len(ledger.rows),
        lost=len(lost),
        doubled=doubled,
        days=len(calm_days),
        days_differ=len(differ) + len(wrong),
        days_unsure=len(unsure),
        card_lost=missing_cards,
        card_lost_untold=0 if _CARD_ALARMS & set(alarms) else missing_cards,
        clock_lost=clock_lost,
        quarantined=len(aside),
        refused=refused,
        retired_early=len(ledger.retired_early),
        broken_chains=len(broken),
        unsettled=not settled,
        alarms=alarms,
        kills=dict(world.points.kills),
        befell=dict(Counter(each.kind for each in plan.faults)),
        troubles=tuple(troubles),
    )


def _read_rows(database: Database) -> tuple[dict[Place, _Row], dict[Place, _Row], int]:
    """What is stored, what is set aside, and how many rows stand there more than once."""
    stored: dict[Place, _Row] = {}
    aside: dict[Place, _Row] = {}
    copies = 0
    columns = (StoredRow.person_id, StoredRow.placed_at, StoredRow.corrected_at, StoredRow.clock_source, StoredRow.kind)
    with database.read() as session:
        for row in session.execute(
            select(StoredRow.device, StoredRow.epoch, StoredRow.seq, StoredRow.hash, StoredRow.row, *columns)
        ):
            place = row.device, row.epoch, row.seq
            copies += place in stored
            sure = row.clock_source != "free" or row.corrected_at is not None
            person = row.person_id if row.kind == "punch" else None
            stored[place] = _Row(row.hash, row.row, person, row.placed_at, sure)
        for kept in session.execute(
            select(
                QuarantinedRow.device, QuarantinedRow.epoch, QuarantinedRow.seq, QuarantinedRow.hash, QuarantinedRow.row
            )
        ):
            place = kept.device, kept.epoch, kept.seq
            copies += place in aside
            aside[place] = _Row(kept.hash, kept.row, None, None, sure=True)
    return stored, aside, copies


def read_days(database: Database) -> dict[Day, dict[str, Any]]:
    """Every stored day, without what only names rows."""
    with database.read() as session:
        query = select(StoredDay.employee_id, StoredDay.work_date, StoredDay.status, StoredDay.day)
        return {
            (row.employee_id, row.work_date): {"status": row.status, **_plain(row.day)}
            for row in session.execute(query)
        }


def _plain(day: Any) -> Any:
    """A day without the keys of its punches, which are others in another run, and with times to the minute.

    Anchors place a punch to the millisecond of a boot's clock, and the rules count minutes.
    """
    match day:
        case dict():
            return {name: _plain(value) for name, value in day.items() if name not in {"key", "version"}}
        case list():
            return [_plain(value) for value in day]
        case str() if _MOMENT.match(day):
            return day[:16]
        case _:
            return day


def _read_alarms(database: Database) -> tuple[str, ...]:
    with database.read() as session:
        return tuple(sorted({row.kind for row in session.execute(select(Alarm.kind))}))


def _broken_chains(rows: Mapping[Place, _Row]) -> list[str]:
    """Epochs in which a row does not follow from the one before it."""
    broken = set()
    for (device, epoch, seq), row in rows.items():
        before = rows.get((device, epoch, seq - 1))
        if before is None and seq > 1:
            continue
        previous = before.hash if before is not None else FIRST_PREVIOUS
        if chain_hash(previous, row.row) != row.hash:
            broken.add(f"{device}/{epoch[:8]}")
    return sorted(broken)


def _clocks(stored: Mapping[Place, _Row], ledger: Ledger) -> tuple[set[Day], list[Place], int]:
    """Days of punches whose time nobody can know; those placed wrongly; how many the first are."""
    unsure: set[Day] = set()
    wrong: list[Place] = []
    lost = 0
    for place, row in stored.items():
        written = ledger.rows.get(place)
        if row.person is None or written is None or written.true_at is None:
            continue
        if abs(row.placed_at - written.true_at) <= NEAR:
            continue
        if row.sure:
            wrong.append(place)
            continue
        lost += 1
        for moment in (row.placed_at, written.true_at):
            unsure.add((row.person, moment.astimezone(JAKARTA).date()))
    return unsure, wrong, lost


def _without_faults(still: World, after: World, places: Iterable[Place]) -> Days:
    """The days of the punches that reached the hub, taken at their true times by kiosks that nothing befell."""
    still.time.seconds = after.time.seconds - 3600
    written = [(place[0], after.ledger.rows[place]) for place in places]
    taken = [(each.true_at, device, each.person) for device, each in written if each.person and each.true_at]
    for true_at, device, person in sorted(taken):
        still.take_as_of(device, person, true_at)
    still.quiet_from(after.time.seconds - 1800)
    with still.office.looking() as database:
        return read_days(database)


def _shown(places: Iterable[Place]) -> str:
    ordered = sorted(places)
    shown = ", ".join(f"{device}/{epoch[:8]}/{seq}" for device, epoch, seq in ordered[:6])
    return shown if len(ordered) <= 6 else f"{shown} and {len(ordered) - 6} more"
