"""What webhooks can be told, as the bodies of requests: ids, dates and numbers; never a name, a face or a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final, Literal, get_args

import msgspec

EventKind = Literal["days.changed", "month.closed", "month.reopened", "pay_run.frozen", "document.decided"]
EVENTS: Final[tuple[EventKind, ...]] = get_args(EventKind)
TEST_EVENT: Final = "webhook.test"
"""Sent when somebody asks for it, to every webhook."""


class UnitRef(msgspec.Struct, frozen=True):
    """A unit, by its number in the interface."""

    id: int
    name: str


class ChangedDay(msgspec.Struct, frozen=True):
    """A day that was assessed to something new. employee, version: as `/days` gives them; version None: it is gone."""

    employee: str
    date: date
    version: int | None


class DaysChanged(msgspec.Struct, frozen=True):
    days: Sequence[ChangedDay]


class MonthChanged(msgspec.Struct, frozen=True):
    """A month that was closed, or opened again. unit None: for everybody."""

    month: str
    unit: UnitRef | None


class PayRunFrozen(msgspec.Struct, frozen=True, kw_only=True):
    """A run or a delta that will not change any more. fetch: where its lines are; of_run: what a delta belongs to."""

    number: str
    kind: str
    of_run: str | None
    month: str
    unit: UnitRef | None
    lines: int
    digest: str
    fetch: str


class DocumentDecided(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was verified, entered, refused or withdrawn. fetch: where it is."""

    document: int
    employee: str
    state: str
    fetch: str


class Test(msgspec.Struct, frozen=True):
    """Nothing has happened."""

    text: str = "Uji coba dari Presensi / a test of Presensi"


EventData = DaysChanged | MonthChanged | PayRunFrozen | DocumentDecided | Test


def encode_event(kind: str, data: EventData, at: datetime) -> str:
    """The body of a request, as the Standard Webhooks specification proposes it: type, timestamp and data."""
    return msgspec.json.encode({"type": kind, "timestamp": at.astimezone(UTC), "data": data}).decode()
