"""A kiosk that is revoked loses its certificate, and the broker is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from cli.hub_signer import AuthoritySigner
from contract.errors import PresensiError
from hub.db import Database
from hub.fleet.certificates import keep_certificate
from hub.fleet.kiosks import add_kiosk, revoke_kiosk
from hub.fleet.revocations import Revoker
from hub.settings import AuthoritySection
from tests.factories.claims import Applicant, make_signer
from tests.factories.journals import SettableClock


@pytest.fixture
def signer(clock: SettableClock, tmp_path: Path) -> AuthoritySigner:
    return make_signer(tmp_path, clock())


@pytest.fixture
def serials(database: Database, signer: AuthoritySigner, clock: SettableClock, tmp_path: Path) -> dict[str, int]:
    """Two kiosks, with the serial numbers of their certificates."""
    found = {}
    for device in ("kiosk-1", "kiosk-2"):
        kiosk = Applicant(tmp_path, device)
        add_kiosk(database, device, kiosk.key.verify_key.text, now=clock)
        signed = signer.sign(device, kiosk.claim().csr, now=clock())
        with database.write() as session:
            keep_certificate(session, device, signed)
        found[device] = x509.load_pem_x509_certificates(signed.chain.encode())[0].serial_number
    return found


def listed(path: Path) -> set[int]:
    return {each.serial_number for each in x509.load_pem_x509_crl(path.read_bytes())}


def test_revoked_kiosk_comes_into_the_list_once(
    database: Database, signer: AuthoritySigner, clock: SettableClock, tmp_path: Path, serials: dict[str, int]
) -> None:
    crl, told = tmp_path / "crl.pem", tmp_path / "told"
    command = f"""sh -c 'echo "$PRESENSI_DEVICE" >> {told}'"""
    revoker = Revoker(database, signer, AuthoritySection(crl=str(crl), on_revoked=command), now=clock)
    assert revoker.step() == []
    assert not crl.exists()
    revoke_kiosk(database, "kiosk-1", now=clock)
    assert revoker.step() == ["kiosk-1"]
    assert listed(crl) == {serials["kiosk-1"]}
    assert told.read_text() == "kiosk-1\n"
    assert revoker.step() == []
    assert told.read_text() == "kiosk-1\n"


@pytest.mark.parametrize("command", ["false", "/nowhere/at/all", "sh -c 'exit 3'", "'"])
def test_broker_that_could_not_be_told_is_told_again(
    database: Database,
    signer: AuthoritySigner,
    clock: SettableClock,
    tmp_path: Path,
    serials: dict[str, int],
    command: str,
) -> None:
    crl = tmp_path / "crl.pem"
    revoke_kiosk(database, "kiosk-1", now=clock)
    with pytest.raises(PresensiError, match="on_revoked"):
        Revoker(database, signer, AuthoritySection(crl=str(crl), on_revoked=command), now=clock).step()
    assert listed(crl) == {serials["kiosk-1"]}
    assert Revoker(database, signer, AuthoritySection(crl=str(crl)), now=clock).step() == ["kiosk-1"]


def test_list_that_cannot_be_written_is_told(
    database: Database, signer: AuthoritySigner, clock: SettableClock, tmp_path: Path, serials: dict[str, int]
) -> None:
    revoke_kiosk(database, "kiosk-1", now=clock)
    with pytest.raises(PresensiError, match="cannot be written"):
        Revoker(database, signer, AuthoritySection(crl=str(tmp_path / "no" / "crl.pem")), now=clock).step()
