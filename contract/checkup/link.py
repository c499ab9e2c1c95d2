"""The way to the broker: name, TCP, TLS, and whether it lets us in; and how long certificates hold.

Nobody is thrown out on the way: where certificates name the client, a second one of that name would end the first's
connection, so there the handshake has to do, and the broker's alert if it likes the certificate not.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509

from contract.broker import BrokerAddress, tls_context
from contract.checkup.finding import NOTHING, Finding, Measure, Words, plain
from contract.errors import BadInputError

SECONDS: Final = 5.0
ALERT_SECONDS: Final = 0.7
"""With TLS 1.3 the server's word on the client's certificate comes after the handshake."""
SOON: Final = timedelta(days=14)
Step = Literal["name", "tcp", "tls", "certificate", "mqtt"]


@dataclass(frozen=True, slots=True)
class LinkReading:
    """failed_at: the step that did not go; None: all went. detail: what was said there. addresses: what the name is.

    server_until: when the broker's own certificate ends, aware UTC; None: none was shown.
    """

    host: str
    port: int
    tls: bool
    addresses: tuple[str, ...] = ()
    own: str = ""
    protocol: str = ""
    server_until: datetime | None = None
    failed_at: Step | None = None
    detail: str = ""


def try_link(address: BrokerAddress, *, client_id: str, seconds: float = SECONDS) -> LinkReading:
    """Go to the broker step by step. client_id: of our own, used where no certificate names us."""
    reading = LinkReading(address.host, address.port, address.tls)
    try:
        infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        return replace(reading, failed_at="name", detail=error.strerror or str(error))
    reading = replace(reading, addresses=tuple(dict.fromkeys(str(info[4][0]) for info in infos)))
    try:
        plain_socket = socket.create_connection((address.host, address.port), timeout=seconds)
    except OSError as error:
        return replace(reading, failed_at="tcp", detail=error.strerror or str(error))
    with contextlib.closing(plain_socket):
        own = str(plain_socket.getsockname()[0])
        return replace(_speak(plain_socket, address, client_id, reading), own=own)


def _speak(raw: socket.socket, address: BrokerAddress, client_id: str, reading: LinkReading) -> LinkReading:
    """The reading, with what came of TLS and MQTT."""
    step: Step = "tls"
    try:
        if not address.tls:
            return _knock(raw, address, client_id, reading)
        with tls_context(address).wrap_socket(raw, server_hostname=address.host) as wrapped:
            reading = replace(reading, protocol=wrapped.version() or "", server_until=_end_of(wrapped))
            step = "certificate"
            if address.cert_file is None:
                return _knock(wrapped, address, client_id, reading)
            _await_alert(wrapped)
    except BadInputError as error:
        return replace(reading, failed_at="certificate", detail=str(error))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        detail = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or str(error)
        return replace(reading, failed_at=step, detail=detail)
    return reading


def _end_of(wrapped: ssl.SSLSocket) -> datetime | None:
    shown = wrapped.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(shown).not_valid_after_utc if shown else None


def _await_alert(wrapped: ssl.SSLSocket) -> None:
    """OSError when the broker ends the connection for our certificate's sake."""
    wrapped.settimeout(ALERT_SECONDS)
    with contextlib.suppress(TimeoutError):
        if wrapped.recv(1) == b"":
            raise ConnectionResetError("the broker ended the connection after the handshake")


def _knock(link: socket.socket, address: BrokerAddress, client_id: str, reading: LinkReading) -> LinkReading:
    """MQTT 3.1.1's CONNECT with a clean session and its answer (OASIS MQTT 3.1.1, 3.1 and 3.2), then DISCONNECT."""
    flags, payload = 0x02, _text(client_id)
    if address.username is not None:
        flags, payload = flags | 0x80, payload + _text(address.username)
        if address.password is not None:
            flags, payload = flags | 0x40, payload + _text(address.password)
    body = _text("MQTT") + bytes((4, flags)) + struct.pack("!H", 10) + payload
    try:
        link.sendall(b"\x10" + _length(len(body)) + body)
        answer = link.recv(4)
        with contextlib.suppress(OSError):
            link.sendall(b"\xe0\x00")
    except OSError as error:
        return replace(reading, failed_at="mqtt", detail=error.strerror or str(error))
    if len(answer) < 4 or answer[0] != 0x20:
        return replace(reading, failed_at="mqtt", detail="no MQTT broker answers there")
    return reading if answer[3] == 0 else replace(reading, failed_at="mqtt", detail=f"CONNACK {answer[3]}")


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded


def _length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def judge_network(reading: LinkReading) -> Finding:
    """The way up to TCP."""
    measured: dict[str, Measure] = {
        "host": reading.host,
        "port": reading.port,
        "addresses": list(reading.addresses),
        "own_address": reading.own or None,
        "failed_at": reading.failed_at if reading.failed_at in {"name", "tcp"} else None,
    }
    place = f"{reading.host}:{reading.port}"
    if reading.failed_at == "name":
        value = Words(f"nama {reading.host} tidak ditemukan", f"the name {reading.host} is not found")
        advice = Words(
            "Periksa kabel/Wi-Fi dan DNS: resolvectl status.", "Check cable, Wi-Fi and DNS: resolvectl status."
        )
        return Finding("bad", value, advice, measured)
    if reading.failed_at == "tcp":
        value = Words(f"{place} tidak menjawab: {reading.detail}", f"{place} does not answer: {reading.detail}")
        advice = Words("Periksa broker, tembok api, dan VPN.", "Check the broker, the firewall and the VPN.")
        return Finding("bad", value, advice, measured)
    return Finding("ok", plain(f"{reading.own} -> {place}"), NOTHING, measured)


_WRONG: Final[dict[Step, tuple[Words, Words]]] = {
    "tls": (
        Words("jabat tangan TLS gagal", "the TLS handshake failed"),
        Words("Periksa broker_ca, nama di sertifikat, dan jam.", "Check broker_ca, the certificate's name, the clock."),
    ),
    "certificate": (
        Words("sertifikat tidak diterima", "the certificate is not accepted"),
        Words("Perbarui sertifikat; dicabut? lihat di hub.", "Renew the certificate; revoked? see the hub."),
    ),
    "mqtt": (
        Words("broker menolak", "the broker refuses"),
        Words("Periksa nama pengguna, sandi, dan log broker.", "Check user name, password and the broker's log."),
    ),
}


def judge_broker(reading: LinkReading) -> Finding:
    """Whether the broker lets us in."""
    measured: dict[str, Measure] = {
        "tls": reading.tls,
        "protocol": reading.protocol or None,
        "failed_at": reading.failed_at,
    }
    if reading.failed_at in {"name", "tcp"}:
        advice = Words("Lihat jaringan di atas.", "See the network above.")
        return Finding("bad", Words("tidak terjangkau", "out of reach"), advice, measured)
    if reading.failed_at is not None:
        what, advice = _WRONG[reading.failed_at]
        value = Words(f"{what.id}: {reading.detail}", f"{what.en}: {reading.detail}")
        return Finding("bad", value, advice, measured)
    if not reading.tls:
        value = Words("menjawab, TANPA TLS", "answers, WITHOUT TLS")
        if reading.host in {"localhost", "127.0.0.1", "::1"}:
            return Finding("ok", value, NOTHING, measured)
        return Finding(
            "warning", value, Words("Pakai mqtts:// dan sertifikat.", "Use mqtts:// and certificates."), measured
        )
    return Finding("ok", Words(f"diterima, {reading.protocol}", f"accepted, {reading.protocol}"), NOTHING, measured)


def judge_certificate(ends: datetime | None, now: datetime, *, named: bool) -> Finding:
    """How long a certificate holds. ends: None: it cannot be read. named: the settings name one."""
    if not named:
        return Finding("not_fitted", Words("tidak disebut di pengaturan", "none named in the settings"))
    if ends is None:
        value = Words("tidak dapat dibaca", "cannot be read")
        return Finding("bad", value, Words("Periksa berkas dan haknya.", "Check the file and its rights."))
    days = int((ends - now) / timedelta(days=1))
    measured: dict[str, Measure] = {"until": ends.isoformat(), "days_left": days}
    value = Words(f"sampai {ends:%Y-%m-%d}, {days} hari lagi", f"until {ends:%Y-%m-%d}, {days} days left")
    renew = Words("Perbarui: docs/technician.md.", "Renew it: docs/technician.md.")
    if ends <= now:
        value = Words(f"BERAKHIR {ends:%Y-%m-%d %H:%M} UTC", f"ENDED {ends:%Y-%m-%d %H:%M} UTC")
        return Finding("bad", value, renew, measured)
    return Finding("warning" if ends - now < SOON else "ok", value, renew if ends - now < SOON else NOTHING, measured)
