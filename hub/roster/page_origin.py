"""Pictures that were taken at the hub's pages: with whose consent, for whoever approves them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.access.models import Account
from hub.roster.models import EnrolmentFrame
from hub.roster.officers import is_same_officer
from hub.roster.page_enrolment_models import PageEnrolment, PagePicture


class PageOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment at the pages of which pictures wait; webcam: how many of them are frames of a camera."""

    author: str
    photos: int
    webcam: int
    consent_wording: str
    consent_language: str
    consented_at: datetime


def page_origins_of(session: Session, frames: Collection[int]) -> dict[str, tuple[PageOrigin, ...]]:
    """By employee, the enrolments at the pages that these waiting pictures are of; people with others are left out."""
    query = (
        select(PagePicture.frame_id, PagePicture.origin, PageEnrolment)
        .join(PageEnrolment, PageEnrolment.id == PagePicture.enrolment_id)
        .join(EnrolmentFrame, EnrolmentFrame.id == PagePicture.frame_id)
        .where(EnrolmentFrame.state == "proposed")
        .order_by(PageEnrolment.id)
    )
    wanted = set(frames)
    origins: dict[int, list[str]] = defaultdict(list)
    enrolments: dict[int, PageEnrolment] = {}
    for frame, origin, enrolment in session.execute(query):
        if frame in wanted:
            origins[enrolment.id].append(origin)
            enrolments[enrolment.id] = enrolment
    found: dict[str, list[PageOrigin]] = defaultdict(list)
    for number, enrolment in enrolments.items():
        found[enrolment.employee_id].append(
            PageOrigin(
                author=enrolment.author,
                photos=len(origins[number]),
                webcam=origins[number].count("webcam"),
                consent_wording=enrolment.consent_wording,
                consent_language=enrolment.consent_language,
                consented_at=enrolment.consented_at,
            )
        )
    return {person: tuple(each) for person, each in found.items()}


def frames_of_oneself(session: Session, officer: str, frames: Collection[int]) -> set[int]:
    """Which of these pictures an officer is on, or a further account of theirs has added, where accounts say so."""
    accounts = session.execute(select(Account.username, Account.employee_id))
    people = {row.username: row.employee_id for row in accounts}
    mine = next((employee for name, employee in people.items() if is_same_officer(name, officer)), None)
    if mine is None:
        return set()
    names = {name for name, employee in people.items() if employee == mine}
    wanted = set(frames)
    query = select(EnrolmentFrame.id, EnrolmentFrame.employee_id, EnrolmentFrame.added_by).where(
        (EnrolmentFrame.employee_id == mine) | EnrolmentFrame.added_by.in_(names)
    )
    return {row.id for row in session.execute(query) if row.id in wanted}
