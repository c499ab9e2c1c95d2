"""A mail server that takes what it is given, in plain SMTP, and remembers it."""

from __future__ import annotations

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass
class MailServer:
    """got: (to whom, the message) in the order of arrival. refusing: it answers with a trouble of its own."""

    got: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: bool = False
    port: int = 0

    @property
    def address(self) -> str:
        """As in the hub's settings; the key is what a mail server may know a message by."""
        return f"mailto://127.0.0.1:{self.port}?smtp=127.0.0.1&mode=insecure&from=presensi@wanasari.go.id&to={{to}}"


@contextmanager
def open_mail_server() -> Iterator[MailServer]:
    served = MailServer()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            recipient = ""
            self._say("220 ready")
            while line := self.rfile.readline():
                words = line.decode("ascii").strip()
                match words.upper().split(" ", 1)[0]:
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case "RCPT":
                        if served.refusing:
                            self._say("451 try again later")
                            continue
                        recipient = words.partition("<")[2].partition(">")[0]
                        self._say("250 ok")
                    case "DATA":
                        self._say("354 go on")
                        self._take(recipient)
                        self._say("250 ok")
                    case _:
                        self._say("250 ok")

        def _take(self, recipient: str) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            served.got.append((recipient, message))

        def _say(self, words: str) -> None:
            self.wfile.write(words.encode("ascii") + b"\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield served
        finally:
            server.shutdown()
