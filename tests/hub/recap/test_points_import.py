"""Points and scores from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from benchmarks.invented_office import InventedOffice
from hub.db import Database
from hub.recap.models import EarnedPoints, UnitScore
from hub.recap.points_import import import_points, import_scores
from hub.sheets import ImportReport
from tests.factories.pay import NOVEMBER, SENT_AT
from tests.factories.sheets import write_csv, write_xlsx

RINA, BUDI = "198501012010012001", "199002022023211001"


@pytest.fixture
def unit(office: InventedOffice) -> int:
    unit = office.unit("Dinas Kesehatan")
    office.employee("Rina", unit=unit, nip=RINA)
    office.employee("Budi", unit=unit, nip=BUDI)
    return unit


def take(database: Database, tmp_path: Path, *rows: tuple[object, ...], **options: Any) -> ImportReport:
    path = write_csv(tmp_path / "poin.csv", [("NIP", "Bulan", "Poin"), *rows], delimiter=";")
    return import_points(database, path, by="bkpp", now=SENT_AT, **options)


def stored(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [
            (f"{row.month:%Y-%m}", row.points)
            for row in session.scalars(select(EarnedPoints).order_by(EarnedPoints.id))
        ]


def test_points_are_stored_exactly_and_a_newer_row_counts(database: Database, unit: int, tmp_path: Path) -> None:
    first = take(database, tmp_path, (RINA, "2026-11", "6100"), (BUDI, "11/2026", "5.999,5"))
    assert (first.new, first.stored) == (2, True)
    again = take(database, tmp_path, (RINA, "2026-11", "6100,0"), (BUDI, "2026-11-01", "6000"))
    assert (again.same, again.changed) == (1, 1)
    assert "before 5999.5" in again.lines[1].words.en
    assert stored(database) == [("2026-11", "6100"), ("2026-11", "5999.5"), ("2026-11", "6000")]


def test_a_dry_run_stores_nothing(database: Database, unit: int, tmp_path: Path) -> None:
    report = take(database, tmp_path, (RINA, "2026-11", "6100"), dry_run=True)
    assert (report.new, report.stored) == (1, False)
    assert stored(database) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("198501012010012009", "2026-11", "1"), "Line 3, column NIP: 198501012010012009: no employee has this number"),
        (("", "2026-11", "1"), "column NIP: it is empty"),
        ((BUDI, "2026-13", "1"), "Line 3, column Bulan: '2026-13' is no month"),
        ((BUDI, "", "1"), "Line 3, column Bulan: it is empty"),
        ((BUDI, "2026-11", "-1"), "Line 3, column Poin: '-1' is no number of at least 0"),
        ((BUDI, "2026-11", "6.100"), "can be read in two ways"),
        ((BUDI, "2026-11", "6100.00001"), "more than 4 decimals"),
        ((BUDI, "2026-11", "NaN"), "is no number"),
        ((RINA, "2026-11", "1"), "it is the same month as on line 2"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_stored(
    database: Database, unit: int, tmp_path: Path, row: tuple[str, ...], words: str
) -> None:
    report = take(database, tmp_path, (RINA, "2026-11", "6100"), row)
    assert report.errors == 1
    assert words in report.lines[1].words.en
    assert stored(database) == []


def test_the_month_may_be_given_for_the_whole_file(database: Database, unit: int, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "poin.xlsx", [("NIP", "Poin"), (RINA, 6.125), (BUDI, 6100)])
    assert import_points(database, path, by="bkpp", now=SENT_AT, month=NOVEMBER).new == 2
    assert stored(database) == [("2026-11", "6.125"), ("2026-11", "6100")]


def test_scores_are_shares_of_units(database: Database, unit: int, tmp_path: Path) -> None:
    def take_score(*cells: str) -> ImportReport:
        path = write_csv(tmp_path / "skor.csv", [("Unit", "Bulan", "Faktor"), cells], delimiter=";")
        return import_scores(database, path, by="bkpp", now=SENT_AT)

    assert take_score("dinas kesehatan", "2026-11", "0,965").new == 1
    assert take_score("Dinas Kesehatan", "2026-11", "0.965").same == 1
    assert "write the share" in take_score("Dinas Kesehatan", "2026-11", "96,5").lines[0].words.en
    assert "there is no unit 'Dinas'" in take_score("Dinas", "2026-11", "1").lines[0].words.en
    with database.read() as session:
        assert [row.factor for row in session.scalars(select(UnitScore))] == ["0.965"]
