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
from hub.schedule.book import read_book
from hub.schedule.decisions import Author, add_policy
from hub.schedule.models import PolicyVersion
from hub.schedule.policy import parse_policy, preset_names
from hub.schedule.written import WrittenDay, WrittenSession, rewritten, written_week

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


def test_hours_of_the_drawing_are_written_as_in_the_language(admin: Any) -> None:
    assert "05.00" in admin.get("/jadwal/jember-5").words
    admin.get("/bahasa/en")
    words = admin.get("/jadwal/jember-5").words
    assert "05:00" in words
    assert "05.00" not in words


def test_week_that_is_written_is_the_week_that_was_read(database: Database) -> None:
    with database.read() as session:
        book = read_book(session, date(2026, 3, 2))
    tried = 0
    for line in book:
        week = written_week(line.policy)
        if week is None or line.policy.week is None:
            continue
        again = parse_policy(rewritten(line.text, "copy-2", week), source="copy-2")
        assert again.week == line.policy.week, line.policy.name
        assert (again.kind, again.allowance, again.repeat_minutes) == (
            line.policy.kind, line.policy.allowance, line.policy.repeat_minutes,
        )  # fmt: skip
        tried += 1
    assert tried >= 4


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
        ({"in_due-0": "16:00"}, "pulang mulai (15:30) harus sesudah masuk paling lambat (16:00)"),
        ({"in_due-0": "25:00"}, "bukan jam; tulis JJ:MM"),
        ({"in_opens-0": "08:00"}, "jendela masuk ditutup (07:30) sebelum dibuka (08:00)"),
        ({"out_closes-0": "15:00"}, "jendela pulang ditutup (15:00) sebelum dibuka (15:30)"),
        ({"sampai-4": ""}, "jam kerja Jumat, istirahat: tulis dua jam: mulai dan selesai"),
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


FOUR = {
    f"s{number}.{key}-{day}": text
    for day in range(5)
    for number, row in enumerate(
        (("pagi", "06:30", "08:00"), ("siang", "12:00", "12:29"), ("pulang", "16:00", "18:00"))
    )
    for key, text in zip(("nama", "buka", "tutup"), row, strict=True)
} | {f"kerja-{day}": "ya" for day in range(5)}


def send_sessions(visitor: Any, **fields: str) -> Any:
    form = FOUR | {"nama": "kutim-2027", "mulai": "2026-04-01", "unit": ""} | fields
    return visitor.post("/jadwal/kutim-4/ubah", token=visitor.get("/jadwal/kutim-4/ubah").field("token"), **form)


def test_editor_shows_every_session_and_room_for_one_more(admin: Any) -> None:
    page = admin.get("/jadwal/kutim-4/ubah")
    assert page.status == 200
    for field in (
        'name="s0.nama-0" value="S1_masuk"',
        'name="s1.tutup-4" value="12:29"',
        'name="s3.buka-2" value="16:00"',
    ):
        assert field in page.text
    assert 'name="s4.nama-0" value=""' in page.text
    assert 's5.nama-0"' not in page.text
    assert page.text.count("<details open>") == 1, "a day as the one before is folded, with its times beside"
    assert page.words.count("Sesi: 06:30–08:00, 12:00–12:29") == 5
    assert page.links.inside == []


def test_week_of_another_number_of_sessions_is_put_on_record(admin: Any, unit: int, database: Database) -> None:
    fifth = {"s4.nama-0": "sore", "s4.buka-0": "14:00", "s4.tutup-0": "14:30", "s6.nama-5": "x"}
    page = send_sessions(admin, **fifth, unit=str(unit))
    assert (page.status, "Dilihat 1 dari 1 pegawai" in page.words) == (200, True)
    assert page.text.count('<rect class="week-window"') == 4 + 4 * 3
    page = send_sessions(admin, **fifth, tindakan="simpan")
    assert (page.status, page.headers["location"]) == (303, "/jadwal/kutim-2027?selesai=ya")
    with database.read() as session:
        policy = next(line for line in read_book(session, date(2026, 4, 2)) if line.policy.name == "kutim-2027").policy
    assert policy.week is not None
    monday, tuesday = policy.week[0], policy.week[1]
    assert monday is not None
    assert tuesday is not None
    assert [each.name for each in monday.sessions] == ["pagi", "siang", "sore", "pulang"], "in the order of the clock"
    assert [each.name for each in tuesday.sessions] == ["pagi", "siang", "pulang"]
    assert (tuesday.sessions[1].opens, tuesday.sessions[1].closes) == (720, 749)
    assert policy.week[5:] == (None, None)
    assert policy.allowance is not None, "the rules of pay stay"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"s1.tutup-2": ""}, "jam kerja Rabu, sesi: beri setiap sesi nama"),
        ({"s1.nama-2": "pagi"}, "jam kerja Rabu: dua sesi pada hari itu bernama sama"),
        ({"s1.nama-2": "", "s1.buka-2": "", "s1.tutup-2": ""}, "tiga sesi atau lebih"),
        ({"s1.tutup-2": "11:00"}, "jendela &#39;siang&#39; ditutup (11:00) sebelum dibuka (12:00)"),
        ({"s1.tutup-2": "16:30"}, "bertumpuk"),
        ({"s1.buka-2": "25:00"}, "bukan jam"),
        ({"istirahat-2": "05:00", "sampai-2": "06:00"}, "istirahat 05:00-06:00 harus di dalam jam kerja"),
    ],
)
def test_sessions_that_cannot_be_are_told_with_their_day(
    admin: Any, database: Database, fields: dict[str, str], words: str
) -> None:
    before = stored(database)
    page = send_sessions(admin, **fields)
    assert (page.status, words in page.words) == (400, True), page.words[600:1400]
    assert 'value="siang"' in page.text, "what was typed stays"
    assert stored(database) == before


def test_policy_without_hours_gets_them_in_a_copy(admin: Any, database: Database) -> None:
    page = admin.get("/jadwal/pati/ubah")
    assert (page.status, "belum membawa jam kerja" in page.words) == (200, True)
    form = WEEK | {"nama": "pati-sekda", "mulai": "2026-04-01", "unit": "", "tindakan": "simpan"}
    assert admin.post("/jadwal/pati/ubah", token=page.field("token"), **form).status == 303
    assert "37,5 jam" in admin.get("/jadwal").words


SLOT = """name = "paruh-waktu"
title = "Paruh waktu"
basis = "SK 1"
kind = "slot"
rest = ["sat", "sun"]
[[hours]]
days = ["mon-fri"]
in_due = "08:00"
out_due = "12:00"
quota_min = 240
"""


def test_part_time_slot_is_changed_with_its_quota(admin: Any, database: Database) -> None:
    with database.write() as session:
        author = Author(name="bkpp", at=NOW)
        add_policy(session, SLOT, valid_from=date(2026, 1, 1), author=author)
    page = admin.get("/jadwal/paruh-waktu/ubah")
    assert 'name="kuota-0" value="240"' in page.text
    form = {"nama": "paruh-waktu", "mulai": "2026-04-01", "unit": "", "tindakan": "simpan", "kerja-0": "ya"}
    form |= {"in_due-0": "08:00", "out_due-0": "11:00", "token": page.field("token")}
    for quota, words in (("", "kuota menit: tulis bilangan bulat"), ("2000", "tidak di antara 1 dan 1439")):
        page = admin.post("/jadwal/paruh-waktu/ubah", **form, **{"kuota-0": quota})
        assert (page.status, words in page.words) == (400, True), page.words[600:1200]
    assert admin.post("/jadwal/paruh-waktu/ubah", **form, **{"kuota-0": "180"}).status == 303
    with database.read() as session:
        text = session.scalars(select(PolicyVersion.text).order_by(PolicyVersion.id.desc())).first() or ""
    assert "quota_min = 180" in text


def test_what_no_form_can_say_stays_a_file(admin: Any, database: Database) -> None:
    """Hours of contracts, and shifts across midnight."""
    assert admin.get("/jadwal/jombang-part-time/ubah").status == 404
    night = SLOT.replace('kind = "slot"\n', "").replace("quota_min = 240\n", "").replace('"12:00"', '"07:00+1"')
    assert written_week(parse_policy(night.replace('"08:00"', '"19:00"'), source="night")) is None
    with pytest.raises(PolicyError, match="working day"):
        rewritten(SLOT, "copy", [WrittenDay(False, {})] * 7)
    with pytest.raises(PolicyError, match=r"hours of mon\.sessions"):
        rewritten('kind = "sessions"', "copy", [WrittenDay(True, {}, sessions=(WrittenSession("a", "07:00", ""),))])
