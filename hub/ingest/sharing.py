"""Whether a broker really divides messages among a group of subscribers.

Some grant a `$share` subscription and then deliver nothing to it (EVIDENCE.md, brokers), so being granted proves
nothing: a message must have come through.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from contract.topics import ROOT, shared
from contract.transport import Connected, Delivery, Disconnected, Transport

log = logging.getLogger(__name__)

TransportFactory = Callable[[Sequence[str]], Transport]
"""Makes a transport with these subscriptions, not started yet."""

PROBE_SECONDS: Final = 5.0
"""How long a published message may take to come back; on a local network it is milliseconds."""


def broker_shares(make_transport: TransportFactory, *, stop: threading.Event, patience: float = PROBE_SECONDS) -> bool:
    """Connect, however long that takes, publish to a shared subscription of our own and see whether it arrives.

    False when nothing came within `patience` seconds of being connected, when the broker refused the subscription, or
    when `stop` was set.
    """
    token = secrets.token_hex(8)
    topic = f"{ROOT}/probe/{token}"
    transport = make_transport([shared(f"probe-{token}", topic)])
    transport.start()
    deadline: float | None = None
    try:
        while not stop.is_set() and (deadline is None or time.monotonic() < deadline):
            match transport.receive(0.2):
                case Connected():
                    transport.publish(topic, token.encode())
                    deadline = deadline or time.monotonic() + patience
                case Delivery(_, payload) if payload == token.encode():
                    return True
                case Disconnected(reason) if "refused the subscription" in reason:
                    return False
                case _:
                    continue
    finally:
        transport.stop()
    return False
