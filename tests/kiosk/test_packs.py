"""The packs on a kiosk: which it names, which it opens, and what it says of those that it cannot open."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.errors import PackError
from kiosk.packs import PackShelf, installed_packs


class Opener:
    """Opens what it is asked for, unless there is an error for it; remembers what it opened."""

    def __init__(self, **errors: Exception) -> None:
        self.errors = errors
        self.opened: list[str] = []

    def __call__(self, name: str) -> Any:
        if name in self.errors:
            raise self.errors[name]
        self.opened.append(name)
        card = SimpleNamespace(input=SimpleNamespace(dimensions=len(name)))
        return SimpleNamespace(pack=SimpleNamespace(name=name, card=card))


def shelf_with(opener: Opener, *names: str) -> PackShelf:
    return PackShelf("builtin", open_recognizer=opener, list_packs=lambda: names)


def test_pack_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opener = Opener()
    shelf = shelf_with(opener, "builtin", "strong")
    assert shelf.names == ("builtin", "strong")
    assert opener.opened == [], "naming a pack opens nothing"
    assert shelf.dimensions("strong") == len("strong")
    assert shelf.open("strong") is shelf.open("strong") is shelf.use("strong")
    assert opener.opened == ["strong"]


def test_pack_that_is_used_lets_the_others_go() -> None:
    opener = Opener()
    shelf = shelf_with(opener, "builtin", "strong")
    shelf.use("builtin")
    shelf.open("strong")
    shelf.use("strong")
    shelf.open("builtin")
    assert opener.opened == ["builtin", "strong", "builtin"]


@pytest.mark.parametrize("error", [PackError("It is damaged"), RuntimeError("no such operator"), MemoryError()])
def test_pack_that_cannot_be_opened_is_named_no_more_and_told(error: Exception) -> None:
    shelf = shelf_with(Opener(strong=error), "builtin", "strong")
    shelf.use("builtin")
    with pytest.raises(PackError):
        shelf.open("strong")
    assert shelf.names == ("builtin",)
    [alarm] = shelf.alarms
    assert alarm == str(error) or "strong" in alarm
    assert shelf.open("builtin").pack.name == "builtin"


def test_pack_whose_files_were_put_right_is_named_again(monkeypatch: pytest.MonkeyPatch) -> None:
    traces = {"strong": (("weights", 10, 1),)}
    monkeypatch.setattr("kiosk.packs._traces_of", lambda name: traces.get(name, ()))
    opener = Opener(strong=PackError("It is damaged"))
    shelf = shelf_with(opener, "builtin", "strong")
    with pytest.raises(PackError):
        shelf.open("strong")
    assert shelf.names == ("builtin",)
    traces["strong"] = (("weights", 10, 2),)
    opener.errors.clear()
    assert shelf.names == ("builtin", "strong")
    assert shelf.alarms == ()
    assert shelf.open("strong").pack.name == "strong"


def test_pack_of_the_settings_is_named_whatever_is_installed() -> None:
    assert shelf_with(Opener()).names == ("builtin",)


def test_packs_whose_files_are_here_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path))
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "broken.toml").write_text("no card")
    assert installed_packs() == ["builtin"]


def test_pack_with_a_file_cut_short_is_not_found(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"builtin", "evaluation"} <= set(installed_packs())
    for folder in ("yunet", "mobilefacenet", "minifasnet"):
        (tmp_path / folder).mkdir()
        for file in (models / folder).iterdir():
            (tmp_path / folder / file.name).symlink_to(file)
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path))
    assert "evaluation" in installed_packs()
    weights = tmp_path / "mobilefacenet" / "mobilefacenet.bin"
    weights.unlink()
    weights.write_bytes((models / "mobilefacenet" / "mobilefacenet.bin").read_bytes()[:-1])
    assert "evaluation" not in installed_packs()
