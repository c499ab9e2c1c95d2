"""A real Mosquitto over TLS 1.3 lets in who has a certificate of this authority, and nobody else."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from provisioning.authority import Authority, Issued
from provisioning.authority_files import key_pem
from provisioning.certificates import read_names
from provisioning.handing_out import hand_out
from tests.factories.mosquitto import PATIENCE_SECONDS, Mosquitto
from tests.factories.requests import request_for

NOW = datetime.now(UTC)
CONNECT = bytes.fromhex("1010 0004 4d51 5454 04 02 003c 0004") + b"test"


def make_authority(folder: Path, now: datetime = NOW) -> Authority:
    return Authority.init(
        folder / "use", folder / "root", passphrase=b"correct horse battery", organisation="Pemkab", now=now
    )


def kiosk_files(authority: Authority, name: str, out: Path, *, now: datetime = NOW) -> tuple[Path, Path]:
    request, key = request_for(name)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    issued: Issued = authority.sign_request("kiosk", name, request, now=now)
    hand_out(issued, authority, out)
    (out / f"{name}.key").write_bytes(key_pem(key, None))
    return out / f"{name}.crt", out / f"{name}.key"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "authority", NOW - timedelta(days=200))


@pytest.fixture
def broker(authority: Authority, tmp_path: Path) -> Iterator[Mosquitto]:
    names = read_names(["localhost"], ["127.0.0.1"])
    out = tmp_path / "broker"
    hand_out(authority.issue("server", "broker", names=names, now=NOW), authority, out)
    lines = [
        f"cafile {out}/ca.crt",
        f"certfile {out}/broker.crt",
        f"keyfile {out}/broker.key",
        f"crlfile {authority.folder}/crl.pem",
        "tls_version tlsv1.3",
        "require_certificate true",
        "use_identity_as_username true",
        "log_type all",
    ]
    broker = Mosquitto(tmp_path, lines)
    broker.start()
    yield broker
    broker.kill()


def let_in(
    broker: Mosquitto, authority: Authority, files: tuple[Path, Path] | None, *, newest: ssl.TLSVersion | None = None
) -> bool:
    """Whether the broker accepts an MQTT connection with these files."""
    context = ssl.create_default_context(cafile=str(authority.folder / "root.crt"))
    if newest is not None:
        context.maximum_version = newest
    if files is not None:
        context.load_cert_chain(*files)
    try:
        with (
            socket.create_connection(("127.0.0.1", broker.port), timeout=PATIENCE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as line,
        ):
            assert line.version() == "TLSv1.3"
            line.sendall(CONNECT)
            # With TLS 1.3 a refusal comes after the client's handshake is over.
            return line.recv(4) == b"\x20\x02\x00\x00"
    except (ssl.SSLError, ConnectionError):
        return False


def test_own_certificate_gets_in_under_its_name(broker: Mosquitto, authority: Authority, tmp_path: Path) -> None:
    assert let_in(broker, authority, kiosk_files(authority, "kiosk-1", tmp_path / "k"))
    hand_out(authority.issue("worker", "ingest-1", now=NOW), authority, tmp_path / "w")
    assert let_in(broker, authority, (tmp_path / "w" / "ingest-1.crt", tmp_path / "w" / "ingest-1.key"))
    log = (tmp_path / "mosquitto.log").read_text()
    assert re.findall(r"u'([^']*)'", log) == ["kiosk-1", "ingest-1"]


def test_nobody_gets_in_without_a_certificate_or_with_older_tls(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    assert not let_in(broker, authority, None)
    files = kiosk_files(authority, "kiosk-1", tmp_path / "k")
    assert not let_in(broker, authority, files, newest=ssl.TLSVersion.TLSv1_2)


def test_expired_certificate_and_other_authority_are_refused(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    expired = kiosk_files(authority, "kiosk-1", tmp_path / "k", now=NOW - timedelta(days=91))
    assert not let_in(broker, authority, expired)
    other = make_authority(tmp_path / "other")
    assert not let_in(broker, authority, kiosk_files(other, "kiosk-1", tmp_path / "o"))


def test_server_certificate_opens_no_line_as_a_client(broker: Mosquitto, authority: Authority, tmp_path: Path) -> None:
    assert not let_in(broker, authority, (tmp_path / "broker" / "broker.crt", tmp_path / "broker" / "broker.key"))


def test_revoked_certificate_is_refused_once_the_broker_has_the_list(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    stolen = kiosk_files(authority, "kiosk-1", tmp_path / "k")
    other = kiosk_files(authority, "kiosk-2", tmp_path / "k")
    assert let_in(broker, authority, stolen)
    authority.revoke("kiosk-1", reason="stolen", now=NOW)
    assert let_in(broker, authority, stolen)
    broker.reload()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while let_in(broker, authority, stolen):
        assert time.monotonic() < deadline
        time.sleep(0.02)  # another process: there is no event to wait for
    assert let_in(broker, authority, other)


def test_next_intermediate_is_trusted_once_the_broker_has_its_list(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    before = kiosk_files(authority, "kiosk-1", tmp_path / "k")
    authority.replace_intermediate(tmp_path / "authority" / "root", passphrase=b"correct horse battery", now=NOW)
    after = kiosk_files(authority, "kiosk-2", tmp_path / "k")
    # Who signed needs no word, its revocation list does: OpenSSL refuses whom it has no list for.
    broker.kill()
    broker.start()
    assert let_in(broker, authority, before)
    assert let_in(broker, authority, after)
