"""A process that delivers is killed in the middle of it: nothing is lost, and the same id comes again."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from hub.db import Database
from hub.outbox.claiming import LEASE
from hub.webhooks.deliveries import send_test
from tests.conftest import ROOT
from tests.factories.etpp import Etpp

from .conftest import Desk

CHILD = """
import sys
import threading
from hub.db import open_database
from hub.webhooks.sealing import SecretSeal
from hub.webhooks.sending import webhook_courier

with open_database(sys.argv[1]) as database:
    webhook_courier(database, SecretSeal(b"w" * 32), answer_s=60).run(threading.Event())
"""


def test_killed_process_loses_nothing(
    desk: Desk, database: Database, database_url: str, listen: Callable[..., Etpp]
) -> None:
    desk.clock.now = datetime.now(UTC)
    etpp = listen(hold=threading.Event())
    for _ in range(3):
        send_test(desk.database, "e-tpp", now=desk.now())
    child = subprocess.Popen([sys.executable, "-c", CHILD, database_url], cwd=ROOT)
    try:
        until = time.monotonic() + 60
        while not any(row.attempts for row in desk.rows("e-tpp")) and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait(20)
    assert etpp.hold is not None
    etpp.hold.set()
    assert desk.states("e-tpp") == ["waiting"] * 3
    desk.wait(LEASE + LEASE)
    etpp.now = lambda: desk.now().timestamp()
    desk.courier().step()
    assert desk.states("e-tpp") == ["delivered"] * 3
    assert {event["id"] for event in etpp.events} == {row.message_id for row in desk.rows("e-tpp")}
    assert len(etpp.events) == 3
