"""A lost terminal: two people say so, and the days that waited for it wait no more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hub.db import Database
from hub.errors import FleetError
from hub.fleet.kiosks import list_kiosks, revoke_kiosk
from hub.fleet.lost import Loss, confirm_lost, declare_lost, loss_of
from tests.factories.desk import PaperDesk, at


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> PaperDesk:
    """Rina came in at the terminal that stopped delivering, and nobody knows whether she left."""
    desk = PaperDesk(database, tmp_path)
    desk.office.kiosk("kiosk-1", unit=desk.unit, delivered_up_to=at("2026-11-10 12:00"))
    desk.office.kiosk("kiosk-2", unit=desk.office.unit("Dinas Pendidikan"), delivered_up_to=at("2026-11-10 12:00"))
    desk.office.punch("kiosk-1", desk.rina, at("2026-11-10 06:55"))
    return desk


def declare(desk: PaperDesk, by: str = "siti") -> Loss:
    return declare_lost(desk.database, "kiosk-1", because="dicuri", by=by, now=desk.now)


def confirm(desk: PaperDesk, by: str = "budi") -> Loss:
    return confirm_lost(desk.database, "kiosk-1", by=by, now=desk.now)


def test_days_that_waited_are_assessed_again_once_two_people_said_so(desk: PaperDesk) -> None:
    assert desk.status("2026-11-10") == "MENUNGGU_DATA"
    loss = declare(desk)
    assert loss.confirmed_by is None
    assert ("2026-11-10", "MENUNGGU_DATA") in [(str(day.work_date), day.status) for day in loss.days]
    assert desk.status("2026-11-10") == "MENUNGGU_DATA"
    assert {kiosk.state for kiosk in list_kiosks(desk.database)} == {"active"}
    loss = confirm(desk)
    assert "2026-11-10" in desk.dirty()
    assert desk.status("2026-11-10") == "TIDAK_LENGKAP"
    assert [kiosk.state for kiosk in list_kiosks(desk.database)] == ["revoked", "active"]
    found = loss_of(desk.database, "kiosk-1")
    assert found is not None
    assert (found.declared_by, found.confirmed_by, found.because) == ("siti", "budi", "dicuri")
    assert ("Rina Wulandari", "TIDAK_LENGKAP") in [(day.name, day.status) for day in found.days]
    assert min(day.work_date for day in found.days).isoformat() == "2026-11-10"


def test_one_person_cannot_do_both(desk: PaperDesk) -> None:
    with pytest.raises(FleetError, match="declare it first"):
        confirm(desk)
    declare(desk, "Siti")
    with pytest.raises(FleetError, match="somebody else must confirm"):
        confirm(desk, " siti ")
    assert {kiosk.state for kiosk in list_kiosks(desk.database)} == {"active"}
    with pytest.raises(FleetError, match="Siti declared 'kiosk-1' lost already"):
        declare(desk, "budi")
    confirm(desk)
    with pytest.raises(FleetError, match="budi confirmed the loss"):
        confirm(desk, "hadi")


def test_terminal_that_was_revoked_is_not_waited_for_anyway(desk: PaperDesk) -> None:
    revoke_kiosk(desk.database, "kiosk-1", now=lambda: desk.now)
    with pytest.raises(FleetError, match="revoked already"):
        declare(desk)


def test_loss_of_a_terminal_that_is_not_lost_or_not_there(desk: PaperDesk) -> None:
    assert loss_of(desk.database, "kiosk-2") is None
    with pytest.raises(FleetError, match="no kiosk 'kiosk-9'"):
        loss_of(desk.database, "kiosk-9")
    with pytest.raises(FleetError, match="Say how"):
        declare_lost(desk.database, "kiosk-1", because=" ", by="siti", now=desk.now + timedelta())
