"""Journal rows as they came from the kiosks; never changed, but for the place in time that an anchor gives them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKeyConstraint, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class StoredRow(Base):
    """One row of a kiosk's journal: a punch, a clock anchor, a refusal or a disavowal.

    Only punches and disavowals have a person, and only punches are anybody's attendance. Whom a refused face resembled
    stands in hub.refusals.models.RefusalEvent; what a disavowal names in hub.review.models.DisavowedPunch. Which
    operator did what at a kiosk stands in the row itself.

    person_id: as the kiosk said it; no foreign key, since a punch of somebody unknown here is kept all the same.
    taken_at: what the kiosk's clock said. corrected_at: where a later clock anchor of the same boot places the row;
    None: nothing known better. placed_at: corrected_at if there is one, else taken_at; rules and recaps count this.
    row, hash: the exact bytes that were signed, and their hash in the chain (32 bytes).
    """

    __tablename__ = "journal_row"
    __table_args__ = (
        ForeignKeyConstraint(["device"], ["kiosk.device"]),
        CheckConstraint("kind IN ('punch', 'clock', 'refusal', 'disavowal', 'operator')", name="kind"),
        Index("ix_journal_row_person_id_placed_at", "person_id", "placed_at"),
        Index("ix_journal_row_placed_at", "placed_at"),
        Index("ix_journal_row_received_at", "received_at"),
        Index("ix_journal_row_device_boot_monotonic_ms", "device", "boot", "monotonic_ms"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str | None] = mapped_column(String(64))
    taken_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    placed_at: Mapped[datetime]
    clock_source: Mapped[str] = mapped_column(String(8))
    boot: Mapped[str] = mapped_column(String(64))
    monotonic_ms: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(String(16))
    similarity: Mapped[float | None] = mapped_column(Float)
    threshold: Mapped[float | None] = mapped_column(Float)
    session_hint: Mapped[str | None] = mapped_column(String(8))
    row: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime]


class QuarantinedRow(Base):
    """A row that is kept for people to look at and counts nowhere; the hash in the key keeps every version of it."""

    __tablename__ = "quarantine"
    __table_args__ = (
        ForeignKeyConstraint(["device"], ["kiosk.device"]),
        CheckConstraint("reason IN ('malformed', 'misplaced', 'conflict', 'source', 'unknown_kind')", name="reason"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text, default="")
    row: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(index=True)
