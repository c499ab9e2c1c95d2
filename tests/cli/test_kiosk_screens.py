"""`presensi kiosk screens`: pictures of every state."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

pytest.importorskip("PySide6")
from PySide6.QtGui import QImage

from cli.kiosk_screens import screens
from kiosk.ui import gallery


def run(*arguments: object) -> Result:
    return CliRunner().invoke(screens, [str(each) for each in arguments])


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two states are enough to see the command; the window's own tests look at all of them."""
    monkeypatch.setattr(gallery, "SCENES", ("idle", "accepted"))


def test_every_combination_is_drawn_and_listed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "screens"
    ran = run(folder, "--json")
    assert ran.exit_code == 0, ran.output
    told: dict[str, Any] = json.loads(ran.stdout)
    assert (told["screens"], told["problems"]) == (16, 0)
    assert {(each["language"], tuple(each["size"]), each["name"]) for each in told["shots"]} == {
        (language, size, name)
        for language in ("id", "en")
        for size in ((720, 1280), (1280, 800))
        for name in ("short", "long")
    }
    for each in told["shots"]:
        picture = QImage(str(folder / each["file"]))
        assert [picture.width(), picture.height()] == each["size"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.count("<img") == 16
    assert "//" not in page, "an office has no internet"


def test_problems_are_listed_and_end_the_command_with_1(tmp_path: Path) -> None:
    ran = run(tmp_path, "--panel-inches", 7)
    assert ran.exit_code == 1
    assert "capitals of" in ran.stdout
    assert "idle-id-720x1280-short.png" in ran.stdout


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = run(tmp_path / "file" / "screens")
    assert ran.exit_code != 0
    assert "cannot be made" in str(ran.exception)
