"""The stored trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class AuditEntry(Base):
    """One read or write; rows are only ever added (the database refuses anything else).

    seq: 1, 2, 3 and so on without gaps. actor: an account, `cli:NAME`, `api-token:NAME`, or `-` for a sign-in under a
    name that is nobody's. role: the one that counted, where there was one. act: a word for machines, like `day.read`.
    about: JSON that says whom and what it was about, by number and never by name (`hub.access.trail.chain.about_text`).
    address: method and route, or the command. client: network address. status: as HTTP counts. previous, own: SHA-256
    in hex of the entry before and of this one (`chain.entry_hash`).
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('read', 'write')", name="kind"),
        Index("ix_audit_entry_at", "at"),
        Index("uq_audit_entry_previous", "previous", unique=True),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    role: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(5))
    act: Mapped[str] = mapped_column(String(100))
    about: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(200))
    client: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    previous: Mapped[str] = mapped_column(String(64))
    own: Mapped[str] = mapped_column(String(64))
