"""A hub that serves over HTTPS, with an authority of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from hub.pages_server import PagesServer
from hub.settings import AuthoritySection, HubSettings
from kiosk.claim.paper import ClaimPaper
from provisioning.authority import Authority
from provisioning.certificates import fingerprint, read_names
from tests.factories.claims import make_authority

BROKER = "mqtts://127.0.0.1:8883"


def server_files(authority: Authority, folder: Path, name: str = "hub") -> tuple[Path, Path]:
    """Certificate with its chain, and key, of a server on this machine."""
    issued = authority.issue("server", name, names=read_names(["localhost"], ["127.0.0.1"]), now=datetime.now(UTC))
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    certificate.write_bytes(issued.chain)
    key.write_bytes(issued.key or b"")
    return certificate, key


def settings_of(folder: Path) -> HubSettings:
    """Settings of a hub on a free port; its authority is made."""
    authority = make_authority(folder, datetime.now(UTC))
    certificate, key = server_files(authority, folder)
    return HubSettings(
        data=str(folder / "hub"),
        host="127.0.0.1",
        port=0,
        authority=AuthoritySection(folder=str(authority.folder), broker=BROKER),
        tls_cert=str(certificate),
        tls_cert_key=str(key),
    )


def paper_of(settings: HubSettings, url: str, device: str = "kiosk-1") -> ClaimPaper:
    """What the card of a kiosk of this hub was told."""
    authority = Authority.open(Path(settings.authority.folder or ""))
    return ClaimPaper(device=device, hub=url, ca_sha256=fingerprint(authority.root))


@contextmanager
def pages(settings: HubSettings, *, at: datetime | None = None) -> Iterator[PagesServer]:
    from cli.hub_signer import find_signer

    with PagesServer(settings, at=at, signer=find_signer(settings)) as server:
        yield server


@contextmanager
def impostor(certificate: Path, key: Path, answer: Callable[[str], tuple[int, bytes]]) -> Iterator[str]:
    """Somebody who answers over HTTPS whatever he likes: path -> (status, content)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._say()

        def _say(self) -> None:
            status, content = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
