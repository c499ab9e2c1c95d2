"""A day of a person as a page: the line, what became of punches, papers, and who changed what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hub.attendance.models import DocumentRow, ManualEntry, MonthClose, PunchDecision
from hub.db import Database
from hub.recap.day_file import day_file
from hub.recap.person import person_day
from hub.review.models import PunchCircumstance
from hub.web.timeline import draw
from tests.hub.web.conftest import HOSTILE, JAKARTA, Furnished

DAY = date(2026, 3, 2)
LATER = datetime(2026, 3, 4, 2, tzinfo=UTC)


def add_papers(database: Database, furnished: Furnished, epoch: str) -> None:
    rina = furnished.rina
    with database.write() as session:
        session.add(
            PunchDecision(
                device="kiosk-1", epoch=epoch, seq=1, employee_id=rina, accepted=True, reason=HOSTILE,
                decided_by="siti", decided_at=LATER,
            )
        )  # fmt: skip
        session.add(
            PunchCircumstance(device="kiosk-1", epoch=epoch, seq=1, person_id=rina, factor="pin", duty=True, fix=False)
        )
        session.add(
            ManualEntry(
                employee_id=rina, work_date=DAY, arrival=None, departure=LATER, reason=HOSTILE, state="approved",
                entered_by="budi", entered_at=LATER, decided_by="siti", decided_at=LATER,
            )
        )  # fmt: skip
        for number, (first, last) in enumerate(((DAY, DAY), (date(2026, 3, 9), date(2026, 3, 9)))):
            session.add(
                DocumentRow(
                    employee_id=rina, type="Surat Ijin", covers=[{"from": str(first), "to": str(last)}],
                    number=f"{HOSTILE}{number}"[:90], first_day=first, last_day=last, created_at=LATER,
                    submitted_by="rina", verified_on=date(2026, 3, 4), verified_by="pejabat", witness_statements=0,
                )
            )  # fmt: skip
        session.add(
            MonthClose(
                unit_id=None, month=date(2026, 3, 1), closed_at=LATER, closed_by="admin", reopened_at=LATER,
                reopened_by="admin", reopen_reason="surat susulan",
            )
        )  # fmt: skip


def test_day_shows_its_line_punches_papers_and_changes(admin: Any, database: Database, furnished: Furnished) -> None:
    found = person_day(database, furnished.rina, DAY)
    assert found is not None
    add_papers(database, furnished, found.punches[0].epoch)
    page = admin.get(f"/pegawai/{furnished.rina}/2026-03-02")
    assert page.status == 200
    for words in (
        "Dihitung sebagai datang.", "Dihitung sebagai pulang.", "dengan PIN", "dinas luar", "tanpa posisi",
        "Surat Ijin", "diverifikasi", "Diisi manual", "disetujui", "Scan dinyatakan dihitung", "Bulan ditutup",
        "surat susulan", "Arrived 07:12",
    ):  # fmt: skip
        assert words in page.words, words
    assert page.words.count("Surat diserahkan") == 1
    assert "<script>alert" not in page.text
    assert page.links.inside == []


def test_changes_come_with_the_newest_first(database: Database, furnished: Furnished) -> None:
    found = person_day(database, furnished.rina, DAY)
    assert found is not None
    add_papers(database, furnished, found.punches[0].epoch)
    file = day_file(database, found)
    assert file.changes[0].kind == "letter_verified"
    assert len(file.documents) == 1
    assert {change.kind for change in file.changes} == {
        "punch_accepted", "entered", "entry_approved", "letter_handed_in", "letter_verified", "month_closed",
        "month_reopened",
    }  # fmt: skip


def test_line_reaches_around_everything_and_marks_what_counted(database: Database, furnished: Furnished) -> None:
    found = person_day(database, furnished.rina, DAY)
    assert found is not None
    line = draw(found, day_file(database, found), indonesian=True)
    assert [hour.title for hour in line.hours] == ["04.00", "07.00", "10.00", "13.00", "16.00", "19.00"]
    assert [window.title for window in line.windows] == ["in 05.00–07.00", "out 15.00–18.00"]
    assert [point.style for point in line.punches] == ["counted", "counted"]
    assert all(0 <= point.left <= 100 for point in (*line.hours, *line.due, *line.punches))
    # 07.12 of a line from 04.00 to 19.00.
    assert abs(line.punches[0].left - 100 * 192 / 900) < 0.01
    assert JAKARTA.key == found.timezone


def test_day_without_hours_or_punches_has_a_line_too(admin: Any, furnished: Furnished) -> None:
    page = admin.get(f"/pegawai/{furnished.rina}/2026-03-01")
    assert "Tidak ada jam kerja pada hari ini." in page.words
    assert "Belum ada surat, keputusan atau isian" in page.words
