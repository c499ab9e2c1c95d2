"""What a kiosk is told at its first start is what cloud-init and netplan take; what cannot be right is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from contract.errors import BadInputError
from provisioning.errors import ImageError
from provisioning.first_start import read_claim, read_ssh_key, read_static, read_time_server, read_wifi, read_zone
from provisioning.image import KioskImage, image_files

FINGERPRINT = "ab" * 32


def ssh_line(key: Any) -> str:
    return f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} technician@laptop"


KEY = ssh_line(ed25519.Ed25519PrivateKey.generate())


def kiosk(**changes: Any) -> KioskImage:
    told: dict[str, Any] = {
        "name": "kiosk-dinkes-1",
        "zone": "Asia/Makassar",
        "time_servers": ("ntp.bmkg.go.id",),
        "ssh_keys": (KEY,),
        "claim": read_claim("https://hub.example.go.id:8443", FINGERPRINT),
    }
    return KioskImage(**(told | changes))


STATIC = read_static("10.0.0.21/24", "10.0.0.1", ("10.0.0.1",))
WIFI = read_wifi('Kantor: "#1" ü', "kata sandi")
WAYS = {
    "cable": kiosk(),
    "cable, static": kiosk(static=STATIC),
    "wifi": kiosk(wifi=WIFI, time_servers=()),
    "wifi, static": kiosk(wifi=WIFI, static=STATIC),
    "ipv6": kiosk(static=read_static("fd00::21/64", "fd00::1", ("fd00::1",))),
}


def loaded(image: KioskImage) -> dict[str, Any]:
    return {name: yaml.safe_load(content) for name, content in image_files(image, instance="1").items()}


def test_user_data_has_a_key_and_no_password() -> None:
    files = image_files(kiosk(), instance="1")
    assert files["user-data"].startswith(b"#cloud-config\n")
    told = yaml.safe_load(files["user-data"])
    (user,) = told["users"]
    assert (user["ssh_authorized_keys"], user["lock_passwd"], told["ssh_pwauth"]) == ([KEY], True, False)
    assert "passwd" not in user
    assert (told["hostname"], told["timezone"]) == ("kiosk-dinkes-1", "Asia/Makassar")
    assert told["ntp"]["servers"] == ["ntp.bmkg.go.id"]
    (claim,) = told["write_files"]
    assert json.loads(claim["content"]) == {
        "device": "kiosk-dinkes-1",
        "hub": "https://hub.example.go.id:8443",
        "ca_sha256": FINGERPRINT,
    }
    assert claim["permissions"] == "0644"


def test_each_writing_is_a_first_start() -> None:
    first, second = (image_files(kiosk(), instance=instance)["meta-data"] for instance in ("1", "2"))
    assert first != second
    assert yaml.safe_load(first) == {"instance-id": "kiosk-dinkes-1-1", "local-hostname": "kiosk-dinkes-1"}


def test_network_is_what_was_asked_for() -> None:
    assert loaded(WAYS["cable"])["network-config"]["network"]["ethernets"] == {"eth0": {"dhcp4": True}}
    static = loaded(WAYS["wifi, static"])["network-config"]["network"]
    wireless = static["wifis"]["wlan0"]
    assert wireless["addresses"] == ["10.0.0.21/24"]
    assert wireless["routes"] == [{"to": "default", "via": "10.0.0.1"}]
    assert wireless["nameservers"] == {"addresses": ["10.0.0.1"]}
    assert list(wireless["access-points"]) == [WIFI.name]
    assert static["ethernets"]["eth0"]["optional"]


def test_wifi_password_is_not_written_but_what_is_made_of_it() -> None:
    # IEEE 802.11-2016, J.4.2: the standard's own example.
    assert read_wifi("IEEE", "password").key == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert b"kata sandi" not in b"".join(image_files(WAYS["wifi"], instance="1").values())


@pytest.mark.parametrize("way", sorted(WAYS))
def test_cloud_init_s_own_schema_has_nothing_to_say(way: str, tmp_path: Path) -> None:
    if shutil.which("cloud-init") is None:
        pytest.skip("cloud-init is not installed here")
    file = tmp_path / "user-data"
    file.write_bytes(image_files(WAYS[way], instance="1")["user-data"])
    command = ["cloud-init", "schema", "--config-file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout


@pytest.mark.parametrize("way", sorted(WAYS))
def test_netplan_makes_a_network_of_it(way: str, tmp_path: Path) -> None:
    if shutil.which("netplan") is None:
        pytest.skip("netplan is not installed here")
    file = tmp_path / "etc/netplan/kiosk.yaml"
    file.parent.mkdir(parents=True)
    # As Raspberry Pi OS does: NetworkManager is who brings it up.
    told = yaml.safe_load(image_files(WAYS[way], instance="1")["network-config"])
    told["network"]["renderer"] = "NetworkManager"
    file.write_text(yaml.safe_dump(told))
    file.chmod(0o600)
    command = ["netplan", "generate", "--root-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made = "".join(path.read_text() for path in sorted(tmp_path.glob("run/NetworkManager/system-connections/*")))
    assert ("psk=" + WIFI.key in made) == way.startswith("wifi")
    assert ("10.0.0.21/24" in made) == (way in {"cable, static", "wifi, static"})


@pytest.mark.parametrize(
    ("zone", "name"),
    [("WIB", "Asia/Jakarta"), ("wita", "Asia/Makassar"), ("WIT", "Asia/Jayapura"), *[("Asia/Pontianak",) * 2]],
)
def test_zones_have_their_indonesian_names(zone: str, name: str) -> None:
    assert read_zone(zone) == name


@pytest.mark.parametrize("zone", ["", "UTC", "Europe/Berlin", "WIBA"])
def test_other_zones_are_refused(zone: str) -> None:
    with pytest.raises(ImageError, match="WIB, WITA or WIT"):
        read_zone(zone)


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("KANTOR", "short77", "this one has 7"),
        ("KANTOR", "x" * 65, "this one has 65"),
        ("KANTOR", "kata sandi é", "ASCII"),
        ("KANTOR", "kata\tsandi", "ASCII"),
        ("", "kata sandi", "1 to 32"),
        ("ü" * 17, "kata sandi", "1 to 32"),
        ("KAN\nTOR", "kata sandi", "printed"),
    ],
)
def test_wifi_that_cannot_be_is_refused(name: str, password: str, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        read_wifi(name, password)


@pytest.mark.parametrize(
    ("address", "gateway", "server", "words"),
    [
        ("10.0.0.21", "10.0.0.1", "10.0.0.1", "prefix"),
        ("10.0.0.21/32", None, "10.0.0.1", "prefix"),
        ("10.0.0.300/24", None, "10.0.0.1", "no address"),
        ("10.0.0.0/24", None, "10.0.0.1", "whole network"),
        ("10.0.0.255/24", None, "10.0.0.1", "whole network"),
        ("127.0.0.1/8", None, "10.0.0.1", "cannot be"),
        ("10.0.0.21/24", "10.0.1.1", "10.0.0.1", "outside the kiosk's network 10.0.0.0/24"),
        ("10.0.0.21/24", "fd00::1", "10.0.0.1", "outside"),
        ("10.0.0.21/24", "10.0.0.21", "10.0.0.1", "both"),
        ("10.0.0.21/24", "router", "10.0.0.1", "no address of a gateway"),
        ("10.0.0.21/24", "10.0.0.1", "dns", "name server"),
    ],
)
def test_address_that_cannot_be_is_refused(address: str, gateway: str | None, server: str, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        read_static(address, gateway, (server,))


def test_static_address_without_a_name_server_finds_no_names() -> None:
    alone = read_static("10.0.0.21/24", None, ())
    with pytest.raises(ImageError, match=r"hub\.example\.go\.id"):
        kiosk(static=alone)
    by_address = read_claim("https://10.0.0.2", FINGERPRINT)
    assert kiosk(static=alone, claim=by_address, time_servers=("10.0.0.2",)).static == alone


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "one line"),
        ("ssh-ed25519 AAAA nobody", "no public SSH key"),
        (f"{KEY}\n{KEY}", "one line"),
        (f'command="true" {KEY}', "no public SSH key"),
        (ssh_line(rsa.generate_private_key(65537, 2048)), "2048 bits is too weak"),
        (
            ed25519.Ed25519PrivateKey.generate()
            .private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            .decode(),
            "private SSH key",
        ),
    ],
)
def test_what_is_no_public_ssh_key_is_refused(line: str, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        read_ssh_key(line)


def test_usual_ssh_keys_are_taken() -> None:
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 3072)):
        assert read_ssh_key(ssh_line(key) + "\n") == ssh_line(key)


@pytest.mark.parametrize(
    "hub",
    [
        "",
        "hub.example.go.id",
        "http://hub.example.go.id",
        "https://",
        "https://hub_1",
        "https://hub:x",
        "https://a:b@hub",
        "https://hub/x",
        "https://[::1",
    ],
)
def test_claim_address_is_where_a_hub_can_be(hub: str) -> None:
    with pytest.raises(ImageError, match=r"hub"):
        read_claim(hub, FINGERPRINT)


def test_fingerprint_may_have_colons_and_must_be_whole() -> None:
    colons = ":".join(["AB"] * 32)
    assert read_claim("https://hub/", colons) == read_claim("https://hub", FINGERPRINT)
    with pytest.raises(ImageError, match="64 hexadecimal digits"):
        read_claim("https://hub", FINGERPRINT[:-1])


@pytest.mark.parametrize("server", ["", "ntp server", "10.0.0.300"])
def test_time_server_is_a_name_or_an_address(server: str) -> None:
    with pytest.raises(ImageError, match="time server"):
        read_time_server(server)


def test_kiosk_needs_a_device_name_and_a_key() -> None:
    with pytest.raises(BadInputError, match="device name"):
        kiosk(name="Kiosk 1")
    with pytest.raises(ImageError, match="SSH key"):
        kiosk(ssh_keys=())
