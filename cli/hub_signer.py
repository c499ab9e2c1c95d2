"""The authority's folder, as the hub's kiosks need it: the one place where hub and provisioning meet."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.errors import BadInputError
from hub.fleet.certificates import CertificateSigner, SignedChain
from hub.settings import HubSettings
from provisioning.authority import Authority, Issued
from provisioning.authority_files import read_certificate
from provisioning.authority_record import Signed
from provisioning.certificates import fingerprint, read_request

__all__ = ["AuthoritySigner", "expect_signer", "find_signer"]


class AuthoritySigner:
    """A CertificateSigner with the authority in this folder, opened for each deed: it may be changed meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        Authority.open(folder)

    def root(self) -> str:
        return read_certificate(self._folder / "root.crt").public_bytes(Encoding.PEM).decode()

    def check(self, device: str, csr: str) -> None:
        read_request(csr.encode(), device)

    def sign(self, device: str, csr: str, *, now: datetime) -> SignedChain:
        authority, request = Authority.open(self._folder), csr.encode()
        last = _last(authority, device)
        if last is not None and last.kind == "kiosk" and last.is_in_force(now) and _is_for(last, device, request):
            return _chain(authority.renew(device, request, early=True, now=now))
        return _chain(authority.sign_request("kiosk", device, request, now=now))

    def renew(self, device: str, csr: str, certificate: str, *, now: datetime) -> SignedChain:
        authority = Authority.open(self._folder)
        shown = fingerprint(x509.load_pem_x509_certificate(certificate.encode()))
        mine = [one for one in authority.signed() if one.name == device and one.fingerprint == shown]
        if not mine or mine[0].kind != "kiosk":
            raise BadInputError(f"The certificate that was shown was not signed here for '{device}'.")
        if mine[0].revoked_at is not None:
            raise BadInputError(f"The certificate of '{device}' was revoked.")
        return _chain(authority.renew(device, csr.encode(), early=True, now=now))

    def revoke(self, device: str, *, reason: str, now: datetime) -> bytes:
        authority = Authority.open(self._folder)
        if _last(authority, device) is None:
            return authority.revoked_list(now=now)
        authority.revoke(device, reason=reason, now=now)
        return authority.revoked_list(now=now)


def find_signer(settings: HubSettings) -> CertificateSigner | None:
    """The authority that the settings name; None when they name none. AuthorityError when it cannot be used."""
    folder = settings.authority.folder
    return None if folder is None else AuthoritySigner(Path(folder))


def expect_signer(settings: HubSettings) -> CertificateSigner:
    """The authority that the settings name; BadInputError when they name none."""
    signer = find_signer(settings)
    if signer is None:
        raise BadInputError(
            "This hub has no authority: name its folder in the settings, as `folder` under [authority]."
        )
    return signer


def _last(authority: Authority, device: str) -> Signed | None:
    return next((one for one in reversed(authority.signed()) if one.name == device), None)


def _is_for(signed: Signed, device: str, request: bytes) -> bool:
    key = read_request(request, device)
    return (
        signed.key_hash == hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    )


def _chain(issued: Issued) -> SignedChain:
    signed = issued.signed
    return SignedChain(issued.chain.decode(), signed.signed_at, signed.due, signed.until)
