"""What a kiosk says about itself, signed and retained, so that the hub knows what it does not know yet."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from contract.command import MAX_OUTCOMES, CommandOutcome
from contract.enrolment import MAX_STANDINGS, EnrolmentId
from contract.punch import ClockStamp, Epoch, Instant, Seq, check_instant

Count = Annotated[int, Meta(ge=0, le=2**53)]

MAX_OLDER: Final = 200
"""Older epochs that a heartbeat names; with one boot a day, delivered rows are forgotten long before."""

MAX_GAPS: Final = 50

MAX_PACKS: Final = 32
"""Packs that a heartbeat names."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the kiosk fares; None: not known on this machine. Temperatures in degrees Celsius, sizes in megabytes.

    certificate_until: when the certificate ends with which it comes to the broker; None: it has none.
    """

    camera: Literal["ok", "trouble", "starting"] = "starting"
    journal: Literal["ok", "full", "salvaged"] = "ok"
    camera_restarts: Count = 0
    disk_free_mb: Count | None = None
    temperature_c: float | None = None
    alarms: tuple[str, ...] = ()
    certificate_until: Instant | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """How people were served at this kiosk since `since` (the local midnight, or the start of the program).

    visits: faces that came near enough to be compared. recorded: those who left with a punch; of these, first_try:
    recognised before any refusal and without a challenge; challenged: after movements of the head; fallback: with PIN
    or card. refused: those who left without. seconds_median, seconds_p95: from the first usable frame to the punch on
    disk; None while nobody was served.
    """

    since: Instant
    visits: Count = 0
    recorded: Count = 0
    first_try: Count = 0
    challenged: Count = 0
    fallback: Count = 0
    refused: Count = 0
    disavowed: Count = 0
    seconds_median: float | None = None
    seconds_p95: float | None = None


class ReleaseProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a kiosk is with a release of its software.

    waiting: for the hours in which it may fetch. fetching: percent of its bytes are here. checking: signature and
    hashes. installing: beside the running one. trying: it runs, and must prove itself. done: it stays. rolled_back: the
    former one runs again. refused: nothing was switched. detail: why; at: by the kiosk's clock.
    """

    release: Annotated[str, Meta(max_length=64)]
    step: Literal["waiting", "fetching", "checking", "installing", "trying", "done", "rolled_back", "refused"]
    at: Instant
    percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    detail: Annotated[str, Meta(max_length=200)] = ""


class EpochStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One journal epoch as its kiosk keeps it.

    first_kept, last_seq: oldest and newest row (0: none). queue: rows for which no receipt has come. gaps: ranges in
    between that are not kept (a damaged card gave back no more); beyond MAX_GAPS the last one reaches to the last gap's
    end, so that nobody asks for rows that do not exist.
    """

    epoch: Epoch
    first_kept: Count
    last_seq: Count
    queue: Count
    gaps: Annotated[tuple[tuple[Seq, Seq], ...], Meta(max_length=MAX_GAPS)] = ()


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a kiosk.

    epoch, first_kept, last_seq: the journal's current epoch, its oldest kept and its newest row (0: empty).
    queue: rows, of all epochs, for which no receipt has come.
    older: earlier epochs that still hold rows, newest first; at most MAX_OLDER of them.
    as_of: everything taken up to this moment has been receipted; now, when the queue is empty.
    roster, command, receipt: the newest version of each that this kiosk holds, so that the hub re-sends what was lost
    and a hub restored from a backup never counts below what a kiosk has seen.
    pack: which recognition pack the roster in force is for. packs: those that this kiosk can open; empty: it does not
    say, so only `pack`.
    months: version of the people's months (contract.month) that it shows; 0: none. service: see Service.
    enrolments: those taken here whose end the kiosk does not know yet; the hub answers with a receipt that names them.
    outcomes: of the latest commands, oldest first; a kiosk with an older program names none.
    locked: whether it takes no punches, by the hub's command or because an operator locked it there; empty: it does.
    release: how far it is with the release that was ordered last; None: none was.
    """

    v: Literal[1] = 1
    epoch: Epoch
    first_kept: Count
    last_seq: Count
    queue: Count
    sent_at: Instant
    as_of: Instant
    clock: ClockStamp
    health: Health
    roster: Count
    command: Count
    receipt: Count
    pack: str
    software: str
    packs: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=MAX_PACKS)] = ()
    older: Annotated[tuple[EpochStanding, ...], Meta(max_length=MAX_OLDER)] = ()
    months: Count = 0
    service: Service | None = None
    enrolments: Annotated[tuple[EnrolmentId, ...], Meta(max_length=MAX_STANDINGS)] = ()
    outcomes: Annotated[tuple[CommandOutcome, ...], Meta(max_length=MAX_OUTCOMES)] = ()
    locked: Literal["", "hub", "here"] = ""
    release: ReleaseProgress | None = None

    def __post_init__(self) -> None:
        check_instant(self.sent_at)
        check_instant(self.as_of)
        if len({self.epoch, *(each.epoch for each in self.older)}) != 1 + len(self.older):
            raise ValueError("an epoch stands in the heartbeat twice")

    @property
    def current(self) -> EpochStanding:
        """The current epoch alone. Its queue counts what belongs to epochs that are not named: never too little."""
        own = max(0, self.queue - sum(each.queue for each in self.older))
        return EpochStanding(epoch=self.epoch, first_kept=self.first_kept, last_seq=self.last_seq, queue=own)


ONLINE_PAYLOAD = b"1"
OFFLINE_PAYLOAD = b"0"
"""Presence as the broker sees it (the latter is the last will). Unsigned: a hint for people, never evidence."""
