"""What was delivered to a webhook and what was not; replays, tests, and what is forgotten with age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, literal, select
from sqlalchemy.orm import Session

from hub.db import Database, UtcDateTime, table_of
from hub.errors import WebhookError
from hub.webhooks.events import TEST_EVENT, Test, encode_event
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.registry import find_webhook
from hub.webhooks.telling import new_row

KEEP_DELIVERIES: Final = timedelta(days=90)

_rows = table_of(WebhookDelivery)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as a list shows it. detail: what the receiver said last, or why nothing was heard of it.

    due_at: of one that waits, when it is tried next. replay_of: the delivery that it repeats.
    """

    id: int
    webhook: str
    event: str
    message_id: str
    state: str
    made_at: datetime
    due_at: datetime
    attempts: int
    tried_at: datetime | None
    ended_at: datetime | None
    detail: str | None
    replay_of: int | None


def list_deliveries(database: Database, name: str, *, limit: int = 50, state: str | None = None) -> list[DeliveryLine]:
    """Of one webhook, the newest first; WebhookError when there is no such webhook."""
    with database.read() as session:
        hook = find_webhook(session, name)
        query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == hook.id)
        if state is not None:
            query = query.where(WebhookDelivery.state == state)
        return [_line(row, hook) for row in session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit))]


def find_delivery(database: Database, number: int) -> DeliveryLine:
    """One delivery; WebhookError when there is none of this number."""
    with database.read() as session:
        row = session.get(WebhookDelivery, number)
        if row is None:
            raise WebhookError(f"There is no delivery {number}.")
        return _line(row, session.get_one(Webhook, row.webhook_id))


def send_test(database: Database, name: str, *, now: datetime) -> int:
    """Owe a webhook an event that says that nothing happened; the number of the delivery."""
    with database.write() as session:
        hook = _switched_on(session, name)
        payload = encode_event(TEST_EVENT, Test(), now)
        row = WebhookDelivery(**new_row(hook.id, TEST_EVENT, payload, now))
        session.add(row)
        session.flush()
        return row.id


def replay_one(database: Database, name: str, number: int, *, now: datetime) -> int:
    """Deliver once more what was settled, under the same id; the new delivery's number.

    WebhookError when it is not of this webhook, still waits, or the webhook is off.
    """
    with database.write() as session:
        hook = _switched_on(session, name)
        row = session.get(WebhookDelivery, number)
        if row is None or row.webhook_id != hook.id:
            raise WebhookError(f"The webhook '{name}' has no delivery {number}.")
        if row.state == "waiting":
            raise WebhookError(f"The delivery {number} still waits, and goes out by itself.")
        again = new_row(hook.id, row.event, row.payload, now)
        repeated = WebhookDelivery(**again | {"message_id": row.message_id, "replay_of": row.replay_of or row.id})
        session.add(repeated)
        session.flush()
        return repeated.id


def replay_since(
    database: Database, name: str, since: datetime, *, now: datetime, undelivered_only: bool = False
) -> int:
    """Deliver once more what was written since a moment, each under its own id; how many.

    Left out are tests, and what waits already. undelivered_only: also what has arrived.
    """
    with database.write() as session:
        hook = _switched_on(session, name)
        own = select(_rows.c.message_id).where(_rows.c.webhook_id == hook.id)
        which = (
            (_rows.c.webhook_id == hook.id)
            & (_rows.c.made_at >= since)
            & (_rows.c.event != TEST_EVENT)
            & _rows.c.replay_of.is_(None)
            & _rows.c.message_id.not_in(own.where(_rows.c.state == "waiting"))
        )
        if undelivered_only:
            which &= _rows.c.message_id.not_in(own.where(_rows.c.state == "delivered"))
        return _repeat(session.connection(), which, now)


def forget_deliveries(database: Database, *, before: datetime) -> int:
    """Delete what was settled before a moment; how many."""
    old = delete(_rows).where(_rows.c.ended_at < before, _rows.c.state != "waiting")
    with database.writing_connection() as connection:
        return connection.execute(old).rowcount


def _repeat(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    copied = [_rows.c[name] for name in ("lane", "webhook_id", "event", "message_id", "payload")]
    moment = literal(now, UtcDateTime())
    query = select(*copied, literal("waiting"), moment, moment, literal(0), _rows.c.id)
    columns = [*(each.name for each in copied), "state", "due_at", "made_at", "attempts", "replay_of"]
    copy = insert(_rows).from_select(columns, query.where(which).order_by(_rows.c.id))
    return len(connection.execute(copy.returning(_rows.c.id)).all())


def _switched_on(session: Session, name: str) -> Webhook:
    hook = find_webhook(session, name)
    if hook.off_at is not None:
        raise WebhookError(f"The webhook '{name}' is off; switch it on first: presensi hub webhook on {name}.")
    return hook


def _line(row: WebhookDelivery, hook: Webhook) -> DeliveryLine:
    return DeliveryLine(
        id=row.id,
        webhook=hook.name,
        event=row.event,
        message_id=row.message_id,
        state=row.state,
        made_at=row.made_at,
        due_at=row.due_at,
        attempts=row.attempts,
        tried_at=row.tried_at,
        ended_at=row.ended_at,
        detail=row.detail,
        replay_of=row.replay_of,
    )
