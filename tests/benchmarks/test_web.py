"""The figures of the pages: a small regency is made once, kept, and asked."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import web
from benchmarks.web import _figures
from contract.errors import PresensiError


def test_percentiles_are_the_smallest_times_that_enough_answers_kept() -> None:
    answers = [("home", number / 1000, number) for number in range(1, 101)]
    figures = _figures("home", [*answers, ("grid", 9.0, 9)])
    assert (figures.p50_ms, figures.p95_ms, figures.p99_ms, figures.slowest_ms) == (50.0, 95.0, 99.0, 100.0)
    assert (figures.requests, figures.bytes) == (100, 100)
    with pytest.raises(PresensiError):
        _figures("search", answers)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that PostgreSQL's own user can reach, unlike those of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="presensi-web-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_pages_of_a_kept_regency_are_asked(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(open_folder))
    asked = ["--employees", "40", "--months", "1", "--users", "3", "--seconds", "3", "--think", "0.05", "--json"]
    ended = web.main(asked)
    printed = capsys.readouterr()
    if ended == 2 and "not installed" in printed.err:
        pytest.skip("PostgreSQL is not installed here")
    assert ended in (0, 1), printed.err
    report = json.loads(printed.out)
    assert report["failed"] == 0
    assert {page["page"] for page in report["pages"]} == {"home", "grid", "search"}
    assert all(0 < page["p50_ms"] <= page["p95_ms"] for page in report["pages"])
    assert "once; kept in" in printed.err
    web.main(asked)
    assert "once; kept in" not in capsys.readouterr().err
