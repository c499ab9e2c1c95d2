"""A gpsd on a free port of this machine that says what a test wants."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any, Self

VERSION = b'{"class":"VERSION","release":"3.25","proto_major":3,"proto_minor":15}\n'


def tpv(**changes: Any) -> bytes:
    """A TPV line with a fix in Sangatta, as gpsd 3.25 writes it."""
    report = {
        "class": "TPV", "device": "/dev/ttyACM0", "mode": 3, "time": "2026-11-23T00:27:05.000Z",
        "lat": 0.515216667, "lon": 117.586111111, "eph": 6.2, "speed": 0.02,
    }  # fmt: skip
    return json.dumps({key: value for key, value in (report | changes).items() if value is not None}).encode() + b"\n"


class FakeGpsd:
    """Listens while the with block lasts; `say` reaches whoever is connected, `hang_up` ends that connection.

    asked: what clients have sent. `port` stays the same over `die` and `live`.
    """

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[bytes] = []
        self.connected = threading.Event()
        self._client: socket.socket | None = None
        self._server: socket.socket | None = None

    def __enter__(self) -> Self:
        self.live()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def live(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def die(self) -> None:
        self.hang_up()
        if self._server is not None:
            # A blocked accept is woken by this, and not by close.
            self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None

    def hang_up(self) -> None:
        self.connected.clear()
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def say(self, words: bytes) -> None:
        assert self.connected.wait(20), "nobody has connected"
        assert self._client is not None
        self._client.sendall(words)

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            client.sendall(VERSION)
            self.asked.append(client.recv(200))
            self._client = client
            self.connected.set()
