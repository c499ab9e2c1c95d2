"""What every row that waits to be delivered has; reminders and webhooks add what they carry."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

State = Literal["waiting", "delivered", "refused", "given_up", "moot"]
"""waiting: to be delivered, or tried again. refused: the other side will never take it. given_up: it failed for too
long. moot: it was not needed any more when its turn came."""

STATES: Final = "state IN ('waiting', 'delivered', 'refused', 'given_up', 'moot')"


class Owed:
    """Columns of an outbox.

    lane: whom it goes through; rows of one lane are delivered in turn, and a lane that is dead delays no other.
    due_at: not before. claimed_by, claimed_until: which process delivers it now. attempts: how often it was tried.
    detail: what the other side said last. ended_at: when it left the state `waiting`.
    """

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    lane: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    detail: Mapped[str | None] = mapped_column(String(300))
