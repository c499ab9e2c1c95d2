"""An authority signs what it should, keeps what it signed, and refuses the rest with a sentence."""

from __future__ import annotations

import base64
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from contract.errors import BadInputError
from provisioning.authority import Authority, Issued
from provisioning.certificates import read_names
from provisioning.errors import AuthorityError, FolderError
from tests.factories.requests import PrivateKey, request_for

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PASSPHRASE = b"correct horse battery"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.init(tmp_path / "a", tmp_path / "r", passphrase=PASSPHRASE, organisation="Pemkab", now=NOW)


def kiosk(authority: Authority, name: str = "kiosk-1", *, now: datetime = NOW) -> tuple[Issued, PrivateKey]:
    request, key = request_for(name)
    return authority.sign_request("kiosk", name, request, now=now), key


def first(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificates(issued.chain)[0]


def test_authority_is_readable_by_its_owner_only(authority: Authority, tmp_path: Path) -> None:
    kiosk(authority)
    for folder in (tmp_path / "a", tmp_path / "r"):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {
            path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.stat().st_mode & 0o077
        } == {}
    assert not (tmp_path / "a" / "root.key").exists()
    assert b"ENCRYPTED" in (tmp_path / "r" / "root.key").read_bytes()


def test_authority_is_never_overwritten(authority: Authority, tmp_path: Path) -> None:
    before = (tmp_path / "a" / "intermediate-1.key").read_bytes()
    for folder, root in ((tmp_path / "a", tmp_path / "r2"), (tmp_path / "a2", tmp_path / "r")):
        with pytest.raises(AuthorityError, match="holds an authority already"):
            Authority.init(folder, root, passphrase=PASSPHRASE, organisation="Other", now=NOW)
    assert (tmp_path / "a" / "intermediate-1.key").read_bytes() == before


@pytest.mark.parametrize(
    ("passphrase", "organisation"), [(b"short", "Pemkab"), (PASSPHRASE, " "), (PASSPHRASE, "x" * 65)]
)
def test_authority_that_cannot_be_made_leaves_nothing(tmp_path: Path, passphrase: bytes, organisation: str) -> None:
    with pytest.raises(AuthorityError):
        Authority.init(tmp_path / "a", tmp_path / "r", passphrase=passphrase, organisation=organisation, now=NOW)
    assert list(tmp_path.iterdir()) == []


def test_root_and_intermediate_need_two_folders(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="folder of its own"):
        Authority.init(tmp_path / "a", tmp_path / "a", passphrase=PASSPHRASE, organisation="Pemkab", now=NOW)


def test_folder_that_others_may_read_is_refused(authority: Authority) -> None:
    authority.folder.chmod(0o755)
    with pytest.raises(AuthorityError, match="chmod 700"):
        Authority.open(authority.folder)


def test_kiosk_certificate_is_for_ninety_days_and_for_a_client(authority: Authority) -> None:
    issued, _ = kiosk(authority)
    made = first(issued)
    assert made.subject.rfc4514_string() == "CN=kiosk-1"
    assert (made.not_valid_before_utc, made.not_valid_after_utc) == (NOW - timedelta(hours=1), NOW + 90 * DAY)
    assert issued.signed.due == NOW + 60 * DAY
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = made.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.key_cert_sign) == (True, False)
    assert list(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert issued.key is None


def test_server_is_reached_by_names_and_addresses(authority: Authority) -> None:
    names = read_names(["Hub.example.go.id"], ["10.0.0.2", "fd00::1"])
    issued = authority.issue("server", "broker", names=names, now=NOW)
    made = first(issued)
    given = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in given] == ["hub.example.go.id", "10.0.0.2", "fd00::1"]
    assert issued.signed.names == "hub.example.go.id 10.0.0.2 fd00::1"
    later = authority.renew("broker", None, now=NOW + 300 * DAY)
    assert first(later).extensions.get_extension_for_class(x509.SubjectAlternativeName).value == given


@pytest.mark.parametrize(
    ("dns", "addresses"),
    [(["hub example"], []), (["-hub"], []), ([""], []), (["10.0.0.1"], []), (["hub\n"], []), ([], ["10.0.0.999"])],
)
def test_wrong_server_names_are_refused(dns: list[str], addresses: list[str]) -> None:
    with pytest.raises(AuthorityError):
        read_names(dns, addresses)


def test_only_servers_have_names(authority: Authority) -> None:
    with pytest.raises(AuthorityError, match="DNS name"):
        authority.issue("server", "broker", now=NOW)
    with pytest.raises(AuthorityError, match="DNS name"):
        authority.issue("worker", "ingest-1", names=read_names(["hub"], []), now=NOW)
    assert authority.signed() == []


def test_request_of_an_ed25519_key_is_signed(authority: Authority) -> None:
    request, _ = request_for("kiosk-1", key=ed25519.Ed25519PrivateKey.generate())
    assert authority.sign_request("kiosk", "kiosk-1", request, now=NOW).signed.name == "kiosk-1"


def other_requests() -> dict[str, tuple[bytes, str]]:
    good, _ = request_for("kiosk-1")
    der = bytearray(x509.load_pem_x509_csr(good).public_bytes(Encoding.DER))
    der[-1] ^= 1
    forged = b"-----BEGIN CERTIFICATE REQUEST-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE REQUEST-----\n"
    ca = x509.BasicConstraints(ca=True, path_length=0)
    names = x509.SubjectAlternativeName([x509.DNSName("hub")])
    return {
        "not a request": (b"hello", "no signing request"),
        "somebody else's key": (forged, "not signed by the key"),
        "other name": (request_for("kiosk-2")[0], "CN=kiosk-1 alone"),
        "two names": (request_for("kiosk-1", "kiosk-2")[0], "CN=kiosk-1 alone"),
        "no name": (request_for()[0], "CN=kiosk-1 alone"),
        "authority": (request_for("kiosk-1", extensions=[ca])[0], "become an authority"),
        "further names": (request_for("kiosk-1", extensions=[names])[0], "further names"),
        "rsa": (request_for("kiosk-1", key=rsa.generate_private_key(65537, 2048))[0], "another kind"),
        "other curve": (request_for("kiosk-1", key=ec.generate_private_key(ec.SECP384R1()))[0], "another kind"),
    }


@pytest.mark.parametrize("what", sorted(other_requests()))
def test_other_requests_are_refused_with_a_sentence(authority: Authority, what: str) -> None:
    request, words = other_requests()[what]
    with pytest.raises(AuthorityError, match=words):
        authority.sign_request("kiosk", "kiosk-1", request, now=NOW)
    assert authority.signed() == []


@pytest.mark.parametrize("name", ["Kiosk-1", "kiosk_1", "kiosk/1", "+", "a" * 64, "kiosk 1"])
def test_name_that_is_no_device_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(BadInputError, match="device name"):
        authority.sign_request("kiosk", name, request_for(name)[0], now=NOW)


def test_kiosk_key_is_never_made_here(authority: Authority) -> None:
    with pytest.raises(AuthorityError, match="makes its own key"):
        authority.issue("kiosk", "kiosk-1", now=NOW)
    kiosk(authority)
    with pytest.raises(AuthorityError, match="makes its own key"):
        authority.renew("kiosk-1", None, now=NOW + 61 * DAY)


def test_name_is_one_holder_at_a_time(authority: Authority) -> None:
    kiosk(authority)
    with pytest.raises(AuthorityError, match="renew it, or revoke it"):
        kiosk(authority)
    with pytest.raises(AuthorityError, match="the name of a kiosk"):
        authority.issue("worker", "kiosk-1", now=NOW + 100 * DAY)
    kiosk(authority, now=NOW + 100 * DAY)


def test_key_is_one_holder_s(authority: Authority) -> None:
    _, key = kiosk(authority)
    with pytest.raises(AuthorityError, match="belongs to kiosk-1"):
        authority.sign_request("kiosk", "kiosk-2", request_for("kiosk-2", key=key)[0], now=NOW)


def test_renewal_is_due_at_two_thirds_and_still_possible_after_the_end(authority: Authority) -> None:
    _, key = kiosk(authority)
    request, _ = request_for("kiosk-1", key=key)
    with pytest.raises(AuthorityError, match="not to be renewed before 2027-01-27"):
        authority.renew("kiosk-1", request, now=NOW + 59 * DAY)
    assert authority.renew("kiosk-1", request, early=True, now=NOW + DAY).signed.until == NOW + 91 * DAY
    assert authority.renew("kiosk-1", request, now=NOW + 62 * DAY).signed.until == NOW + 152 * DAY
    assert authority.renew("kiosk-1", request, now=NOW + 400 * DAY).signed.until == NOW + 490 * DAY
    serials = [signed.serial for signed in authority.signed()]
    assert len(set(serials)) == len(serials) == 4


def test_what_was_revoked_is_not_renewed_nor_its_key_signed_again(authority: Authority) -> None:
    _, key = kiosk(authority)
    request, _ = request_for("kiosk-1", key=key)
    assert [hit.name for hit in authority.revoke("kiosk-1", reason="stolen", now=NOW)] == ["kiosk-1"]
    with pytest.raises(AuthorityError, match=r"was revoked \(stolen"):
        authority.renew("kiosk-1", request, early=True, now=NOW)
    with pytest.raises(AuthorityError, match="key was revoked"):
        authority.sign_request("kiosk", "kiosk-1", request, now=NOW)
    issued, _ = kiosk(authority)
    assert issued.signed.is_in_force(NOW)


def test_revocation_covers_a_renewed_certificate_and_the_one_before(authority: Authority) -> None:
    issued, key = kiosk(authority)
    later = authority.renew("kiosk-1", request_for("kiosk-1", key=key)[0], now=NOW + 62 * DAY)
    authority.revoke("kiosk-1", reason="stolen", now=NOW + 63 * DAY)
    listed = x509.load_pem_x509_crl((authority.folder / "crl.pem").read_bytes())
    assert {one.serial_number for one in listed} == {first(issued).serial_number, first(later).serial_number}
    assert listed.next_update_utc == authority.intermediates()[1].not_valid_after_utc
    with pytest.raises(AuthorityError, match="Nothing was signed for 'kiosk-9'"):
        authority.revoke("kiosk-9", reason="stolen", now=NOW)


def test_expired_intermediate_signs_nothing_and_the_next_one_does(authority: Authority, tmp_path: Path) -> None:
    late = NOW + 5 * 365 * DAY
    issued, _ = kiosk(authority, now=late - 10 * DAY)
    assert issued.signed.until == late  # no later than who signed it
    with pytest.raises(AuthorityError, match=r"expired on 2031-11-27.*authority intermediate"):
        kiosk(authority, "kiosk-2", now=late)
    authority.replace_intermediate(tmp_path / "r", passphrase=PASSPHRASE, now=late)
    assert kiosk(authority, "kiosk-2", now=late)[0].signed.issuer == 2


def test_lists_of_both_intermediates_stand_in_one_file(authority: Authority, tmp_path: Path) -> None:
    kiosk(authority)
    authority.replace_intermediate(tmp_path / "r", passphrase=PASSPHRASE, now=NOW)
    kiosk(authority, "kiosk-2")
    authority.revoke("kiosk-1", reason="lost", now=NOW)
    authority.revoke("kiosk-2", reason="lost", now=NOW)
    lists = authority.revoked_list(now=NOW).split(b"-----END X509 CRL-----\n")[:-1]
    counts = [len(x509.load_pem_x509_crl(each + b"-----END X509 CRL-----\n")) for each in lists]
    assert counts == [1, 1]


def test_wrong_passphrase_and_foreign_root_are_refused(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(AuthorityError, match="passphrase is wrong"):
        authority.replace_intermediate(tmp_path / "r", passphrase=b"wrong horse battery", now=NOW)
    Authority.init(tmp_path / "b", tmp_path / "rb", passphrase=PASSPHRASE, organisation="Pemkab", now=NOW)
    with pytest.raises(AuthorityError, match="another authority's root"):
        authority.replace_intermediate(tmp_path / "rb", passphrase=PASSPHRASE, now=NOW)
    with pytest.raises(FolderError, match="cannot be read"):
        authority.replace_intermediate(tmp_path / "nowhere", passphrase=PASSPHRASE, now=NOW)


def test_openssl_is_content_with_the_chain_to_the_letter(authority: Authority, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    now = datetime.now(UTC)
    fresh = Authority.init(tmp_path / "f", tmp_path / "fr", passphrase=PASSPHRASE, organisation="Pemkab", now=now)
    for issued, purpose in (
        (kiosk(fresh, now=now)[0], "sslclient"),
        (fresh.issue("server", "broker", names=read_names(["hub"], []), now=now), "sslserver"),
    ):
        chain = tmp_path / "chain.pem"
        chain.write_bytes(issued.chain)
        command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-crl_check"]
        command += [
            "-CRLfile",
            fresh.folder / "crl.pem",
            "-CAfile",
            fresh.folder / "root.crt",
            "-untrusted",
            chain,
            chain,
        ]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
