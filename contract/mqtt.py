"""MQTT 3.1.1 by paho, as a Transport: QoS 1, clean sessions, callbacks that only enqueue."""

from __future__ import annotations

import queue
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract.errors import BadInputError
from contract.transport import Arrival, Connected, Delivery, Disconnected

INBOX: Final = 5_000
"""Arrivals held for a slow reader; beyond that they are dropped, since what matters is sent again without a receipt."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and how to speak to it; the three files are needed for mutual TLS only."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def parse(
        cls, url: str, *, ca_file: Path | None = None, cert_file: Path | None = None, key_file: Path | None = None
    ) -> BrokerAddress:
        """Read `mqtt://[user:password@]host[:port]` or `mqtts://…`; BadInputError says what is wrong.

        Signs that mean something in an address are written as %XX in user and password, as in every address.
        """
        shown = re.sub(r"//[^/]*@", "//…@", url)  # a password has no place in a log
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadInputError(f"'{shown}' is not a broker address: {error}.") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or port == 0:
            raise BadInputError(f"'{shown}' is not a broker address: write mqtt://host:1883 or mqtts://host:8883.")
        if parts.path not in {"", "/"} or parts.query or parts.fragment or re.search(r"\s", parts.hostname):
            raise BadInputError(f"'{shown}' is not a broker address: nothing may stand behind host and port.")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=(8883 if tls else 1883) if port is None else port,
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ca_file=ca_file,
            cert_file=cert_file,
            key_file=key_file,
        )


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are gone, and what we say ourselves while we are there (both retained)."""

    topic: str
    gone: bytes
    present: bytes


class MqttTransport:
    """A connection that keeps itself up; see Transport for what its methods promise."""

    def __init__(
        self,
        *,
        address: BrokerAddress,
        client_id: str,
        subscriptions: Sequence[str],
        will: Will | None = None,
        keepalive_seconds: int = 30,
    ) -> None:
        self._address = address
        self._subscriptions = list(subscriptions)
        self._will = will
        self._keepalive_seconds = keepalive_seconds
        self._inbox: queue.Queue[Arrival] = queue.Queue(INBOX)
        self._awaiting_suback: int | None = None
        self._started = False
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv311, clean_session=True
        )
        self._client.max_inflight_messages_set(100)
        self._client.max_queued_messages_set(1000)
        self._client.reconnect_delay_set(min_delay=1, max_delay=30)
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set_context(_tls_context(address))
        if will is not None:
            self._client.will_set(will.topic, will.gone, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    @property
    def connected(self) -> bool:
        return self._client.is_connected() and self._awaiting_suback is None

    def start(self) -> None:
        if self._started:
            raise RuntimeError("this transport is running already; stop it first")
        self._started = True
        self._client.connect_async(self._address.host, self._address.port, self._keepalive_seconds)
        self._client.loop_start()

    def stop(self) -> None:
        if not self._started:
            return
        self._started = False
        if self._will is not None and self._client.is_connected():
            # A clean disconnect does not send the will, so it is said by ourselves.
            self._client.publish(self._will.topic, self._will.gone, qos=1, retain=True).wait_for_publish(2)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        # paho queues in memory while offline although it returns an error: ask first, so that nothing piles up there.
        if not self.connected:
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == paho.MQTT_ERR_SUCCESS

    def receive(self, timeout_seconds: float) -> Arrival | None:
        try:
            return self._inbox.get(timeout=timeout_seconds) if timeout_seconds > 0 else self._inbox.get_nowait()
        except queue.Empty:
            return None

    def _enqueue(self, arrival: Arrival) -> None:
        try:
            self._inbox.put_nowait(arrival)
        except queue.Full:
            # Dropping is safe (see INBOX); waiting here would stop the network thread and with it the keep-alive.
            return

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._enqueue(Disconnected(str(reason)))
            return
        if not self._subscriptions:
            self._announce()
            return
        _, self._awaiting_suback = client.subscribe([(topic, 1) for topic in self._subscriptions])

    def _on_subscribe(
        self,
        _client: paho.Client,
        _userdata: object,
        message_id: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if message_id != self._awaiting_suback:
            return
        refused = [topic for topic, reason in zip(self._subscriptions, reasons, strict=False) if reason.is_failure]
        if refused:
            self._enqueue(Disconnected(f"the broker refused the subscription to {', '.join(refused)}"))
            return
        self._awaiting_suback = None
        self._announce()

    def _announce(self) -> None:
        if self._will is not None:
            self._client.publish(self._will.topic, self._will.present, qos=1, retain=True)
        self._enqueue(Connected())

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._awaiting_suback = None
        self._enqueue(Disconnected(str(reason)))

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._enqueue(Delivery(message.topic, bytes(message.payload), bool(message.retain)))


def _tls_context(address: BrokerAddress) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(address.ca_file) if address.ca_file else None)
        if address.cert_file is not None:
            context.load_cert_chain(str(address.cert_file), str(address.key_file) if address.key_file else None)
    except (OSError, ssl.SSLError) as error:
        raise BadInputError(f"The certificate files for the broker cannot be used: {error}.") from error
    return context
