"""Errands of those who answer for others: a supervisor's people and punches, a head's signature, an auditor's look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.access.trail.verify import verify_chain
from tests.factories.somebody import Somebody
from tests.hub.web.errands.conftest import doubt_last_punch

pytestmark = pytest.mark.browser

Arrive = Callable[..., Somebody]
PERSON = "Fajar Kusuma, S.E."
LATE = "Dimas Wibowo, S.Kom., M.T."
UNIT = "Dinas Kesehatan"


@pytest.fixture
def pin_punch(town: Any) -> None:
    """The last punch of PERSON was made with a PIN."""
    doubt_last_punch(town, PERSON, factor="pin")


def test_supervisor_looks_after_people_and_accepts_a_punch_with_a_pin(somebody: Arrive, pin_punch: None) -> None:
    supervisor = somebody("supervisor")
    supervisor.sees("Pegawai saya hari ini", "My people today")
    supervisor.sees("Pemantauan Maret 2026", "Monitoring, March 2026")
    supervisor.look("home-supervisor")
    supervisor.follow("scan menunggu Anda melihatnya", "punch waits for your look")
    supervisor.sees("dengan PIN", "with a PIN")
    supervisor.tick((f"Pilih {PERSON}", f"Select {PERSON}"))
    supervisor.press("Terima yang dipilih", "Accept selected")
    supervisor.sees("1 scan diterima.", "Punches accepted: 1.")
    supervisor.go_to("Hari ini", "Today")
    supervisor.follow("Rekap bulanan", "Monthly recap")
    supervisor.sees("REKAPITULASI KEHADIRAN PEGAWAI", "RECAPITULATION OF STAFF ATTENDANCE")
    supervisor.look("monthly")
    supervisor.go_to("Hari ini", "Today")
    supervisor.follow("Grafik", "Charts")
    supervisor.sees("Kedatangan per menit", "Arrivals by the minute")
    supervisor.look("charts")


def test_month_goes_from_the_operator_over_the_head_to_the_agency(somebody: Arrive) -> None:
    operator = somebody("operator")
    operator.open("/serah-terima")
    operator.look("handovers")
    operator.follow(UNIT)
    operator.press("Sudah diperiksa", "Checked")
    operator.sees("Bulan ini diperiksa; pimpinan dapat menandatangani.", "Checked; the head can sign.")

    head = somebody("head")
    head.sees("Untuk ditandatangani", "To sign")
    head.look("home-head")
    head.follow("Serah terima", "Hand-over")
    head.follow(UNIT)
    head.look("handover-to-sign")
    head.press("Tanda tangani", "Sign")
    head.sees("Bulan ini ditandatangani dan menunggu BKPSDM.", "Signed; BKPSDM can receive it.")

    administrator = somebody("administrator")
    administrator.follow("bulan menunggu diterima", "month to receive")
    administrator.follow(UNIT)
    administrator.press("Terima", "Receive")
    administrator.sees("Bulan ini diterima.", "The month is received.")
    administrator.look("handover-received")


def test_auditor_reads_who_looked_at_whom_and_changes_nothing(somebody: Arrive, town: Any) -> None:
    supervisor = somebody("supervisor")
    supervisor.follow(LATE)
    auditor = somebody("auditor")
    auditor.go_to("Jejak audit", "Audit trail")
    auditor.fill(("Akun", "Account"), "supervisor")
    auditor.choose(("Tindakan", "Act"), "Lihat hari seorang pegawai", "Somebody's day")
    auditor.press("Tampilkan", "Show")
    auditor.sees("1 catatan", "Entries: 1")
    auditor.sees(LATE)
    auditor.look("trail")
    auditor.fill(("Akun", "Account"), "siapa-ini")
    auditor.press("Tampilkan", "Show")
    auditor.sees("Tidak ada catatan yang cocok.", "No entry matches.")
    auditor.look("trail-empty")
    auditor.open("/surat/baru")
    auditor.sees("Akun ini tidak berhak membuka halaman itu.", "This account may not open that page.", within="body")
    auditor.look("forbidden")
    assert verify_chain(town.database).broken_at is None
