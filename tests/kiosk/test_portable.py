"""A kiosk that is carried about: every punch says where, and the hub hears when none can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from contract.area import Area
from contract.punch import Place, Punch
from kiosk.position import UNPLACED
from kiosk.settings import KioskSettings
from kiosk.states import Accepted
from kiosk.station import Station
from tests.factories.gpsd import FakeGpsd, tpv
from tests.factories.scripted import Somebody, Terminal, during
from tests.factories.transports import ScriptedTransport
from tests.kiosk.test_position import until
from tests.kiosk.test_station import EmptyRoom, heartbeat_of, hub_key, settings

__all__ = ["hub_key", "settings"]
SANGATTA = Place(fix=True, latitude=0.515217, longitude=117.586111, accuracy_m=6.2, age_s=0.8)


class StatedPosition:
    def __init__(self, *places: Place) -> None:
        self.places = iter(places)

    def place(self) -> Place:
        return next(self.places)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    built = Terminal(tmp_path)
    with built.journal:
        yield built


def places(terminal: Terminal) -> list[Place | None]:
    return [row.place for row in terminal.journal.rows() if isinstance(row, Punch)]


def test_punch_says_where_the_kiosk_was_and_is_taken_without_a_fix_too(terminal: Terminal) -> None:
    terminal.start(position=StatedPosition(SANGATTA, UNPLACED))
    terminal.see(during(2, Somebody("ayu")), during(4, Somebody("budi")))
    assert terminal.punches == ["ayu", "budi"]
    assert places(terminal) == [SANGATTA, UNPLACED]


def test_punch_outside_the_areas_is_recorded_and_the_screen_says_how_far_off_it_was(terminal: Terminal) -> None:
    terminal.know("ayu", "budi", areas=(Area(name="Kantor", latitude=0.52, longitude=117.59, radius_m=100),))
    at_the_office = Place(fix=True, latitude=0.5201, longitude=117.5901, accuracy_m=5.0, age_s=0.5)
    terminal.start(position=StatedPosition(SANGATTA, at_the_office))
    terminal.see(during(2, Somebody("ayu")))
    state = terminal.attendant.state
    assert isinstance(state, Accepted)
    assert state.beyond_m == pytest.approx(580, abs=10)
    assert terminal.panel.told[-1] == "misplaced"
    terminal.see(during(4, Somebody("budi")))
    assert [place and place.beyond_m for place in places(terminal)] == [state.beyond_m, None]
    assert [each for each in terminal.panel.told if each != "idle"] == ["misplaced", "accepted"]


def test_punch_without_a_fix_is_nowhere_and_not_outside(terminal: Terminal) -> None:
    terminal.know("ayu", areas=(Area(name="Kantor", latitude=0.52, longitude=117.59, radius_m=100),))
    terminal.start(position=StatedPosition(UNPLACED))
    terminal.see(during(2, Somebody("ayu")))
    assert places(terminal) == [UNPLACED]


def test_punch_of_a_kiosk_on_a_wall_has_no_place(terminal: Terminal) -> None:
    terminal.see(during(2, Somebody("ayu")))
    assert places(terminal) == [None]


def test_portable_kiosk_says_why_it_has_no_place(settings: KioskSettings) -> None:
    with FakeGpsd() as gpsd:
        carried = msgspec.structs.replace(settings, portable=True, gpsd=gpsd.address)
        with Station(carried, source=EmptyRoom(), transport=ScriptedTransport()) as station:
            position = station.position
            assert position is not None
            gpsd.say(tpv(mode=1, lat=None, lon=None))
            until(lambda: "sky" in (position.trouble or ""))
            assert heartbeat_of(station).health.alarms == (
                "Punches are unplaced: the receiver has no fix, it needs a view of the sky.",
            )
            gpsd.say(tpv())
            until(lambda: position.place().fix)
            assert heartbeat_of(station).health.alarms == ()
