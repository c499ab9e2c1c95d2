"""What a live page is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["punch", "unit", "kiosk", "refusal"]
KioskState = Literal["online", "silent", "trouble", "new"]


class PunchSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A punch. at: HH:MM on the clock of the unit; zone: WIB, WITA or WIT. delayed: it lay at the kiosk for a while.

    way: in, out or check, as the stored day has it; empty while it does not say. late_min, early_min: 0 for none.
    """

    person: str
    name: str
    unit: str
    kiosk: str
    at: str
    zone: str
    way: str
    late_min: int
    early_min: int
    delayed: bool


class UnitCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How an office stands today. expected: those on whom work is expected; present, late: of these."""

    id: int
    name: str
    expected: int
    present: int
    late: int


class KioskChange(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk that came, went, or is in trouble."""

    kiosk: str
    unit: str
    state: KioskState


class RefusalSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was refused again and again. picture: address of the snapshot; None: there is none yet."""

    kiosk: str
    unit: str
    at: str
    reason: str
    place: str
    picture: str | None


Content = PunchSeen | UnitCounts | KioskChange | RefusalSeen


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was told. number: rising within a process. unit_id: whom it concerns; None: every unit.

    key: what it replaces when it comes again (a kiosk's state, an office's counts); empty: nothing.
    """

    number: int
    kind: Kind
    unit_id: int | None
    content: Content
    key: str = ""
    told_at: datetime | None = None
    encoded: bytes = field(init=False)

    def __post_init__(self) -> None:
        data = msgspec.json.encode(self.content).decode()
        text = f"id: {self.number}\nevent: {self.kind}\ndata: {data}\n\n"
        object.__setattr__(self, "encoded", text.encode())


@dataclass(frozen=True, slots=True)
class View:
    """What a visitor may see. units: within them alone; None: every unit. kinds: what their role may see at all."""

    units: frozenset[int] | None
    kinds: frozenset[Kind]

    def shows(self, event: Event) -> bool:
        """Whether an event may be told to this visitor.

        Of a kiosk that serves everybody people of every office hear; people and counts always belong to a unit.
        """
        if event.kind not in self.kinds:
            return False
        if self.units is None:
            return True
        if event.unit_id is None:
            return event.kind in ("kiosk", "refusal")
        return event.unit_id in self.units
