"""Somebody is refused at a real kiosk program, and an operator finds the event with its picture at a real hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from contract.evidence import snapshot_hash
from contract.punch import LivenessLayer
from kiosk import station as station_module
from kiosk.settings import KioskSettings
from kiosk.station import Station
from tests.factories.snapshots import BOX, frame
from tests.journeys.conftest import AddKiosk
from tests.journeys.world import PATIENCE_SECONDS, HubAtWork, KioskAtWork

LAYERS = (LivenessLayer(name="challenge", verdict="attack"),)


@pytest.fixture
def kiosk(hub: HubAtWork, add_kiosk: AddKiosk) -> KioskAtWork:
    return add_kiosk(hub)


@pytest.fixture
def station(kiosk: KioskAtWork, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    """The kiosk's own station without its recogniser: what it refuses is decided by the test."""
    card = SimpleNamespace(input=SimpleNamespace(dimensions=128))
    monkeypatch.setattr(station_module, "open_pack", lambda _name: SimpleNamespace(name="builtin", card=card))
    monkeypatch.setattr(station_module, "Recognizer", lambda pack: SimpleNamespace(pack=pack))
    settings = KioskSettings(data=str(kiosk.folder), device=kiosk.device, broker=kiosk.broker_url)
    source = SimpleNamespace(kind="webcam")
    with Station(settings, source=source) as opened:  # type: ignore[arg-type] (nobody reads from it)
        yield opened


def test_refused_visitor_reaches_the_hub_with_the_picture(hub: HubAtWork, kiosk: KioskAtWork, station: Station) -> None:
    first = station.refusals.record("person-1", LAYERS, frame(1), BOX, 3)
    assert first is not None
    taken = station.evidence.read(str(first.evidence))
    station.deliver()
    assert station.deliver_rest(timeout_seconds=PATIENCE_SECONDS)
    hub.end()
    # While the hub is away: rows and pictures wait on the card.
    second = station.refusals.record(None, (), frame(2), None, 3)
    assert second is not None
    assert list(station.evidence.waiting) == [second.evidence]
    hub.start()
    assert station.deliver_rest(timeout_seconds=PATIENCE_SECONDS)
    assert list(Path(kiosk.folder, "evidence").iterdir()) == []
    shown = [each for each in json.loads(hub.run("refusals", "--json").stdout) if each["device"] == kiosk.device]
    assert [(each["seq"], each["evidence"], each["picture"], each["person"]) for each in shown] == [
        (second.seq, second.evidence, "here", None),
        (first.seq, first.evidence, "here", "person-1"),
    ]
    [file] = hub.folder.glob(f"snapshots/*/{first.evidence}.jpg")
    assert file.read_bytes() == taken
    assert snapshot_hash(taken) == first.evidence
    alarms = json.loads(hub.run("alarms", "--json").stdout)
    assert [(each["kind"], each["count"]) for each in alarms if each["device"] == kiosk.device] == [("refusals", 2)]
