"""docs/webhooks.md: its receiver runs as it stands, and its table lists every event."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from typing import Any

from sqlalchemy import update

from hub.webhooks.deliveries import replay_one, send_test
from hub.webhooks.events import EVENTS, TEST_EVENT
from hub.webhooks.models import Webhook
from tests.conftest import ROOT

from .conftest import Desk

TEXT = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


@contextmanager
def answering(receiver: Any) -> Iterator[str]:
    class Quiet(receiver):  # type: ignore[misc]
        def log_message(self, *_given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def example(secret: str, handled: list[Any]) -> Any:
    [code] = re.findall(r"```python\n(# receiver\n.*?)```", TEXT, re.S)
    assert code.count("\n") <= 30
    names: dict[str, Any] = {"SECRET": secret, "handle": handled.append}
    exec(compile(code, "receiver of docs/webhooks.md", "exec"), names)
    return names["Receiver"]


def lead(desk: Desk, url: str) -> None:
    """The receiver needs the secret before it has an address."""
    with desk.database.write() as session:
        session.execute(update(Webhook).values(url=url))


def test_documented_receiver_takes_what_is_signed_once(desk: Desk) -> None:
    handled: list[Any] = []
    desk.clock.now = datetime.now(UTC)
    secret = desk.add("e-tpp", "http://127.0.0.1:9/")
    with answering(example(secret, handled)) as url:
        lead(desk, url)
        number = send_test(desk.database, "e-tpp", now=desk.now())
        courier = desk.courier()
        courier.step()
        replay_one(desk.database, "e-tpp", number, now=desk.now())
        courier.step()
        assert desk.states("e-tpp") == ["delivered", "delivered"]
        assert [event["type"] for event in handled] == [TEST_EVENT]


def test_documented_receiver_refuses_what_is_old_or_signed_by_another(desk: Desk) -> None:
    handled: list[Any] = []
    desk.clock.now = datetime.now(UTC) - timedelta(minutes=6)
    secret = desk.add("e-tpp", "http://127.0.0.1:9/")
    other = desk.add("other", "http://127.0.0.1:9/")
    with answering(example(other, handled)) as url:
        lead(desk, url)
        send_test(desk.database, "e-tpp", now=desk.now())
        desk.courier().step()
    with answering(example(secret, handled)) as url:
        lead(desk, url)
        send_test(desk.database, "e-tpp", now=desk.now())
        desk.courier().step()
    assert [(row.state, row.detail) for row in desk.rows("e-tpp")] == [("refused", "HTTP 401"), ("refused", "HTTP 400")]
    assert handled == []


def test_every_event_stands_in_the_table() -> None:
    rows = "\n".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("|"))
    assert set(re.findall(r"`([a-z_]+\.[a-z]+)`", rows)) == {*EVENTS, TEST_EVENT}
