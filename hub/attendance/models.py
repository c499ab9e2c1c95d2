"""Stored days, the days that must be assessed again, and the papers that bear on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base

PENDING_CONDITION = "status IN ('MENUNGGU_DATA', 'BELUM_ADA_KETERANGAN')"
"""Of days that wait for a kiosk, or for an explanation."""


class DirtyDay(Base):
    """A day of an employee that must be assessed again.

    marks: counts up with every mark. A worker claims the row, assesses, and deletes it only if `marks` is still what it
    was when claimed: a punch that came in between is then assessed too.
    """

    __tablename__ = "dirty_day"
    __table_args__ = (Index("ix_dirty_day_marked_at", "marked_at"),)

    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(Date, primary_key=True)
    marks: Mapped[int] = mapped_column(Integer, default=1)
    marked_at: Mapped[datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]


class StoredDay(Base):
    """An assessed day, as it stands. day: the whole AttendanceDay; the other columns repeat what recaps ask for.

    unit_id: where the employee belonged on that day. seen: whether there is a punch of the day, counted or not; None:
    stored before this was noted, and settled since. late_min, early_min None: not known, or not asked on such a day.
    version: counts up with every change of the day's content.
    """

    __tablename__ = "stored_day"
    __table_args__ = (
        # With what a month's grid shows: a person's days lie far apart on the disk, but side by side in this index.
        PrimaryKeyConstraint(
            "employee_id", "work_date", postgresql_include=["unit_id", "status", "late_min", "early_min"]
        ),
        # With what first pages add up, so that PostgreSQL need not look at the days themselves.
        Index(
            "ix_stored_day_unit_id_work_date",
            "unit_id",
            "work_date",
            postgresql_include=["employee_id", "status", "late_min", "early_min", "seen", "assessed_at", "version"],
        ),
        # Few days are open among millions.
        Index(
            "ix_stored_day_pending",
            "work_date",
            "unit_id",
            sqlite_where=text(PENDING_CONDITION),
            postgresql_where=text(PENDING_CONDITION),
        ),
    )

    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    work_date: Mapped[date] = mapped_column(Date)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[str] = mapped_column(String(32))
    late_min: Mapped[int | None] = mapped_column(Integer)
    early_min: Mapped[int | None] = mapped_column(Integer)
    absent_days: Mapped[int] = mapped_column(Integer, default=0)
    seen: Mapped[bool | None] = mapped_column(Boolean)
    day: Mapped[dict[str, Any]]
    assessed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)


class MonthClose(Base):
    """A month that was closed for a unit (None: for all), and, when it had to be, opened again; rows are never removed.

    month: its first day. A month is closed while it has a row without reopened_at.
    """

    __tablename__ = "month_close"
    __table_args__ = (Index("ix_month_close_month_unit_id", "month", "unit_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(64))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str | None] = mapped_column(String(64))
    reopen_reason: Mapped[str | None] = mapped_column(Text)


class DocumentRow(Base):
    """A letter that excuses, or cancels, attendance (Perbup Jember 55/2021 Ps 11 and 13); corrected by a newer row.

    covers: [{"from": …, "to": …}], local dates or date-times as they stand in the letter. known_by: the superior who
    knew. handed_in, verified_on, entered_on: local dates, None: not yet. signed_by, witness_statements: for
    cancellations. reopened_because: why the month was opened again for it. first_day, last_day: the outermost days of
    `covers`, for queries. withdrawn_at: from then on it counts no more. number: of the letter. refused_because: why the
    personnel official did not verify it; a refused letter counts no more. replaces: the row that this one corrects.
    submitted_by: who handed it in, submitted_at when it was put on record.
    """

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("witness_statements >= 0", name="witness_statements"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"), index=True)
    type: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(64))
    covers: Mapped[list[Any]]
    known_by: Mapped[str | None] = mapped_column(String(64))
    handed_in: Mapped[date | None] = mapped_column(Date)
    verified_on: Mapped[date | None] = mapped_column(Date)
    verified_by: Mapped[str | None] = mapped_column(String(64))
    entered_on: Mapped[date | None] = mapped_column(Date)
    entered_by: Mapped[str | None] = mapped_column(String(64))
    signed_by: Mapped[list[Any]] = mapped_column(default=list)
    witness_statements: Mapped[int] = mapped_column(Integer, default=0)
    reopened_because: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(String(100))
    submitted_by: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
    refused_by: Mapped[str | None] = mapped_column(String(64))
    refused_because: Mapped[str | None] = mapped_column(Text)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)
    replaces: Mapped[int | None] = mapped_column(Integer)
    first_day: Mapped[date | None] = mapped_column(Date, index=True)
    last_day: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))


class DocumentFile(Base):
    """A scan or photo of a letter; its bytes lie under the data directory, named by their SHA-256.

    media_type: as its content shows. name: as it was handed in. size: bytes.
    """

    __tablename__ = "document_file"
    __table_args__ = (UniqueConstraint("document_id", "sha256"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]


class Outage(Base):
    """A time without working terminals at a unit and those below it (None: everywhere), declared on record (Ps 11(7)).

    reported_to: Diskominfo, BKPSDM. ended_at None: not over yet.
    """

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    reported_to: Mapped[str] = mapped_column(String(200))
    declared_by: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime]


class ManualEntry(Base):
    """Attendance that somebody entered by hand, with a photo or on a signed Lampiran I; counts while `approved`.

    arrival, departure: None: not entered. sha256: of the photo or scan under the data directory; None: there is none.
    outage_id: the outage that it belongs to. Who enters never decides.
    """

    __tablename__ = "manual_entry"
    __table_args__ = (
        Index("ix_manual_entry_employee_id_work_date", "employee_id", "work_date"),
        CheckConstraint("state IN ('submitted', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name="decider"),
        CheckConstraint("decided_by IS NULL OR lower(decided_by) <> lower(entered_by)", name="second_person"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    work_date: Mapped[date] = mapped_column(Date)
    arrival: Mapped[datetime | None]
    departure: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outage.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="submitted")
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_because: Mapped[str | None] = mapped_column(Text)


class PunchDecision(Base):
    """What somebody decided about a punch; the newest row of a punch and a matter counts.

    about: `window` (it lies outside the windows, or at a place that was not approved; accepted: it counts as if it had
    been taken inside), `disavowal` (accepted: it counts although it was disavowed at the kiosk) or `review` (it was
    made with a PIN or a card, on duty elsewhere, or without a position; not accepted: it counts for nothing).
    """

    __tablename__ = "punch_decision"
    __table_args__ = (Index("ix_punch_decision_device_epoch_seq", "device", "epoch", "seq"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    epoch: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int] = mapped_column(BigInteger)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    about: Mapped[str] = mapped_column(String(16), default="window", server_default="window")
    accepted: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
