"""The way to a broker, up to the step that does not go; certificates, until they end."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.broker import BrokerAddress
from contract.checkup.link import judge_broker, judge_certificate, judge_network, try_link
from tests.factories.certificates import Authority

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
Talk = Callable[[socket.socket], None]


@contextmanager
def listening(talk: Talk) -> Iterator[int]:
    """A server for one connection on a port of 127.0.0.1."""

    def serve() -> None:
        try:
            link, _ = server.accept()
            with closing(link):
                talk(link)
        except OSError:
            pass

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
    thread.join(5)


def accept(link: socket.socket) -> None:
    assert link.recv(100).startswith(b"\x10")
    link.sendall(b"\x20\x02\x00\x00")


def refuse(link: socket.socket) -> None:
    link.recv(100)
    link.sendall(b"\x20\x02\x00\x05")


def test_a_broker_that_lets_us_in() -> None:
    with listening(accept) as port:
        reading = try_link(BrokerAddress.parse(f"mqtt://127.0.0.1:{port}"), client_id="doctor-1")
    assert (judge_network(reading).state, judge_broker(reading).state) == ("ok", "ok")
    assert reading.own == "127.0.0.1"


def test_a_broker_that_refuses() -> None:
    with listening(refuse) as port:
        reading = try_link(BrokerAddress.parse(f"mqtt://127.0.0.1:{port}"), client_id="doctor-1")
    assert (judge_network(reading).state, judge_broker(reading).state) == ("ok", "bad")
    assert "CONNACK 5" in judge_broker(reading).value.en


def test_a_dead_broker() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    reading = try_link(BrokerAddress.parse(f"mqtt://127.0.0.1:{port}"), client_id="doctor-1")
    assert reading.failed_at == "tcp"
    assert (judge_network(reading).state, judge_broker(reading).state) == ("bad", "bad")


def test_a_name_that_nobody_knows() -> None:
    reading = try_link(BrokerAddress.parse("mqtts://broker.invalid:8883"), client_id="doctor-1")
    assert reading.failed_at == "name"
    assert "DNS" in judge_network(reading).advice.id


def tls_talk(cert: Path, key: Path, ca: Path) -> Talk:
    def talk(link: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
        with context.wrap_socket(link, server_side=True) as wrapped:
            wrapped.recv(1)

    return talk


def test_certificates_are_tried_without_a_word_of_mqtt(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path / "a"), Authority(tmp_path / "b", "Another")
    server, own, foreign = ours.issue("broker"), ours.issue("kiosk-1"), theirs.issue("kiosk-1")
    for files, ca, failed_at in (
        (own, ours.ca_file, None),
        (foreign, ours.ca_file, "certificate"),
        (own, theirs.ca_file, "tls"),
    ):
        with ExitStack() as stack:
            port = stack.enter_context(listening(tls_talk(*server, ours.ca_file)))
            address = BrokerAddress.parse(
                f"mqtts://127.0.0.1:{port}", ca_file=ca, cert_file=files[0], key_file=files[1]
            )
            reading = try_link(address, client_id="doctor-1")
        assert reading.failed_at == failed_at, reading
        assert judge_broker(reading).state == ("bad" if failed_at else "ok")


@pytest.mark.parametrize(
    ("ends", "named", "state"),
    [
        (NOW + timedelta(days=60), True, "ok"),
        (NOW + timedelta(days=5), True, "warning"),
        (NOW - timedelta(hours=1), True, "bad"),
        (None, True, "bad"),
        (None, False, "not_fitted"),
    ],
)
def test_certificate(ends: datetime | None, named: bool, state: str) -> None:
    assert judge_certificate(ends, NOW, named=named).state == state
