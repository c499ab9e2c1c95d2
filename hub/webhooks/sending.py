"""One request to a webhook, and what its answer means for the delivery."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests
from sqlalchemy import Row, update

from hub.db import Database, table_of
from hub.errors import WebhookKeyError
from hub.outbox.courier import Answer, Courier
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.sealing import SecretSeal
from hub.webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

PATIENCE: Final = timedelta(days=3)
CONNECT_SECONDS: Final = 3.05
ANSWER_SECONDS: Final = 6.0
LONGEST_ANSWER: Final = 512
"""Bytes of an answer that are read, to be shown when it is no success."""

GONE: Final = 410
TRIED_AGAIN: Final = frozenset({408, 409, 425, 429})
"""Refusals of the moment; every other 4xx would be the same tomorrow."""

# What stands in the list of deliveries where nothing was answered; the pages know these in Indonesian too.
SWITCHED_OFF: Final = "The webhook is switched off."
NO_ANSWER: Final = "No answer in time."
NO_CONNECTION: Final = "No connection."
BAD_CERTIFICATE: Final = "The receiver's certificate is not trusted."
NO_HTTP: Final = "The answer is no HTTP."
OTHER_KEY: Final = "The secret was sealed with another webhook.key."
WANTS_NO_MORE: Final = "The receiver wants no more (410); the webhook is switched off."

_hooks = table_of(Webhook)


class Sender:
    """Sends a claimed row, signed with the secrets that hold now; redirects are not followed.

    Proxies and .netrc are left alone: receivers stand in the office's network as a rule. REQUESTS_CA_BUNDLE may name
    the certificates that are trusted.
    """

    def __init__(
        self, database: Database, seal: SecretSeal, *, now: Callable[[], datetime], answer_s: float = ANSWER_SECONDS
    ) -> None:
        self._database = database
        self._seal = seal
        self._now = now
        self._timeout = (CONNECT_SECONDS, answer_s)

    def __call__(self, row: Row[Any]) -> Answer:
        with self._database.read() as session:
            hook = session.get_one(Webhook, row.webhook_id)
        if hook.off_at is not None:
            return Answer("moot", SWITCHED_OFF)
        now = self._now()
        try:
            secrets = self._secrets(hook, now)
        except WebhookKeyError as error:
            logger.error("%s", error)  # noqa: TRY400 - its sentence is for operators
            return Answer("again", OTHER_KEY)
        body = row.payload.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Presensi-Webhooks/1",
            **signed_headers(secrets, row.message_id, int(now.timestamp()), body),
        }
        answer = self._post(hook.url, headers, body)
        if answer.outcome == "refused" and answer.detail == WANTS_NO_MORE:
            self._switch_off(hook.id, now)
        return answer

    def _secrets(self, hook: Webhook, now: datetime) -> list[str]:
        """What a request is signed with: the secret, and the one before while it holds."""
        secrets = [self._seal.open(hook.name, hook.sealed_secret)]
        if hook.sealed_before is not None and hook.before_until is not None and now < hook.before_until:
            secrets.append(self._seal.open(hook.name, hook.sealed_before))
        return secrets

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """No exception's text gets out of here: it would hold the address, and whatever stands in its query."""
        try:
            with _Session() as session:
                session.trust_env = False
                session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
                with session.post(
                    url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
                ) as response:
                    said = b"" if 200 <= response.status_code < 300 else response.raw.read1(LONGEST_ANSWER)
                    return judge(response.status_code, said, response.headers.get("Retry-After"), self._now())
        except requests.Timeout:
            return Answer("again", NO_ANSWER)
        except requests.exceptions.SSLError:
            return Answer("again", BAD_CERTIFICATE)
        except requests.ConnectionError:
            return Answer("again", NO_CONNECTION)
        except (requests.RequestException, OSError, ValueError):
            return Answer("again", NO_HTTP)

    def _switch_off(self, hook_id: int, now: datetime) -> None:
        gone = update(_hooks).where(_hooks.c.id == hook_id, _hooks.c.off_at.is_(None))
        with self._database.writing_connection() as connection:
            connection.execute(gone.values(off_at=now, off_by=None, off_because=WANTS_NO_MORE))


class _Session(requests.Session):
    """Sees no redirect anywhere: even where it follows none, requests would read the whole of such an answer."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - fixed by requests
        return None


def judge(status: int, said: bytes, retry_after: str | None, now: datetime) -> Answer:
    """What an answer means. said: the beginning of its body; retry_after: the header, if it came with one."""
    if 200 <= status < 300:
        return Answer("delivered", f"HTTP {status}")
    if status == GONE:
        return Answer("refused", WANTS_NO_MORE)
    words = " ".join("".join(each if each.isprintable() else " " for each in said.decode(errors="replace")).split())
    detail = f"HTTP {status}: {words}" if words else f"HTTP {status}"
    if 400 <= status < 500 and status not in TRIED_AGAIN:
        return Answer("refused", detail)
    return Answer("again", detail, after=_wait(retry_after, now))


def webhook_courier(
    database: Database,
    seal: SecretSeal,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    answer_s: float = ANSWER_SECONDS,
) -> Courier:
    """Whoever runs it delivers what webhooks are owed, beside others who do so."""
    send = Sender(database, seal, now=now, answer_s=answer_s)
    return Courier(database, table_of(WebhookDelivery), send, patience=PATIENCE, now=now)


def _wait(retry_after: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After asks to wait: seconds or a date; None: nothing that can be read."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta())
