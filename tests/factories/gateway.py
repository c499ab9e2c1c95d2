"""A gateway that takes reminders, as JSON over HTTP, and remembers what came."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Gateway:
    """A gateway of ours that speaks JSON over HTTP. got: (key, message) in the order of arrival."""

    got: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    slow: float = 0.0
    port: int = 0

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/{{to}}?+Idempotency-Key={{id}}"

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.got]


@contextmanager
def open_gateway() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(gateway.slow)
            gateway.got.append((self.headers["Idempotency-Key"], content | {"path": self.path.partition("?")[0]}))
            self.send_response(gateway.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
