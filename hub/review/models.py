"""What a punch says beside who and when, and what was said against it at the kiosk."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class PunchCircumstance(Base):
    """How somebody said who they were, where that was not the face alone, and what they said of the punch.

    Only punches that say anything of the kind have a row, one for the journal row of its key. factor, duty: as in
    contract.punch.Punch. evidence: SHA-256 of its snapshot; None: none was taken. fix None: the kiosk is not portable;
    false: it did not know where it was. latitude, longitude: degrees on WGS 84; accuracy_m: metres, None: not said.
    beyond_m: metres outside where the kiosk may stand; None: it was where it may be.
    """

    __tablename__ = "punch_circumstance"
    __table_args__ = (
        ForeignKeyConstraint(["device"], ["kiosk.device"]),
        Index("ix_punch_circumstance_person_id", "person_id"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(String(64))
    factor: Mapped[str] = mapped_column(String(8))
    duty: Mapped[bool] = mapped_column(Boolean)
    evidence: Mapped[str | None] = mapped_column(String(64))
    fix: Mapped[bool | None] = mapped_column(Boolean)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    beyond_m: Mapped[float | None] = mapped_column(Float)


class DisavowedPunch(Base):
    """A disavowal (contract.punch.Disavowal), one for the journal row of its key; the punch it names stays as it is.

    state: `awaited` until the punch is here; then `effective`, or `void` where there is no such punch of this person.
    """

    __tablename__ = "disavowal"
    __table_args__ = (
        ForeignKeyConstraint(["device"], ["kiosk.device"]),
        CheckConstraint("state IN ('awaited', 'effective', 'void')", name="state"),
        Index("ix_disavowal_state_device", "state", "device"),
        Index("ix_disavowal_device_punch_epoch_punch_seq", "device", "punch_epoch", "punch_seq"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    punch_epoch: Mapped[str] = mapped_column(String(36))
    punch_seq: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="awaited")
