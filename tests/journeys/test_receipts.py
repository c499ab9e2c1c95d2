"""Receipts lost, doubled, late, forged and played back: a row retires on the hub's own word, and on nothing else."""

from __future__ import annotations

import json
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract import topics
from contract.codec import Purpose, seal
from contract.mqtt import BrokerAddress, MqttTransport
from contract.receipt import Receipt
from contract.signing import SigningKey
from contract.transport import Connected, Delivery
from tests.factories.journals import KioskJournal
from tests.journeys.bridge import Bridge, Misfortune
from tests.journeys.conftest import AddKiosk
from tests.journeys.world import Broker, HubAtWork, assert_hub_holds_the_journal, wait_until

EVERYTHING = 10_000


@contextmanager
def stranger(url: str, *subscriptions: str) -> Iterator[MqttTransport]:
    """Somebody else on the broker, connected."""
    transport = MqttTransport(
        address=BrokerAddress.parse(url), client_id=f"stranger-{uuid.uuid4().hex[:8]}", subscriptions=subscriptions
    )
    transport.start()
    try:
        while not isinstance(transport.receive(60), Connected):
            pass
        yield transport
    finally:
        transport.stop()


def _drain(transport: MqttTransport) -> list[bytes]:
    found = []
    while (arrival := transport.receive(0)) is not None:
        if isinstance(arrival, Delivery):
            found.append(arrival.payload)
    return found


def test_forged_and_replayed_receipts_retire_nothing(broker: Broker, tmp_path: Path, add_kiosk: AddKiosk) -> None:
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    try:
        kiosk, other = add_kiosk(hub), add_kiosk(hub)
        topic = topics.down(kiosk.device, "receipt")
        with stranger(broker.url, topic) as liar:
            kiosk.start(250)
            kiosk.deliver_all()
            genuine = _drain(liar)
            assert genuine
            hub.end()
            kiosk.start(500, "--stay")
            status = kiosk.await_status(lambda status: status.online and status.rows == 500, "it has taken the rest")
            assert (status.queue, status.refused_messages) == (250, 0)
            refused = _forgeries(hub, kiosk.device, other.device, kiosk.key, status.epoch, genuine[-1])
            elsewhere = Receipt(version=2**40, epoch=str(uuid.uuid4()), upto=EVERYTHING)
            for payload in [*genuine, seal(elsewhere, key=hub.key, purpose="receipt", device=kiosk.device), *refused]:
                assert liar.publish(topic, payload)
            # The refused ones were published last: when they are counted, all of them were looked at.
            status = kiosk.await_status(
                lambda status: status.refused_messages >= len(refused), "it refuses what was forged"
            )
            assert (status.queue, status.refused_messages) == (250, len(refused))
            assert len(hub.rows(kiosk.device)) == 250
        hub.start()
        kiosk.await_status(lambda status: status.queue == 0, "the hub's own receipts retire the rows")
        kiosk.end()
        assert_hub_holds_the_journal(hub, kiosk, rows=500)
    finally:
        hub.end()


def _forgeries(
    hub: HubAtWork, device: str, other: str, kiosk_key: SigningKey, epoch: str, genuine: bytes
) -> list[bytes]:
    """Receipts for everything that this kiosk must refuse, each for a reason of its own."""
    claim = Receipt(version=2**40, epoch=epoch, upto=EVERYTHING)

    def sealed(key: SigningKey, purpose: Purpose = "receipt", to: str = device) -> bytes:
        return seal(claim, key=key, purpose=purpose, device=to)

    return [
        sealed(SigningKey.generate()),
        sealed(kiosk_key),
        sealed(hub.key, to=other),
        sealed(hub.key, purpose="command"),
        genuine[: len(genuine) // 2],
        genuine[:-1] + bytes([genuine[-1] ^ 1]),
        genuine + b"\0",
        b"",
        b"{}",
    ]


def test_punches_and_heartbeats_of_a_stranger_change_nothing_at_the_hub(hub: HubAtWork, add_kiosk: AddKiosk) -> None:
    kiosk, other = add_kiosk(hub), add_kiosk(hub)
    punches, state = topics.up(kiosk.device, "punch"), topics.up(kiosk.device, "state")
    with stranger(hub.broker_url, punches) as liar:
        kiosk.start(150)
        kiosk.deliver_all()
        genuine = _drain(liar)
        forged = KioskJournal(kiosk.device).punches(5)
        for payload in (forged.batch(), b"", genuine[0][:-9], *genuine, *reversed(genuine)):
            assert liar.publish(punches, payload)
        assert liar.publish(topics.up(other.device, "punch"), genuine[0])
        # It claims that a thousand rows have been delivered, so that nobody would wait for them.
        assert liar.publish(state, forged.heartbeat(last_seq=1000))
        told = {(kiosk.device, "bad_signature"), (kiosk.device, "malformed"), (other.device, "malformed")}
        wait_until(lambda: told <= _alarms(hub), "the hub's alarms tell of it")
        kiosk.start(300)
        kiosk.deliver_all()
    assert_hub_holds_the_journal(hub, kiosk, rows=300)
    assert hub.rows(other.device) == []
    wait_until(lambda: hub.heard_last_seq(kiosk.device) == 300, "the hub believes the kiosk's own heartbeat")


def _alarms(hub: HubAtWork) -> set[tuple[str, str]]:
    alarms = json.loads(hub.run("alarms", "--json").stdout)
    return {(alarm["device"], alarm["kind"]) for alarm in alarms}


def test_receipts_lost_doubled_and_late_lose_and_double_nothing(
    hub: HubAtWork, tmp_path: Path, add_kiosk: AddKiosk
) -> None:
    misfortune = Misfortune(loss=0.4, doubling=0.4, holding=0.3, seed=7)
    kiosk_side = Broker(tmp_path)
    kiosk_side.start()
    try:
        with Bridge(kiosk_side.url, hub.broker_url, misfortune):
            kiosk = add_kiosk(hub, broker_url=kiosk_side.url)
            kiosk.start(1200, "--pause-ms", "1", "--receipt-timeout", "0.3")
            kiosk.deliver_all()
    finally:
        kiosk_side.end()
    assert_hub_holds_the_journal(hub, kiosk, rows=1200)
    assert all(misfortune.befell[what] for what in ("lost", "doubled", "held", "late")), misfortune.befell


def test_broker_that_drops_what_it_acknowledged_loses_nothing(tmp_path: Path, add_kiosk: AddKiosk) -> None:
    broker = Broker(tmp_path, settings="max_queued_messages 4\nmax_inflight_messages 4\nsys_interval 1\n")
    broker.start()
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    try:
        kiosk = add_kiosk(hub)
        assert hub.process is not None
        wait_until(lambda: _is_connected(hub), "the hub is connected to the broker")
        with stranger(broker.url, "$SYS/broker/publish/messages/dropped") as watcher:
            hub.process.send(signal.SIGSTOP)
            kiosk.start(3000, "--window", "60")
            wait_until(lambda: any(int(each) > 0 for each in _drain(watcher)), "the broker drops messages")
        hub.process.send(signal.SIGCONT)
        kiosk.deliver_all()
        assert_hub_holds_the_journal(hub, kiosk, rows=3000)
    finally:
        hub.end()
        broker.end()


def _is_connected(hub: HubAtWork) -> bool:
    return bool(hub.readiness()["broker"])
