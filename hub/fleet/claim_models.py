"""Kiosks that ask to be let in, and the certificates that they got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class KioskClaim(Base):
    """One claim; see contract.claim. keys: SHA-256 over both public keys, hexadecimal, by which a claim is known.

    code: what the kiosk's screen shows. client: the address that it came from. state open: it waits, until expires_at;
    afterwards it is as good as refused. settled_by, settled_at, reason: of whoever approved or refused it.
    """

    __tablename__ = "kiosk_claim"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'approved', 'refused')", name="state"),
        UniqueConstraint("device", "keys"),
        Index("ix_kiosk_claim_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    device: Mapped[str] = mapped_column(String(63))
    keys: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[str] = mapped_column(String(64))
    csr: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(8))
    software: Mapped[str] = mapped_column(String(64), default="")
    client: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="open")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")


class KioskCertificate(Base):
    """The newest certificate that the authority signed for a kiosk. chain: PEM, with the intermediate.

    due: when it is to be renewed. revoked_at: when it came into the revocation list, and the broker was told.
    """

    __tablename__ = "kiosk_certificate"

    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"), primary_key=True)
    chain: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime]
    due: Mapped[datetime]
    until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
