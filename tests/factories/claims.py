"""An authority, and kiosks that ask to be let in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cli.hub_signer import AuthoritySigner
from contract.claim import Claim
from contract.codec import seal
from contract.signing import SigningKey
from kiosk.claim.keys import TlsKey
from provisioning.authority import Authority

PASSPHRASE = b"empat kata yang panjang"


def make_authority(folder: Path, now: datetime) -> Authority:
    return Authority.init(
        folder / "authority", folder / "stick", passphrase=PASSPHRASE, organisation="Pemkab Contoh", now=now
    )


def make_signer(folder: Path, now: datetime) -> AuthoritySigner:
    return AuthoritySigner(make_authority(folder, now).folder)


class Applicant:
    """A kiosk without a certificate."""

    def __init__(self, folder: Path, device: str = "kiosk-1") -> None:
        self.device = device
        self.key = SigningKey.generate()
        self.tls = TlsKey.load_or_create(folder / f"{device}-{id(self)}.key")

    def claim(self, **changes: str) -> Claim:
        told = {"device": self.device, "public_key": self.key.verify_key.text, "csr": self.tls.request(self.device)}
        return Claim(**(told | changes))

    def sealed(self, *, device: str | None = None, **changes: str) -> bytes:
        return seal(self.claim(**changes), key=self.key, purpose="claim", device=device or self.device)
