"""Kiosks and what they last said about themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base

AlarmKind = Literal[
    "unknown_device",
    "revoked_device",
    "bad_signature",
    "broken_chain",
    "malformed",
    "conflict",
    "fork",
    "source",
    "rolled_back",
    "rows_missing",
    "rows_lost",
    "restored_backup",
    "unstorable",
    "refusals",
    "stray_disavowal",
    "enrolments",
]
"""unknown_device, revoked_device: somebody speaks who may not (the former is kept under the empty device name, so that
strangers cannot fill the table); bad_signature, broken_chain, malformed: what was sent under a kiosk's name is not its
own or not whole; conflict, fork: two histories of one journal; source: a clip or photo at a kiosk that is not for
demonstration; rolled_back: a journal ends before what the hub holds of it, or its kiosk does not know it any more;
rows_missing: rows that the kiosk saw receipted are not here, and were asked for again; rows_lost: the same, but the
kiosk keeps them no longer;
restored_backup: a kiosk has seen versions that this hub never gave; unstorable: the database or the disk refuses
what a kiosk sent; refusals: somebody was refused too often in one visit, a photograph perhaps (once for each event);
stray_disavowal: somebody said "not me" of a row that is no punch of theirs; enrolments: what was enrolled at a kiosk
cannot be taken in (too many wait already), cannot be opened, or cannot be looked at."""


class Kiosk(Base):
    """A terminal that the hub knows.

    public_key: Ed25519, base64. unit_id None: everybody may be recognised here. receipt_version: newest receipt given.
    roster_sent: newest roster version ever sent to it, roster_sent_at when, roster_pack with which pack's templates.
    answered_at: when a heartbeat was last answered. delivered_up_to: everything taken here up to then is at the hub
    (coverage); None: never known. online: the broker's hint; None: never heard. threshold: set by an administrator, for
    the pack threshold_pack alone: cosines of two packs cannot be compared. lost_declared_by, lost_confirmed_by: the two
    people who declared a stolen or burnt terminal lost; the second revokes it, and nobody waits for what it holds.
    choose, fallback, areas: as in contract.roster.KioskPolicy. months_sent: newest version of months ever sent to it,
    months_digest of what; months_looked_at: when it was last held against the stored days. certificate_until: when
    the certificate expires with which it comes to the broker; None: it has none, or the hub was not told.
    """

    __tablename__ = "kiosk"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'revoked')", name="state"),
        CheckConstraint("liveness IN ('off', 'passive', 'active', 'strict')", name="liveness"),
    )

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64))
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(16), default="active")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    liveness: Mapped[str] = mapped_column(String(16), default="active")
    threshold: Mapped[float | None] = mapped_column(Float)
    threshold_pack: Mapped[str | None] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(String(500), default="")
    choose: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    fallback: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    areas: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    receipt_version: Mapped[int] = mapped_column(BigInteger, default=0)
    roster_sent: Mapped[int] = mapped_column(BigInteger, default=0)
    roster_sent_at: Mapped[datetime | None]
    roster_pack: Mapped[str | None] = mapped_column(String(64))
    months_sent: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    months_digest: Mapped[str | None] = mapped_column(String(64))
    months_looked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    delivered_up_to: Mapped[datetime | None]
    online: Mapped[bool | None] = mapped_column(Boolean)
    online_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    lost_declared_by: Mapped[str | None] = mapped_column(String(64))
    lost_declared_at: Mapped[datetime | None]
    lost_because: Mapped[str | None] = mapped_column(String(500))
    lost_confirmed_by: Mapped[str | None] = mapped_column(String(64))
    lost_confirmed_at: Mapped[datetime | None]
    certificate_until: Mapped[datetime | None]


class LatestHeartbeat(Base):
    """The newest heartbeat of a kiosk, field by field as in `contract.heartbeat`; older ones are not kept."""

    __tablename__ = "latest_heartbeat"

    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36))
    first_kept: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    queue: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[datetime]
    as_of: Mapped[datetime]
    boot: Mapped[str] = mapped_column(String(64))
    monotonic_ms: Mapped[int] = mapped_column(BigInteger)
    clock_source: Mapped[str] = mapped_column(String(8))
    camera: Mapped[str] = mapped_column(String(16))
    journal: Mapped[str] = mapped_column(String(16))
    camera_restarts: Mapped[int] = mapped_column(BigInteger)
    disk_free_mb: Mapped[int | None] = mapped_column(BigInteger)
    temperature_c: Mapped[float | None] = mapped_column(Float)
    alarms: Mapped[list[Any]]
    roster: Mapped[int] = mapped_column(BigInteger)
    months: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    command: Mapped[int] = mapped_column(BigInteger)
    receipt: Mapped[int] = mapped_column(BigInteger)
    pack: Mapped[str] = mapped_column(String(64))
    packs: Mapped[list[Any]] = mapped_column(default=list)
    software: Mapped[str] = mapped_column(String(64))
    locked: Mapped[str] = mapped_column(String(8), default="", server_default="")
    release: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    received_at: Mapped[datetime]


class KioskService(Base):
    """How people were served since a kiosk's local midnight, or since its program started; see contract.heartbeat.

    day: local, of `since`.
    """

    __tablename__ = "kiosk_service"
    __table_args__ = (Index("ix_kiosk_service_day_device", "day", "device"),)

    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    visits: Mapped[int] = mapped_column(BigInteger)
    recorded: Mapped[int] = mapped_column(BigInteger)
    first_try: Mapped[int] = mapped_column(BigInteger)
    challenged: Mapped[int] = mapped_column(BigInteger)
    fallback: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[int] = mapped_column(BigInteger)
    disavowed: Mapped[int] = mapped_column(BigInteger)
    seconds_median: Mapped[float | None] = mapped_column(Float)
    seconds_p95: Mapped[float | None] = mapped_column(Float)
    received_at: Mapped[datetime]


class EpochProgress(Base):
    """How far one journal of one kiosk is settled here, stored or quarantined.

    upto: rows 1 to here, without a gap; also: further ranges [[first, last], …], ascending, apart from each other.
    last_seq_claimed, first_kept: the journal's ends as the kiosk last gave them. quarantined: how many of its rows are
    in quarantine.
    """

    __tablename__ = "epoch_progress"

    device: Mapped[str] = mapped_column(ForeignKey("kiosk.device"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    upto: Mapped[int] = mapped_column(BigInteger, default=0)
    also: Mapped[list[Any]] = mapped_column(default=list)
    last_seq_claimed: Mapped[int] = mapped_column(BigInteger, default=0)
    first_kept: Mapped[int] = mapped_column(BigInteger, default=0)
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0)
    begun_at: Mapped[datetime]


class Alarm(Base):
    """Something that a person should look at, one row per device and kind however often it happens.

    settled_at: when somebody declared it done; the next occurrence opens it again.
    """

    __tablename__ = "alarm"

    device: Mapped[str] = mapped_column(String(63), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(Integer, default=1)
    detail: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(64))
