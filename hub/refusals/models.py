"""Events that a person should look at, and the pictures that kiosks announced for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class RefusalEvent(Base):
    """A refused presentation (contract.punch.RefusedPresentation); when it was stands in the journal row of its key.

    person_id: whom the face resembled, as the kiosk said it; None: nobody. layers: [{name, verdict, score}, …].
    evidence: SHA-256 of its snapshot; None: the kiosk could take none. seen_at: when somebody first looked at it;
    settled_at: when somebody declared it done.
    """

    __tablename__ = "refused_presentation"
    __table_args__ = (
        ForeignKeyConstraint(["device"], ["kiosk.device"]),
        Index("ix_refused_presentation_settled_at", "settled_at"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(BigInteger)
    policy: Mapped[str] = mapped_column(String(16))
    layers: Mapped[list[Any]]
    evidence: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(String(64))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))


class AnnouncedSnapshot(Base):
    """A picture that a kiosk's journal announces; none but these are taken in.

    Also for rows in quarantine: their kiosk must be told that it need keep the picture no longer.
    stored_at: since when it is on this hub's disk; None: it has not come yet.
    """

    __tablename__ = "announced_snapshot"
    __table_args__ = (ForeignKeyConstraint(["device"], ["kiosk.device"]),)

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    announced_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
