"""What a claimed kiosk keeps in its data folder: keys, certificate, authority, and where hub and broker are."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cryptography import x509
from msgspec import Meta

from contract.claim import ClaimAnswer
from contract.signing import VerifyKey
from contract.topics import DEVICE_PATTERN
from kiosk.claim.keys import TlsKey
from kiosk.claim.paper import ClaimPaper
from kiosk.errors import ClaimError

CLAIMED_FILE: Final = "claimed.json"
CERTIFICATE_FILE: Final = "device.crt"
TLS_KEY_FILE: Final = "device-tls.key"
CA_FILE: Final = "ca.crt"
HUB_KEY_FILE: Final = "hub.pub"


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """That this kiosk was let in, as whom, and where. It is written last: without it, nothing beside it counts."""

    device: Annotated[str, Meta(pattern=DEVICE_PATTERN)]
    hub: str
    ca_sha256: str
    broker: str


class ClaimFolder:
    """The data folder, as the claim uses it. ClaimError when something in it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tls_key(self) -> TlsKey:
        """The key of the certificate, made at first."""
        return TlsKey.load_or_create(self.folder / TLS_KEY_FILE)

    def certificate(self) -> str:
        """PEM of the certificate with its intermediate; empty when there is none."""
        try:
            return (self.folder / CERTIFICATE_FILE).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""

    def keep(self, answer: ClaimAnswer, paper: ClaimPaper, *, root: str, tls: TlsKey) -> Claimed:
        """Write what the hub handed out. root: PEM, whose SHA-256 was held against the card's word.

        ClaimError when the certificate is not for this kiosk's own key and name.
        """
        certificate = _check(answer, paper.device, tls)
        claimed = Claimed(device=paper.device, hub=paper.hub, ca_sha256=paper.ca_sha256, broker=answer.broker)
        self._write(CA_FILE, root)
        self._write(HUB_KEY_FILE, VerifyKey.from_text(answer.hub_key).text + "\n")
        self._write(CERTIFICATE_FILE, certificate)
        self._write(CLAIMED_FILE, msgspec.json.encode(claimed).decode() + "\n")
        return claimed

    def keep_renewed(self, answer: ClaimAnswer, device: str, *, tls: TlsKey) -> None:
        """Put the next certificate in the place of the one in use; who connects next, uses it."""
        self._write(CERTIFICATE_FILE, _check(answer, device, tls))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        temporary = path.with_name(f".{name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            # Each name is on the disk before the next is written, and claimed.json is the last.
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise ClaimError(f"{path} cannot be written: {error.strerror}.") from error


def read_claimed(folder: Path) -> Claimed | None:
    """That the kiosk with this data folder was let in; None when it was not, or when the file is damaged."""
    try:
        return msgspec.json.decode((folder / CLAIMED_FILE).read_bytes(), type=Claimed)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return None


def claimed_settings(folder: Path) -> dict[str, str]:
    """The kiosk's settings that follow from its claim; empty when it was not let in."""
    claimed = read_claimed(folder)
    if claimed is None:
        return {}
    found = {"device": claimed.device, "hub_key": str(folder / HUB_KEY_FILE)}
    if claimed.broker:
        found["broker"] = claimed.broker
        if claimed.broker.startswith("mqtts://"):
            found |= {
                "broker_ca": str(folder / CA_FILE),
                "broker_cert": str(folder / CERTIFICATE_FILE),
                "broker_cert_key": str(folder / TLS_KEY_FILE),
            }
    return found


def _check(answer: ClaimAnswer, device: str, tls: TlsKey) -> str:
    try:
        certificate = x509.load_pem_x509_certificates(answer.certificate.encode())[0]
    except (ValueError, IndexError) as error:
        raise ClaimError("The hub has handed out no certificate that can be read.") from error
    if not tls.is_of(certificate) or certificate.subject.rfc4514_string() != f"CN={device}":
        raise ClaimError(
            "The hub has handed out a certificate for another key or another name; nothing of it was kept."
        )
    return answer.certificate
