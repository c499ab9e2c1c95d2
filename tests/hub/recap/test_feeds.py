"""Feeds of runs, deltas and months as they stand; docs/feeds.md lists every column."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from benchmarks.invented_office import InventedOffice
from hub.attendance.models import StoredDay
from hub.db import Database
from hub.errors import PayError
from hub.recap.feeds import RECEIVERS, Feed, feed_columns, feed_csv, feed_month, feed_run
from hub.recap.part_time import PAY_COLUMNS, PERFORMANCE_COLUMNS, RENEWAL_COLUMNS
from hub.recap.pay_runs import freeze, make_delta
from hub.recap.points_import import POINT_COLUMNS, SCORE_COLUMNS
from hub.roster.people_lines import COLUMNS
from tests.factories.pay import (
    NOVEMBER,
    SENT_AT,
    month_of_days,
    points_day,
    workdays_of,
    write_days,
    write_points,
    write_term,
)

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "feeds.md").read_text(encoding="utf-8")


@pytest.fixture
def unit(office: InventedOffice) -> int:
    return office.unit("Dinas Kesehatan")


@pytest.fixture
def rina(database: Database, office: InventedOffice, unit: int) -> str:
    rina = office.employee('Rina "Ina", S.E.', unit=unit, nip="198501012010012001", position="Analis")
    be_late(database, rina, unit, 0)
    write_term(database, rina, tpp_base=3_000_000, group="PNS", rank="III/b")
    write_points(database, rina, "6000")
    return rina


def be_late(database: Database, person: str, unit: int, *days: int) -> None:
    changes = {workdays_of()[day]: points_day(late=9) for day in days}
    write_days(database, person, unit, month_of_days("kulon-progo", changes, **points_day()))


def read_csv(feed: Feed) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(feed_csv(feed))))


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_a_feed_has_the_same_rows_as_csv_and_json(database: Database, rina: str, receiver: str) -> None:
    number = freeze(database, NOVEMBER, by="bkpp", now=SENT_AT).run.number
    feed = feed_run(database, receiver, number)
    (row,) = feed.rows
    (of_csv,) = read_csv(feed)
    assert tuple(row) == feed.columns == tuple(of_csv) == tuple(column.key for column in feed_columns(receiver))
    assert (row["nomor"], row["perubahan"], row["sementara"], of_csv["sementara"]) == (number, "baru", False, "tidak")
    assert of_csv["nama"] == 'Rina "Ina", S.E.'
    assert not any(isinstance(cell, float) for cell in row.values())


def test_e_tpp_tells_the_amount_and_its_parts(database: Database, rina: str) -> None:
    number = freeze(database, NOVEMBER, by="bkpp", now=SENT_AT).run.number
    (row,) = read_csv(feed_run(database, "e-tpp", number))
    told = {key: row[key] for key in ("tpp_dasar", "potongan", "tpp_dibayar", "kejadian", "poin_efektif", "cara")}
    assert told == {
        "tpp_dasar": "3000000", "potongan": "18000", "tpp_dibayar": "2982000", "kejadian": "1", "poin_efektif": "5940",
        "cara": "points",
    }  # fmt: skip
    assert "Poin efektif" in row["penjelasan"]


def test_simpeg_and_e_kinerja_tell_the_days(database: Database, rina: str) -> None:
    (simpeg,) = feed_month(database, "simpeg", NOVEMBER).rows
    assert (simpeg["kelompok"], simpeg["golongan"], simpeg["jabatan"]) == ("PNS", "III/b", "Analis")
    assert (simpeg["hari_kerja"], simpeg["terlambat_menit"], simpeg["nomor"]) == (21, 9, None)
    (kinerja,) = feed_month(database, "e-kinerja", NOVEMBER).rows
    assert (kinerja["hadir_hari"], kinerja["potongan"]) == (21, 18_000)


def test_a_feed_of_a_delta_holds_what_changed(database: Database, unit: int, rina: str) -> None:
    run = freeze(database, NOVEMBER, by="bkpp", now=SENT_AT).run
    be_late(database, rina, unit, 0, 1)
    first: Any = make_delta(database, run.number, by="bkpp", now=SENT_AT + timedelta(days=1))
    with database.write() as session:
        session.execute(delete(StoredDay))
    second: Any = make_delta(database, run.number, by="bkpp", now=SENT_AT + timedelta(days=2))
    states = [
        feed_run(database, "e-tpp", number).rows[0] for number in (run.number, first.run.number, second.run.number)
    ]
    assert [(row["perubahan"], row["tpp_dibayar"]) for row in states] == [
        ("baru", 2_982_000),
        ("ubah", 2_964_000),
        ("hapus", 2_964_000),
    ]


def test_an_unknown_receiver_is_said(database: Database) -> None:
    with pytest.raises(PayError, match="known are e-tpp, simpeg, e-kinerja"):
        feed_month(database, "sap", NOVEMBER)


@pytest.mark.parametrize(
    ("receiver", "heading"), [("e-tpp", "e-TPP"), ("simpeg", "SIMPEG"), ("e-kinerja", "e-Kinerja")]
)
def test_every_column_is_documented_with_kind_and_example(receiver: str, heading: str) -> None:
    section = next(part for part in re.split(r"^## ", DOCUMENT, flags=re.MULTILINE) if part.startswith(heading))
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \| (.+) \|$", section, flags=re.MULTILINE)
    assert [(key, kind) for key, kind, _, _ in rows] == [(column.key, column.kind) for column in feed_columns(receiver)]
    assert all(meaning.strip() and example.strip() for _, _, meaning, example in rows)


def test_reports_and_imports_are_documented() -> None:
    reports = {column.key for columns in (PAY_COLUMNS, PERFORMANCE_COLUMNS, RENEWAL_COLUMNS) for column in columns}
    imported = {*COLUMNS, *POINT_COLUMNS, *SCORE_COLUMNS}
    assert {key for key in reports | imported if f"`{key}`" not in DOCUMENT} == set()
