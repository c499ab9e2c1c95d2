"""What the card was told, and the key that is made at first."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.errors import BadInputError
from kiosk.claim.keys import TlsKey
from kiosk.claim.paper import read_paper
from kiosk.errors import ClaimError
from provisioning.first_start import ClaimAddress
from provisioning.image import KioskImage, image_files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"device": "kiosk-1"}',
        '{"device": "../x", "hub": "https://h", "ca_sha256": "%s"}' % ("0" * 64),
        '{"device": "kiosk-1", "hub": "http://h", "ca_sha256": "%s"}' % ("0" * 64),
        '{"device": "kiosk-1", "hub": "https://u:p@h", "ca_sha256": "%s"}' % ("0" * 64),
        '{"device": "kiosk-1", "hub": "https://h:99999", "ca_sha256": "%s"}' % ("0" * 64),
        '{"device": "kiosk-1", "hub": "https://h", "ca_sha256": "%s"}' % ("0" * 63),
    ],
)
def test_claim_file_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    path = tmp_path / "claim.json"
    path.write_text(text)
    with pytest.raises(ClaimError, match="claim file"):
        read_paper(path)


def test_claim_file_as_the_image_writes_it(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    image = KioskImage(
        name="kiosk-1",
        zone="Asia/Jakarta",
        time_servers=(),
        ssh_keys=("ssh-ed25519 AAAA",),
        claim=ClaimAddress("https://hub.example.go.id:8443", "0a" * 32),
    )
    told = yaml.safe_load(image_files(image, instance="x")["user-data"])
    path = tmp_path / "claim.json"
    path.write_text(told["write_files"][0]["content"])
    paper = read_paper(path)
    assert paper.address == ("hub.example.go.id", 8443)
    assert (paper.device, paper.ca_sha256) == ("kiosk-1", "0a" * 32)
    with pytest.raises(ClaimError, match="cannot be read"):
        read_paper(tmp_path / "nothing.json")


def test_tls_key_is_made_once_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "tls.key"
    made = TlsKey.load_or_create(path)
    before = path.read_bytes()
    assert TlsKey.load_or_create(path).request("kiosk-1").startswith("-----BEGIN CERTIFICATE REQUEST-----")
    assert path.read_bytes() == before
    assert made.sign(b"x")
    path.write_text("nothing")
    with pytest.raises(BadInputError, match="move it away"):
        TlsKey.load_or_create(path)
    assert path.read_text() == "nothing"
