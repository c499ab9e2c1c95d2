"""Looks at enrolments from kiosks that have come whole, beside the ingest and out of its way.

The hub embeds the frames itself, with the pack in force, by the same gates and the same search for doubles as any other
enrolment. What passes waits for a second person; what does not is refused with a reason that the kiosk's operator
reads. Pictures reach the hub's folder in the clear only when they are about to be proposed.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from contract.enrolment import EnrolmentPart, SealedEnrolment, open_part
from contract.errors import BadInputError, MalformedMessageError
from contract.sealing import OpeningKey
from hub.db import Database
from hub.fleet.alarms import Ring, write_alarms
from hub.roster.archive_import import end_old_archives
from hub.roster.changes import lock_roster
from hub.roster.deployment import deployed_pack, pack_in_force
from hub.roster.enrol_key import enrol_key_in_force
from hub.roster.enrolment_standing import end_incomplete, refuse_enrolment
from hub.roster.face_check import FaceCheck
from hub.roster.frame_rows import known_photos
from hub.roster.kiosk_claims import MOST_ATTEMPTS, Claim, claim_next, hold, release, something_waits
from hub.roster.kiosk_enrolment_models import KioskEnrolment, SealedPart
from hub.roster.kiosk_proposal import SeenFrame, examine, look_at, propose
from hub.roster.kiosk_subject import RefusedEnrolment, find_subject
from hub.roster.models import DEFAULT_TIMEZONE, EnrolmentFrame
from hub.roster.page_enrolment import end_idle
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from kiosk.errors import PackError
from kiosk.recognizer.packs.pack import Pack, open_pack

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 2.0
"""How soon an enrolment is noticed that another hub took in."""
PAUSE_AFTER_TROUBLE_SECONDS: Final = 10.0
SWEEP_EVERY_SECONDS: Final = 3600.0
KEEP_PACK_SECONDS: Final = 300.0
"""A pack takes some hundred megabytes: it is let go when nobody was enrolled for so long."""

_FAILED: Final = (
    "Pusat gagal mengolah pendaftaran ini berulang kali; daftarkan sekali lagi. "
    "(The hub failed on this enrolment again and again; enrol this person once more.)"
)
_UNREADABLE: Final = (
    "Pusat tidak dapat membaca pendaftaran ini; daftarkan sekali lagi. "
    "(The hub cannot read this enrolment; enrol this person once more.)"
)


class _NotNowError(Exception):
    """Raised when an enrolment must wait for something that is no fault of its own."""


@dataclass(frozen=True, slots=True)
class _Tools:
    """A pack, and who is known in it."""

    pack: Pack
    check: FaceCheck


class KioskEnroller:
    """Claims complete enrolments, looks at them, and proposes or refuses; `step` is one of them, `run` the loop.

    Any number of hubs on one database may do so. initial_pack: as long as none was deployed. open_: opens a pack.
    """

    def __init__(
        self,
        *,
        database: Database,
        data_folder: Path,
        opening_key: OpeningKey,
        initial_pack: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        open_: Callable[[str], Pack] = open_pack,
    ) -> None:
        self._database = database
        self._photos = PhotoStore(data_folder)
        self._archives = ArchiveStore(data_folder)
        self._opening_key = opening_key
        self._initial_pack = initial_pack
        self._now = now
        self._open_pack = open_
        self._name = f"hub-{uuid.uuid4().hex[:12]}"
        self._tools: _Tools | None = None
        self._awake = threading.Event()

    def wake(self) -> None:
        """Look for complete enrolments at once; from any thread."""
        self._awake.set()

    def step(self) -> bool:
        """Look at one enrolment; whether there was one. PackError and database errors go to the caller."""
        if not something_waits(self._database, self._now()):
            return False
        tools = self._take_tools()
        claim = claim_next(self._database, by=self._name, now=self._now())
        if claim is None:
            return False
        try:
            if claim.attempt > MOST_ATTEMPTS:
                raise RefusedEnrolment(_FAILED)
            self._propose(claim, tools)
        except RefusedEnrolment as refusal:
            self._refuse(claim, str(refusal))
        except _NotNowError:
            release(self._database, claim, uncounted=True)
            raise
        except Exception:
            release(self._database, claim, uncounted=False)
            raise
        return True

    def sweep(self) -> int:
        """End what will never be complete, and let go of what is sealed of it; how many.

        What was begun at the hub's pages and left is let go as well.
        """
        now = self._now()
        with self._database.write() as session:
            ended = end_incomplete(session.connection(), now=now)
            end_idle(session, now=now)
        end_old_archives(self._database, self._archives, now=now)
        return ended

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; trouble is logged and waited out."""
        used_at = time.monotonic()
        swept_at: float | None = None
        while not stop.is_set():
            try:
                if swept_at is None or time.monotonic() - swept_at > SWEEP_EVERY_SECONDS:
                    swept_at = time.monotonic()
                    self.sweep()
                worked = self.step()
            except (DBAPIError, PackError, _NotNowError) as error:
                log.warning("Enrolments from kiosks wait: %s", error.orig if isinstance(error, DBAPIError) else error)
                stop.wait(PAUSE_AFTER_TROUBLE_SECONDS)
                continue
            if worked:
                used_at = time.monotonic()
                continue
            if time.monotonic() - used_at > KEEP_PACK_SECONDS:
                self._tools = None
            self._awake.wait(POLL_SECONDS)
            self._awake.clear()

    def _take_tools(self) -> _Tools:
        wanted = pack_in_force(self._database, self._initial_pack)
        if self._tools is None or self._tools.pack.name != wanted:
            self._tools = None
            pack = self._open_pack(wanted)
            self._tools = _Tools(pack, FaceCheck(pack.name, pack.curve))
        return self._tools

    # One enrolment --------------------------------------------------------------------------------------------------

    def _propose(self, claim: Claim, tools: _Tools) -> None:
        parts = self._open(claim)
        taken_at = min(part.taken_at for part in parts)
        with self._database.read() as session:
            enrolment = session.get_one(KioskEnrolment, claim.row)
            subject = find_subject(session, enrolment, taken_at=taken_at)
            known = known_photos(session, subject.person) if subject.person is not None else set()
        seen = look_at(tools.pack, parts, known)
        with self._database.read() as session:
            unlike = examine(session, tools.check, subject, seen, self._today()).unlike
        usable = [each for digest, each in seen.items() if digest not in unlike]
        files = self._keep(usable)
        try:
            with self._database.write() as session:
                self._store(session, claim, tools, usable, files, taken_at=taken_at)
        except RefusedEnrolment:
            self._forget(files.values())
            raise

    def _open(self, claim: Claim) -> list[EnrolmentPart]:
        with self._database.read() as session:
            enrolment = session.get_one(KioskEnrolment, claim.row)
            query = select(SealedPart).where(SealedPart.enrolment_id == claim.row).order_by(SealedPart.part)
            sealed = session.scalars(query).all()
            is_ours = enrol_key_in_force(session.connection()) == self._opening_key.seal_key.text
        try:
            return [self._open_one(enrolment, part) for part in sealed]
        except MalformedMessageError as error:
            if not is_ours:
                raise _NotNowError("this hub's enrol.key is not the one that kiosks seal for") from error
            raise RefusedEnrolment(_UNREADABLE) from error

    def _open_one(self, enrolment: KioskEnrolment, part: SealedPart) -> EnrolmentPart:
        message = SealedEnrolment(
            # Which journal was open when it was sent makes no difference to what is inside.
            epoch=str(uuid.UUID(int=0)),
            id=enrolment.enrolment,
            part=part.part,
            parts=enrolment.parts,
            sealed=part.sealed,
        )
        return open_part(message, key=self._opening_key, device=enrolment.device)

    def _keep(self, seen: Sequence[SeenFrame]) -> dict[str, str]:
        try:
            return {each.photo.sha256: self._photos.keep(each.photo) for each in seen}
        except BadInputError as error:
            raise _NotNowError(str(error)) from error

    def _store(
        self,
        session: Session,
        claim: Claim,
        tools: _Tools,
        usable: Sequence[SeenFrame],
        files: Mapping[str, str],
        *,
        taken_at: datetime,
    ) -> None:
        """Propose the pictures, in one transaction with the end of the claim; nothing when it is ours no more."""
        lock_roster(session.connection())
        enrolment = hold(session, claim)
        if enrolment is None:
            return
        if (deployed_pack(session.connection()) or self._initial_pack) != tools.pack.name:
            raise _NotNowError("the hub recognises with another pack now")
        # Once more: somebody may have been enrolled or moved meanwhile; nobody can be while the roster is locked.
        subject = find_subject(session, enrolment, taken_at=taken_at)
        examine(session, tools.check, subject, {each.photo.sha256: each for each in usable}, self._today())
        propose(session, enrolment, subject, usable, files, pack=tools.pack.name, now=self._now())

    def _refuse(self, claim: Claim, reason: str) -> None:
        now = self._now()
        with self._database.write() as session:
            enrolment = hold(session, claim)
            if enrolment is None:
                return
            # Not why: the reason may name somebody.
            log.info("enrolment %s of %s is refused", enrolment.enrolment, enrolment.device)
            refuse_enrolment(session.connection(), enrolment.id, reason, now=now)
            if reason in {_FAILED, _UNREADABLE}:
                detail = f"{enrolment.enrolment}: {reason}"
                write_alarms(session.connection(), [Ring(enrolment.device, "enrolments", detail)], now=now)

    def _forget(self, files: Iterable[str]) -> None:
        """Delete pictures that were kept for nothing, but for those that are somebody's."""
        wanted = set(files)
        with self._database.read() as session:
            used = set(session.scalars(select(EnrolmentFrame.file).where(EnrolmentFrame.file.in_(wanted))))
        for file in wanted - used:
            self._photos.remove(file)

    def _today(self) -> date:
        return self._now().astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
