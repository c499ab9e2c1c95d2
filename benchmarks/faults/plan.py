"""Pure: who punches when, and what goes wrong meanwhile, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.faults.network import Weather
from benchmarks.faults.points import HUB_POINTS, KIOSK_POINTS, WORKER_POINTS

DAY: Final = 86_400.0
MINUTE: Final = 60.0
PEOPLE: Final = 6

FaultKind = Literal[
    "kill",
    "power",
    "partition",
    "half_open",
    "offline",
    "broker_down",
    "hub_down",
    "disk_full",
    "database_locked",
    "clock_jump",
    "no_battery",
    "backup",
    "restore",
    "reimaged",
    "cloned",
    "replay",
    "forgery",
    "poison",
    "poison_row",
    "storm",
]
KINDS: Final[tuple[FaultKind, ...]] = (
    "kill", "kill", "kill", "kill", "kill", "kill",
    "power", "partition", "half_open", "offline", "broker_down", "hub_down", "disk_full", "database_locked",
    "clock_jump", "no_battery", "restore", "restore", "reimaged", "cloned",
    "replay", "replay", "forgery", "forgery", "poison", "poison_row", "storm",
)  # fmt: skip
"""How often each is drawn."""


@dataclass(frozen=True, slots=True, order=True)
class PlannedPunch:
    """Somebody stands before a kiosk. at: true seconds since the Monday's midnight."""

    at: float
    person: str
    kiosk: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something goes wrong. seconds: for how long. point: where a kill comes, at the `times`-th passing."""

    at: float
    kind: FaultKind
    kiosk: int = 0
    seconds: float = 0.0
    point: str = ""
    times: int = 1
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. workers: ingest workers that share the punches. days: working days."""

    seed: int
    kiosks: int
    workers: int
    days: int
    weather: Weather
    punches: tuple[PlannedPunch, ...]
    faults: tuple[Fault, ...]


def draw_plan(seed: int, *, kinds: Sequence[FaultKind] = KINDS) -> Plan:
    """The same seed gives the same plan. kinds: what may go wrong; none of them: a run without faults."""
    chance = random.Random(seed)
    kiosks, workers, days = chance.randint(1, 3), chance.choice((1, 1, 2)), chance.randint(1, 3)
    weather = Weather(
        loss=chance.choice((0.0, 0.1, 0.3)),
        duplication=chance.choice((0.0, 0.1, 0.3)),
        delay_seconds=chance.choice((0.0, 2.0, 8.0)),
    )
    punches = sorted(_punches(chance, kiosks, days))
    end = days * DAY
    faults: list[Fault] = []
    for _ in range(chance.randint(2, 9) if kinds else 0):
        faults += _fault(chance, chance.choice(kinds), punches, kiosks, end)
    faults.sort(key=lambda fault: fault.at)
    calm = Weather()
    return Plan(seed, kiosks, workers, days, weather if kinds else calm, tuple(punches), tuple(faults))


def _punches(chance: random.Random, kiosks: int, days: int) -> list[PlannedPunch]:
    """Nearly everybody comes in the morning and goes in the afternoon; some are late, some come twice."""
    made = []
    for day in range(days):
        for number in range(PEOPLE):
            for hour in (7.0, 15.8):
                for _ in range(chance.choice((0, 1, 1, 1, 1, 1, 1, 2))):
                    minute = int(hour * 60 + chance.uniform(-20, 40))
                    # In the middle of a minute: a millisecond of a clock must not make somebody late.
                    at = day * DAY + minute * MINUTE + chance.uniform(15, 45)
                    made.append(PlannedPunch(at, person(number), chance.randrange(kiosks)))
    return made


def person(number: int) -> str:
    return f"person-{number}"


def _fault(
    chance: random.Random, kind: FaultKind, punches: Sequence[PlannedPunch], kiosks: int, end: float
) -> list[Fault]:
    """Most things go wrong while people come."""
    near = chance.choice(punches).at if punches and chance.random() < 0.8 else chance.uniform(0, end)
    at = max(0.0, near + chance.uniform(-120, 300))
    kiosk = chance.randrange(kiosks)
    match kind:
        case "kill":
            point = chance.choice((*KIOSK_POINTS, *HUB_POINTS, *WORKER_POINTS))
            return [Fault(at, kind, point=point, times=chance.randint(1, 5), seconds=chance.choice((0.0, 5.0, 90.0)))]
        case "offline":
            return [Fault(at, kind, kiosk, seconds=chance.uniform(0.5, 3) * DAY)]
        case "hub_down":
            return [Fault(at, kind, seconds=chance.choice((chance.uniform(10, 3600), 2.5 * DAY)))]
        case "clock_jump":
            return [Fault(at, kind, kiosk, seconds=chance.uniform(60, 30_000), forward=chance.random() < 0.5)]
        case "restore":
            before = max(0.0, at - chance.uniform(0, 1.2) * DAY)
            return [Fault(before, "backup"), Fault(at, kind, seconds=chance.uniform(5, 600))]
        case "replay" | "forgery" | "poison":
            return [Fault(at, kind, kiosk, times=chance.randint(1, 20))]
        case _:
            return [Fault(at, kind, kiosk, seconds=chance.uniform(20, 2 * 3600))]
