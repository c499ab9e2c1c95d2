"""Who may log in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class Account(Base):
    """A person who uses the hub's pages. password_hash: argon2id. unit_id None: sees every unit.

    employee_id: which employee they are, where that is known, so that nobody approves under another spelling what they
    enrolled; no foreign key (migration 0017).
    """

    __tablename__ = "account"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    employee_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
