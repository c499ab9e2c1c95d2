"""How long one's own certificate holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.broker import certificate_end
from tests.factories.certificates import certificate_until

ENDS = datetime(2027, 2, 20, 3, 0, tzinfo=UTC)


def test_end_of_the_first_certificate_counts(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.crt"
    path.write_bytes(certificate_until(ENDS) + certificate_until(ENDS + timedelta(days=700)))
    assert certificate_end(path) == ENDS


def test_file_without_a_certificate_tells_no_end(tmp_path: Path) -> None:
    assert certificate_end(tmp_path / "none.crt") is None
    (tmp_path / "bad.crt").write_text("no certificate", encoding="ascii")
    assert certificate_end(tmp_path / "bad.crt") is None
