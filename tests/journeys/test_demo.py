"""`presensi demo`: one command takes a person from the lens to the hub's recap, or says in a sentence why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from contract.punch import Punch
from hub.db import open_database
from hub.fleet.overview import held_rows
from kiosk.journal import Journal
from tests.journeys.presensi import assert_one_sentence, run_presensi

ONCE = ("demo", "--once", "--headless", "--json", "--liveness", "off")


def test_person_in_a_clip_reaches_the_recap_once(clip: Path, gallery: Path, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    finished = run_presensi(*ONCE, "--clip", str(clip), "--gallery", str(gallery), "--data", str(tmp_path))
    assert finished.returncode == 0, finished.stderr
    outcome = json.loads(finished.stdout)
    assert finished.stdout.count("\n") == 1
    assert set(outcome) == {
        "employee", "similarity", "threshold", "punch", "committed_ms", "stored_ms", "receipt_ms", "day",
    }  # fmt: skip
    assert outcome["employee"] == "lestari"
    assert outcome["similarity"] >= outcome["threshold"]
    assert all(outcome[name] > 0 for name in ("committed_ms", "stored_ms", "receipt_ms"))
    taken_at = datetime.fromisoformat(outcome["punch"]["taken_at"])
    assert began <= taken_at <= datetime.now(UTC)
    assert datetime.fromisoformat(outcome["day"]["arrival"]) == taken_at
    assert outcome["day"]["departure"] is None
    _assert_one_punch(tmp_path, outcome["punch"])
    _assert_recap_shows_lestari(tmp_path, outcome["day"]["work_date"], taken_at)
    # The same person again, within the repeat window.
    again = run_presensi(*ONCE, "--clip", str(clip), "--gallery", str(gallery), "--data", str(tmp_path))
    assert_one_sentence(again, code=3)
    _assert_one_punch(tmp_path, outcome["punch"])


def _assert_one_punch(folder: Path, punch: dict[str, object]) -> None:
    with Journal(folder / "kiosk" / "journal.sqlite3", device="kiosk-demo") as journal:
        written = [row for row in journal.rows() if isinstance(row, Punch)]
        assert journal.state.queue == 0
    assert [(row.epoch, row.seq) for row in written] == [(punch["epoch"], punch["seq"])]
    with open_database(f"sqlite:///{folder / 'hub' / 'hub.db'}") as database:
        held = [row for row in held_rows(database) if row.kind == "punch"]
    assert [(row.device, row.epoch, row.seq) for row in held] == [("kiosk-demo", punch["epoch"], punch["seq"])]
    assert held[0].person == written[0].person


def _assert_recap_shows_lestari(folder: Path, work_date: str, taken_at: datetime) -> None:
    finished = run_presensi("hub", "recap", "--date", work_date, "--json", "--data", str(folder / "hub"))
    assert finished.returncode == 0, finished.stderr
    arrivals = {line["person"]["name"]: line["arrival"] for line in json.loads(finished.stdout)["lines"]}
    assert datetime.fromisoformat(arrivals.pop("lestari")) == taken_at
    assert not any(arrivals.values()), "somebody else has arrived as well"


def test_stranger_in_a_clip_is_not_recorded(clip: Path, strangers: Path, tmp_path: Path) -> None:
    finished = run_presensi(*ONCE, "--clip", str(clip), "--gallery", str(strangers), "--data", str(tmp_path))
    assert_one_sentence(finished, code=3)
    with Journal(tmp_path / "kiosk" / "journal.sqlite3", device="kiosk-demo") as journal:
        assert [row for row in journal.rows() if isinstance(row, Punch)] == []
    with open_database(f"sqlite:///{tmp_path / 'hub' / 'hub.db'}") as database:
        assert [row for row in held_rows(database) if row.kind == "punch"] == []


@pytest.fixture
def bad_input(tmp_path: Path) -> Path:
    """A folder with input that cannot be used."""
    (tmp_path / "text.mp4").write_text("this is no video", encoding="ascii")
    (tmp_path / "faceless" / "somebody").mkdir(parents=True)
    assert cv2.imwrite(str(tmp_path / "faceless" / "somebody" / "1.jpg"), np.full((300, 300, 3), 127, np.uint8))
    (tmp_path / "unreadable" / "somebody").mkdir(parents=True)
    (tmp_path / "unreadable" / "somebody" / "1.jpg").write_text("this is no picture", encoding="ascii")
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "naming"),
    [
        ({"--clip": "text.mp4"}, ["text.mp4"]),
        ({"--clip": "missing.mp4"}, ["missing.mp4"]),
        ({"--photos": "unreadable", "--clip": None}, ["unreadable/somebody/1.jpg"]),
        ({"--gallery": "faceless"}, ["faceless"]),
        ({"--gallery": "missing"}, ["missing"]),
        ({"--data": "text.mp4"}, ["text.mp4"]),
    ],
)
def test_bad_input_is_told_in_a_sentence(
    changes: dict[str, str | None], naming: list[str], bad_input: Path, clip: Path, gallery: Path
) -> None:
    options: dict[str, str | None] = {"--clip": str(clip), "--gallery": str(gallery), "--data": str(bad_input / "data")}
    for name, file in changes.items():
        options[name] = None if file is None else str(bad_input / file)
    arguments = [text for name, value in options.items() if value is not None for text in (name, value)]
    assert_one_sentence(run_presensi(*ONCE, *arguments), code=2, naming=naming)


@pytest.mark.parametrize(
    ("arguments", "naming"),
    [
        (["--http", "somewhere"], ["somewhere", "127.0.0.1:8080"]),
        (["--liveness", "active"], ["active", "--liveness off"]),
    ],
)
def test_option_that_cannot_be_is_told_in_a_sentence(
    arguments: list[str], naming: list[str], tmp_path: Path, clip: Path, gallery: Path
) -> None:
    places = ["--clip", str(clip), "--gallery", str(gallery), "--data", str(tmp_path)]
    assert_one_sentence(run_presensi(*ONCE, *places, *arguments), code=2, naming=naming)
