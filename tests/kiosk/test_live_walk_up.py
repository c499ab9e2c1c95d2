"""A person at a whole kiosk that asks for proof of life, and a sheet of paper that shows the same person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks.walkup import gallery_roster
from contract.punch import Punch
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera.photo_source import PhotoSource
from kiosk.camera.source import Flat, SourceSettings
from kiosk.display import NullDisplay
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.states import Accepted, Challenge
from kiosk.station import Station


class Kept(NullDisplay):
    """Remembers the kinds of all states."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[type] = set()

    def show_state(self, state: Any, *, name: str | None) -> None:
        super().show_state(state, name=name)
        self.kinds.add(type(state))


def visit(folder: Path, photos: Path, *, pack: str, policy: str, flat: Flat | None = None) -> tuple[list[Punch], Kept]:
    """One visit of the person on photos/obama/obama.jpg to a kiosk that knows everybody in photos."""
    (folder / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
    settings = read_settings(None, data=str(folder), camera_kind="photo", camera_path="unused")
    settings = msgspec.structs.replace(settings, pack=pack)
    source = PhotoSource(
        SourceSettings(kind="photo", path=str(photos / "obama/obama.jpg"), pace="fast", flat=flat, seed=3)
    )
    shown = Kept()
    with Station(settings, source=source, transport=NullTransport()) as station:
        roster = gallery_roster(photos, open_pack(pack))
        wanted = msgspec.structs.replace(roster.policy, liveness=policy)
        station.roster.take(msgspec.structs.replace(roster, policy=wanted))
        station.run(shown)
        return [row for row in station.journal.rows() if isinstance(row, Punch)], shown


def test_person_who_obeys_the_challenge_is_recorded_with_what_it_said(tmp_path: Path, shared: Path) -> None:
    (punch,), shown = visit(tmp_path, shared / "data/faces/demo", pack="builtin", policy="active")
    assert punch.person == "obama"
    (layer,) = punch.liveness.layers
    assert (punch.liveness.policy, layer.name, layer.verdict) == ("active", "challenge", "live")
    assert {Challenge, Accepted} <= shown.kinds


@pytest.mark.parametrize("flat", ["moved", "tilted", "bent"])
def test_sheet_of_paper_is_recognised_and_never_recorded(tmp_path: Path, shared: Path, flat: Flat) -> None:
    punches, shown = visit(tmp_path, shared / "data/faces/demo", pack="builtin", policy="active", flat=flat)
    assert punches == []
    assert Challenge in shown.kinds
    assert Accepted not in shown.kinds


def test_passive_policy_without_a_model_records_nobody(tmp_path: Path, shared: Path) -> None:
    punches, shown = visit(tmp_path, shared / "data/faces/demo", pack="builtin", policy="passive")
    assert punches == []
    assert Challenge not in shown.kinds
