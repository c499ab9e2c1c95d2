"""People who are enrolled at the hub's own pages: by webcam or files one by one, and by an archive of photos."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class PageEnrolment(Base):
    """One person, enrolled by one account; kept for good once proposed, as the record of the consent.

    author: the account. state: taking (pictures are taken), proposed (they wait for a second person, or did), dropped.
    consent_*: which text the person agreed to, in which language and when, as of an enrolment at a kiosk.
    """

    __tablename__ = "page_enrolment"
    __table_args__ = (
        CheckConstraint("state IN ('taking', 'proposed', 'dropped')", name="state"),
        Index("ix_page_enrolment_employee_id", "employee_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    author: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="taking")
    consent_wording: Mapped[str] = mapped_column(String(40))
    consent_language: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PagePicture(Base):
    """A picture of such an enrolment that passed the gates.

    content, embedding: its bytes and what `pack` saw in them (unit-normalised float32, little-endian), until it is
    proposed; then None, and frame_id is its picture (hub.roster.models.EnrolmentFrame). origin: webcam, or folder for
    files. pose: as it was asked for; "file" for files. pitch: None where landmarks do not tell. passive: score of the
    passive liveness model; None: there is none, or it could not judge.
    """

    __tablename__ = "page_picture"
    __table_args__ = (Index("ix_page_picture_enrolment_id", "enrolment_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("page_enrolment.id"))
    origin: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    embedding: Mapped[bytes | None] = mapped_column(LargeBinary)
    pack: Mapped[str] = mapped_column(String(64))
    pose: Mapped[str] = mapped_column(String(8))
    pitch: Mapped[float | None] = mapped_column(Float)
    passive: Mapped[float | None] = mapped_column(Float)
    taken_at: Mapped[datetime]
    frame_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment_frame.id"))


class PhotoArchive(Base):
    """An archive of photos that somebody sent: looked through first, proposed when that is asked for.

    unit_id: whose people it may be about; None: everybody. sha256: of the file, below the hub's folder until it is
    done. state: checking, checked, proposing, done, dropped.
    """

    __tablename__ = "photo_archive"
    __table_args__ = (
        CheckConstraint("state IN ('checking', 'checked', 'proposing', 'done', 'dropped')", name="state"),
        Index("ix_photo_archive_author", "author"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="checking")
    sent_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ArchivePerson(Base):
    """The photos under one name in an archive, and what came of them.

    label: the folder or file name, as it was written. files: their names inside the archive. employee_id None: nobody
    was found. done: whether this round has looked at it. fault: why none was taken, a code; other: name of somebody
    else whom it is about. taken, known: photos that can be used, and those enrolled before. faults: [file, code] of
    the rest. claimed_at: since when a request is at it.
    """

    __tablename__ = "photo_archive_person"
    __table_args__ = (Index("ix_photo_archive_person_archive_id", "archive_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    archive_id: Mapped[int] = mapped_column(ForeignKey("photo_archive.id"))
    label: Mapped[str] = mapped_column(String(200))
    files: Mapped[list[Any]]
    employee_id: Mapped[str | None] = mapped_column(ForeignKey("employee.id"))
    done: Mapped[bool] = mapped_column(default=False)
    fault: Mapped[str | None] = mapped_column(String(32))
    other: Mapped[str | None] = mapped_column(String(300))
    taken: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[int] = mapped_column(Integer, default=0)
    faults: Mapped[list[Any]]
    claimed_at: Mapped[datetime | None]
