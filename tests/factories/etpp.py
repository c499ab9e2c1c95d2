"""An e-TPP that is told by webhook: a real HTTP server, which checks what it is sent as a receiver should."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_S = 300


@dataclass
class Etpp:
    """Written against the specification and not with the hub's own signing. now: seconds since 1970.

    answers: statuses given before it goes on with 204, each with headers; a status of 0 closes the line without a word.
    counts: how often each webhook-id came with a signature that holds; events: bodies of the first of each, in order.
    """

    secrets: list[str]
    now: Callable[[], float] = time.time
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hold: threading.Event | None = None
    counts: Counter[str] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/presensi"

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.headers.append(headers)
        trouble = self._trouble(headers, body)
        if trouble:
            self.refused.append(trouble)
            return 401, {}, trouble.encode()
        self.counts[headers["webhook-id"]] += 1
        if self.answers:
            status, more = self.answers.pop(0)
            if status >= 300 or status == 0:
                return status, more, b"not now"
        if headers["webhook-id"] not in {event["id"] for event in self.events}:
            self.events.append({"id": headers["webhook-id"], **json.loads(body)})
        return 204, {}, b""

    def _trouble(self, headers: dict[str, str], body: bytes) -> str:
        message, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not moment.isdigit() or abs(self.now() - int(moment)) > TOLERANCE_S:
            return "the time is not now"
        signed = f"{message}.{moment}.".encode() + body
        for secret in self.secrets:
            key = base64.b64decode(secret.removeprefix("whsec_"))
            mine = "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
            if any(hmac.compare_digest(mine, each) for each in headers.get("webhook-signature", "").split()):
                return ""
        return "the signature is wrong"


@contextmanager
def serving(etpp: Etpp, port: int = 0) -> Iterator[Etpp]:
    """Let it answer on a free port, or on one that it had before."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if etpp.hold is not None:
                etpp.hold.wait(20)
            status, headers, said = etpp.take({name.lower(): text for name, text in self.headers.items()}, body)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_given: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the hub did not wait for the answer
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    etpp.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield etpp
    finally:
        if etpp.hold is not None:
            etpp.hold.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
