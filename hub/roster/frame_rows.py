"""Rows of enrolment pictures and of what a pack sees in them, for whoever enrols."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.roster.models import EnrolmentFrame, Template
from hub.roster.photos import Photo

Origin = Literal["folder", "webcam", "kiosk"]


def place_frame(
    session: Session, employee_id: str, photo: Photo, *, file: str, origin: Origin, author: str, now: datetime
) -> EnrolmentFrame:
    """The row of a photo: a new one, or an earlier one (another pack's, or refused or withdrawn then), proposed.

    One that was approved stays so. It may have no number before the session is flushed.
    """
    frame = session.scalar(
        select(EnrolmentFrame).where(EnrolmentFrame.employee_id == employee_id, EnrolmentFrame.sha256 == photo.sha256)
    )
    if frame is None:
        frame = EnrolmentFrame(
            employee_id=employee_id, sha256=photo.sha256, file=file, origin=origin, origin_name=photo.name
        )
        session.add(frame)
    elif frame.state in {"refused", "withdrawn"}:
        session.execute(delete(Template).where(Template.frame_id == frame.id))
    if frame.state not in {"proposed", "approved"}:
        frame.state, frame.added_by, frame.added_at = "proposed", author, now
    return frame


def known_photos(session: Session, employee_id: str, pack: str | None = None) -> set[str]:
    """SHA-256 of the photos that somebody is enrolled with, approved or waiting; in this pack, or in any (None)."""
    enrolled = select(EnrolmentFrame.sha256).where(
        EnrolmentFrame.employee_id == employee_id, EnrolmentFrame.state.in_(("proposed", "approved"))
    )
    if pack is not None:
        enrolled = enrolled.join(Template, Template.frame_id == EnrolmentFrame.id).where(Template.pack == pack)
    return set(session.scalars(enrolled))
