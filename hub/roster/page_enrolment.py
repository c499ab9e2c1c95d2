"""Somebody is enrolled at the hub's pages: consent, pictures one after the other, and the proposal.

What is taken stays in the database until it is proposed or dropped, so that a page may be loaded anew and any hub on
the database may answer; after an hour without a picture it is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.roster.frame_rows import known_photos
from hub.roster.models import EnrolmentFrame
from hub.roster.page_enrolment_models import PageEnrolment, PagePicture
from hub.roster.photos import Photo, PhotoStore
from hub.roster.picture_proposal import NewPicture, RefusedProposal, is_oneself, propose
from hub.roster.recogniser import Recogniser, Sight
from kiosk.recognizer.enrolment_poses import KEPT_PER_POSE, ORDER, Wanted

WORDING: Final = "uu27-2022/1"
"""Which consent the page shows: the one of the kiosk (kiosk.operator.parcel)."""
KEEP_TAKING: Final = timedelta(hours=1)
MOST_PICTURES: Final = 24
"""Of one enrolment: more than two dozen tell a recogniser nothing new."""
FILE_POSE: Final = "file"

Origin = Literal["webcam", "folder"]


@dataclass(frozen=True, slots=True)
class PoseCount:
    """How many frames of a pose are there, of how many."""

    pose: Wanted
    kept: int
    of: int


@dataclass(frozen=True, slots=True)
class Going:
    """An enrolment under way. pictures: numbers, in the order in which they were taken. files: how many are no frames.

    wanted: the pose that is asked for next; None: all poses are there.
    """

    id: int
    language: str
    consented_at: datetime
    poses: tuple[PoseCount, ...]
    pictures: tuple[int, ...]
    files: int

    @property
    def wanted(self) -> Wanted | None:
        return next((each.pose for each in self.poses if each.kept < each.of), None)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one picture. fault: a code, why it was not taken; picture: its number when it was."""

    fault: str | None = None
    picture: int | None = None


def begin(database: Database, employee_id: str, *, author: str, language: str, now: datetime) -> None:
    """Begin to take pictures of somebody who has just consented; RefusedProposal when it is the author themself.

    What the same author had begun of the same person and not ended is dropped.
    """
    with database.write() as session:
        if is_oneself(session, author, employee_id):
            raise RefusedProposal("own")
        end_idle(session, now=now)
        for row in session.scalars(_taking(employee_id, author)):
            _drop(session, row, now=now)
        session.add(
            PageEnrolment(
                employee_id=employee_id,
                author=author,
                consent_wording=WORDING,
                consent_language=language,
                consented_at=now,
                last_at=now,
            )
        )


def going(database: Database, employee_id: str, author: str, *, now: datetime) -> Going | None:
    """What this author has begun of this person and not ended; None: nothing, or nothing for an hour."""
    with database.read() as session:
        row = session.scalar(_taking(employee_id, author).where(PageEnrolment.last_at > now - KEEP_TAKING))
        return None if row is None else _going(row, _pictures(session, row.id))


def standing(database: Database, employee_id: str) -> tuple[int, int]:
    """How many pictures of somebody are approved, and how many wait for a second person."""
    query = select(EnrolmentFrame.state, func.count()).where(EnrolmentFrame.employee_id == employee_id)
    with database.read() as session:
        counts = {row[0]: row[1] for row in session.execute(query.group_by(EnrolmentFrame.state))}
    return counts.get("approved", 0), counts.get("proposed", 0)


def take_frame(database: Database, recogniser: Recogniser, found: Going, photo: Photo, *, now: datetime) -> Looked:
    """Look at a frame of the live camera for the pose that is wanted next, and keep it when it is good."""
    wanted = found.wanted
    if wanted is None:
        return Looked("enough")
    picture = photo.decode()
    if picture is None:
        return Looked("unreadable")
    with database.read() as session:
        straight = [
            each.pitch for each in _pictures(session, found.id) if each.pose == "ahead" and each.pitch is not None
        ]
    with recogniser.tools() as tools:
        seen = tools.see_live(picture, wanted, straight)
        pack = tools.pack.name
    if isinstance(seen, str):
        return Looked(seen)
    return _keep(database, found.id, photo, seen, origin="webcam", pose=wanted, pack=pack, now=now)


def take_file(database: Database, recogniser: Recogniser, found: Going, photo: Photo, *, now: datetime) -> Looked:
    """Look at a photo out of a file, and keep it when it is good."""
    picture = photo.decode()
    if picture is None:
        return Looked("unreadable")
    with recogniser.tools() as tools:
        seen = tools.see_photo(picture)
        pack = tools.pack.name
    if isinstance(seen, str):
        return Looked(seen)
    return _keep(database, found.id, photo, seen, origin="folder", pose=FILE_POSE, pack=pack, now=now)


def picture_of(database: Database, found: Going, number: int) -> Photo | None:
    """One of the pictures that were taken; None when it is none of this enrolment."""
    with database.read() as session:
        row = session.get(PagePicture, number)
        if row is None or row.enrolment_id != found.id or row.content is None:
            return None
        return Photo(row.name, row.content)


def drop(database: Database, found: Going, *, now: datetime) -> None:
    """Forget what was taken."""
    with database.write() as session:
        row = session.get(PageEnrolment, found.id, with_for_update=True)
        if row is not None and row.state == "taking":
            _drop(session, row, now=now)


def propose_taken(
    database: Database,
    recogniser: Recogniser,
    photos: PhotoStore,
    found: Going,
    *,
    now: datetime,
    today: date,
    lookalike: bool = False,
) -> tuple[int, int]:
    """Let what was taken wait for a second person; how many pictures, and how many were left out as somebody else's.

    RefusedProposal when they must not; they are kept then, to be dropped or (two who look alike) proposed all the same.
    """
    with database.read() as session:
        row = session.get_one(PageEnrolment, found.id)
        employee, author = row.employee_id, row.author
        taken = _pictures(session, found.id)
    new = {
        each.sha256: NewPicture(Photo(each.name, each.content), each.embedding, _origin(each.origin))
        for each in taken
        if each.content is not None and each.embedding is not None
    }
    if not new:
        raise RefusedProposal("none")
    with recogniser.tools() as tools:
        if any(each.pack != tools.pack.name for each in taken):
            raise RefusedProposal("pack")
        if tools.is_attack([each.passive for each in taken if each.passive is not None]):
            raise RefusedProposal("attack")
        proposed = propose(
            database,
            tools,
            photos,
            employee,
            new,
            author=author,
            now=now,
            today=today,
            lookalike=lookalike,
            also=lambda session, frames: _settle(session, found.id, frames, now=now),
        )
    return len(proposed.frames), len(proposed.unlike)


def end_idle(session: Session, *, now: datetime) -> int:
    """Drop what nobody has gone on with for an hour; how many."""
    query = select(PageEnrolment).where(PageEnrolment.state == "taking", PageEnrolment.last_at <= now - KEEP_TAKING)
    rows = session.scalars(query).all()
    for row in rows:
        _drop(session, row, now=now)
    return len(rows)


def _keep(
    database: Database,
    enrolment: int,
    photo: Photo,
    seen: Sight,
    *,
    origin: Origin,
    pose: str,
    pack: str,
    now: datetime,
) -> Looked:
    with database.write() as session:
        row = session.get(PageEnrolment, enrolment, with_for_update=True)
        if row is None or row.state != "taking":
            return Looked("ended")
        there = _pictures(session, enrolment)
        if photo.sha256 in {each.sha256 for each in there} | known_photos(session, row.employee_id, pack):
            return Looked("known")
        if len(there) >= MOST_PICTURES:
            return Looked("enough")
        picture = PagePicture(
            enrolment_id=enrolment,
            origin=origin,
            name=photo.name,
            sha256=photo.sha256,
            content=photo.content,
            embedding=seen.embedding,
            pack=pack,
            pose=pose,
            pitch=seen.pitch,
            passive=seen.passive,
            taken_at=now,
        )
        session.add(picture)
        row.last_at = now
        session.flush()
        return Looked(picture=picture.id)


def _settle(session: Session, enrolment: int, frames: dict[str, int], *, now: datetime) -> None:
    """End an enrolment whose pictures (by SHA-256) wait now, and let go of what was held of it; once.

    RefusedProposal when somebody has ended it meanwhile.
    """
    row = session.get(PageEnrolment, enrolment, with_for_update=True)
    if row is None or row.state != "taking":
        raise RefusedProposal("ended")
    for each in _pictures(session, enrolment):
        if each.sha256 in frames:
            each.frame_id, each.content, each.embedding = frames[each.sha256], None, None
        else:
            session.delete(each)
    row.state, row.ended_at = "proposed", now


def _drop(session: Session, row: PageEnrolment, *, now: datetime) -> None:
    row.state, row.ended_at = "dropped", now
    session.flush()
    session.execute(delete(PagePicture).where(PagePicture.enrolment_id == row.id))


def _going(row: PageEnrolment, pictures: Sequence[PagePicture]) -> Going:
    ahead = [each for each in pictures if each.pose == "ahead"]
    # As at the kiosk: where nothing tells how high a head is held, a raised chin is not asked for.
    tells = not ahead or any(each.pitch is not None for each in ahead)
    poses = tuple(
        PoseCount(pose, sum(each.pose == pose for each in pictures), KEPT_PER_POSE)
        for pose in ORDER
        if pose != "up" or tells
    )
    files = sum(each.pose == FILE_POSE for each in pictures)
    return Going(row.id, row.consent_language, row.consented_at, poses, tuple(each.id for each in pictures), files)


def _taking(employee_id: str, author: str) -> Select[PageEnrolment]:
    return select(PageEnrolment).where(
        PageEnrolment.employee_id == employee_id, PageEnrolment.author == author, PageEnrolment.state == "taking"
    )


def _pictures(session: Session, enrolment: int) -> Sequence[PagePicture]:
    query = select(PagePicture).where(PagePicture.enrolment_id == enrolment).order_by(PagePicture.id)
    return session.scalars(query).all()


def _origin(text: str) -> Origin:
    return "webcam" if text == "webcam" else "folder"
