"""An MQTT broker inside this process, for the demo only: amqtt, on this machine's own address.

amqtt 0.12 forgets unacknowledged messages on disconnect and lets a stranger throw others out (EVIDENCE.md, Transport);
offices run Mosquitto. The demo loses nothing by it, because only the hub's receipt retires a punch.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from types import TracebackType
from typing import Self

from amqtt.broker import Broker

from contract.errors import PresensiError


class DemoBroker:
    """Runs while the with block lasts; `url` is where it listens."""

    def __init__(self, *, port: int = 0) -> None:
        self._port = port or free_port()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        self._thread.start()
        self._ready.wait(20)
        if self._failure is not None or not self._ready.is_set():
            raise PresensiError(f"The demo's broker could not start on port {self._port}: {self._failure}.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 (whatever it is, the thread that waits must hear of it)
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        await broker.start()
        self._ready.set()
        await self._ending.wait()
        await broker.shutdown()


def free_port() -> int:
    """A TCP port of this machine's own address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
