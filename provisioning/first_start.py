"""What a kiosk is told at its first start, each part checked before a file is written. Pure: no files.

Every function raises ImageError with a sentence that says what is wrong and what would be right.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from provisioning.errors import ImageError
from provisioning.hosts import is_address, is_dns_name

ZONES: Final = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
OTHER_ZONES: Final = ("Asia/Pontianak",)
SMALLEST_RSA: Final = 3072

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}\Z")
_PRE_SHARED_KEY: Final = re.compile(r"[0-9a-fA-F]{64}\Z")


@dataclass(frozen=True, slots=True)
class WiFi:
    """A network with WPA2. key: 64 hexadecimal digits, made of name and password."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class StaticAddress:
    """address: with its prefix, as 10.0.0.21/24. gateway: None where nothing lies beyond the office."""

    address: str
    gateway: str | None
    nameservers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimAddress:
    """Where the kiosk shall claim itself, and the SHA-256 of the authority that the hub must show."""

    hub: str
    ca_sha256: str


def read_zone(text: str) -> str:
    """The zone's name for WIB, WITA, WIT, or that name itself."""
    if text.upper() in ZONES:
        return ZONES[text.upper()]
    if text in ZONES.values() or text in OTHER_ZONES:
        return text
    raise ImageError(f"'{text}' is no time zone of Indonesia: use WIB, WITA or WIT.")


def read_wifi(name: str, password: str) -> WiFi:
    """The password is not kept: what is made of it opens this network and no other."""
    if not 1 <= len(name.encode()) <= 32 or not name.isprintable():
        raise ImageError("The name of a Wi-Fi network has 1 to 32 characters that can be printed.")
    if _PRE_SHARED_KEY.match(password):
        return WiFi(name, password.lower())
    if not 8 <= len(password) <= 63:
        raise ImageError(f"A Wi-Fi password has 8 to 63 characters; this one has {len(password)}.")
    if not (password.isascii() and password.isprintable()):
        raise ImageError("A Wi-Fi password has letters, digits and signs of ASCII only.")
    # IEEE 802.11-2016, J.4.1: passphrase to PSK.
    return WiFi(name, hashlib.pbkdf2_hmac("sha1", password.encode(), name.encode(), 4096, 32).hex())


def read_static(address: str, gateway: str | None, nameservers: tuple[str, ...]) -> StaticAddress:
    """An IPv4 or IPv6 address of one machine, in a network that the gateway is in, too."""
    try:
        interface = ipaddress.ip_interface(address)
    except ValueError as error:
        raise ImageError(f"'{address}' is no address: write it with its prefix, like 10.0.0.21/24.") from error
    network, spare = interface.network, interface.network.max_prefixlen - interface.network.prefixlen
    if "/" not in address or spare < 2:
        raise ImageError(f"'{address}' needs the prefix of its network, like 10.0.0.21/24.")
    if interface.ip == network.network_address or (network.version == 4 and interface.ip == network.broadcast_address):
        raise ImageError(f"{interface.ip} is no machine's address in {network}: it stands for the whole network.")
    if interface.ip.is_loopback or interface.ip.is_multicast or interface.ip.is_unspecified:
        raise ImageError(f"{interface.ip} cannot be a kiosk's address.")
    if gateway is not None:
        if not is_address(gateway):
            raise ImageError(f"'{gateway}' is no address of a gateway; write one like 10.0.0.1.")
        if ipaddress.ip_address(gateway) not in network:
            raise ImageError(f"The gateway {gateway} lies outside the kiosk's network {network}.")
        if ipaddress.ip_address(gateway) == interface.ip:
            raise ImageError(f"Gateway and kiosk cannot both have the address {gateway}.")
    for server in nameservers:
        if not is_address(server):
            raise ImageError(f"'{server}' is no address of a name server; write one like 10.0.0.1.")
    return StaticAddress(str(interface), gateway, nameservers)


def read_time_server(text: str) -> str:
    """A name or an address."""
    if not (is_address(text) or is_dns_name(text)):
        raise ImageError(f"'{text}' is no time server: write a name like ntp.bmkg.go.id, or an address.")
    return text


def read_claim(hub: str, ca_sha256: str) -> ClaimAddress:
    """The hub's address as https://..., and the fingerprint with or without colons."""
    try:
        parts = urlsplit(hub)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" or not (is_address(host) or is_dns_name(host)) or "@" in parts.netloc:
        raise ImageError(
            f"'{hub}' is no address of a hub: write https://hub.example.go.id, with :PORT where it has one."
        )
    if parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise ImageError(f"'{hub}' says more than where the hub is: leave out what follows the name.")
    fingerprint = ca_sha256.replace(":", "").strip().lower()
    if not _FINGERPRINT.match(fingerprint):
        raise ImageError("The authority's fingerprint has 64 hexadecimal digits: presensi provision authority show.")
    return ClaimAddress(f"https://{parts.netloc}", fingerprint)


def read_ssh_key(text: str) -> str:
    """One public key, in one line."""
    line = text.strip()
    if "PRIVATE KEY" in line:
        raise ImageError("This is a private SSH key, which stays with its owner; give the file that ends in .pub.")
    if len(line.splitlines()) != 1 or not line.isprintable():
        raise ImageError("An SSH key is one line, like: ssh-ed25519 AAAA... technician@laptop.")
    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ImageError("This is no public SSH key; make one with: ssh-keygen -t ed25519.") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA:
        raise ImageError(f"An RSA key of {key.key_size} bits is too weak; make one with: ssh-keygen -t ed25519.")
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise ImageError("SSH takes no keys of this kind any more; make one with: ssh-keygen -t ed25519.")
    return line
