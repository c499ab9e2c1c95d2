"""One enrolment picture of somebody, to hold another picture against."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from hub.db import Database
from hub.roster.models import EnrolmentFrame


def portrait_files(database: Database, people: Collection[str]) -> dict[str, str]:
    """The first approved enrolment picture of each of these people, below the enrolment folder; others are left out."""
    first = (
        select(func.min(EnrolmentFrame.id))
        .where(EnrolmentFrame.employee_id.in_(people), EnrolmentFrame.state == "approved")
        .group_by(EnrolmentFrame.employee_id)
    )
    query = select(EnrolmentFrame.employee_id, EnrolmentFrame.file).where(EnrolmentFrame.id.in_(first))
    with database.read() as session:
        return {row.employee_id: row.file for row in session.execute(query)}
