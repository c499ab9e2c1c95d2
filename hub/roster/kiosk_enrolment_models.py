"""People who were enrolled at kiosks: what came, whom it is of, and what became of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class EnrolKey(Base):
    """One row (id 1): the public half of the key that enrolments are sealed for; every roster carries it.

    No row: no hub has run on this database yet, and nobody can be enrolled at a kiosk.
    """

    __tablename__ = "enrol_key"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(64))


class KioskEnrolment(Base):
    """One person, enrolled at one kiosk (contract.enrolment); kept for good, as the record of the consent.

    enrolment: the id that the kiosk gave it. state: receiving (parts are missing), complete (to be looked at by the
    hub), waiting (for a second person), approved, refused (`reason`, as the kiosk's operator reads it).
    person_id, name, operator_id: as the kiosk said them; person None: somebody new. employee_id: whose pictures they
    became; None: nobody's. is_new: that employee was made by it. operator_name: the operator as author of the pictures.
    taken_at: of the first part that came. ended_at: when it was approved or refused.
    attempts, claimed_by, claimed_at: of whoever looks at it for the hub.
    """

    __tablename__ = "kiosk_enrolment"
    __table_args__ = (
        UniqueConstraint("device", "enrolment"),
        CheckConstraint("state IN ('receiving', 'complete', 'waiting', 'approved', 'refused')", name="state"),
        Index("ix_kiosk_enrolment_state", "state"),
        Index("ix_kiosk_enrolment_employee_id", "employee_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    enrolment: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(16), default="receiving")
    parts: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    operator_id: Mapped[str] = mapped_column(String(64))
    operator_name: Mapped[str | None] = mapped_column(String(64))
    consent_wording: Mapped[str] = mapped_column(String(40))
    consent_language: Mapped[str] = mapped_column(String(2))
    consented_at: Mapped[datetime]
    software: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    employee_id: Mapped[str | None] = mapped_column(ForeignKey("employee.id"))
    is_new: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_at: Mapped[datetime | None]


class SealedPart(Base):
    """A part as it came, which only the hub's key opens; gone as soon as the hub has looked at the whole."""

    __tablename__ = "sealed_part"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("kiosk_enrolment.id"), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]


class KioskPicture(Base):
    """An enrolment picture (hub.roster.models.EnrolmentFrame) that was taken at a kiosk, and how the head was held."""

    __tablename__ = "kiosk_picture"
    __table_args__ = (Index("ix_kiosk_picture_enrolment_id", "enrolment_id"),)

    frame_id: Mapped[int] = mapped_column(ForeignKey("enrolment_frame.id"), primary_key=True, autoincrement=False)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("kiosk_enrolment.id"))
    part: Mapped[int] = mapped_column(Integer)
    pose: Mapped[str] = mapped_column(String(8))
    taken_at: Mapped[datetime]
