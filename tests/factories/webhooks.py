"""Webhooks with deliveries of every outcome, as pages show them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.db import Database
from hub.webhooks import sending
from hub.webhooks.events import EVENTS
from hub.webhooks.models import WebhookDelivery
from hub.webhooks.registry import add_webhook, replace_secret, switch_off
from hub.webhooks.sealing import SecretSeal


def furnish_webhooks(database: Database, seal: SecretSeal, *, now: datetime, hostile: str) -> None:
    """`e-tpp` (number 1) with deliveries, among them hostile answers, and `simpeg` (number 2), which is off."""
    add_webhook(database, seal, "e-tpp", "http://10.1.2.3/presensi", EVENTS, unit_id=None, by="budi", now=now)
    url = "https://simpeg.example/" + "x" * 60
    add_webhook(database, seal, "simpeg", url, ["document.decided"], unit_id=None, by="budi", now=now)
    switch_off(database, "simpeg", because=hostile, by="budi", now=now)
    replace_secret(database, seal, "e-tpp", now=now)
    outcomes = (
        ("delivered", "HTTP 204", 1),
        ("refused", f"HTTP 404: {hostile}", 1),
        ("given_up", sending.NO_CONNECTION, 80),
        ("moot", sending.SWITCHED_OFF, 1),
        ("waiting", sending.NO_ANSWER, 3),
        ("waiting", None, 0),
    )
    with database.write() as session:
        for place, (state, detail, attempts) in enumerate(outcomes):
            session.add(
                WebhookDelivery(
                    lane="1",
                    state=state,
                    due_at=now + timedelta(minutes=place),
                    made_at=now - timedelta(hours=place),
                    attempts=attempts,
                    tried_at=now if attempts else None,
                    ended_at=None if state == "waiting" else now,
                    detail=detail,
                    webhook_id=1,
                    event=EVENTS[place % len(EVENTS)],
                    message_id=f"msg_{place}",
                    payload="{}",
                    replay_of=1 if place == 1 else None,
                )
            )
