"""Webhooks as an administrator keeps them: made, listed, switched off and on, and given another secret."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import WebhookError
from hub.roster.models import Unit
from hub.webhooks.events import EVENTS
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.sealing import SecretSeal
from hub.webhooks.signing import new_secret

BOTH_SECRETS: Final = timedelta(hours=24)
"""So long the secret before signs as well, unless it is to end sooner."""
LONGEST_REASON: Final = 300
_LONGEST_URL: Final = 500
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook as a list shows it; never its secret. unit None: every unit. off_by None with off_at: the receiver.

    waiting: deliveries that are not settled; failing: of these, tried already. delivered_at: of the last that arrived.
    """

    id: int
    name: str
    url: str
    events: tuple[str, ...]
    unit: str | None
    made_at: datetime
    made_by: str
    off_at: datetime | None
    off_by: str | None
    off_because: str | None
    before_until: datetime | None
    waiting: int
    failing: int
    delivered_at: datetime | None

    @property
    def state(self) -> str:
        """off, failing, waiting, working or unused."""
        if self.off_at is not None:
            return "off"
        if self.failing:
            return "failing"
        if self.waiting:
            return "waiting"
        return "unused" if self.delivered_at is None else "working"


def add_webhook(
    database: Database,
    seal: SecretSeal,
    name: str,
    url: str,
    events: Collection[str],
    *,
    unit_id: int | None,
    by: str,
    now: datetime,
) -> str:
    """Make a webhook; its secret, which is told this once. WebhookError says what is wrong."""
    if not _NAME.fullmatch(name):
        raise WebhookError(
            f"'{name[:64]}' cannot be a webhook's name: use 2 to 63 small letters, digits, dots, hyphens."
        )
    wanted = [event for event in EVENTS if event in events]
    strange = sorted(set(events) - set(EVENTS))
    if strange or not wanted:
        what = f"'{strange[0][:40]}' is no event" if strange else "A webhook needs an event"
        raise WebhookError(f"{what}: choose among {', '.join(EVENTS)}.")
    secret = new_secret()
    row = Webhook(
        name=name,
        url=check_url(url),
        sealed_secret=seal.seal(name, secret),
        events=wanted,
        unit_id=unit_id,
        made_at=now,
        made_by=by,
    )
    try:
        with database.write() as session:
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise WebhookError(f"There is a webhook '{name}' already; choose another name.") from error
    return secret


def check_url(text: str) -> str:
    """An address that requests can go to; WebhookError for any other. It stands in lists, so it holds no password."""
    url = text.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookError(f"'{url[:80]}' is no address: write http://HOST/PATH or https://HOST/PATH.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise WebhookError("Leave name, password and '#' out of the address: the signature says who is asking.")
    return url


def list_webhooks(database: Database) -> list[WebhookLine]:
    """All webhooks by name."""
    with database.read() as session:
        units = {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}
        waiting = _count_waiting(session)
        return [
            WebhookLine(
                id=row.id,
                name=row.name,
                url=row.url,
                events=tuple(row.events),
                unit=None if row.unit_id is None else units[row.unit_id],
                made_at=row.made_at,
                made_by=row.made_by,
                off_at=row.off_at,
                off_by=row.off_by,
                off_because=row.off_because,
                before_until=row.before_until,
                waiting=waiting.get(row.id, (0, 0))[0],
                failing=waiting.get(row.id, (0, 0))[1],
                delivered_at=_last_delivered(session, row.id),
            )
            for row in session.scalars(select(Webhook).order_by(Webhook.name))
        ]


def switch_off(database: Database, name: str, *, because: str, by: str, now: datetime) -> None:
    """Tell a webhook nothing from now on; what waits for it is dropped when its turn comes, and can be replayed."""
    why = " ".join(because.split())
    if not why or len(why) > LONGEST_REASON:
        raise WebhookError(f"Say why, in 1 to {LONGEST_REASON} characters: it stays on record.")
    with database.write() as session:
        row = find_webhook(session, name)
        if row.off_at is not None:
            raise WebhookError(f"The webhook '{name}' is off already, since {row.off_at:%Y-%m-%d}.")
        row.off_at, row.off_by, row.off_because = now, by, why


def switch_on(database: Database, name: str) -> None:
    """Tell a webhook again what happens from now on; what happened meanwhile was not written down for it."""
    with database.write() as session:
        row = find_webhook(session, name)
        if row.off_at is None:
            raise WebhookError(f"The webhook '{name}' is on already.")
        row.off_at = row.off_by = row.off_because = None


def replace_secret(
    database: Database, seal: SecretSeal, name: str, *, now: datetime, both: timedelta = BOTH_SECRETS
) -> str:
    """Another secret, told this once. both: so long requests carry the signature of the secret before as well."""
    with database.write() as session:
        row = find_webhook(session, name)
        secret = new_secret()
        row.sealed_before = row.sealed_secret if both else None
        row.before_until = now + both if both else None
        row.sealed_secret = seal.seal(row.name, secret)
        return secret


def find_webhook(session: Session, name: str) -> Webhook:
    """The webhook of a name; WebhookError when there is none."""
    row = session.scalar(select(Webhook).where(Webhook.name == name))
    if row is None:
        raise WebhookError(f"There is no webhook '{name[:64]}'; `presensi hub webhook list` shows them.")
    return row


def _count_waiting(session: Session) -> dict[int, tuple[int, int]]:
    query = (
        select(
            WebhookDelivery.webhook_id,
            func.count(),
            func.count().filter(WebhookDelivery.detail.is_not(None)),
        )
        .where(WebhookDelivery.state == "waiting")
        .group_by(WebhookDelivery.webhook_id)
    )
    return {webhook_id: (waiting, failing) for webhook_id, waiting, failing in session.execute(query)}


def _last_delivered(session: Session, webhook_id: int) -> datetime | None:
    return session.scalar(
        select(WebhookDelivery.ended_at)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "delivered")
        .order_by(WebhookDelivery.id.desc())
        .limit(1)
    )
