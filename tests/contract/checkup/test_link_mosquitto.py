"""The way to a real broker, beside a kiosk of the same name that stays connected."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.broker import BrokerAddress, tls_context
from contract.checkup.link import judge_broker, judge_certificate, try_link
from tests.factories.certificates import Authority
from tests.factories.mosquitto import Mosquitto

CONNECT = bytes.fromhex("1013 0004 4d51 5454 04 02 003c 0007") + b"kiosk-1"
PING, PONG = b"\xc0\x00", b"\xd0\x00"


def test_a_standing_connection_of_that_name_is_left_alone(tmp_path: Path) -> None:
    ours = Authority(tmp_path / "ours")
    cert, key = ours.issue("broker")
    lines = [
        f"cafile {ours.ca_file}",
        f"certfile {cert}",
        f"keyfile {key}",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
    ]
    broker = Mosquitto(tmp_path, lines)
    own = ours.issue("kiosk-1")
    address = BrokerAddress("127.0.0.1", broker.port, True, None, None, ours.ca_file, *own)
    broker.start()
    try:
        plain = socket.create_connection(("127.0.0.1", broker.port), timeout=30)
        with closing(plain), tls_context(address).wrap_socket(plain, server_hostname="127.0.0.1") as kiosk:
            kiosk.sendall(CONNECT)
            assert kiosk.recv(4) == b"\x20\x02\x00\x00"
            reading = try_link(address, client_id="kiosk-1-doctor")
            assert (judge_broker(reading).state, reading.protocol) == ("ok", "TLSv1.3")
            kiosk.sendall(PING)
            assert kiosk.recv(2) == PONG
        now = datetime.now(UTC)
        assert reading.server_until is not None
        assert now < reading.server_until <= now + timedelta(days=1)
        assert judge_certificate(reading.server_until, now, named=True).state == "warning"
        stranger = Authority(tmp_path / "theirs", "Another").issue("kiosk-1")
        foreign = replace(address, cert_file=stranger[0], key_file=stranger[1])
        assert try_link(foreign, client_id="x").failed_at == "certificate"
        nobody = replace(address, cert_file=None, key_file=None)
        assert try_link(nobody, client_id="x").failed_at in {"certificate", "mqtt"}
    finally:
        broker.kill()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_broker_without_tls(tmp_path: Path, allowed: bool) -> None:
    broker = Mosquitto(tmp_path, [f"allow_anonymous {str(allowed).lower()}"])
    broker.start()
    try:
        reading = try_link(BrokerAddress.parse(f"mqtt://127.0.0.1:{broker.port}"), client_id="kiosk-1-doctor")
    finally:
        broker.kill()
    assert judge_broker(reading).state == ("ok" if allowed else "bad")
