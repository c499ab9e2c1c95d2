"""Commands through a real broker and a hub in a process of its own, to the kiosk's own orders and uplink."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from contract import topics
from contract.mqtt import BrokerAddress, MqttTransport
from contract.signing import SigningKey
from kiosk.clock import SystemClock
from kiosk.journal import Journal
from kiosk.orders import Orders
from kiosk.uplink import Bearing, Uplink, UplinkSettings
from tests.journeys.world import Broker, HubAtWork, wait_until

DEVICE = "kiosk-taat"


def told(hub: HubAtWork) -> list[dict[str, Any]]:
    """What the hub knows of the kiosk's commands, the latest first."""
    lines: list[dict[str, Any]] = json.loads(hub.run("kiosk", "commands", DEVICE, "--json").stdout)
    return lines


def test_command_line_orders_a_kiosk_and_hears_what_came_of_it(broker: Broker, tmp_path: Path) -> None:
    hub = HubAtWork(tmp_path / "hub", broker.url)
    hub.start()
    key, done = SigningKey.generate(), []
    hub.add_kiosk(DEVICE, key.verify_key.text)
    clock, stop = SystemClock(), threading.Event()

    def speak() -> None:
        uplink.heartbeat_soon()

    try:
        with Journal(tmp_path / "journal.db", device=DEVICE) as journal:
            orders = Orders(
                journal=journal,
                clock=clock,
                on_lock=lambda locked: done.append(f"locked {locked}"),
                on_restart=lambda: done.append("restart"),
                on_news=speak,
            )
            uplink = Uplink(
                device=DEVICE,
                journal=journal,
                transport=MqttTransport(
                    address=BrokerAddress.parse(broker.url),
                    client_id=DEVICE,
                    subscriptions=[topics.everything_for(DEVICE)],
                ),
                key=key,
                hub_key=hub.key.verify_key,
                clock=clock,
                settings=UplinkSettings(heartbeat_every=2.0),
                bearing=lambda: Bearing(command=orders.newest, outcomes=orders.outcomes),
                on_command=orders.obey,
            )
            thread = threading.Thread(target=uplink.run, args=(stop,))
            thread.start()
            for words in (("lock",), ("message", "--text", "Apel pukul 07.30"), ("unlock",), ("restart",)):
                hub.run("kiosk", "command", DEVICE, *words, "--by", "siti")
            wait_until(lambda: all(line["state"] == "done" for line in told(hub)), "every command is done")
            assert done == ["locked True", "locked False", "restart"]
            assert orders.message == "Apel pukul 07.30"
            assert [line["author"] for line in told(hub)] == ["siti"] * 4
            stop.set()
            thread.join(30)
    finally:
        stop.set()
        hub.end()
