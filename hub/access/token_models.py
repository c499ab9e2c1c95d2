"""What programs that use the hub's interface show, and what they were answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class ApiToken(Base):
    """A token of a program. secret_hash: SHA-256, in hex, of 256 random bits. scopes: what it may do.

    unit_id None: every unit. used_at: late by up to `hub.access.tokens.SEEN_EVERY`.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[Any]]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class ApiAnswer(Base):
    """What a caller was answered to a request with an Idempotency-Key. status None: the answer is being made.

    request_hash: SHA-256, in hex, of what was asked, so that a key is not taken for another question.
    """

    __tablename__ = "api_answer"
    __table_args__ = (Index("ix_api_answer_made_at", "made_at"),)

    caller: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
