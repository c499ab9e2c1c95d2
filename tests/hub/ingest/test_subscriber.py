"""The loop between broker and recorders, with a broker in memory."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from contract.codec import pack, seal, unseal
from contract.receipt import Receipt
from contract.topics import up
from contract.transport import Connected, Disconnected
from hub.db import Database, open_database, upgrade
from hub.ingest.subscriber import (
    BACKLOG_MESSAGES,
    GROUP_ARRIVALS,
    LONGEST_PAUSE_MS,
    Subscriber,
    pause_for,
    subscriptions,
)
from hub.roster.delivery import RosterDelivery
from tests.factories.journals import KioskJournal
from tests.factories.people import add_employee
from tests.factories.transports import ScriptedTransport


@pytest.fixture
def transport() -> ScriptedTransport:
    return ScriptedTransport()


@pytest.fixture
def subscriber(desk: Any, transport: ScriptedTransport) -> Subscriber:
    rosters = RosterDelivery(database=desk.database, hub_key=desk.hub_key, now=desk.clock)
    return Subscriber(
        transport=transport, recorder=desk.recorder, heartbeats=desk.heartbeats, rosters=rosters, monotonic=lambda: 0.0
    )


def receipts(transport: ScriptedTransport, desk: Any, device: str = "kiosk-1") -> list[Receipt]:
    return [
        unseal(payload, Receipt, key=desk.hub_key.verify_key, purpose="receipt", device=device)
        for topic, payload in transport.published
        if topic == f"presensi/v1/down/{device}/receipt"
    ]


def test_step_stores_a_group_and_publishes_one_receipt(
    desk: Any, journal: KioskJournal, subscriber: Subscriber, transport: ScriptedTransport
) -> None:
    journal.punches(30)
    for first in (1, 11, 21):
        transport.deliver(up("kiosk-1", "punch"), journal.batch(first, first + 9))
    assert subscriber.step() == 3
    assert [receipt.upto for receipt in receipts(transport, desk)] == [30]
    assert len(desk.stored()) == 30


def test_step_takes_no_more_than_a_group(
    journal: KioskJournal, subscriber: Subscriber, transport: ScriptedTransport
) -> None:
    journal.punches(1)
    for _ in range(GROUP_ARRIVALS + 5):
        transport.deliver(up("kiosk-1", "punch"), journal.batch())
    assert subscriber.step() == GROUP_ARRIVALS
    assert subscriber.step() == 5
    assert subscriber.step() == 0


def test_heartbeat_is_answered_with_receipt_and_roster(
    desk: Any, journal: KioskJournal, subscriber: Subscriber, transport: ScriptedTransport
) -> None:
    add_employee(desk.database, "person-1")
    journal.punches(2)
    desk.record(journal.delivery())
    transport.deliver(up("kiosk-1", "state"), journal.heartbeat(queue=2))
    subscriber.step()
    assert [topic.rsplit("/", 1)[1] for topic, _ in transport.published] == ["receipt", "roster"]


def test_presence_and_connection_changes_are_taken(
    desk: Any, journal: KioskJournal, subscriber: Subscriber, transport: ScriptedTransport
) -> None:
    from hub.fleet.kiosks import list_kiosks

    transport.arrivals += [Connected(), Disconnected("the broker went away")]
    transport.deliver(up("kiosk-1", "online"), b"1")
    transport.deliver(up("kiosk-1", "online"), b"perhaps")
    subscriber.step()
    assert [kiosk.online for kiosk in list_kiosks(desk.database)] == [True]
    assert subscriber.counts.foreign == 1


def test_database_failure_acknowledges_nothing_and_the_next_group_works(
    desk: Any,
    journal: KioskJournal,
    subscriber: Subscriber,
    transport: ScriptedTransport,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal.punches(3)

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    monkeypatch.setattr("hub.ingest.recorder.store", fail)
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    subscriber.step()
    assert transport.published == []
    assert subscriber.counts.database_failures == 1
    monkeypatch.undo()
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    subscriber.step()
    assert [receipt.upto for receipt in receipts(transport, desk)] == [3]


def test_receipt_that_could_not_be_published_is_healed_by_the_next_delivery(
    desk: Any, journal: KioskJournal, subscriber: Subscriber, transport: ScriptedTransport
) -> None:
    journal.punches(3)
    transport.connected = False
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    subscriber.step()
    assert subscriber.counts.unpublished == 1
    transport.connected = True
    transport.deliver(up("kiosk-1", "punch"), journal.batch())
    subscriber.step()
    assert [receipt.upto for receipt in receipts(transport, desk)] == [3]
    assert len(desk.stored()) == 3


def test_pause_is_half_the_time_that_a_long_backlog_takes() -> None:
    assert pause_for(0, 1.0) == pause_for(BACKLOG_MESSAGES, 1.0) == 0
    assert pause_for(BACKLOG_MESSAGES + 1, 0.0) == 0
    assert pause_for(1_000, 0.004) == 2_000
    assert pause_for(5_000, 60.0) == LONGEST_PAUSE_MS


def test_long_backlog_asks_kiosks_to_hold_back_and_a_short_one_does_not(
    desk: Any, journal: KioskJournal, transport: ScriptedTransport
) -> None:
    ticks = itertools.count()
    subscriber = Subscriber(
        transport=transport, recorder=desk.recorder, heartbeats=desk.heartbeats, monotonic=lambda: next(ticks) * 3.2
    )
    journal.punches(1)
    for _ in range(BACKLOG_MESSAGES + 3 * GROUP_ARRIVALS + 10):
        transport.deliver(up("kiosk-1", "punch"), journal.batch())
    transport.deliver(up("kiosk-1", "state"), journal.heartbeat())
    while subscriber.step():
        pass
    pauses = [receipt.pause_ms for receipt in receipts(transport, desk)]
    # Nothing is known of the pace at first; then there are too many, and at last few enough.
    assert pauses[0] == 0
    assert all(pause > 0 for pause in pauses[1:3])
    assert all(pause == 0 for pause in pauses[3:])
    assert len(pauses) >= 6


def test_answers_to_heartbeats_do_not_call_back_what_receipts_ask(desk: Any, journal: KioskJournal) -> None:
    desk.recorder.pause_ms = desk.heartbeats.pause_ms = 700
    journal.punches(2)
    [stored] = desk.record(journal.delivery())
    [answered] = desk.hear(journal, queue=2)
    assert (stored.pause_ms, answered.pause_ms) == (700, 700)


def test_run_starts_and_stops_the_transport(subscriber: Subscriber, transport: ScriptedTransport) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=subscriber.run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert (transport.started, transport.stopped) == (1, 1)


def test_only_what_goes_into_the_database_is_shared() -> None:
    assert subscriptions(share="ingest") == [
        "$share/ingest/presensi/v1/up/+/punch",
        "$share/ingest/presensi/v1/up/+/enrol",
        "presensi/v1/up/+/state",
        "presensi/v1/up/+/online",
        "presensi/v1/up/+/evidence",
    ]
    assert subscriptions()[0] == "presensi/v1/up/+/punch"


# Whatever a stranger publishes -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, hub_key: Any) -> Iterator[Any]:
    """One desk for all examples: nothing of them may leave a trace in it."""
    from hub.fleet.alarms import AlarmBook
    from hub.ingest.heartbeats import HeartbeatRecorder
    from hub.ingest.recorder import Recorder
    from tests.factories.journals import SettableClock
    from tests.factories.people import add_kiosk_row

    path: Path = tmp_path_factory.mktemp("hostile") / "hub.db"
    with open_database(f"sqlite:///{path}") as database:
        upgrade(database)
        clock = SettableClock()
        alarms = AlarmBook(now=clock)
        recorder = Recorder(database=database, hub_key=hub_key, now=clock, alarms=alarms)
        heartbeats = HeartbeatRecorder(database=database, hub_key=hub_key, now=clock, alarms=alarms)
        rosters = RosterDelivery(database=database, hub_key=hub_key, now=clock)
        transport = ScriptedTransport()
        subscriber = Subscriber(transport=transport, recorder=recorder, heartbeats=heartbeats, rosters=rosters)
        journal = KioskJournal()
        add_kiosk_row(database, "kiosk-1", journal.key.verify_key)
        yield database, subscriber, transport, journal


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_looks_like_a_batch = st.fixed_dictionaries(
    {
        "v": st.just(1) | _json,
        "device": st.just("kiosk-1") | _json,
        "epoch": st.just("00000000-0000-0000-0000-000000000001") | _json,
        "first_seq": st.integers(-1, 2**54) | _json,
        "previous": st.just("0" * 64) | _json,
        "last": st.just("0" * 64) | _json,
        "rows": st.lists(st.text(), max_size=3) | _json,
        "signature": st.just("A" * 88) | _json,
    }
)
_topics = st.sampled_from([up("kiosk-1", "punch"), up("kiosk-1", "state"), up("kiosk-1", "online"), up("x", "punch")])
_strange_topics = st.text() | st.sampled_from(
    ["", "/", "presensi/v1/up//punch", "presensi/v1/up/+/punch", "presensi/v1/up/kiosk-1/punch/x", "$SYS/broker"]
)


@given(
    topic=_topics | _strange_topics,
    payload=st.binary(max_size=300) | _looks_like_a_batch.map(pack) | _json.map(pack),
    retained=st.booleans(),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_message_neither_stops_the_step_nor_is_stored(
    hostile: tuple[Database, Subscriber, ScriptedTransport, KioskJournal],
    topic: str,
    payload: bytes,
    retained: bool,
) -> None:
    database, subscriber, transport, _ = hostile
    transport.deliver(topic, payload, retained=retained)
    subscriber.step()
    assert _rows(database) == (0, 0, 0)
    assert transport.published == []


def test_sealed_for_another_purpose_is_not_taken_for_a_heartbeat(
    hostile: tuple[Database, Subscriber, ScriptedTransport, KioskJournal],
) -> None:
    database, subscriber, transport, journal = hostile
    body = {"v": 1, "epoch": journal.epoch}
    transport.deliver(up("kiosk-1", "state"), seal(body, key=journal.key, purpose="receipt", device="kiosk-1"))
    subscriber.step()
    assert _rows(database) == (0, 0, 0)


def _rows(database: Database) -> tuple[int, ...]:
    from sqlalchemy import func, select

    from hub.fleet.models import LatestHeartbeat
    from hub.ingest.models import QuarantinedRow, StoredRow

    with database.read() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (StoredRow, QuarantinedRow, LatestHeartbeat)
        )
