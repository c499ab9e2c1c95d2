"""Broker addresses as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.errors import BadInputError
from contract.mqtt import BrokerAddress, MqttTransport


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://hub.dinkes.go.id", BrokerAddress("hub.dinkes.go.id", 1883)),
        ("mqtts://10.1.2.3", BrokerAddress("10.1.2.3", 8883, tls=True)),
        ("mqtt://[::1]:1884/", BrokerAddress("::1", 1884)),
        ("mqtt://kiosk:p%40ss%3Aw%2Ford@h:1", BrokerAddress("h", 1, username="kiosk", password="p@ss:w/ord")),
        ("mqtt://kiosk@h", BrokerAddress("h", 1883, username="kiosk")),
    ],
)
def test_address_is_read(url: str, address: BrokerAddress) -> None:
    assert BrokerAddress.parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hub",
        "hub:1883",
        "http://hub",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://hub:0",
        "mqtt://hub:65536",
        "mqtt://hub:http",
        "mqtt://[::1",
        "mqtt://hub/topic",
        "mqtt://hub?tls=1",
        "mqtt://h ub",
    ],
)
def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="broker address"):
        BrokerAddress.parse(url)


def test_address_that_is_refused_keeps_its_password_to_itself() -> None:
    with pytest.raises(BadInputError) as refusal:
        BrokerAddress.parse("mqtt://kiosk:rahasia@hub:99999")
    assert "rahasia" not in str(refusal.value)


def test_certificate_that_is_missing_is_told_before_connecting(tmp_path: Path) -> None:
    address = BrokerAddress.parse("mqtts://localhost", ca_file=tmp_path / "ca.pem")
    with pytest.raises(BadInputError, match="certificate"):
        MqttTransport(address=address, client_id="x", subscriptions=[])


def test_transport_that_was_never_started_sends_and_receives_nothing() -> None:
    transport = MqttTransport(address=BrokerAddress("localhost", 9), client_id="x", subscriptions=[])
    assert not transport.connected
    assert not transport.publish("t", b"x")
    assert transport.receive(0) is None
    transport.stop()
    transport.stop()
