"""One MQTT 3.1.1 connection, by a paho client of its own.

paho's own reconnecting says neither why it failed nor lets its pauses grow when a subscription is refused, and it sends
again what was in flight, although whatever matters is sent again by its sender. So a connection ends with its client.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract.broker import BrokerAddress, Will, tls_context
from contract.errors import BadInputError
from contract.inbox import Inbox
from contract.transport import Connected, Delivery

ANSWER_SECONDS: Final = 30.0
"""How long a broker may take to confirm connection and subscriptions."""


class Connection:
    """From the first packet to the end; not to be used again.

    Connected and what arrives go into `inbox`; the end is left to the owner to tell.
    """

    def __init__(
        self,
        *,
        address: BrokerAddress,
        client_id: str,
        subscriptions: Sequence[str],
        will: Will | None,
        keepalive_seconds: int,
        inbox: Inbox,
    ) -> None:
        self._address = address
        self._subscriptions = subscriptions
        self._will = will
        self._keepalive_seconds = keepalive_seconds
        self._inbox = inbox
        self._awaited: int | None = None
        self._accepted = False
        self._ready = threading.Event()
        self._ended = threading.Event()
        self.reason = ""
        """Why it ended; the first reason that was noticed."""
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv311,
            clean_session=True,
            reconnect_on_failure=False,
        )
        client.max_inflight_messages_set(100)
        client.max_queued_messages_set(1000)
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        if will is not None:
            client.will_set(will.topic, will.gone, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    @property
    def stands(self) -> bool:
        """Whether the broker has taken us and our subscriptions, and is still there."""
        return self._ready.is_set() and not self._ended.is_set()

    @property
    def stood(self) -> bool:
        """Whether it ever did."""
        return self._ready.is_set()

    def hold(self, stopping: threading.Event) -> float:
        """Connect, and return when it has ended; for how many seconds it stood."""
        host, port = self._address.host, self._address.port
        if self._ended.is_set():
            return 0.0
        try:
            if self._address.tls:
                self._client.tls_set_context(tls_context(self._address))
            self._client.connect(host, port, self._keepalive_seconds)
        except (BadInputError, OSError, ValueError) as error:
            # ValueError: a name that cannot be looked up at all.
            self._end(str(error) if isinstance(error, BadInputError) else f"{host}:{port} cannot be reached: {error}")
            return 0.0
        self._client.loop_start()
        if not self._answered(stopping):
            self._end("the broker did not answer")
        since = time.monotonic()
        self._ended.wait()
        # Also after an end that we did not wish for: else the socket would stay open until the client is forgotten.
        self._client.disconnect()
        self._client.loop_stop()
        return time.monotonic() - since if self.stood else 0.0

    def leave(self) -> None:
        """End it on purpose, and say so to the others; may be called from any thread."""
        if self._will is not None and self.stands:
            # A clean disconnect does not send the will, so it is said by ourselves. paho raises what it could not send.
            with contextlib.suppress(RuntimeError, ValueError):
                self._client.publish(self._will.topic, self._will.gone, qos=1, retain=True).wait_for_publish(2)
        self._end("stopped")
        self._client.disconnect()

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> bool:
        # paho queues in memory while offline although it returns an error: ask first, so that nothing piles up there.
        if not self.stands:
            return False
        return self._client.publish(topic, payload, qos=1, retain=retain).rc == paho.MQTT_ERR_SUCCESS

    def _answered(self, stopping: threading.Event) -> bool:
        """Wait until it stands or has ended; False when the broker kept silent, or nobody wants it any more."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self._ready.wait(0.1) and not self._ended.is_set():
            if stopping.is_set() or time.monotonic() > deadline:
                return False
        return True

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._ended.set()

    # Called by paho, in its thread ----------------------------------------------------------------------------------

    def _on_connect(
        self,
        client: paho.Client,
        _userdata: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.reason = f"the broker refused the connection: {reason}"
            return
        self._accepted = True
        if not self._subscriptions:
            self._announce()
            return
        _, self._awaited = client.subscribe([(topic, 1) for topic in self._subscriptions])

    def _on_subscribe(
        self,
        client: paho.Client,
        _userdata: object,
        message_id: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if message_id != self._awaited:
            return
        refused = [topic for topic, reason in zip(self._subscriptions, reasons, strict=False) if reason.is_failure]
        if refused:
            self.reason = f"the broker refused the subscription to {', '.join(refused)}"
            client.disconnect()
            return
        self._announce()

    def _announce(self) -> None:
        if self._will is not None:
            self._client.publish(self._will.topic, self._will.present, qos=1, retain=True)
        self._ready.set()
        self._inbox.put(Connected())

    def _on_disconnect(
        self,
        _client: paho.Client,
        _userdata: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._accepted:
            self._end(f"the connection was lost: {reason}")
        else:
            # Also what a broker does that wants another client certificate: TLS 1.3 tells us only afterwards.
            self._end("the broker closed the connection before it answered; check certificate, user name and password")

    def _on_message(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        self._inbox.put(Delivery(message.topic, bytes(message.payload), bool(message.retain)))
