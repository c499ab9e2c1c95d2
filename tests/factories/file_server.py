"""A web server on a free port that gives files, and can be told to give them badly."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; a fault is a function of it."""

    protocol_version = "HTTP/1.1"
    files: FileServer

    def do_GET(self) -> None:
        self.files.asked.append((self.path, dict(self.headers.items())))
        faults = self.files.faults.get(self.path, [])
        answer = faults.pop(0) if faults else self.files.otherwise
        answer(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def content(self) -> bytes | None:
        return self.files.contents.get(self.path)

    @property
    def start(self) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found else 0

    def head(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()

    def cut(self) -> None:
        self.wfile.flush()
        self.close_connection = True


def give(exchange: Exchange, *, most: int | None = None, etag: str | None = None) -> None:
    """As a good server does: ranges, conditions, entity tags; at most that many bytes of it before the line is cut."""
    content = exchange.content
    if content is None:
        exchange.head(404, 0)
        return
    etag = etag or f'"{len(content)}-{content[:4].hex()}"'
    start = exchange.start
    if exchange.headers.get("If-Range", etag) != etag:
        start = 0
    if start >= len(content) > 0:
        exchange.head(416, 0, Content_Range=f"bytes */{len(content)}")
        return
    rest = content[start:]
    ranged = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
    exchange.head(206 if start else 200, len(rest), ETag=etag, Accept_Ranges="bytes", **ranged)
    exchange.wfile.write(rest[:most])
    if most is not None and most < len(rest):
        exchange.cut()


def cut_after(most: int) -> Answer:
    return lambda exchange: give(exchange, most=most)


def tagged(etag: str, *, most: int | None = None) -> Answer:
    return lambda exchange: give(exchange, most=most, etag=etag)


def without_ranges(*, most: int | None = None) -> Answer:
    """All of it from the beginning, whatever part was asked for."""

    def answer(exchange: Exchange) -> None:
        content = exchange.content or b""
        exchange.head(200, len(content))
        exchange.wfile.write(content[:most])
        if most is not None:
            exchange.cut()

    return answer


def say(status: int, content: bytes = b"", **headers: str) -> Answer:
    def answer(exchange: Exchange) -> None:
        exchange.head(status, len(content), **headers)
        exchange.wfile.write(content)

    return answer


def hang_up(exchange: Exchange) -> None:
    exchange.close_connection = True


def never_end(exchange: Exchange, *, begun: bool = False) -> None:
    """The right beginning without a length, and then anything, as long as somebody listens."""
    if not begun:
        exchange.head(200, None)
    exchange.close_connection = True
    try:
        exchange.wfile.write(exchange.content or b"")
        while True:
            exchange.wfile.write(bytes(65_536))
    except OSError:
        exchange.files.left.set()


def fall_silent_after(most: int) -> Answer:
    """Some of it, and then nothing until the server ends."""

    def answer(exchange: Exchange) -> None:
        content = exchange.content or b""
        exchange.head(200, len(content))
        exchange.wfile.write(content[:most])
        exchange.wfile.flush()
        exchange.files.closing.wait(60)
        exchange.close_connection = True

    return answer


@dataclass
class FileServer:
    """contents: by path. faults: by path, what the next requests for it meet; then `otherwise`.

    asked: path and headers of every request so far.
    """

    url: str
    contents: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Answer]] = field(default_factory=dict)
    otherwise: Answer = give
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)

    def ranges(self, path: str) -> list[str | None]:
        """What part each request for a path asked for."""
        return [headers.get("Range") for asked, headers in self.asked if asked == path]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Who hangs up on us is part of the tests."""


@contextmanager
def serve_files(*, certificate: tuple[Path, Path] | None = None) -> Iterator[FileServer]:
    """certificate: files with certificate and key, for TLS."""
    handler = type("Exchange", (Exchange,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "http" if certificate is None else "https"
        files = FileServer(f"{scheme}://127.0.0.1:{server.server_port}")
        handler.files = files
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield files
        finally:
            files.closing.set()
            server.shutdown()
            thread.join()
