"""What people may show when their face fails."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class FallbackPin(Base):
    """A PIN of somebody; the row without ended_at is in force.

    hashed: as contract.pin.hash_pin makes it; empty once it has ended: what is no secret any more need not be kept.
    """

    __tablename__ = "fallback_pin"
    __table_args__ = (
        Index(
            "ix_fallback_pin_in_force",
            "employee_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    hashed: Mapped[str] = mapped_column(String(200))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class FallbackCard(Base):
    """A card of somebody, of one person at a time; counts until removed_at.

    sha256: as contract.pin.hash_card makes it. ending: the last characters of its number, to tell cards apart.
    """

    __tablename__ = "fallback_card"
    __table_args__ = (
        Index("ix_fallback_card_employee_id", "employee_id"),
        Index(
            "ix_fallback_card_in_force",
            "sha256",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    employee_id: Mapped[str] = mapped_column(ForeignKey("employee.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    ending: Mapped[str] = mapped_column(String(4))
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(String(64))
    removed_at: Mapped[datetime | None]
