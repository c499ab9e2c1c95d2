"""A week of attendance on pages: seen, changed in a copy, tried on a past month, put on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.access.roles import Role
from hub.attendance.dirty import mark_dirty
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import PolicyError
from hub.roster.models import UnitPolicy
from hub.schedule.book import read_book, rewritten, written_week
from hub.schedule.models import PolicyVersion
from hub.schedule.policy import parse_policy, preset_names

from .conftest import JAKARTA, NOW

WEEK = {
    **{f"kerja-{day}": "ya" for day in range(5)},
    **{f"in_opens-{day}": "05:00" for day in range(5)},
    **{f"in_due-{day}": "07:30" for day in range(5)},
    **{f"out_due-{day}": "15:30" for day in range(4)},
    **{f"out_closes-{day}": "18:00" for day in range(5)},
    "out_due-4": "15:00",
    "istirahat-4": "11:00",
    "sampai-4": "13:00",
}
FRIDAY = date(2026, 2, 27)


@pytest.fixture
def unit(office: Any, database: Database, settle: Callable[[], int]) -> int:
    """An office where Rina came at 07.12 and left at 15.05 on 27 February, a Friday; due 07.00 and 14.30."""
    made = office.unit("Dinas Kesehatan")
    rina = office.employee("Rina Wulandari", unit=made)
    office.kiosk("kiosk-1", unit=made, delivered_up_to=NOW)
    office.punch("kiosk-1", rina, datetime(2026, 2, 27, 7, 12, tzinfo=JAKARTA))
    office.punch("kiosk-1", rina, datetime(2026, 2, 27, 15, 5, tzinfo=JAKARTA))
    with database.write() as session:
        mark_dirty(session.connection(), [(rina, date(2026, 2, 27))], now=NOW)
    settle()
    return int(made)


def send(visitor: Any, path: str = "/jadwal/jember-5/ubah", **fields: str) -> Any:
    form = WEEK | {"nama": "jember-2027", "mulai": "2026-04-01", "unit": ""} | fields
    return visitor.post(path, token=visitor.get("/jadwal/jember-5/ubah").field("token"), **form)


def stored(database: Database) -> tuple[int, int]:
    with database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(kind)) for kind in (PolicyVersion, UnitPolicy)]
    return counts[0] or 0, counts[1] or 0


@pytest.mark.parametrize("name", preset_names())
def test_every_policy_is_drawn_and_shown_word_for_word(admin: Any, name: str) -> None:
    page = admin.get(f"/jadwal/{name}")
    assert page.status == 200
    assert page.links.inside == []
    assert f"name = &#34;{name}&#34;" in page.text
    assert name in admin.get("/jadwal").words


def test_week_that_is_written_is_the_week_that_was_read(database: Database) -> None:
    with database.read() as session:
        book = read_book(session, date(2026, 3, 2))
    tried = 0
    for line in book:
        week = written_week(line.policy)
        if week is None:
            continue
        again = parse_policy(rewritten(line.text, "copy-2", week), source="copy-2")
        assert again.week == line.policy.week, line.policy.name
        assert (again.kind, again.allowance, again.repeat_minutes) == (
            line.policy.kind, line.policy.allowance, line.policy.repeat_minutes,
        )  # fmt: skip
        tried += 1
    assert tried >= 3


def test_effect_on_last_month_is_shown_and_nothing_stored(admin: Any, unit: int, database: Database) -> None:
    before = stored(database)
    page = send(admin, unit=str(unit))
    assert page.status == 200
    assert "Dilihat 1 dari 1 pegawai" in page.words
    assert "Hari yang menjadi lain 1" in page.words
    assert "Rina Wulandari , 27 Februari 2026 Hadir terlambat 12 mnt → Hadir" in page.words.replace(" ,", " ,")
    assert stored(database) == before
    with database.read() as session:
        assert session.scalars(select(StoredDay.late_min).where(StoredDay.work_date == FRIDAY)).all() == [12]
    assert "37,5 jam seminggu" in page.words


def test_week_is_put_on_record_for_a_unit_from_a_day_on(
    admin: Any, unit: int, database: Database, settle: Callable[[], int]
) -> None:
    page = send(admin, unit=str(unit), tindakan="simpan", mulai="2026-02-01")
    assert (page.status, page.headers["location"]) == (303, "/jadwal/jember-2027?selesai=ya")
    settle()
    with database.read() as session:
        assert session.scalars(select(StoredDay.late_min).where(StoredDay.work_date == FRIDAY)).all() == [0]
    page = admin.get("/jadwal/jember-2027?selesai=ya")
    assert "Dinas Kesehatan" in page.words
    assert "admin" in page.words
    later = send(
        admin, "/jadwal/jember-2027/ubah", **{"in_due-0": "08:00", "mulai": "2026-05-01", "tindakan": "simpan"}
    )
    assert later.status == 303
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(PolicyVersion)) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"in_due-0": ""}, "isi jam masuk paling lambat dan jam mulai pulang"),
        ({"in_due-0": "16:00"}, "bertumpuk"),
        ({"in_due-0": "25:00"}, "bukan jam; tulis JJ:MM"),
        ({"in_opens-0": "08:00"}, "jendela masuk ditutup (07:30) sebelum dibuka (08:00)"),
        ({"out_closes-0": "15:00"}, "jendela pulang ditutup (15:00) sebelum dibuka (15:30)"),
        ({"sampai-4": ""}, "istirahat: &#39;&#39; bukan jam"),
        ({"sampai-4": "19:00"}, "harus di dalam jam kerja"),
        ({f"kerja-{day}": "" for day in range(5)}, "paling sedikit satu hari kerja"),
        ({"mulai": ""}, "sejak hari apa"),
        ({"nama": ""}, "nama kosong; isi."),
        ({"nama": "Jember 2027!", "tindakan": "simpan"}, "tulis huruf kecil, angka, dan tanda hubung"),
        (
            {"nama": "jember-5", "tindakan": "simpan"},
            "milik bawaan Presensi; beri salinannya nama lain",
        ),
    ],
)
def test_week_that_cannot_be_is_told_and_kept_in_the_form(
    admin: Any, unit: int, database: Database, fields: dict[str, str], words: str
) -> None:
    before = stored(database)
    page = send(admin, unit=str(unit), **fields)
    assert (page.status, words in page.words) == (400, True), page.words[:600]
    assert 'value="11:00"' in page.text
    assert stored(database) == before


def test_only_the_regencys_administrator_changes_rules(as_role: Callable[..., Any], unit: int) -> None:
    operator, auditor = as_role(Role.OPERATOR, "Dinas Kesehatan"), as_role(Role.AUDITOR)
    own = as_role(Role.ADMINISTRATOR, "Dinas Kesehatan")
    for visitor in (operator, auditor, own):
        assert visitor.get("/jadwal/jember-5").status == 200
        assert visitor.get("/jadwal/jember-5/ubah").status == 403
        token = visitor.get("/akun").field("token")
        assert visitor.post("/jadwal/jember-5/ubah", token=token, **WEEK).status == 403
    assert as_role(Role.TECHNICIAN).get("/jadwal").status == 403
    assert auditor.get("/jadwal/nothing").status == 404


def test_policies_of_other_kinds_are_not_rewritten(database: Database) -> None:
    with database.read() as session:
        line = next(line for line in read_book(session, date(2026, 3, 2)) if line.policy.kind != "two-session")
    assert written_week(line.policy) is None
    with pytest.raises(PolicyError, match="arrival and departure"):
        rewritten(line.text, "copy", [])
