"""From an operator's finger over broker and hub to a second person, and back into the roster: then they punch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.punch import Punch
from hub.db import open_database
from hub.fleet.kiosks import add_kiosk
from hub.fleet.operator_acts import list_operator_acts
from hub.roster.enrolment import enrol_folder
from hub.roster.fallback import set_pin
from hub.roster.finding import find_unit_id
from hub.roster.operators import add_operator
from kiosk.connection import device_key
from kiosk.display import NullDisplay
from kiosk.operator import screens as s
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.states import Accepted, Attended
from kiosk.station import Station
from tests.factories.theatre import Stage
from tests.journeys.world import Broker, HubAtWork, wait_until

DEVICE, PIN = "kiosk-dinkes-1", "402851"
NEWCOMER = "Barack Obama"


@pytest.fixture
def working_hub(broker: Broker, tmp_path: Path, lay_database: Callable[[Path], Path]) -> Iterator[HubAtWork]:
    made = HubAtWork(tmp_path / "hub", broker.url)
    lay_database(made.folder)
    yield made
    made.end()


@pytest.fixture
def kiosk(working_hub: HubAtWork, strangers: Path, tmp_path: Path) -> Iterator[Station]:
    """A kiosk of Dinas Kesehatan, of which biden is the operator; rendered people stand before it."""
    photos, folder, now = tmp_path / "photos", tmp_path / "kiosk", datetime.now(UTC)
    photos.mkdir()
    folder.mkdir()
    (photos / "biden").symlink_to(strangers / "biden")
    with open_database(f"sqlite:///{working_hub.folder / 'hub.db'}") as database:
        report = enrol_folder(
            database, photos, data_folder=working_hub.folder, pack=open_pack(), author="ani", approved_by="budi",
            unit="Dinas Kesehatan",
        )  # fmt: skip
        operator = report.people[0].person_id
        set_pin(database, operator, PIN, by="bkpp", now=now)
        with database.read() as session:
            unit = find_unit_id(session, "Dinas Kesehatan")
        add_operator(database, operator, unit, first=now.date() - timedelta(days=1), by="bkpp", now=now)
        add_kiosk(database, DEVICE, device_key(folder).verify_key.text, unit="Dinas Kesehatan", demo=True)
    (folder / "hub.pub").write_text(working_hub.key.verify_key.text, encoding="ascii")
    settings = read_settings(
        None, device=DEVICE, data=str(folder), broker=working_hub.broker_url, heartbeat_seconds=2.0,
        receipt_timeout_seconds=1.0,
    )  # fmt: skip
    with Station(settings, source=Stage(strangers)) as station:
        serving = threading.Thread(target=station.run, args=(NullDisplay(),), daemon=True)
        serving.start()
        yield station
        station.stop()
        serving.join(30)


def screen_of(kiosk: Station) -> Any:
    return kiosk.state.screen if isinstance(kiosk.state, Attended) else None


def reach(kiosk: Station, screen: type[Any]) -> Any:
    wait_until(lambda: isinstance(screen_of(kiosk), screen), f"the screen {screen.__name__}, not {kiosk.state}")
    return screen_of(kiosk)


def test_newcomer_is_enrolled_at_the_kiosk_approved_at_the_hub_and_punches(
    working_hub: HubAtWork, kiosk: Station
) -> None:
    working_hub.start()
    stage: Any = kiosk.source
    wait_until(lambda: kiosk.roster.current.policy.enrol_key, "the roster has come")
    wait_until(lambda: any(each.operator for each in kiosk.roster.current.people.values()), "an operator is known")
    wait_until(lambda: kiosk.camera_working, "the camera films")
    kiosk.touch("operator")
    reach(kiosk, s.AskFace)
    stage.put("biden")
    reach(kiosk, s.AskPin)
    kiosk.touch("pin", PIN)
    reach(kiosk, s.Menu)
    kiosk.touch("act", "enrol")
    reach(kiosk, s.FindPerson)
    kiosk.touch("search", NEWCOMER.upper())
    kiosk.touch("act", "new")
    reach(kiosk, s.AskConsent)
    stage.put("obama")
    kiosk.touch("act", "agree:id")
    assert len(reach(kiosk, s.Reviewing).thumbs) >= 5
    kiosk.touch("act", "send")
    reach(kiosk, s.Handed)
    wait_until(lambda: screen_of(kiosk).standing.outcome == "waiting", "the hub has all of it")
    assert len(kiosk.roster.current.people) == 1
    working_hub.run("enrolment", "approve", NEWCOMER, "--by", "budi")
    wait_until(lambda: screen_of(kiosk).standing.outcome == "approved", "the second person's word has come")
    wait_until(lambda: len(kiosk.roster.current.gallery) == 2, "the newcomer is in the roster")
    stage.put(None)
    kiosk.touch("act", "leave")
    wait_until(lambda: screen_of(kiosk) is None, "the operator has left")
    stage.put("obama")
    wait_until(lambda: isinstance(kiosk.state, Accepted), "the newcomer punches")
    punch = [row for row in kiosk.journal.rows() if isinstance(row, Punch)][-1]
    assert kiosk.roster.current.name_of(punch.person) == NEWCOMER
    assert kiosk.deliver_rest(timeout_seconds=60)
    with open_database(f"sqlite:///{working_hub.folder / 'hub.db'}") as database:
        acts = [(line.name, line.act) for line in reversed(list_operator_acts(database))]
    assert acts == [("biden", "entered"), ("biden", "enrolled"), ("biden", "left")]
