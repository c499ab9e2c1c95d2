"""Webhooks, and what is or was owed to each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base
from hub.outbox.rows import STATES, Owed


class Webhook(Base):
    """An address that is told what happens. events: kinds it wants. unit_id None: every unit.

    sealed_secret: what requests are signed with, sealed with the hub's `webhook.key`. sealed_before: the secret before
    it, which signs as well until before_until. off_at None: it is on. off_by None: the receiver wanted no more.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    sealed_secret: Mapped[str] = mapped_column(String(200))
    sealed_before: Mapped[str | None] = mapped_column(String(200))
    before_until: Mapped[datetime | None]
    events: Mapped[list[Any]]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    off_at: Mapped[datetime | None]
    off_by: Mapped[str | None] = mapped_column(String(64))
    off_because: Mapped[str | None] = mapped_column(String(300))


class WebhookDelivery(Owed, Base):
    """An event for one webhook; its lane is the webhook's number.

    message_id: the same in every try and every replay. payload: JSON, as it is signed. replay_of: the delivery that
    this one repeats; None: it is the first.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint(STATES, name="state"),
        Index("ix_webhook_delivery_state_due_at", "state", "due_at"),
        Index("ix_webhook_delivery_webhook_id_id", "webhook_id", "id"),
        Index("ix_webhook_delivery_ended_at", "ended_at"),
    )

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event: Mapped[str] = mapped_column(String(32))
    message_id: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)
    replay_of: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
