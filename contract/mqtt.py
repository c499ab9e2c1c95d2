"""MQTT 3.1.1 as a Transport: QoS 1, clean sessions, and a connection that is made anew with growing pauses."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from typing import Final

from contract.broker import BrokerAddress, Will, tls_context
from contract.connection import Connection
from contract.inbox import Inbox
from contract.transport import Arrival, Disconnected

__all__ = ["BrokerAddress", "MqttTransport", "Will"]

INBOX: Final = 5_000
"""Messages held for a slow reader."""

STEADY_SECONDS: Final = 10.0
"""After a connection that stood so long the next pause is a short one; two kiosks of one name throw each other out
sooner than that."""

STOP_SECONDS: Final = 10.0
"""How long `stop` waits for the connection's thread, which may be looking up a name."""


class MqttTransport:
    """A connection that keeps itself up; see Transport for what its methods promise.

    retry_seconds: shortest and longest pause before connecting again; pauses double in between, with jitter.
    A Disconnected says why; while it cannot connect, each reason is told once.
    """

    def __init__(
        self,
        *,
        address: BrokerAddress,
        client_id: str,
        subscriptions: Sequence[str],
        will: Will | None = None,
        keepalive_seconds: int = 30,
        retry_seconds: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        self._address = address
        self._client_id = client_id
        self._subscriptions = list(subscriptions)
        self._will = will
        self._keepalive_seconds = keepalive_seconds
        self._retry_seconds = retry_seconds
        self._inbox = Inbox(INBOX)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._told: set[str] = set()
        # Not kept: certificates are renewed while we run, so each connection reads them anew.
        if address.tls:
            tls_context(address)

    @property
    def connected(self) -> bool:
        connection = self._connection
        return connection is not None and connection.stands

    @property
    def waiting(self) -> int:
        return self._inbox.waiting

    def start(self) -> None:
        if self._thread is not None:
            raise RuntimeError("this transport is running already; stop it first")
        # A new one: a thread that did not end in time must not go on when we are started again.
        self._stopping = threading.Event()
        self._told.clear()
        self._thread = threading.Thread(
            target=self._stay_connected, args=(self._stopping,), name=f"mqtt-{self._client_id}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            connection.leave()
        thread.join(STOP_SECONDS)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        connection = self._connection
        return connection is not None and connection.publish(topic, payload, retain=retain)

    def receive(self, timeout_seconds: float) -> Arrival | None:
        return self._inbox.take(timeout_seconds)

    def _stay_connected(self, stopping: threading.Event) -> None:
        shortest, longest = self._retry_seconds
        failures = 0
        while not stopping.is_set():
            connection = Connection(
                address=self._address,
                client_id=self._client_id,
                subscriptions=self._subscriptions,
                will=self._will,
                keepalive_seconds=self._keepalive_seconds,
                inbox=self._inbox,
            )
            self._connection = connection
            stood_seconds = connection.hold(stopping)
            self._connection = None
            self._tell(connection)
            failures = 0 if stood_seconds >= STEADY_SECONDS else failures + 1
            # 2**30 is beyond any longest pause; a week without a broker counts to more than a float can hold.
            pause = min(shortest * 2.0 ** min(max(0, failures - 1), 30), longest)
            stopping.wait(pause * random.uniform(0.75, 1.25))

    def _tell(self, connection: Connection) -> None:
        """Report the end of a connection; of those that never stood, each reason once."""
        if connection.stood:
            self._told.clear()
        elif connection.reason in self._told:
            return
        self._told.add(connection.reason)
        self._inbox.put(Disconnected(connection.reason))
