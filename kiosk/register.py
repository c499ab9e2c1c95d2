"""What this kiosk writes down for good: punches, disavowals and clock anchors, each built while the journal is held."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from contract.area import Area, beyond_m
from contract.punch import ClockAnchor, Disavowal, JournalRow, Liveness, OperatorAct, Place, Punch, Recognition
from kiosk.camera.frame import Frame
from kiosk.clock import AnchorWatch, Clock
from kiosk.errors import JournalFullError
from kiosk.journal import Journal, RowKey
from kiosk.recognizer.consensus import Identity
from kiosk.recognizer.face import Box
from kiosk.roster import Roster
from kiosk.states import Disavow, Record

log = logging.getLogger(__name__)

CLOCK_CHECK_SECONDS: Final = 5.0

Append = Callable[[str | None], JournalRow]
"""Writes a row that names a snapshot by its hash; None: there is none."""
KeepSnapshot = Callable[[Frame, Box | None, Append], JournalRow]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the person was recognised by.

    box: the face in frame.main; None: not known. compared: people in the gallery.
    """

    frame: Frame
    box: Box | None
    roster: Roster
    pack: str
    compared: int
    liveness: Liveness


@dataclass(frozen=True, slots=True)
class Seen:
    """A face that was recognised, and by what."""

    identity: Identity
    sight: Sight


def without_snapshot(_frame: Frame, _box: Box | None, append: Append) -> JournalRow:
    """For a kiosk that keeps no pictures."""
    return append(None)


class Register:
    """Writes rows; use it from the attendant's thread.

    keep_snapshot: keeps a picture on disk before its row is (kiosk.refusals.RefusalBook.append_with_snapshot).
    place: where this kiosk is now, None for one that stays where it is.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        keep_snapshot: KeepSnapshot = without_snapshot,
        place: Callable[[], Place | None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._keep_snapshot = keep_snapshot
        self._place = place
        self._anchors = AnchorWatch(clock)
        self._anchor_due = 0.0
        self._anchor_owed_ms: int | None = None

    def punch(self, record: Record, sight: Sight) -> Punch:
        """Commit a punch; JournalFullError when it was NOT recorded. With PIN or card a snapshot goes with it."""
        identity = record.identity
        place = _held_against(self._place(), sight.roster.policy.areas)

        def append(evidence: str | None) -> JournalRow:
            return self._journal.append(lambda key: self._punch(key, record, sight, place, evidence))

        row = append(None) if record.factor == "face" else self._keep_snapshot(sight.frame, sight.box, append)
        if not isinstance(row, Punch):
            raise TypeError(f"the journal gave back a {type(row).__name__} for a punch of {identity.person}")
        return row

    def _punch(
        self, key: RowKey, record: Record, sight: Sight, place: Place | None, evidence: str | None
    ) -> JournalRow:
        identity: Identity = record.identity
        # Read while the journal is held: else a heartbeat in between could say that all up to now was delivered.
        reading = self._clock.read()
        return Punch(
            device=key.device,
            epoch=key.epoch,
            seq=key.seq,
            person=identity.person,
            taken_at=reading.wall,
            clock=reading.stamp,
            source=sight.frame.source,
            factor=record.factor,
            recognition=Recognition(
                pack=sight.pack,
                similarity=round(identity.similarity, 5),
                threshold=round(identity.threshold, 5),
                runner_up=round(identity.similarity - identity.margin, 5),
                frames=identity.frames,
                gallery=sight.compared,
            ),
            liveness=sight.liveness,
            roster=sight.roster.version,
            session_hint=record.way,
            duty=record.duty,
            evidence=evidence,
            place=place,
        )

    def disavow(self, disavow: Disavow) -> None:
        """Commit that a punch is not theirs who stood here; JournalFullError when that was NOT recorded."""

        def build(key: RowKey) -> JournalRow:
            reading = self._clock.read()
            return Disavowal(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                taken_at=reading.wall,
                clock=reading.stamp,
                punch_epoch=disavow.row.epoch,
                punch_seq=disavow.row.seq,
                person=disavow.person,
            )

        self._journal.append(build)

    def act(self, operator: str, act: str, *, about: str = "", seen: Seen | None = None) -> None:
        """Commit what an operator does; JournalFullError when that was NOT recorded. seen: how the face was known."""

        def build(key: RowKey) -> JournalRow:
            reading = self._clock.read()
            return OperatorAct(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                taken_at=reading.wall,
                clock=reading.stamp,
                operator=operator,
                act=act,
                about=about[:200],
                similarity=round(seen.identity.similarity, 5) if seen else None,
                threshold=round(seen.identity.threshold, 5) if seen else None,
                liveness=seen.sight.liveness if seen else None,
                source=seen.sight.frame.source if seen else None,
                roster=seen.sight.roster.version if seen else 0,
            )

        self._journal.append(build)

    def keep_time(self) -> None:
        """Anchor the journal when the clock was set: the hub places earlier rows of this boot by it."""
        now = self._clock.monotonic()
        if now < self._anchor_due:
            return
        self._anchor_due = now + CLOCK_CHECK_SECONDS
        stepped_ms = self._anchors.check()
        if stepped_ms is not None:
            self._anchor_owed_ms = (self._anchor_owed_ms or 0) + stepped_ms
        owed_ms = self._anchor_owed_ms
        if owed_ms is None:
            return

        def build(key: RowKey) -> JournalRow:
            reading = self._clock.read()
            return ClockAnchor(
                device=key.device,
                epoch=key.epoch,
                seq=key.seq,
                taken_at=reading.wall,
                clock=reading.stamp,
                stepped_ms=owed_ms,
            )

        try:
            self._journal.append(build)
        except JournalFullError as error:
            # Still owed: without it the hub could not place the rows before.
            log.error("%s", error)  # noqa: TRY400 (the sentence says all)
        else:
            self._anchor_owed_ms = None


def _held_against(place: Place | None, areas: Sequence[Area]) -> Place | None:
    """The place, and how far it lies outside the areas where this kiosk may stand."""
    if place is None or place.latitude is None or place.longitude is None:
        return place
    beyond = beyond_m(areas, (place.latitude, place.longitude), accuracy_m=place.accuracy_m)
    return msgspec.structs.replace(place, beyond_m=beyond)
