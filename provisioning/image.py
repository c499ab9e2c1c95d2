"""The three files with which cloud-init makes a fresh Raspberry Pi OS a kiosk-to-be. Pure: bytes, no files.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html: Raspberry Pi OS (Trixie) reads user-data,
network-config and meta-data from its boot partition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import yaml

from contract.topics import check_device
from provisioning.errors import ImageError
from provisioning.first_start import ClaimAddress, StaticAddress, WiFi
from provisioning.hosts import is_dns_name

TECHNICIAN: Final = "teknisi"
"""The account that the technician's key opens; it has no password."""

CLAIM_FILE: Final = "/etc/presensi/claim.json"
COUNTRY: Final = "ID"
"""Which channels Wi-Fi may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskImage:
    """What is particular to one kiosk. name: also its host name. static: None for DHCP. wifi: None for a cable."""

    name: str
    zone: str
    time_servers: tuple[str, ...]
    ssh_keys: tuple[str, ...]
    claim: ClaimAddress
    wifi: WiFi | None = None
    static: StaticAddress | None = None

    def __post_init__(self) -> None:
        check_device(self.name)
        if not self.ssh_keys:
            raise ImageError("Without an SSH key nobody could look after the kiosk: no password is set.")
        if self.static is not None and not self.static.nameservers:
            asked = [urlsplit(self.claim.hub).hostname or "", *self.time_servers]
            if names := [name for name in asked if is_dns_name(name)]:
                raise ImageError(
                    f"Who says where {names[0]} is? A static address needs a name server (--nameserver) too."
                )


def image_files(image: KioskImage, *, instance: str) -> dict[str, bytes]:
    """File name to content. instance: new for each writing, so that cloud-init begins anew on a card that was used."""
    return {
        "user-data": b"#cloud-config\n" + _yaml(_user_data(image)),
        "network-config": _yaml({"network": _network(image)}),
        "meta-data": _yaml({"instance-id": f"{image.name}-{instance}", "local-hostname": image.name}),
    }


def _user_data(image: KioskImage) -> dict[str, Any]:
    claim = {"device": image.name, "hub": image.claim.hub, "ca_sha256": image.claim.ca_sha256}
    told: dict[str, Any] = {
        "hostname": image.name,
        "manage_etc_hosts": True,
        "timezone": image.zone,
        "users": [
            {
                "name": TECHNICIAN,
                "gecos": "Presensi",
                "shell": "/bin/bash",
                "groups": ["adm", "sudo"],
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "lock_passwd": True,
                "ssh_authorized_keys": list(image.ssh_keys),
            }
        ],
        "ssh_pwauth": False,
        "disable_root": True,
        "write_files": [
            {
                "path": CLAIM_FILE,
                "permissions": "0644",
                "content": msgspec.json.format(msgspec.json.encode(claim), indent=2).decode() + "\n",
            }
        ],
        # Raspberry Pi OS leaves SSH off until somebody asks for it.
        "runcmd": [["systemctl", "enable", "--now", "ssh.service"]],
    }
    if image.time_servers:
        told["ntp"] = {"enabled": True, "ntp_client": "systemd-timesyncd", "servers": list(image.time_servers)}
    return told


def _network(image: KioskImage) -> dict[str, Any]:
    used = _addresses(image.static)
    if image.wifi is None:
        return {"version": 2, "ethernets": {"eth0": used}}
    point = {image.wifi.name: {"auth": {"key-management": "psk", "password": image.wifi.key}}}
    wireless = used | {"regulatory-domain": COUNTRY, "access-points": point, "optional": True}
    # A cable still helps whoever comes to repair the kiosk.
    return {
        "version": 2,
        "ethernets": {"eth0": {"dhcp4": True, "optional": True}},
        "wifis": {"wlan0": wireless},
    }


def _addresses(static: StaticAddress | None) -> dict[str, Any]:
    if static is None:
        return {"dhcp4": True}
    found: dict[str, Any] = {"dhcp4": False, "addresses": [static.address]}
    if static.gateway is not None:
        found["routes"] = [{"to": "default", "via": static.gateway}]
    if static.nameservers:
        found["nameservers"] = {"addresses": list(static.nameservers)}
    return found


def _yaml(told: dict[str, Any]) -> bytes:
    return bytes(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000, encoding="utf-8"))
