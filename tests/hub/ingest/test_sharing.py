"""Whether shared subscriptions are believed only where they work."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from contract.mqtt import BrokerAddress, MqttTransport
from contract.transport import Connected, Delivery, Disconnected, Transport
from hub.ingest.sharing import broker_shares
from hub.ingest.subscriber import subscriptions
from tests.factories.transports import ScriptedTransport

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[str]:
    if MOSQUITTO is None:
        pytest.skip("Mosquitto is not installed here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    broker = subprocess.Popen([MOSQUITTO, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        broker.terminate()
        broker.wait(20)


def connect(url: str, client_id: str, filters: Sequence[str]) -> MqttTransport:
    return MqttTransport(address=BrokerAddress.parse(url), client_id=client_id, subscriptions=filters)


def test_mosquitto_shares(mosquitto: str) -> None:
    assert broker_shares(lambda filters: connect(mosquitto, "probe", filters), stop=threading.Event(), patience=30)


def test_broker_that_grants_and_delivers_nothing_does_not_share() -> None:
    pytest.importorskip("amqtt")
    from cli.demo_broker import DemoBroker

    with DemoBroker() as broker:
        assert not broker_shares(
            lambda filters: connect(broker.url, "probe", filters), stop=threading.Event(), patience=1
        )


def test_probe_ends_when_told_to_although_nobody_answers() -> None:
    stop = threading.Event()
    stop.set()
    transport = ScriptedTransport()
    assert not broker_shares(lambda _filters: transport, stop=stop)
    assert (transport.started, transport.stopped) == (1, 1)


def test_probe_of_a_broker_that_refuses_the_subscription_ends_at_once() -> None:
    transport = ScriptedTransport()
    transport.arrivals.append(Disconnected("the broker refused the subscription to $share/…"))
    assert not broker_shares(lambda _filters: transport, stop=threading.Event())


def test_probe_is_not_satisfied_by_somebody_elses_message() -> None:
    transport = ScriptedTransport()
    transport.arrivals += [Connected(), Delivery("presensi/v1/probe/x", b"another")]
    assert not broker_shares(lambda _filters: transport, stop=threading.Event(), patience=0.2)


def test_workers_on_mosquitto_divide_the_punches_between_them(mosquitto: str) -> None:
    filters = subscriptions(share="ingest")
    workers = [connect(mosquitto, f"worker-{number}", filters) for number in range(2)]
    kiosk = connect(mosquitto, "kiosk", [])
    for transport in (*workers, kiosk):
        transport.start()
    try:
        for transport in (*workers, kiosk):
            assert isinstance(_next(transport, Connected), Connected)
        for number in range(20):
            assert kiosk.publish("presensi/v1/up/kiosk-1/punch", str(number).encode())
        assert kiosk.publish("presensi/v1/up/kiosk-1/state", b"all")
        seen = [[], []]  # type: list[list[bytes]]
        deadline = time.monotonic() + 30
        while sum(len(each) for each in seen) < 22 and time.monotonic() < deadline:
            for worker, received in zip(workers, seen, strict=True):
                arrival = worker.receive(0.05)
                if isinstance(arrival, Delivery):
                    received.append(arrival.payload)
    finally:
        for transport in (*workers, kiosk):
            transport.stop()
    punches = [payload for received in seen for payload in received if payload != b"all"]
    assert sorted(punches) == sorted(str(number).encode() for number in range(20))
    assert all(b"all" in received for received in seen)
    assert all(len(received) > 1 for received in seen)


def _next(transport: Transport, kind: type) -> object:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        arrival = transport.receive(0.2)
        if isinstance(arrival, kind):
            return arrival
    return None
