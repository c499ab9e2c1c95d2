"""Where the broker is, how to speak to it, and what it says when we are gone."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography import x509

from contract.errors import BadInputError


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and how to speak to it; the three files are needed for mutual TLS only."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def parse(
        cls, url: str, *, ca_file: Path | None = None, cert_file: Path | None = None, key_file: Path | None = None
    ) -> BrokerAddress:
        """Read `mqtt://[user:password@]host[:port]` or `mqtts://…`; BadInputError says what is wrong.

        Signs that mean something in an address are written as %XX in user and password, as in every address.
        """
        shown = re.sub(r"//[^/]*@", "//…@", url)  # a password has no place in a log
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadInputError(f"'{shown}' is not a broker address: {error}.") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or port == 0:
            raise BadInputError(f"'{shown}' is not a broker address: write mqtt://host:1883 or mqtts://host:8883.")
        if parts.path not in {"", "/"} or parts.query or parts.fragment or re.search(r"\s", parts.hostname):
            raise BadInputError(f"'{shown}' is not a broker address: nothing may stand behind host and port.")
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=(8883 if tls else 1883) if port is None else port,
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            ca_file=ca_file,
            cert_file=cert_file,
            key_file=key_file,
        )


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for us when we are gone, and what we say ourselves while we are there (both retained)."""

    topic: str
    gone: bytes
    present: bytes


def certificate_end(path: Path) -> datetime | None:
    """When the first certificate in a PEM file ends, aware UTC; None when there is none that can be read."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None


def tls_context(address: BrokerAddress) -> ssl.SSLContext:
    """What the three files allow; BadInputError when they cannot be read."""
    try:
        context = ssl.create_default_context(cafile=str(address.ca_file) if address.ca_file else None)
        if address.cert_file is not None:
            context.load_cert_chain(str(address.cert_file), str(address.key_file) if address.key_file else None)
    except (OSError, ssl.SSLError) as error:
        raise BadInputError(f"The certificate files for the broker cannot be used: {error}.") from error
    return context
