"""The hub's own certificate authority: a root that stays offline on a stick, and an intermediate in use.

The folder in use (0700) holds root.crt, intermediate-N.crt and .key, the record of what was signed, and crl.pem. The
root's folder holds root.crt and root.key, which a passphrase encrypts; it is needed again for the next intermediate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provisioning.authority_files import certificate_pem, check_passphrase, key_pem, read_certificate, read_key
from provisioning.authority_record import AuthorityRecord, Signed
from provisioning.certificates import (
    Issuer,
    Kind,
    SubjectKey,
    check_organisation,
    fingerprint,
    make_intermediate,
    make_leaf,
    make_revocation_list,
    make_root,
    new_key,
    read_names,
    read_request,
)
from provisioning.errors import AuthorityError
from provisioning.hosts import is_address
from provisioning.whole_files import held, make_private_folder, write_whole

Names = Sequence[x509.GeneralName]
"""What a server is reached by."""

ROOT_CERTIFICATE: Final = "root.crt"
ROOT_KEY: Final = "root.key"
REVOKED: Final = "crl.pem"
_RECORD: Final = "record.sqlite"


@dataclass(frozen=True, slots=True)
class Issued:
    """What is handed out. chain: PEM of the certificate and its intermediate; key: PEM, None where a request had it."""

    signed: Signed
    chain: bytes
    key: bytes | None


class Authority:
    """The authority in a folder. Every method raises AuthorityError or FolderError with a sentence."""

    def __init__(self, folder: Path, root: x509.Certificate) -> None:
        self.folder = folder
        self.root = root
        self._record = AuthorityRecord(folder / _RECORD)

    @classmethod
    def init(cls, folder: Path, root_folder: Path, *, passphrase: bytes, organisation: str, now: datetime) -> Self:
        """Make root and first intermediate; nothing is ever overwritten."""
        organisation = check_organisation(organisation)
        check_passphrase(passphrase)
        if folder.resolve() == root_folder.resolve():
            raise AuthorityError("The root needs a folder of its own, on a stick that is kept under lock and key.")
        for place in (folder, root_folder):
            make_private_folder(place)
        with held(folder), held(root_folder):
            for place in (folder, root_folder):
                if found := next((path for path in place.iterdir() if path.suffix in {".crt", ".key"}), None):
                    raise AuthorityError(f"{place} holds an authority already ({found.name}); name another folder.")
            root = make_root(organisation, now=now)
            intermediate = make_intermediate(root, 1, now=now)
            write_whole(root_folder / ROOT_KEY, key_pem(root.key, passphrase))
            write_whole(root_folder / ROOT_CERTIFICATE, certificate_pem(root.certificate))
            made = cls(folder, root.certificate)
            made._keep_intermediate(intermediate, 1)
            # The root's certificate comes last: a folder without it is no authority.
            write_whole(folder / ROOT_CERTIFICATE, certificate_pem(root.certificate))
            made._write_revoked(now)
        return made

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The authority that stands in this folder."""
        if not (folder / ROOT_CERTIFICATE).is_file():
            raise AuthorityError(f"There is no authority in {folder}; make one: presensi provision authority init")
        if folder.stat().st_mode & 0o077:
            raise AuthorityError(f"Others may look into {folder}, where the authority's keys lie: chmod 700 {folder}")
        return cls(folder, read_certificate(folder / ROOT_CERTIFICATE))

    def intermediates(self) -> dict[int, x509.Certificate]:
        """Certificates of the intermediates by their number; the highest is in use."""
        found = {int(path.stem.rpartition("-")[2]): path for path in self.folder.glob("intermediate-*.crt")}
        return {number: read_certificate(found[number]) for number in sorted(found)}

    def signed(self) -> list[Signed]:
        """What was signed, oldest first."""
        return self._record.all()

    def sign_request(self, kind: Kind, name: str, request: bytes, *, names: Names = (), now: datetime) -> Issued:
        """Sign the PEM request of somebody who made a key of their own."""
        with held(self.folder):
            return self._issue(kind, name, read_request(request, name), private=None, names=names, now=now)

    def issue(self, kind: Kind, name: str, *, names: Names = (), now: datetime) -> Issued:
        """Make a key, and sign it. A kiosk's key never leaves it: for a kiosk there is sign_request alone."""
        if kind == "kiosk":
            raise AuthorityError("A kiosk makes its own key: give its signing request with --csr.")
        key = new_key()
        with held(self.folder):
            return self._issue(kind, name, key.public_key(), private=key, names=names, now=now)

    def renew(self, name: str, request: bytes | None, *, early: bool = False, now: datetime) -> Issued:
        """The next certificate for whoever has one, also after it has expired; never after it was revoked.

        request: PEM, needed for a kiosk; without it a key is made. early: before two thirds of its time are over.
        """
        with held(self.folder):
            last = self._last(name)
            if last.revoked_at is not None:
                raise AuthorityError(
                    f"The certificate of {name} was revoked ({last.reason}); sign anew, with a new key."
                )
            if now < last.due and not early:
                raise AuthorityError(f"{name} is not to be renewed before {last.due:%Y-%m-%d}; --early does it now.")
            if request is None and last.kind == "kiosk":
                raise AuthorityError("A kiosk makes its own key: give its signing request with --csr.")
            key = new_key() if request is None else None
            public = key.public_key() if key is not None else read_request(request or b"", name)
            kind: Kind = "kiosk" if last.kind == "kiosk" else "server" if last.kind == "server" else "worker"
            return self._issue(kind, name, public, private=key, names=_names_from(last), now=now, renewed=True)

    def revoke(self, name: str, *, reason: str, now: datetime) -> list[Signed]:
        """Revoke every certificate of `name` that is in force, and write the list anew."""
        with held(self.folder):
            self._last(name)
            hit = [signed for signed in self.signed() if signed.name == name and signed.is_in_force(now)]
            self._record.revoke([signed.serial for signed in hit], reason=reason, now=now)
            # Also when there was nothing left to revoke: an earlier run may have died before the list was written.
            self._write_revoked(now)
        return hit

    def revoked_list(self, *, now: datetime) -> bytes:
        """PEM with a list for every intermediate, made anew; what the broker reads as crlfile."""
        with held(self.folder):
            return self._write_revoked(now)

    def replace_intermediate(self, root_folder: Path, *, passphrase: bytes, now: datetime) -> x509.Certificate:
        """Make the next intermediate, with the root's folder at hand; what the former ones have signed stays good."""
        root = Issuer(read_certificate(root_folder / ROOT_CERTIFICATE), read_key(root_folder / ROOT_KEY, passphrase))
        if fingerprint(root.certificate) != fingerprint(self.root):
            raise AuthorityError(f"{root_folder} holds another authority's root.")
        with held(self.folder):
            number = max(self.intermediates(), default=0) + 1
            made = make_intermediate(root, number, now=now)
            self._keep_intermediate(made, number)
            self._write_revoked(now)
        return made.certificate

    def _issue(
        self,
        kind: Kind,
        name: str,
        key: SubjectKey,
        *,
        private: ec.EllipticCurvePrivateKey | None,
        names: Names,
        now: datetime,
        renewed: bool = False,
    ) -> Issued:
        number = max(self.intermediates(), default=0)
        issuer = self._issuer(number)
        key_hash = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        self._check_name(kind, name, key_hash, now, renewed=renewed)
        certificate = make_leaf(issuer, kind, name, key, sans=names, now=now)
        signed = Signed(
            serial=f"{certificate.serial_number:x}",
            name=name,
            kind=kind,
            issuer=number,
            names=" ".join(str(given.value) for given in names),
            key_hash=key_hash,
            fingerprint=fingerprint(certificate),
            signed_at=now,
            until=certificate.not_valid_after_utc,
        )
        self._record.add(signed)
        pem = key_pem(private, None) if private is not None else None
        return Issued(signed, certificate_pem(certificate) + certificate_pem(issuer.certificate), pem)

    def _check_name(self, kind: Kind, name: str, key_hash: str, now: datetime, *, renewed: bool) -> None:
        for signed in self.signed():
            if signed.key_hash == key_hash and (signed.revoked_at is not None or signed.name != name):
                state = "was revoked" if signed.revoked_at is not None else f"belongs to {signed.name}"
                raise AuthorityError(f"This key {state}: make a new one.")
            if signed.name == name and signed.kind != kind:
                raise AuthorityError(
                    f"{name} is the name of a {signed.kind} already; the broker knows it by that name."
                )
            if signed.name == name and signed.is_in_force(now) and not renewed:
                raise AuthorityError(f"{name} has a certificate until {signed.until:%Y-%m-%d}: renew it, or revoke it.")

    def _last(self, name: str) -> Signed:
        for signed in reversed(self.signed()):
            if signed.name == name:
                return signed
        raise AuthorityError(f"Nothing was signed for '{name}'; presensi provision authority show lists who has what.")

    def _issuer(self, number: int) -> Issuer:
        stem = f"intermediate-{number}"
        return Issuer(read_certificate(self.folder / f"{stem}.crt"), read_key(self.folder / f"{stem}.key", None))

    def _keep_intermediate(self, made: Issuer, number: int) -> None:
        write_whole(self.folder / f"intermediate-{number}.key", key_pem(made.key, None))
        write_whole(self.folder / f"intermediate-{number}.crt", certificate_pem(made.certificate))

    def _write_revoked(self, now: datetime) -> bytes:
        revoked = [signed for signed in self.signed() if signed.revoked_at is not None]
        lists = []
        for number, certificate in self.intermediates().items():
            if now < certificate.not_valid_after_utc:
                mine = [(int(one.serial, 16), one.revoked_at) for one in revoked if one.issuer == number]
                dated = [(serial, since) for serial, since in mine if since is not None]
                lists.append(make_revocation_list(self._issuer(number), dated, now=now))
        write_whole(self.folder / REVOKED, b"".join(lists))
        return b"".join(lists)


def _names_from(signed: Signed) -> Names:
    given = signed.names.split()
    addresses = [name for name in given if is_address(name)]
    return read_names([name for name in given if name not in addresses], addresses)
