"""Keys that others may read, and revocation lists that have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.doctor.files import judge_keys, judge_revocations, read_modes, read_revocations

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    assert judge_keys(read_modes(tmp_path / "none")).state == "bad"
    for name in ("hub.key", "enrol.key"):
        (tmp_path / name).write_text("secret", encoding="ascii")
        (tmp_path / name).chmod(0o600)
    assert judge_keys(read_modes(tmp_path)).state == "ok"
    (tmp_path / "enrol.key").chmod(0o640)
    finding = judge_keys(read_modes(tmp_path))
    assert (finding.state, finding.measured["enrol.key"]) == ("bad", "0640")
    assert "enrol.key" in finding.value.id


def revocations(made: datetime, ends: datetime) -> bytes:
    """PEM of a list with one certificate on it."""
    key = ec.generate_private_key(ec.SECP256R1())
    one = x509.RevokedCertificateBuilder().serial_number(7).revocation_date(made).build()
    builder = x509.CertificateRevocationListBuilder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")]))
    built = builder.last_update(made).next_update(ends).add_revoked_certificate(one)
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(("left_hours", "state"), [(24 * 20, "ok"), (24, "warning"), (-1, "bad")])
def test_revocations(tmp_path: Path, left_hours: int, state: str) -> None:
    path = tmp_path / "crl.pem"
    long = revocations(NOW - timedelta(days=3), NOW + timedelta(days=90))
    path.write_bytes(long + revocations(NOW - timedelta(days=9), NOW + timedelta(hours=left_hours)))
    reading = read_revocations(path)
    assert (reading.lists, reading.revoked) == (2, 2)
    finding = judge_revocations(reading, NOW)
    assert (finding.state, finding.measured["age_days"]) == (state, 9)
    assert judge_revocations(None, NOW).state == "not_fitted"
