"""A portable kiosk that stands where it may not: the punch is on disk, and the person is told both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.theatre import open_theatre  # isort: skip

from contract.area import Area
from contract.punch import Punch
from tests.factories.gpsd import FakeGpsd, tpv

OFFICE = Area(name="Kantor", latitude=-8.172, longitude=113.7, radius_m=150)


def test_person_at_the_wrong_place_is_recorded_and_told(demo_photos: Path, tmp_path: Path) -> None:
    with FakeGpsd() as gpsd, open_theatre(tmp_path, demo_photos, portable=True, gpsd=gpsd.address) as theatre:
        gpsd.say(tpv(lat=-8.162, lon=113.7))
        theatre.believe("biden", areas=(OFFICE,))
        theatre.stage.put("biden")
        while theatre.until("wrong_location", "accepted")["state"] == "accepted":
            # Until the receiver has been heard a punch is unplaced, and no more can be said of it.
            (*_, punch) = theatre.rows(Punch)
            assert punch.place is not None
            assert not punch.place.fix
            theatre.until("idle", "already", "verify")
        view = theatre.until("wrong_location")
        (*_, punch) = theatre.rows(Punch)
        assert punch.place is not None
        assert punch.place.beyond_m == pytest.approx(962, abs=15)
        assert "luar lokasi" in view["away"]
        assert "Tersimpan" in view["detail"]
