"""The journals of invented kiosks: punches in the order of time, as the rows that ingest would have stored."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Table

from hub.bulk import Row
from hub.db import table_of
from hub.ingest.models import StoredRow
from hub.seeding.kiosks import PlannedKiosk, since_boot_ms
from hub.seeding.order import SeedOrder

THRESHOLD: Final = 0.61
_SECOND_KIOSK: Final = 0.3
"""How often somebody takes the second kiosk of a unit that has two."""


class Journals:
    """Collects punches, then gives them as rows; what a kiosk has not delivered yet is not among them."""

    def __init__(self, order: SeedOrder, kiosks: Mapping[str, Sequence[PlannedKiosk]]) -> None:
        self.table: Table = table_of(StoredRow)
        self._order = order
        self._kiosks = kiosks
        self._midnights = {day: order.at(day, 0).astimezone(UTC) for day in order.dates}
        self._punches: dict[str, list[tuple[datetime, str]]] = {
            kiosk.device: [] for of_unit in kiosks.values() for kiosk in of_unit
        }

    def punch(self, dice: random.Random, unit: str, person: str, day: date, minutes: Sequence[float]) -> None:
        """Somebody of a unit punches at these minutes of a work date."""
        midnight = self._midnights[day]
        for minute in minutes:
            kiosks = self._kiosks[unit]
            kiosk = kiosks[1] if len(kiosks) > 1 and dice.random() < _SECOND_KIOSK else kiosks[0]
            taken_at = midnight + timedelta(seconds=int(minute * 60))
            if taken_at <= kiosk.delivered_up_to:
                self._punches[kiosk.device].append((taken_at, person))

    def counts(self) -> dict[str, int]:
        """Rows by kiosk."""
        return {device: len(punches) for device, punches in self._punches.items()}

    def rows(self, at_once: int) -> Iterator[list[Row]]:
        """Every punch as a row, in lists of some length."""
        dice = self._order.dice("journals")
        rows: list[Row] = []
        for of_unit in self._kiosks.values():
            for kiosk in of_unit:
                for seq, (taken_at, person) in enumerate(sorted(self._punches[kiosk.device]), start=1):
                    rows.append(self._row(dice, kiosk, seq, person, taken_at))
                    if len(rows) >= at_once:
                        yield rows
                        rows = []
        if rows:
            yield rows

    def _row(self, dice: random.Random, kiosk: PlannedKiosk, seq: int, person: str, taken_at: datetime) -> Row:
        row = f"{kiosk.device}/{kiosk.epoch}/{seq}/{person}".encode()
        return {
            "device": kiosk.device, "epoch": kiosk.epoch, "seq": seq, "kind": "punch", "person_id": person,
            "taken_at": taken_at, "corrected_at": None, "placed_at": taken_at, "clock_source": "ntp",
            "boot": kiosk.boot, "monotonic_ms": since_boot_ms(self._order, taken_at), "source": "picamera",
            "similarity": round(min(0.97, max(THRESHOLD + 0.01, dice.gauss(0.8, 0.06))), 4), "threshold": THRESHOLD,
            "session_hint": None, "row": row, "hash": sha256(row).digest(),
            "received_at": taken_at + timedelta(seconds=2),
        }  # fmt: skip
