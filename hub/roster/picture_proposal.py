"""From pictures of somebody who is on record to pictures that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.access.models import Account
from hub.db import Database
from hub.roster.changes import lock_roster, note_person
from hub.roster.deployment import deployed_pack
from hub.roster.face_check import Findings
from hub.roster.frame_rows import Origin, known_photos, place_frame
from hub.roster.models import EnrolmentFrame, Template
from hub.roster.photos import Photo, PhotoStore
from hub.roster.recogniser import Tools


class RefusedProposal(Exception):  # noqa: N818 (an answer to whoever enrols, and no error of anybody's)
    """Raised when pictures must not be proposed.

    code: own (whoever enrols is the person), several (not one person, or not the one of before), double (the face is
    enrolled as `other`), attack (paper or a screen), pack (another pack is in force now), none (nothing to propose).
    """

    def __init__(self, code: str, other: str = "") -> None:
        super().__init__(code)
        self.code, self.other = code, other


@dataclass(frozen=True, slots=True)
class NewPicture:
    """A usable picture. embedding: unit-normalised float32, little-endian."""

    photo: Photo
    embedding: bytes
    origin: Origin


@dataclass(frozen=True, slots=True)
class Proposed:
    """frames: numbers of the pictures that wait, by SHA-256; unlike: SHA-256 of those that show somebody else."""

    frames: Mapping[str, int]
    unlike: frozenset[str]


def is_oneself(session: Session, author: str, employee_id: str) -> bool:
    """Whether an account is this employee's."""
    return session.scalar(select(Account.employee_id).where(Account.username == author)) == employee_id


def examine(
    session: Session, tools: Tools, employee_id: str, new: Mapping[str, NewPicture], today: date, *, lookalike: bool
) -> Findings:
    """Whether the pictures (by SHA-256) show one person, and nobody else of ours; RefusedProposal when not.

    lookalike: the face of somebody else is another person's who looks alike.
    """
    vectors = {digest: np.frombuffer(each.embedding, "<f4") for digest, each in new.items()}
    findings = tools.check.examine(session, employee_id, vectors, today)
    if findings.several:
        raise RefusedProposal("several")
    double = findings.double
    if double is not None and not lookalike:
        raise RefusedProposal("double", f"{double.name} ({double.unit})" if double.unit else double.name)
    return findings


def propose(
    database: Database,
    tools: Tools,
    photos: PhotoStore,
    employee_id: str,
    new: Mapping[str, NewPicture],
    *,
    author: str,
    now: datetime,
    today: date,
    lookalike: bool = False,
    also: Callable[[Session, dict[str, int]], None] = lambda _session, _frames: None,
) -> Proposed:
    """Let pictures (by SHA-256) wait for a second person, all in one transaction; RefusedProposal when they must not.

    Files are kept before the transaction, and let go again when nothing comes of it. also: what is written with them,
    given the numbers of the pictures by SHA-256.
    """
    with database.read() as session:
        if is_oneself(session, author, employee_id):
            raise RefusedProposal("own")
        unlike = examine(session, tools, employee_id, new, today, lookalike=lookalike).unlike
    usable = {digest: each for digest, each in new.items() if digest not in unlike}
    if not usable:
        raise RefusedProposal("none")
    files = {digest: photos.keep(each.photo) for digest, each in usable.items()}
    try:
        with database.write() as session:
            lock_roster(session.connection())
            if (deployed_pack(session.connection()) or tools.initial_pack) != tools.pack.name:
                raise RefusedProposal("pack")
            # Once more: somebody may have been enrolled meanwhile, and nobody can be while the roster is locked.
            double = examine(session, tools, employee_id, usable, today, lookalike=lookalike).double
            known = known_photos(session, employee_id, tools.pack.name)
            frames: dict[str, int] = {}
            counts = False
            for digest, each in usable.items():
                if digest in known:
                    continue
                row = place_frame(
                    session, employee_id, each.photo, file=files[digest], origin=each.origin, author=author, now=now
                )
                if double is not None:
                    row.resembles, row.lookalike_allowed_by = double.person_id, author
                session.flush()
                session.add(
                    Template(
                        frame_id=row.id,
                        employee_id=employee_id,
                        pack=tools.pack.name,
                        embedding=each.embedding,
                        made_at=now,
                    )
                )
                frames[digest] = row.id
                counts = counts or row.state == "approved"
            session.flush()
            if not frames:
                raise RefusedProposal("none")
            also(session, frames)
            if counts:
                # Two people have approved the picture for another pack.
                note_person(session.connection(), employee_id, now=now)
    except RefusedProposal:
        _forget(database, photos, files.values())
        raise
    return Proposed(frames, unlike)


def _forget(database: Database, photos: PhotoStore, files: Iterable[str]) -> None:
    """Delete pictures that were kept for nothing, but for those that are somebody's."""
    wanted = set(files)
    with database.read() as session:
        used = set(session.scalars(select(EnrolmentFrame.file).where(EnrolmentFrame.file.in_(wanted))))
    for file in wanted - used:
        photos.remove(file)
