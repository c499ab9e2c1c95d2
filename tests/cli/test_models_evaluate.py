"""`presensi models evaluate` on generated folders with a pack that sees colours, and on real faces where there are."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from cli import main
from kiosk.recognizer.face import Box, Detection
from kiosk.recognizer.models.embedder import Embedder
from kiosk.recognizer.packs.card import read_card
from kiosk.recognizer.packs.pack import Pack

ISSUED_KEYS = {"pack", "people", "images", "failure_to_detect", "tmr_at_fmr", "open_set", "ms_per_image"}
RATE_KEYS = {"gallery", "enrol", "target_fpir", "threshold", "fpir", "fnir"}


class WholePicture:
    """Takes the whole picture for a face, unless it is black; detector and aligner in one."""

    def find(self, frame):
        return self.search(frame.main, smallest=1)

    def search(self, picture, *, smallest):
        height, width = picture.shape[:2]
        return [Detection(Box(0, 0, width, height), 1.0)] if picture.any() else []

    def landmarks(self, picture, detection):
        return np.zeros((5, 2), np.float32)

    def chip(self, picture, face):
        return cv2.resize(picture, (4, 4), interpolation=cv2.INTER_AREA)

    def eye_distance(self, face):
        return 30.0


class FlatNetwork:
    """Embeds a picture as its pixels, less the middle grey."""

    def run(self, blob):
        return (blob.reshape(len(blob), -1) - 127.5).astype(np.float32)


@pytest.fixture(autouse=True)
def made_up_pack(monkeypatch, request):
    if "shared" in request.fixturenames:
        return
    part = WholePicture()
    pack = Pack(card=read_card("builtin"), detector=part, aligner=part, embedder=Embedder(FlatNetwork()))
    monkeypatch.setattr("kiosk.recognizer.packs.pack.open_pack", lambda name: pack)


def fill(folder: Path, people: int, photos: int, *, first: int = 0, name: str = "{photo}.png") -> Path:
    """People as noise of their own, and photos as a little noise on it."""
    for person in range(first, first + people):
        own = np.random.default_rng(person).integers(30, 225, (16, 16, 3))
        own = (own + own[:, ::-1]) // 2  # so that the mirror image is the same person
        (folder / f"p{person:03}").mkdir(parents=True, exist_ok=True)
        for photo in range(photos):
            noise = np.random.default_rng((person, photo)).normal(0, 8, own.shape)
            picture = np.clip(own + noise, 1, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"p{person:03}" / name.format(photo=photo, half=photo // 6)), picture)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "faces", 8, 7)
    return fill(tmp_path / "faces", 30, 1, first=100)


def run(*arguments: object) -> Result:
    words = ["models", "evaluate", *map(str, arguments)]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def test_evaluate_prints_the_keys_of_the_contract(folder):
    result = run("--dataset", folder, "--gallery-size", "5,8", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures.keys() >= ISSUED_KEYS
    assert set(figures["tmr_at_fmr"]) == {"1e-2", "1e-3", "1e-4", "1e-5"}
    assert (figures["pack"], figures["people"], figures["images"]) == ("builtin", 38, 86)
    assert figures["failure_to_detect"] == 0
    assert figures["tmr_at_fmr"]["1e-2"] > 0.99
    assert figures["tmr_at_fmr"]["1e-5"] is None
    assert [(r["gallery"], r["target_fpir"]) for r in figures["open_set"]] == [
        (5, 0.01),
        (5, 0.001),
        (8, 0.01),
        (8, 0.001),
    ]
    for rates in figures["open_set"]:
        assert rates.keys() >= RATE_KEYS | {"estimator", "fpir_interval", "fnir_interval"}
        assert "exponential tail" in rates["estimator"]
        assert rates["enrol"] == 5
        assert rates["fnir"] < 0.1
    assert "only 30 strangers" in result.stderr


def test_evaluate_counts_a_photo_without_a_face_as_a_refusal(folder):
    for person in range(8):
        cv2.imwrite(str(folder / f"p{person:03}" / "black.png"), np.zeros((16, 16, 3), np.uint8))
    figures = json.loads(run("--dataset", folder, "--gallery-size", "8", "--json").stdout)
    assert figures["not_detected"] == 8
    assert figures["failure_to_detect"] == pytest.approx(8 / 94, abs=1e-6)
    assert all(rates["fnir"] >= rates["not_detected"] > 0 for rates in figures["open_set"])


def test_evaluate_without_strangers_has_no_open_set(tmp_path):
    result = run("--dataset", fill(tmp_path / "faces", 6, 7), "--gallery-size", "5", "--json")
    assert json.loads(result.stdout)["open_set"] == []
    assert "no open set" in result.stderr


def test_evaluate_takes_strangers_from_elsewhere_and_never_enrols_them(tmp_path):
    faces = fill(tmp_path / "faces", 6, 7)
    others = fill(tmp_path / "others", 20, 7, first=5)  # p005 stands in both
    result = run("--dataset", faces, "--strangers", others, "--gallery-size", "6", "--json")
    figures = json.loads(result.stdout)
    assert (figures["staff"], figures["strangers"]) == (6, 19)
    assert len(figures["open_set"]) == 2
    assert "in both folders: p005" in result.stderr


def test_evaluate_skips_a_gallery_that_people_cannot_fill(folder):
    result = run("--dataset", folder, "--gallery-size", "8,50", "--json")
    assert {rates["gallery"] for rates in json.loads(result.stdout)["open_set"]} == {8}
    assert "gallery of 50 skipped: only 8 people" in result.stderr


def test_evaluate_names_files_that_are_no_pictures(folder):
    (folder / "p000" / "notes.txt").write_text("no picture")
    result = run("--dataset", folder, "--gallery-size", "5", "--json")
    assert json.loads(result.stdout)["unreadable"] == [str(folder / "p000" / "notes.txt")]
    assert "notes.txt" in result.stderr


def test_evaluate_by_session_enrols_in_one_and_recognises_in_the_other(tmp_path):
    faces = fill(tmp_path / "faces", 6, 12, name="x_{half}_{photo}.png")
    fill(tmp_path / "faces", 4, 6, first=50, name="x_{half}_{photo}.png")  # one session: strangers
    figures = json.loads(run("--dataset", faces, "--by-session", r"^x_(\d)_", "--gallery-size", "6", "--json").stdout)
    assert (figures["staff"], figures["strangers"], figures["by_session"]) == (6, 4, True)
    assert figures["genuine_comparisons"] == 6 * 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--dataset", "nowhere"], "There is no folder nowhere"),
        (["--dataset", "FOLDER", "--enrol", "7"], "Nobody has 7 photos"),
        (["--dataset", "FOLDER", "--by-session", "("], "no regular expression"),
        (["--dataset", "FOLDER", "--by-session", "x"], "no group"),
        (["--dataset", "FOLDER", "--by-session", "(zzz)"], "fits no file"),
        (["--dataset", "FOLDER", "--enrol", "0"], "--enrol"),
        (["--dataset", "FOLDER", "--galleries", "3"], "--galleries"),
        (["--dataset", "FOLDER", "--gallery-size", "ten"], "no list of numbers"),
        (["--dataset", "FOLDER", "--gallery-size", "0"], "at least one person"),
        (["--dataset", "FOLDER", "--report", "nowhere/report.html"], "no folder"),
    ],
)
def test_evaluate_says_what_is_wrong(folder, arguments, words):
    result = run(*[str(folder) if word == "FOLDER" else word for word in arguments])
    assert result.exit_code == 2
    assert words in result.stderr
    assert not result.stdout


def test_report_without_matplotlib_names_the_extra(folder, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "matplotlib" else find(name))
    result = run("--dataset", folder, "--report", tmp_path / "report.html")
    assert result.exit_code == 2
    assert "presensi[report]" in result.stderr


def test_report_is_one_page_with_everything_inside(folder, tmp_path):
    report = tmp_path / "report <1>.html"
    result = run("--dataset", folder, "--gallery-size", "5", "--report", report)
    assert result.exit_code == 0, result.output
    assert "TMR" in result.stdout
    page = report.read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml;base64,") == 2
    assert not any(address in page for address in ('src="http', 'href="http', "@import"))
    assert "report &lt;1&gt;.html" in page
    assert read_card("builtin").files[0].sha256 in page


def test_evaluate_of_real_faces_recognises_them(shared, tmp_path):
    people = sorted(path for path in (shared / "data/faces/lfw").iterdir() if path.is_dir())
    many = [person for person in people if len(list(person.iterdir())) > 5][:6]
    few = [person for person in people if len(list(person.iterdir())) == 1][:20]
    for person in many + few:
        (tmp_path / person.name).symlink_to(person)
    figures = json.loads(run("--dataset", tmp_path, "--gallery-size", "6", "--json").stdout)
    assert (figures["staff"], figures["strangers"]) == (6, 20)
    assert figures["failure_to_detect"] < 0.1
    assert figures["tmr_at_fmr"]["1e-2"] >= 0.9
    assert figures["ms_per_image"] > 0
