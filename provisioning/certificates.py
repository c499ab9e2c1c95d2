"""What certificates and revocation lists hold. Pure: no files, `now` is an argument.

ECDSA on P-256 throughout: OpenSSL, Mosquitto and every browser take it with TLS 1.3, whereas browsers take no Ed25519.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract.topics import check_device
from provisioning.errors import AuthorityError
from provisioning.hosts import is_dns_name

Kind = Literal["kiosk", "worker", "server"]
SubjectKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

ROOT_DAYS: Final = 20 * 365
INTERMEDIATE_DAYS: Final = 5 * 365
LEAF_DAYS: Final[dict[Kind, int]] = {"kiosk": 90, "worker": 365, "server": 365}
BACKDATED: Final = timedelta(hours=1)
"""A certificate holds from a little before it was made: clocks differ."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: its certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_root(organisation: str, *, now: datetime) -> Issuer:
    """An authority that signs intermediates and nothing else."""
    key = new_key()
    name = _authority_name(organisation, "Presensi Root")
    builder = _builder(name, name, key.public_key(), now=now, until=now + timedelta(days=ROOT_DAYS))
    builder = _as_authority(builder, key.public_key(), depth=1)
    return Issuer(builder.sign(key, hashes.SHA256()), key)


def make_intermediate(root: Issuer, number: int, *, now: datetime) -> Issuer:
    """The authority in use. number: which one it is of this root, from 1; it stands in the name."""
    _check_in_force(root.certificate, "root", now)
    key = new_key()
    organisation = str(root.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)
    until = min(now + timedelta(days=INTERMEDIATE_DAYS), root.certificate.not_valid_after_utc)
    name = _authority_name(organisation, f"Presensi Intermediate {number}")
    builder = _builder(name, root.certificate.subject, key.public_key(), now=now, until=until)
    builder = _with_issuer_key(_as_authority(builder, key.public_key(), depth=0), root)
    return Issuer(builder.sign(root.key, hashes.SHA256()), key)


def make_leaf(
    issuer: Issuer, kind: Kind, name: str, key: SubjectKey, *, sans: Sequence[x509.GeneralName] = (), now: datetime
) -> x509.Certificate:
    """A certificate for a kiosk, a worker or tool, or a server; it ends no later than its issuer.

    name: the common name, which the broker takes as user name. Raises AuthorityError, and BadInputError for the name.
    """
    check_device(name)
    _check_in_force(issuer.certificate, "intermediate", now)
    if (kind == "server") != bool(sans):
        raise AuthorityError("A server needs a DNS name or an address (--dns, --ip), and nothing else may have one.")
    until = min(now + timedelta(days=LEAF_DAYS[kind]), issuer.certificate.not_valid_after_utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = ExtendedKeyUsageOID.SERVER_AUTH if kind == "server" else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = _builder(subject, issuer.certificate.subject, key, now=now, until=until)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    if sans:
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
    return _with_issuer_key(builder, issuer).sign(issuer.key, hashes.SHA256())


def read_request(pem: bytes, name: str) -> SubjectKey:
    """The public key of a signing request whose owner has proved to hold it, and who asks for `name` and nothing more.

    Raises AuthorityError with what is wrong.
    """
    try:
        request = x509.load_pem_x509_csr(pem)
        asked, key, proved = list(request.subject), request.public_key(), request.is_signature_valid
        extensions = list(request.extensions)
    except (ValueError, TypeError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension) as error:
        raise AuthorityError("This is no signing request: expected a PEM block CERTIFICATE REQUEST.") from error
    if not proved:
        raise AuthorityError("The signing request is not signed by the key it asks for: it may be somebody else's key.")
    if len(asked) != 1 or asked[0].oid != NameOID.COMMON_NAME or asked[0].value != name:
        raise AuthorityError(f"The signing request must ask for CN={name} alone; it asks for {_words(request)}.")
    for extension in extensions:
        if isinstance(extension.value, x509.BasicConstraints) and extension.value.ca:
            raise AuthorityError("The signing request asks to become an authority itself; nobody else may be one.")
        if isinstance(extension.value, x509.SubjectAlternativeName):
            raise AuthorityError(
                "The signing request asks for further names; a server's are given with --dns and --ip."
            )
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    raise AuthorityError("The signing request has a key of another kind; make one with ECDSA on P-256, or Ed25519.")


def read_names(dns: Iterable[str], addresses: Iterable[str]) -> list[x509.GeneralName]:
    """What a server is reached by; raises AuthorityError for what is neither a DNS name nor an address."""
    names: list[x509.GeneralName] = []
    for name in dns:
        if not is_dns_name(name):
            raise AuthorityError(f"'{name}' is no DNS name: use one like hub.example.go.id, and --ip for an address.")
        names.append(x509.DNSName(name.lower()))
    for address in addresses:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(address)))
        except ValueError as error:
            raise AuthorityError(f"'{address}' is no address: use one like 192.168.1.10.") from error
    return names


def make_revocation_list(issuer: Issuer, revoked: Iterable[tuple[int, datetime]], *, now: datetime) -> bytes:
    """PEM of what `issuer` has revoked: (serial, since when).

    It holds as long as the issuer does: with an outdated list, OpenSSL refuses everybody.
    """
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    builder = builder.last_update(now - BACKDATED).next_update(issuer.certificate.not_valid_after_utc)
    builder = builder.add_extension(x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False)
    builder = builder.add_extension(_issuer_key(issuer), critical=False)
    for serial, since in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def due_at(signed_from: datetime, until: datetime) -> datetime:
    """When a certificate is to be renewed: after two thirds of its time."""
    return signed_from + (until - signed_from) * 2 / 3


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, 64 hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def check_organisation(organisation: str) -> str:
    """The name that stands in the authority's certificates, without surplus spaces; AuthorityError unless it fits."""
    name = organisation.strip()
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise AuthorityError("The organisation needs a name of 1 to 64 characters, like 'Pemkab Contoh'.")
    return name


def _builder(
    subject: x509.Name, issuer: x509.Name, key: SubjectKey, *, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now - BACKDATED).not_valid_after(until)


def _as_authority(builder: x509.CertificateBuilder, key: SubjectKey, *, depth: int) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _with_issuer_key(builder: x509.CertificateBuilder, issuer: Issuer) -> x509.CertificateBuilder:
    return builder.add_extension(_issuer_key(issuer), critical=False)


def _issuer_key(issuer: Issuer) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_name(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def _check_in_force(certificate: x509.Certificate, what: str, now: datetime) -> None:
    ended = certificate.not_valid_after_utc
    if now >= ended:
        hint = "make another: presensi provision authority intermediate" if what == "intermediate" else "make another"
        raise AuthorityError(f"The {what} certificate has expired on {ended:%Y-%m-%d}; {hint}.")
    if now < certificate.not_valid_before_utc:
        raise AuthorityError(f"The {what} certificate is not valid yet: is the clock of this machine right?")


def _words(request: x509.CertificateSigningRequest) -> str:
    text = request.subject.rfc4514_string()
    return "".join(character for character in text if character.isprintable())[:120] or "no name"
