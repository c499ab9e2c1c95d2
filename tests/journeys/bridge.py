"""Somebody between two brokers: what a kiosk says on one of them is said again on the other, and the hub's answers come
back with misfortune."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from contract import topics
from contract.mqtt import BrokerAddress, MqttTransport
from contract.transport import Connected, Delivery


@dataclass
class Misfortune:
    """What befalls receipts: chances from 0 to 1. holding: kept back, and delivered after later ones, out of order."""

    loss: float = 0.0
    doubling: float = 0.0
    holding: float = 0.0
    seed: int = 1
    befell: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._held: list[Delivery] = []

    def meet(self, message: Delivery) -> list[Delivery]:
        """What arrives now in place of this message."""
        self.befell["receipts"] += 1
        if self._chance.random() < self.loss:
            self.befell["lost"] += 1
            return []
        if self._chance.random() < self.holding:
            self.befell["held"] += 1
            self._held.append(message)
            return []
        arriving = [message]
        if self._chance.random() < self.doubling:
            self.befell["doubled"] += 1
            arriving.append(message)
        if self._held and self._chance.random() < 0.5:
            self.befell["late"] += 1
            arriving.append(self._held.pop(self._chance.randrange(len(self._held))))
        return arriving


class Bridge:
    """Carries messages while the with block lasts."""

    def __init__(self, kiosk_side: str, hub_side: str, misfortune: Misfortune) -> None:
        self.misfortune = misfortune
        self._kiosks = MqttTransport(
            address=BrokerAddress.parse(kiosk_side),
            client_id="bridge-kiosks",
            subscriptions=[topics.every_device("punch"), topics.every_device("state")],
        )
        self._hub = MqttTransport(
            address=BrokerAddress.parse(hub_side), client_id="bridge-hub", subscriptions=[f"{topics.ROOT}/down/+/+"]
        )
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._carry_up), threading.Thread(target=self._carry_down)]

    def __enter__(self) -> Self:
        for transport in (self._kiosks, self._hub):
            transport.start()
            while not isinstance(transport.receive(60), Connected):
                pass
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._kiosks.stop()
        self._hub.stop()

    def _carry_up(self) -> None:
        while not self._stop.is_set():
            arrival = self._kiosks.receive(0.2)
            if isinstance(arrival, Delivery):
                self._hub.publish(arrival.topic, arrival.payload)

    def _carry_down(self) -> None:
        while not self._stop.is_set():
            arrival = self._hub.receive(0.2)
            if not isinstance(arrival, Delivery):
                continue
            receipt = arrival.topic.endswith("/receipt")
            for message in self.misfortune.meet(arrival) if receipt else [arrival]:
                self._kiosks.publish(message.topic, message.payload)
