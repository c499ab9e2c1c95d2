"""What kiosks were ordered to do, and which took another's place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class KioskCommand(Base):
    """One command to one kiosk; see contract.command.

    id: by which the kiosk names its outcome. version: rises per kiosk; changed when the kiosk turns out to have seen
    it from a database that this one is an older copy of. sent_at: when it was last published; None: not yet.
    outcome None: open; outcome_at: by the kiosk's clock, or by the hub's where the kiosk said nothing. taken_back_by:
    kept where the kiosk turns out to have carried it out all the same.
    """

    __tablename__ = "kiosk_command"
    __table_args__ = (
        CheckConstraint(
            "action IN ('lock', 'unlock', 'restart', 'refresh', 'message', 'release', 'wipe')", name="action"
        ),
        CheckConstraint("outcome IN ('done', 'expired', 'refused', 'taken_back')", name="outcome"),
        UniqueConstraint("device", "version"),
        Index("ix_kiosk_command_outcome_device", "outcome", "device"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    version: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text, default="")
    taken_back_by: Mapped[str | None] = mapped_column(String(64))
    taken_back_at: Mapped[datetime | None]


class KioskSwap(Base):
    """A kiosk that takes another's place. It waits while confirmed_by and dropped_by are None."""

    __tablename__ = "kiosk_swap"
    __table_args__ = (Index("ix_kiosk_swap_old_device", "old_device"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    old_device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    new_device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"))
    because: Mapped[str] = mapped_column(String(500))
    declared_by: Mapped[str] = mapped_column(String(64))
    declared_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    dropped_by: Mapped[str | None] = mapped_column(String(64))
    dropped_at: Mapped[datetime | None]
