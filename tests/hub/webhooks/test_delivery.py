"""Deliveries to a receiver that checks what it is sent: up, down, slow, refusing, and with the hub killed between."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.outbox import courier as outbox
from hub.outbox.claiming import LEASE
from hub.webhooks import sending
from hub.webhooks.deliveries import replay_one, replay_since, send_test
from hub.webhooks.models import Webhook, WebhookDelivery
from hub.webhooks.registry import list_webhooks, replace_secret, switch_off, switch_on
from hub.webhooks.sealing import SecretSeal
from hub.webhooks.sending import webhook_courier
from tests.factories.etpp import Etpp, serving

from .conftest import BEGIN, Desk

Listen = Callable[..., Etpp]
MINUTE = timedelta(minutes=1)


def test_receiver_is_told_once_and_the_signature_holds(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    number = send_test(desk.database, "e-tpp", now=desk.now())
    assert desk.courier().step() == 1
    assert desk.courier().step() == 0
    [row] = desk.rows("e-tpp")
    assert (row.id, row.state, row.detail, row.attempts) == (number, "delivered", "HTTP 204", 1)
    assert etpp.counts == {row.message_id: 1}
    [event] = etpp.events
    assert (event["type"], event["timestamp"]) == ("webhook.test", "2026-12-01T03:00:00Z")
    assert etpp.headers[0]["content-type"] == "application/json"
    assert "authorization" not in etpp.headers[0]


def test_wrong_secret_is_refused_and_not_tried_again(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    etpp.secrets[:] = ["whsec_" + "A" * 44]
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    desk.wait(timedelta(days=1))
    assert desk.courier().step() == 0
    [row] = desk.rows("e-tpp")
    assert (row.state, row.detail) == ("refused", "HTTP 401: the signature is wrong")
    assert etpp.refused == ["the signature is wrong"]


def test_time_is_that_of_the_try_and_an_old_request_is_refused(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    etpp.answers.append((503, {}))
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    desk.wait(MINUTE * 10)
    desk.courier().step()
    assert etpp.refused == []
    first, second = (headers["webhook-timestamp"] for headers in etpp.headers)
    assert int(second) - int(first) == 600
    old = etpp.headers[0]
    assert etpp.take(old, desk.rows("e-tpp")[0].payload.encode())[0] == 401
    assert etpp.refused == ["the time is not now"]


def test_receiver_that_was_down_is_told_when_it_is_up(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    address = etpp.port
    with serving(Etpp([])) as other:
        closed = other.port
    secret = desk.add("away", f"http://127.0.0.1:{closed}/")
    send_test(desk.database, "away", now=desk.now())
    desk.courier().step()
    [row] = desk.rows("away")
    assert (row.state, row.detail, row.due_at) == ("waiting", "No connection.", BEGIN + timedelta(seconds=15))
    assert [line.state for line in list_webhooks(desk.database)] == ["failing", "unused"]
    assert desk.courier().step() == 0, "not before it is due again"
    desk.wait(MINUTE)
    with serving(Etpp([secret], now=lambda: desk.now().timestamp()), port=closed) as up:
        desk.courier().step()
    assert up.counts == {row.message_id: 1}
    assert desk.states("away") == ["delivered"]
    assert address != closed


def test_slow_receiver_is_not_waited_for(desk: Desk, listen: Listen) -> None:
    etpp = listen(hold=threading.Event())
    send_test(desk.database, "e-tpp", now=desk.now())
    began = time.monotonic()
    desk.courier(answer_s=0.2).step()
    assert time.monotonic() - began < 5
    [row] = desk.rows("e-tpp")
    assert (row.state, row.detail) == ("waiting", "No answer in time.")
    assert etpp.hold is not None
    etpp.hold.set()
    desk.wait(MINUTE)
    desk.courier().step()
    assert desk.states("e-tpp") == ["delivered"]
    assert list(etpp.counts) == [row.message_id]
    assert len(etpp.events) == 1, "told twice under one id, it takes it once"


@pytest.mark.parametrize("status", [500, 503, 408, 409, 425, 429, 302, 0])
def test_trouble_of_the_moment_is_tried_again(desk: Desk, listen: Listen, status: int) -> None:
    etpp = listen()
    etpp.answers.append((status, {"Location": f"{etpp.url}/elsewhere"} if status == 302 else {}))
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    [row] = desk.rows("e-tpp")
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.detail == ("No connection." if status == 0 else f"HTTP {status}: not now")
    desk.wait(timedelta(seconds=15))
    desk.courier().step()
    assert desk.states("e-tpp") == ["delivered"]
    assert etpp.counts == {row.message_id: 2}


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_refusal_is_final(desk: Desk, listen: Listen, status: int) -> None:
    etpp = listen()
    etpp.answers.append((status, {}))
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    desk.wait(timedelta(days=2))
    assert desk.courier().step() == 0
    assert desk.states("e-tpp") == ["refused"]
    assert etpp.counts.total() == 1


def test_receiver_that_wants_no_more_is_switched_off(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    etpp.answers.append((410, {}))
    for _ in range(2):
        send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    assert desk.states("e-tpp") == ["refused", "moot"]
    [line] = list_webhooks(desk.database)
    assert (line.state, line.off_by, line.off_at) == ("off", None, BEGIN)
    assert "410" in (line.off_because or "")
    assert etpp.counts.total() == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), ("1", 15), ("864000", 3600), ("Tue, 01 Dec 2026 03:05:00 GMT", 300), ("soon", 15), ("-5", 15)],
)
def test_wish_to_be_left_alone_is_heeded_within_bounds(desk: Desk, listen: Listen, asked: str, seconds: int) -> None:
    etpp = listen()
    etpp.answers.append((503, {"Retry-After": asked}))
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    [row] = desk.rows("e-tpp")
    assert row.due_at - BEGIN == timedelta(seconds=seconds)


def test_given_up_after_three_days(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    etpp.answers += [(500, {})] * 200
    send_test(desk.database, "e-tpp", now=desk.now())
    while desk.states("e-tpp") == ["waiting"]:
        desk.courier().step()
        desk.wait(timedelta(minutes=30))
    [row] = desk.rows("e-tpp")
    assert row.state == "given_up"
    assert row.ended_at is not None
    assert timedelta(days=3) <= row.ended_at - BEGIN <= timedelta(days=3, hours=1)
    assert 50 < row.attempts < 120


def test_hub_that_dies_after_the_answer_sends_the_same_id_again(
    desk: Desk, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    etpp = listen()
    for _ in range(3):
        send_test(desk.database, "e-tpp", now=desk.now())

    class Killed(BaseException):
        pass

    def die(*_given: object, **_named: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "settle_row", die)
        with pytest.raises(Killed):
            desk.courier().step()
    assert desk.states("e-tpp") == ["waiting"] * 3
    assert etpp.counts.total() == 1
    assert desk.courier().step() == 0, "as long as the other may still be at it"
    desk.wait(LEASE + MINUTE)
    assert desk.courier().step() == 3
    assert desk.states("e-tpp") == ["delivered"] * 3
    assert sorted(etpp.counts.values()) == [1, 1, 2]
    assert {event["id"] for event in etpp.events} == {row.message_id for row in desk.rows("e-tpp")}
    assert len(etpp.events) == 3


def test_two_couriers_at_once_deliver_nothing_twice(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    for _ in range(40):
        send_test(desk.database, "e-tpp", now=desk.now())
    couriers = [threading.Thread(target=desk.courier().step) for _ in range(3)]
    for each in couriers:
        each.start()
    for each in couriers:
        each.join(60)
    assert desk.states("e-tpp") == ["delivered"] * 40
    assert set(etpp.counts.values()) == {1}
    assert len(etpp.counts) == 40


def test_dead_receiver_delays_no_other(desk: Desk, listen: Listen) -> None:
    dead = listen("dead", hold=threading.Event())
    alive = listen("e-tpp")
    for name in ("dead", "e-tpp"):
        for _ in range(3):
            send_test(desk.database, name, now=desk.now())
    stop = threading.Event()
    running = threading.Thread(target=desk.courier(answer_s=30).run, args=(stop,))
    running.start()
    until = time.monotonic() + 20
    while alive.counts.total() < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert alive.counts.total() == 3
    assert dead.counts.total() == 0
    assert dead.hold is not None
    dead.hold.set()
    stop.set()
    running.join(20)
    assert not running.is_alive()


def test_replay_comes_under_the_same_id(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    number = send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    again = replay_one(desk.database, "e-tpp", number, now=desk.now())
    once_more = None
    desk.courier().step()
    once_more = replay_one(desk.database, "e-tpp", again, now=desk.now())
    desk.courier().step()
    rows = desk.rows("e-tpp")
    assert [row.id for row in rows] == [number, again, once_more]
    assert [row.replay_of for row in rows] == [None, number, number]
    assert len({(row.message_id, row.payload) for row in rows}) == 1
    assert etpp.counts == {rows[0].message_id: 3}
    assert len(etpp.events) == 1


def test_replay_since_a_moment_leaves_out_tests_and_what_waits(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    etpp.answers += [(204, {}), (404, {})]
    _owe(desk, "early")
    desk.courier().step()
    desk.wait(MINUTE)
    since = desk.now()
    _owe(desk, "refused")
    _owe(desk, "arrives")
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    _owe(desk, "waits")
    assert desk.states("e-tpp") == ["delivered", "refused", "delivered", "delivered", "waiting"]
    assert replay_since(desk.database, "e-tpp", since, now=desk.now(), undelivered_only=True) == 1
    assert replay_since(desk.database, "e-tpp", since, now=desk.now()) == 1, "the other one waits already"
    desk.courier().step()
    told = {row.message_id: etpp.counts[row.message_id] for row in desk.rows("e-tpp")}
    assert told["msg_early"] == 1
    assert (told["msg_refused"], told["msg_arrives"], told["msg_waits"]) == (2, 2, 1)
    assert desk.states("e-tpp")[-2:] == ["delivered", "delivered"]


def _owe(desk: Desk, name: str) -> None:
    with desk.database.write() as session:
        hook = session.scalars(select(Webhook)).one()
        session.add(
            WebhookDelivery(
                lane=str(hook.id), due_at=desk.now(), made_at=desk.now(), webhook_id=hook.id, event="month.closed",
                message_id=f"msg_{name}", payload="{}",
            )
        )  # fmt: skip


def test_what_waited_while_it_was_off_is_dropped_and_can_be_replayed(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    number = send_test(desk.database, "e-tpp", now=desk.now())
    switch_off(desk.database, "e-tpp", because="e-TPP dipindahkan", by="budi", now=desk.now())
    desk.courier().step()
    assert [(row.state, row.detail) for row in desk.rows("e-tpp")] == [("moot", sending.SWITCHED_OFF)]
    switch_on(desk.database, "e-tpp")
    replay_one(desk.database, "e-tpp", number, now=desk.now())
    desk.courier().step()
    assert etpp.counts.total() == 1


def test_both_secrets_sign_until_the_one_before_ends(desk: Desk, listen: Listen) -> None:
    etpp = listen()
    before = etpp.secrets[0]
    new = replace_secret(desk.database, desk.seal, "e-tpp", now=desk.now(), both=timedelta(hours=2))
    for secret in (before, new):
        etpp.secrets[:] = [secret]
        send_test(desk.database, "e-tpp", now=desk.now())
        desk.courier().step()
    desk.wait(timedelta(hours=2))
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    etpp.secrets[:] = [before]
    send_test(desk.database, "e-tpp", now=desk.now())
    desk.courier().step()
    assert desk.states("e-tpp") == ["delivered", "delivered", "delivered", "refused"]
    assert [len(headers["webhook-signature"].split()) for headers in etpp.headers] == [2, 2, 1, 1]


def test_secret_and_address_stay_out_of_logs_and_lists(
    desk: Desk, listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    etpp = listen()
    secret = etpp.secrets[0]
    with caplog.at_level(logging.INFO):
        send_test(desk.database, "e-tpp", now=desk.now())
        webhook_courier(desk.database, SecretSeal(b"x" * 32), now=desk.now).step()
        assert [row.detail for row in desk.rows("e-tpp")] == [sending.OTHER_KEY]
        desk.wait(MINUTE)
        etpp.answers.append((500, {}))
        desk.courier().step()
        desk.wait(MINUTE)
        desk.courier().step()
    kept = [str(vars(row)) for row in desk.rows("e-tpp")] + [str(list_webhooks(desk.database))]
    with desk.database.read() as session:
        kept += [str(vars(row)) for row in session.scalars(select(Webhook))]
    for text in (*kept, caplog.text):
        assert secret not in text
        assert secret.removeprefix("whsec_") not in text
    assert "sealed with another webhook.key" in caplog.text
    assert etpp.url not in caplog.text
