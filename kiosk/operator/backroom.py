"""What the operator mode reaches beyond the camera: pages, parts, locks, and the enrolments on the disk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contract.errors import BadInputError
from contract.sealing import SealKey
from kiosk.errors import EnrolmentStoreError, HardwareError, JournalFullError
from kiosk.hardware.panel import Part
from kiosk.hardware.parts import PartsOnTrial
from kiosk.journal import Journal
from kiosk.operator import happenings as h
from kiosk.operator import screens as s
from kiosk.operator import wishes as w
from kiosk.operator.enrolment_outbox import EnrolmentOutbox
from kiosk.operator.parcel import Permission, seal_parcel
from kiosk.operator.studio import Studio
from kiosk.orders import Orders
from kiosk.register import Register
from kiosk.roster import Roster

log = logging.getLogger(__name__)

LOG_LINES: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskBackroom:
    """The kiosk's own; see kiosk.operator.mode.Backroom. facts, log_lines: asked each time; roster: in use now."""

    journal: Journal
    register: Register
    orders: Orders
    outbox: EnrolmentOutbox
    parts: PartsOnTrial
    roster: Callable[[], Roster]
    facts: Callable[[], tuple[s.Fact, ...]]
    log_lines: Callable[[int], tuple[str, ...]]
    device_name: str
    software: str

    @property
    def hindrance(self) -> s.DenialReason | None:
        return "journal" if self.journal.full else None

    @property
    def locks(self) -> tuple[bool, bool]:
        return self.orders.locked_here, self.orders.locked_by_hub

    def open(self, item: h.MenuItem) -> h.Opened:
        match item:
            case "enrol":
                return h.Opened(self._enrolling())
            case "standings":
                return h.Opened(s.Standings(self.outbox.standings))
            case "parts":
                fitted = self.parts.fitted
                return h.Opened(s.TryingPart(fitted) if fitted else s.Unable("no_parts"))
            case "logs":
                return h.Opened(s.Logs(self.log_lines(LOG_LINES)))
            case _:
                return h.Opened(s.Device(self.facts()))

    def device(self) -> tuple[s.Fact, ...]:
        return self.facts()

    def standings(self) -> tuple[s.Standing, ...]:
        return self.outbox.standings

    def seal(self, studio: Studio, want: w.Seal, permission: Permission) -> h.Sealed | h.NotSealed:
        """Sealed first, then on the disk, then in the journal; where the journal refuses, nothing stays on the disk."""
        key = self._key()
        if key is None:
            return h.NotSealed("no_key")
        parcel = seal_parcel(
            studio.photographs,
            subject=want.subject,
            operator=want.operator,
            permission=permission,
            key=key,
            device=self.device_name,
            software=self.software,
        )
        try:
            self.outbox.keep(parcel, want.subject.name)
        except EnrolmentStoreError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return h.NotSealed("disk")
        try:
            self.register.act(want.operator, "enrolled", about=parcel.id)
        except JournalFullError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            self.outbox.folder.forget(parcel.id)
            return h.NotSealed("journal")
        return h.Sealed(self.outbox.standing(parcel.id))

    def forget_ended(self) -> None:
        self.outbox.dismiss_ended()

    def try_part(self, part: Part) -> None:
        try:
            self.parts.try_part(part)
        except HardwareError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)

    def lock(self, *, locked: bool) -> None:
        self.orders.lock_here(locked=locked)

    def _enrolling(self) -> s.FindPerson | s.Unable:
        if self._key() is None:
            return s.Unable("no_key")
        return s.FindPerson() if self.outbox.folder.has_room else s.Unable("disk")

    def _key(self) -> SealKey | None:
        text = self.roster().policy.enrol_key
        try:
            return SealKey.from_text(text) if text else None
        except BadInputError as error:
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
            return None
