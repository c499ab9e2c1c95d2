"""The transport against a real Mosquitto: what it brings, what it says when it cannot, and that it comes back."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from contract.mqtt import BrokerAddress, MqttTransport, Will
from contract.transport import Arrival, Connected, Delivery, Disconnected
from tests.factories.certificates import Authority
from tests.factories.mosquitto import MOSQUITTO, PATIENCE_SECONDS, Mosquitto

ONLINE = "presensi/v1/up/kiosk-1/online"
WILL = Will(ONLINE, gone=b"0", present=b"1")

Connect = Callable[..., MqttTransport]
_Kind = TypeVar("_Kind", bound=Arrival)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    running = Mosquitto(tmp_path)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes started transports; all of them are stopped in the end."""
    made: list[MqttTransport] = []

    def make(
        broker: Mosquitto | BrokerAddress, *subscriptions: str, client_id: str = "hub", **keywords: Any
    ) -> MqttTransport:
        address = BrokerAddress("127.0.0.1", broker.port) if isinstance(broker, Mosquitto) else broker
        transport = MqttTransport(
            address=address,
            client_id=client_id,
            subscriptions=subscriptions,
            **({"retry_seconds": (0.05, 0.5)} | keywords),
        )
        made.append(transport)
        transport.start()
        return transport

    yield make
    for transport in made:
        transport.stop()


def expect(transport: MqttTransport, kind: type[_Kind]) -> _Kind:
    """The next arrival, which must be of this kind."""
    arrival = transport.receive(PATIENCE_SECONDS)
    assert isinstance(arrival, kind), arrival
    return arrival


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # other processes and threads: there is no event to wait for


# A good line --------------------------------------------------------------------------------------------------------


def test_message_comes_through(broker: Mosquitto, connect: Connect) -> None:
    hub = connect(broker, "up/+/punch")
    expect(hub, Connected)
    kiosk = connect(broker, client_id="kiosk-1")
    expect(kiosk, Connected)
    assert kiosk.connected
    for number in range(50):
        assert kiosk.publish("up/kiosk-1/punch", b"%d" % number)
    assert kiosk.publish("up/kiosk-1/other", b"not subscribed")
    received = [expect(hub, Delivery) for _ in range(50)]
    assert [(each.topic, each.payload, each.retained) for each in received] == [
        ("up/kiosk-1/punch", b"%d" % number, False) for number in range(50)
    ]
    assert hub.receive(0) is None


def test_messages_that_wait_are_counted(broker: Mosquitto, connect: Connect) -> None:
    hub, kiosk = connect(broker, "t"), connect(broker, client_id="kiosk-1")
    expect(hub, Connected)
    expect(kiosk, Connected)
    assert hub.waiting == 0
    for _ in range(3):
        kiosk.publish("t", b"x")
    wait_until(lambda: hub.waiting == 3)
    expect(hub, Delivery)
    assert hub.waiting == 2


def test_retained_message_says_so_to_whoever_comes_later(broker: Mosquitto, connect: Connect) -> None:
    kiosk = connect(broker, "state", client_id="kiosk-1")
    expect(kiosk, Connected)
    kiosk.publish("state", b"old", retain=True)
    assert not expect(kiosk, Delivery).retained
    late = connect(broker, "state", client_id="late")
    expect(late, Connected)
    assert expect(late, Delivery) == Delivery("state", b"old", retained=True)


def test_message_too_small_for_nothing_and_large_ones_come_whole(broker: Mosquitto, connect: Connect) -> None:
    line = connect(broker, "t")
    expect(line, Connected)
    for payload in (b"", bytes(range(256)) * 4_096):
        assert line.publish("t", payload)
        assert expect(line, Delivery).payload == payload


def test_stopping_says_goodbye_and_may_be_repeated(broker: Mosquitto, connect: Connect) -> None:
    hub = connect(broker, ONLINE)
    expect(hub, Connected)
    kiosk = connect(broker, client_id="kiosk-1", will=WILL)
    assert expect(hub, Delivery).payload == b"1"
    kiosk.stop()
    kiosk.stop()
    assert not kiosk.connected
    assert not kiosk.publish("t", b"x")
    assert expect(hub, Delivery).payload == b"0"


def test_transport_that_was_stopped_can_be_started_again(broker: Mosquitto, connect: Connect) -> None:
    line = connect(broker, "t")
    expect(line, Connected)
    with pytest.raises(RuntimeError, match="running"):
        line.start()
    line.stop()
    assert expect(line, Disconnected).reason == "stopped"
    line.start()
    expect(line, Connected)
    line.publish("t", b"again")
    assert expect(line, Delivery).payload == b"again"


KILLED_KIOSK = """
import sys
from contract.mqtt import BrokerAddress, MqttTransport, Will
will = Will(sys.argv[2], gone=b"0", present=b"1")
transport = MqttTransport(
    address=BrokerAddress("127.0.0.1", int(sys.argv[1])), client_id="kiosk-1", subscriptions=["t"], will=will
)
transport.start()
while True:
    transport.receive(1)
"""


def test_broker_speaks_the_will_of_a_killed_kiosk(broker: Mosquitto, connect: Connect) -> None:
    import sys

    from tests.conftest import ROOT

    hub = connect(broker, ONLINE)
    expect(hub, Connected)
    kiosk = subprocess.Popen([sys.executable, "-c", KILLED_KIOSK, str(broker.port), ONLINE], cwd=ROOT)
    try:
        assert expect(hub, Delivery).payload == b"1"
    finally:
        kiosk.kill()
        kiosk.wait(PATIENCE_SECONDS)
    assert expect(hub, Delivery).payload == b"0"
    late = connect(broker, ONLINE, client_id="late")
    expect(late, Connected)
    assert expect(late, Delivery) == Delivery(ONLINE, b"0", retained=True)


# A bad line ---------------------------------------------------------------------------------------------------------


def test_killed_broker_is_noticed_and_found_again(broker: Mosquitto, connect: Connect) -> None:
    line = connect(broker, "t", will=WILL)
    watcher = connect(broker, ONLINE, client_id="watcher")
    expect(line, Connected)
    expect(watcher, Connected)
    assert expect(watcher, Delivery).payload == b"1"
    broker.kill()
    assert "lost" in expect(line, Disconnected).reason
    assert not line.connected
    for number in range(100):
        assert not line.publish("t", b"queued %d" % number)
    assert "cannot be reached" in expect(line, Disconnected).reason
    broker.start()
    expect(line, Connected)
    assert line.publish("t", b"new")
    # Nothing that was said while the broker was away comes late.
    assert expect(line, Delivery).payload == b"new"
    arrivals = iter(lambda: watcher.receive(PATIENCE_SECONDS), None)
    assert next(each for each in arrivals if isinstance(each, Delivery)).payload == b"1"


def test_broker_that_is_not_there_is_told_once_and_tried_on(tmp_path: Path, connect: Connect) -> None:
    broker = Mosquitto(tmp_path)
    line = connect(broker, "t", retry_seconds=(0.01, 0.05))
    assert "cannot be reached" in expect(line, Disconnected).reason
    assert line.receive(1) is None
    broker.start()
    try:
        expect(line, Connected)
    finally:
        broker.kill()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70])
def test_host_that_nobody_knows_is_told(connect: Connect, host: str) -> None:
    line = connect(BrokerAddress(host, 1883), "t")
    assert f"{host}:1883 cannot be reached" in expect(line, Disconnected).reason
    assert not line.connected


def test_pauses_grow_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    tried: queue.Queue[float] = queue.Queue()

    def refuse(*_: object, **__: object) -> None:
        tried.put(time.monotonic())
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    connect(BrokerAddress("127.0.0.1", 1), retry_seconds=(0.02, 0.64))
    times = [tried.get(timeout=PATIENCE_SECONDS) for _ in range(7)]
    # A busy machine makes pauses longer, never shorter: 0.02 s doubled five times, less the jitter.
    assert times[6] - times[5] >= 0.64 * 0.75
    assert times[6] - times[0] >= 0.02 * 63 * 0.75


def test_broker_that_takes_the_call_and_says_nothing_does_not_hold_up_stopping(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = connect(BrokerAddress("127.0.0.1", server.getsockname()[1]), "t")
        with server.accept()[0]:
            stopper = threading.Thread(target=line.stop)
            stopper.start()
            stopper.join(PATIENCE_SECONDS)
            assert not stopper.is_alive()
    assert expect(line, Disconnected).reason == "stopped"


def test_silent_broker_is_given_up(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contract.connection.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = connect(BrokerAddress("127.0.0.1", server.getsockname()[1]), "t")
        assert "did not answer" in expect(line, Disconnected).reason
        assert not line.connected


# Refused ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that knows the user `kiosk` with the password `rahasia`, who may read `mine/#` only."""
    import shutil

    program = shutil.which("mosquitto_passwd")
    if program is None or MOSQUITTO is None:
        pytest.skip("Mosquitto is not installed here")
    passwords, rights = tmp_path / "passwords", tmp_path / "acl"
    subprocess.run([program, "-c", "-b", str(passwords), "kiosk", "rahasia"], check=True, capture_output=True)
    rights.write_text("user kiosk\ntopic readwrite mine/#\n")
    lines = ["allow_anonymous false", f"password_file {passwords}", f"acl_file {rights}"]
    running = Mosquitto(tmp_path, lines)
    running.start()
    yield running
    running.kill()


def as_kiosk(broker: Mosquitto, password: str = "rahasia") -> BrokerAddress:
    return BrokerAddress("127.0.0.1", broker.port, username="kiosk", password=password)


def test_password_that_is_right_is_taken(guarded: Mosquitto, connect: Connect) -> None:
    line = connect(as_kiosk(guarded), "mine/t")
    expect(line, Connected)
    line.publish("mine/t", b"x")
    assert expect(line, Delivery).payload == b"x"


@pytest.mark.parametrize("password", ["salah", None])
def test_password_that_is_wrong_is_told_once(guarded: Mosquitto, connect: Connect, password: str | None) -> None:
    address = BrokerAddress("127.0.0.1", guarded.port, username="kiosk" if password else None, password=password)
    line = connect(address, "mine/t", retry_seconds=(0.01, 0.05))
    assert "refused the connection: Not authorized" in expect(line, Disconnected).reason
    assert line.receive(0.5) is None
    assert not line.connected


def test_subscription_that_access_rules_refuse_is_told(tmp_path: Path, connect: Connect) -> None:
    """By an ACL file Mosquitto grants every subscription and withholds the messages; its access plugin refuses."""
    plugin = next(Path("/usr/lib").glob("**/mosquitto_dynamic_security.so"), None)
    if plugin is None:
        pytest.skip("Mosquitto's plugin for access rules is not installed here")
    rights = {"publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"defaultACLAccess": rights, "clients": [], "groups": [], "roles": []}))
    broker = Mosquitto(tmp_path, ["allow_anonymous true", f"plugin {plugin}", f"plugin_opt_config_file {rules}"])
    broker.start()
    try:
        line = connect(broker, "t/#", "u", retry_seconds=(0.01, 0.05))
        assert expect(line, Disconnected).reason == "the broker refused the subscription to t/#, u"
        assert line.receive(0.5) is None
        assert not line.connected
        assert not line.publish("t", b"x")
    finally:
        broker.kill()


def test_subscription_that_is_refused_is_tried_until_it_is_granted(connect: Connect) -> None:
    granting = threading.Event()
    with RefusingBroker(granting) as broker:
        line = connect(BrokerAddress("127.0.0.1", broker.port), "t/#", retry_seconds=(0.01, 0.05))
        assert expect(line, Disconnected).reason == "the broker refused the subscription to t/#"
        wait_until(lambda: broker.subscriptions >= 3)
        assert not line.connected
        assert line.receive(0) is None
        granting.set()
        expect(line, Connected)
        assert line.connected


class RefusingBroker:
    """Just enough MQTT 3.1.1 to say no to a subscription: CONNACK, SUBACK 0x80 (sections 3.2 and 3.9)."""

    def __init__(self, granting: threading.Event) -> None:
        self._granting = granting
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.subscriptions = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> RefusingBroker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(PATIENCE_SECONDS)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as packets:
            while head := packets.read(2):
                body = packets.read(head[1])
                match head[0] >> 4:
                    case 1:
                        client.sendall(b"\x20\x02\x00\x00")
                    case 8:
                        self.subscriptions += 1
                        client.sendall(b"\x90\x03" + body[:2] + (b"\x01" if self._granting.is_set() else b"\x80"))
                    case 14:
                        return


# TLS ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca")


@pytest.fixture
def secured(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    """A broker that asks for client certificates, and calls clients by them."""
    cert_file, key_file = authority.issue("localhost")
    lines = [
        f"cafile {authority.ca_file}",
        f"certfile {cert_file}",
        f"keyfile {key_file}",
        "require_certificate true",
        "use_identity_as_username true",
    ]
    running = Mosquitto(tmp_path, lines)
    running.start()
    yield running
    running.kill()


def secure_address(broker: Mosquitto, ca_file: Path, files: tuple[Path, Path] | None) -> BrokerAddress:
    cert_file, key_file = files or (None, None)
    return BrokerAddress("127.0.0.1", broker.port, tls=True, ca_file=ca_file, cert_file=cert_file, key_file=key_file)


def test_client_certificate_of_our_authority_is_taken(
    secured: Mosquitto, authority: Authority, connect: Connect
) -> None:
    line = connect(secure_address(secured, authority.ca_file, authority.issue("kiosk-1")), "t")
    expect(line, Connected)
    line.publish("t", b"secret")
    assert expect(line, Delivery).payload == b"secret"


def test_broker_of_another_authority_is_not_trusted(
    secured: Mosquitto, authority: Authority, connect: Connect, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger", "Somebody else")
    line = connect(secure_address(secured, stranger.ca_file, authority.issue("kiosk-1")), "t")
    assert "certificate verify failed" in expect(line, Disconnected).reason
    assert not line.connected


@pytest.mark.parametrize("has_certificate", [False, True])
def test_client_without_a_certificate_of_our_authority_is_told(
    secured: Mosquitto, authority: Authority, connect: Connect, tmp_path: Path, has_certificate: bool
) -> None:
    files = Authority(tmp_path / "stranger", "Somebody else").issue("kiosk-1") if has_certificate else None
    line = connect(secure_address(secured, authority.ca_file, files), "t")
    assert "certificate" in expect(line, Disconnected).reason
    assert not line.connected


def test_certificate_that_was_renewed_is_used_at_the_next_connection(
    secured: Mosquitto, authority: Authority, connect: Connect, tmp_path: Path
) -> None:
    cert_file, key_file = Authority(tmp_path / "stranger", "Somebody else").issue("kiosk-1")
    line = connect(secure_address(secured, authority.ca_file, (cert_file, key_file)), "t")
    expect(line, Disconnected)
    for new, old in zip(authority.issue("kiosk-1"), (cert_file, key_file), strict=True):
        new.replace(old)
    arrivals = iter(lambda: line.receive(PATIENCE_SECONDS), None)
    assert any(isinstance(each, Connected) for each in arrivals)
