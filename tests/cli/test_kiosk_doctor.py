"""`presensi kiosk doctor`: one page, JSON, exit codes, and a bundle in which nobody is."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from cli import main
from contract.checkup import bundle as bundle_module
from contract.checkup.finding import Check, Finding, Words, plain
from contract.punch import Punch
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.connection import device_key
from kiosk.doctor import checks
from kiosk.doctor.devices import CameraReading
from kiosk.journal import Journal
from kiosk.journal_records import RowKey
from kiosk.roster import RosterCache
from kiosk.vault import KEY_FILE, open_vault
from tests.factories.journals import punch

NAMES = [
    "camera", "relay", "lights", "buzzer", "clock", "disk", "heat", "network", "broker", "certificate", "roster",
    "journal", "pack", "versions",
]  # fmt: skip
PERSON, NAME, NIP, PIN = "3f1c2a9e77b04d1c", "Siti Aminah Nurhaliza", "198701012010012001", "pbkdf2$73914"
PICTURE = b"\xff\xd8\xff\xe0 a picture of somebody"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kiosk's folder, with a camera that works and a broker that does not."""
    monkeypatch.setattr(checks.devices, "try_camera", lambda _settings: CameraReading(True, 120.0, (640, 480)))
    return tmp_path / "kiosk"


def run(folder: Path, *arguments: str, settings: Path | None = None) -> Result:
    named = ["--settings", str(settings)] if settings else []
    return CliRunner().invoke(main, ["kiosk", "doctor", "--data", str(folder), *named, *arguments])


def test_every_check_is_told_as_json_and_bad_days_end_with_1(folder: Path) -> None:
    result = run(folder, "--json", "--language", "en")
    assert result.exit_code == 1
    shown = json.loads(result.stdout)
    assert (shown["ok"], shown["place"], [each["name"] for each in shown["checks"]]) == (False, "kiosk-1", NAMES)
    states = {each["name"]: each["state"] for each in shown["checks"]}
    assert (states["camera"], states["relay"], states["broker"]) == ("ok", "not_fitted", "bad")
    assert all(each["advice"] for each in shown["checks"] if each["state"] in {"warning", "bad"})
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize(("language", "word"), [(None, "Penyimpanan"), ("id", "Penyimpanan"), ("en", "Disk")])
def test_the_page_fits_80_columns_in_either_language(folder: Path, language: str | None, word: str) -> None:
    result = run(folder, *(["--language", language] if language else []))
    assert word in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_a_kiosk_that_is_well_ends_with_0(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def well(_patient: object) -> list[Check]:
        return [Check("camera", plain("Kamera"), lambda: Finding("ok", Words("baik", "fine")))]

    monkeypatch.setattr(checks, "kiosk_checks", well)
    result = run(folder)
    assert result.exit_code == 0
    assert "Semua baik." in result.stdout


def plant(folder: Path, log: list[str]) -> Path:
    """A kiosk with everything in it that must not leave it; returns its settings."""
    folder.mkdir()
    vectors = np.arange(4, dtype="<f4").tobytes()
    person = RosterPerson(person=PERSON, name=NAME, count=1, embeddings=vectors, pin=PIN)
    part = RosterPart(version=1, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy(), people=(person,))
    RosterCache(folder / "roster.msgpack", vault=open_vault(folder), pack="builtin", dimensions=4).take(part)

    def build(key: RowKey) -> Punch:
        return punch(device=key.device, epoch=key.epoch, seq=key.seq, person=PERSON)

    with Journal(folder / "journal.sqlite3", device="kiosk-1") as journal:
        journal.append(build)
    (folder / "evidence").mkdir()
    (folder / "evidence" / "picture.jpg").write_bytes(PICTURE)
    device_key(folder)
    key = (folder / "device.key").read_text(encoding="ascii")
    log += [
        f"2026-11-28T07:00:00+0700 presensi[9]: punch of {NAME} taken, nip={NIP}, person {PERSON}",
        f"2026-11-28T07:00:01+0700 presensi[9]: NURHALIZA came again; pin: 73914; NIP {NIP[:8]} {NIP[8:14]} 1 001",
        f"2026-11-28T07:00:02+0700 presensi[9]: {key.splitlines()[1]} cannot be read",
        "2026-11-28T07:00:03+0700 presensi[9]: connecting to mqtt://kiosk:rahasia7@hub fails",
        "2026-11-28T07:00:04+0700 presensi[9]: the camera is started again",
    ]
    settings = folder.parent / "kiosk.toml"
    settings.write_text('broker = "mqtt://kiosk:rahasia7@127.0.0.1:1"\nhub_key = "/x/y.pub"\n', encoding="utf-8")
    return settings


def test_nobody_is_in_the_bundle(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    settings = plant(folder, log)
    monkeypatch.setattr(bundle_module, "read_log", lambda _unit: "\n".join(log))
    target = tmp_path / "support.zip"
    run(folder, "--bundle", str(target), settings=settings)
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert set(contents) == {"doctor.json", "settings.json", "versions.json", "journal.json", "log.txt"}
    everything = b"\n".join(contents.values())
    secrets = [PERSON, *NAME.split(), NAME.split()[2].upper(), NIP, NIP[:8], NIP[8:14], "73914", "rahasia7", "BEGIN"]
    key = (folder / "device.key").read_text(encoding="ascii").splitlines()[1]
    planted = [*(each.encode() for each in (*secrets, key)), PICTURE[4:], np.arange(4, dtype="<f4").tobytes()]
    assert [each for each in planted if each in everything or each in target.read_bytes()] == []
    assert "the camera is started again" in contents["log.txt"].decode()
    assert contents["log.txt"].count(b"2026-11-28T07:00:0") == len(log)
    journal: dict[str, Any] = json.loads(contents["journal.json"])
    assert (journal["rows"], journal["kinds"]) == (1, {"punch": 1})
    kept = json.loads(contents["settings.json"])
    assert (kept["broker"], kept["hub_key"]) == ("mqtt://***@127.0.0.1:1", "***")


def test_log_stays_here_where_the_names_cannot_be_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    settings = plant(folder, log)
    (folder / KEY_FILE).unlink()
    monkeypatch.setattr(bundle_module, "read_log", lambda _unit: "\n".join(log))
    target = tmp_path / "support.zip"
    run(folder, "--bundle", str(target), settings=settings)
    with zipfile.ZipFile(target) as archive:
        assert archive.read("log.txt").startswith(b"Left out")
    assert not (folder / KEY_FILE).exists()


def test_a_bundle_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "support.zip"
    target.write_bytes(b"mine")
    result = run(folder, "--bundle", str(target))
    assert (result.exit_code, target.read_bytes()) == (2, b"mine")
    assert "there already" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_bad(folder: Path) -> None:
    folder.mkdir(mode=0o500)
    shown = json.loads(run(folder, "--json").stdout)
    assert next(each["state"] for each in shown["checks"] if each["name"] == "disk") == "bad"
