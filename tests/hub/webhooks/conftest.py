"""An e-TPP that listens, a webhook that leads to it, and a courier between them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.db import Database
from hub.outbox.courier import Courier
from hub.webhooks.events import EVENTS
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.registry import add_webhook
from hub.webhooks.sealing import SecretSeal
from hub.webhooks.sending import webhook_courier
from tests.factories.etpp import Etpp, serving
from tests.factories.journals import SettableClock

BEGIN = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """The hub's side: webhooks, what they are owed, and a clock that a test moves."""

    database: Database
    seal: SecretSeal
    clock: SettableClock

    def now(self) -> datetime:
        return self.clock.now

    def add(self, name: str, url: str, events: Collection[str] = EVENTS, unit_id: int | None = None) -> str:
        """The secret."""
        return add_webhook(self.database, self.seal, name, url, events, unit_id=unit_id, by="budi", now=self.clock.now)

    def courier(self, answer_s: float = 5.0) -> Courier:
        return webhook_courier(self.database, self.seal, now=self.now, answer_s=answer_s)

    def wait(self, pause: timedelta) -> None:
        self.clock.advance(pause.total_seconds())

    def owed(self, name: str) -> list[dict[str, Any]]:
        """Bodies that were written down for a webhook, oldest first."""
        return [msgspec.json.decode(row.payload) for row in self.rows(name)]

    def rows(self, name: str) -> list[WebhookDelivery]:
        query = select(WebhookDelivery).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        with self.database.read() as session:
            return list(session.scalars(query.where(Webhook.name == name).order_by(WebhookDelivery.id)))

    def states(self, name: str) -> list[str]:
        return [row.state for row in self.rows(name)]


@pytest.fixture
def desk(database: Database, clock: SettableClock) -> Desk:
    clock.now = BEGIN
    return Desk(database, SecretSeal(b"w" * 32), clock)


@pytest.fixture
def office(database: Database) -> InventedOffice:
    return InventedOffice(database, at=datetime(2026, 2, 27, tzinfo=UTC))


@pytest.fixture
def listen(desk: Desk) -> Iterator[Callable[..., Etpp]]:
    """Let a receiver listen, with a webhook of its name that leads to it."""
    with ExitStack() as opened:

        def begin(name: str = "e-tpp", **how: Any) -> Etpp:
            etpp = opened.enter_context(serving(Etpp([], now=lambda: desk.now().timestamp(), **how)))
            etpp.secrets.append(desk.add(name, etpp.url))
            return etpp

        yield begin
