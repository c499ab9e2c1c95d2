"""A whole kiosk, with a camera that shows an empty room: what it says of itself, and that its housekeeping goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from contract import codec
from contract.checkup.finding import carry_out
from contract.command import Command
from contract.heartbeat import Heartbeat
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from contract.signing import SigningKey
from contract.transport import Connected, Delivery
from kiosk import evidence_folder
from kiosk import station as station_module
from kiosk.bulletin import BULLETIN, Bulletin, read_told
from kiosk.camera.frame import Frame
from kiosk.display import NullDisplay
from kiosk.doctor.checks import Patient, kiosk_checks
from kiosk.errors import JournalError, JournalFullError, PackError
from kiosk.journal import Journal
from kiosk.settings import KioskSettings
from kiosk.station import Station
from kiosk.vault import KEY_FILE
from tests.factories.certificates import certificate_until
from tests.factories.journals import NOON
from tests.factories.snapshots import BOX, frame
from tests.factories.terminal import receipt, write
from tests.factories.transports import ScriptedTransport

PATIENCE_SECONDS = 60.0
PICTURE = np.zeros((480, 640, 3), np.uint8)


class EmptyRoom:
    """A camera that nobody walks up to; it ends when it is told to."""

    kind = "webcam"

    def __init__(self) -> None:
        self.over = threading.Event()

    def read(self, timeout_seconds: float) -> Frame | None:
        if self.over.wait(0.01):
            return None
        return Frame(PICTURE, PICTURE[..., 0], 0.0, 0, "webcam")

    def ask(self, step: object) -> None:
        """There is nobody to turn the head."""

    def compensate(self, ev: float) -> None:
        """There is nothing to expose."""

    def __enter__(self) -> EmptyRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()


@pytest.fixture
def hub_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def settings(tmp_path: Path, hub_key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> KioskSettings:
    card = SimpleNamespace(input=SimpleNamespace(dimensions=128))

    def open_pack(name: str) -> Any:
        if name == "damaged":
            raise PackError("Pack damaged lacks its weights")
        return SimpleNamespace(name=name, card=card, passive=None, rule=lambda _people: None)

    monkeypatch.setattr(station_module, "open_pack", open_pack)
    monkeypatch.setattr(
        station_module, "Recognizer", lambda pack: SimpleNamespace(pack=pack, look=lambda _frame, _gallery, **_how: [])
    )
    monkeypatch.setattr("kiosk.packs.installed_packs", lambda: ["builtin", "damaged", "strong"])
    (tmp_path / "hub.pub").write_text(hub_key.verify_key.text, encoding="ascii")
    return KioskSettings(data=str(tmp_path), device="kiosk-1", heartbeat_seconds=0.05)


@pytest.fixture
def open_station(settings: KioskSettings) -> Iterator[Callable[[], Station]]:
    opened: list[Station] = []

    def open_() -> Station:
        opened.append(Station(settings, source=EmptyRoom(), transport=ScriptedTransport()))
        return opened[-1]

    yield open_
    for each in opened:
        each.__exit__()


def heartbeat_of(station: Station) -> Heartbeat:
    """The kiosk's next heartbeat."""
    transport: Any = station.uplink._transport
    transport.arrivals.append(Connected())
    station.uplink.step()
    payload = [payload for topic, payload in transport.published if topic.endswith("/state")][-1]
    key = station.key.verify_key
    return codec.unseal(payload, Heartbeat, key=key, purpose="state", device="kiosk-1")


def health_of(station: Station) -> Any:
    """What the kiosk's next heartbeat says of its journal."""
    return heartbeat_of(station).health.journal


def test_every_boot_of_the_machine_begins_an_epoch(
    open_station: Callable[[], Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = []
    for boot in ("boot-1", "boot-1", "boot-2"):
        monkeypatch.setattr(station_module, "boot_id", lambda boot=boot: boot)
        station = open_station()
        epochs.append(station.journal.state.epoch)
        write(station.journal)
        station.__exit__()
    assert epochs[0] == epochs[1] != epochs[2]


def test_kiosk_says_how_long_its_certificate_holds_and_hears_of_a_new_one(
    settings: KioskSettings, tmp_path: Path
) -> None:
    path = tmp_path / "kiosk.crt"
    told = msgspec.structs.replace(settings, broker_cert=str(path))
    station = Station(told, source=EmptyRoom(), transport=ScriptedTransport())
    assert heartbeat_of(station).health.certificate_until is None
    for days in (10, 90):
        ends = datetime(2026, 11, 28, tzinfo=UTC) + timedelta(days=days)
        path.write_bytes(certificate_until(ends))
        assert heartbeat_of(station).health.certificate_until == ends
    station.__exit__()


def test_kiosk_says_that_its_journal_is_full_until_a_row_is_taken(
    open_station: Callable[[], Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = open_station()
    assert health_of(station) == "ok"

    def refuse(*_: object) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(station.journal, "_append", refuse)
        with pytest.raises(JournalFullError):
            write(station.journal)
    assert health_of(station) == "full"
    write(station.journal)
    assert health_of(station) == "ok"


def test_refused_visitor_is_recorded_and_the_picture_waits_for_the_hub(
    open_station: Callable[[], Station], settings: KioskSettings
) -> None:
    station = open_station()
    row = station.refusals.record(None, (), frame(), BOX, 3)
    assert row is not None
    assert station.journal.refusals() == [row]
    assert (settings.data_folder / "evidence" / f"{row.evidence}.sealed").is_file()
    assert not station.deliver_rest(timeout_seconds=0)
    station.journal.settle(receipt(station.journal, 1, 1))
    assert not station.deliver_rest(timeout_seconds=0)
    station.evidence.remove([str(row.evidence)])
    assert station.deliver_rest(timeout_seconds=0)


def test_kiosk_says_that_a_picture_could_not_be_kept(
    open_station: Callable[[], Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    station = open_station()
    assert health_of(station) == "ok"
    assert heartbeat_of(station).health.alarms == ()
    monkeypatch.setattr(evidence_folder, "MAX_SNAPSHOTS", 0)
    assert station.refusals.record(None, (), frame(), BOX, 3) is not None
    [alarm] = heartbeat_of(station).health.alarms
    assert alarm.startswith("A refusal was recorded without its picture.")


def test_housekeeping_goes_on_after_a_full_disk(
    open_station: Callable[[], Station], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.housekeeping.HOUSEKEEPING_SECONDS", 0.01)
    calls: list[timedelta] = []
    again = threading.Event()
    station = open_station()

    def forget(_journal: Journal, *, older_than: timedelta) -> int:
        calls.append(older_than)
        if len(calls) == 1:
            raise JournalFullError("no room")
        again.set()
        return 0

    monkeypatch.setattr(Journal, "forget_delivered", forget)
    monkeypatch.setattr(Station, "clock_trusted", True)
    thread = threading.Thread(target=station.run, args=(NullDisplay(),))
    thread.start()
    try:
        assert again.wait(PATIENCE_SECONDS)
        assert calls[:2] == [timedelta(days=90)] * 2
    finally:
        station.stop()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_kiosk_that_was_renamed_does_not_take_over_the_old_journal(
    settings: KioskSettings, open_station: Callable[[], Station]
) -> None:
    with Journal(settings.data_folder / "journal.sqlite3", device="kiosk-0", now=lambda: NOON) as journal:
        write(journal)
    with pytest.raises(JournalError, match=r"'kiosk-0'.*'kiosk-1'"):
        open_station()


# Packs ----------------------------------------------------------------------------------------------------------------


def send_roster(station: Station, hub_key: SigningKey, version: int, pack: str) -> None:
    """A whole roster of nobody, as the hub would publish it."""
    part = RosterPart(version=version, base=None, part=1, parts=1, pack=pack, policy=KioskPolicy())
    transport: Any = station.uplink._transport
    payload = codec.seal(part, key=hub_key, purpose="roster", device="kiosk-1")
    transport.arrivals.append(Delivery("presensi/v1/down/kiosk-1/roster", payload))
    station.uplink.step()


def test_kiosk_says_which_packs_it_can_open_and_switches_with_the_roster(
    open_station: Callable[[], Station], hub_key: SigningKey
) -> None:
    station = open_station()
    heartbeat = heartbeat_of(station)
    assert (heartbeat.pack, heartbeat.packs) == ("builtin", ("builtin", "damaged", "strong"))
    send_roster(station, hub_key, 1, "strong")
    heartbeat = heartbeat_of(station)
    assert (heartbeat.roster, heartbeat.pack, heartbeat.health.alarms) == (1, "strong", ())
    station.__exit__()
    assert heartbeat_of(open_station()).pack == "strong", "the roster is cached, and so is the choice"


def test_kiosk_that_cannot_open_a_pack_goes_on_and_says_so(
    open_station: Callable[[], Station], hub_key: SigningKey
) -> None:
    station = open_station()
    heartbeat_of(station)
    send_roster(station, hub_key, 1, "damaged")
    heartbeat = heartbeat_of(station)
    assert (heartbeat.roster, heartbeat.pack, heartbeat.packs) == (0, "builtin", ("builtin", "strong"))
    assert heartbeat.health.alarms == ("Pack damaged lacks its weights",)
    assert station.uplink.refused_messages == 1
    send_roster(station, hub_key, 2, "builtin")
    assert heartbeat_of(station).roster == 2


def test_kiosk_that_runs_leaves_its_condition_for_whoever_looks(
    open_station: Callable[[], Station], settings: KioskSettings, tmp_path: Path
) -> None:
    station = open_station()
    running = threading.Thread(target=station.run, args=(NullDisplay(),))
    running.start()
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while (found := read_told(tmp_path / BULLETIN, Bulletin)) is None and time.monotonic() < until:
            threading.Event().wait(0.02)
        patient = Patient(settings, datetime.now(UTC))
        assert patient.runs
        found_states = {each.name: each.finding for each in carry_out(kiosk_checks(patient)[:1])}
    finally:
        station.stop()
        running.join(PATIENCE_SECONDS)
    assert found is not None
    assert found.camera in {"ok", "starting"}
    assert found_states["camera"].measured["by_kiosk"] is True


def roster_part() -> RosterPart:
    people = (RosterPerson(person="p1", name="Siti", count=1, embeddings=np.ones(128, "<f4").tobytes()),)
    return RosterPart(version=1, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy(), people=people)


def test_wiped_kiosk_keeps_rows_and_takes_nobody_in_until_it_is_unlocked(
    open_station: Callable[[], Station], settings: KioskSettings
) -> None:
    station = open_station()
    station._take_roster(roster_part())
    row = station.refusals.record("p1", (), frame(), BOX, 3)
    assert (settings.data_folder / "roster.msgpack").is_file()
    station.orders.obey(Command(version=1, action="wipe"))
    assert station.restart_wanted
    assert sorted(path.name for path in settings.data_folder.glob("*.msgpack")) == []
    assert not (settings.data_folder / KEY_FILE).exists()
    station.__exit__()
    again = open_station()
    assert again.orders.locked_by_hub
    assert again.journal.refusals() == [row]
    assert not again.evidence.waiting
    beat = heartbeat_of(again)
    assert (beat.locked, beat.roster, beat.queue) == ("hub", 0, 1)
    assert [each.outcome for each in beat.outcomes] == ["done"]
    again._take_roster(roster_part())
    assert again.roster.current.version == 0
    again.orders.obey(Command(version=2, action="unlock"))
    again._take_roster(roster_part())
    assert again.roster.current.name_of("p1") == "Siti"


def test_wipe_that_the_power_cut_short_goes_on_before_anything_is_opened(
    open_station: Callable[[], Station], settings: KioskSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = open_station()
    station._take_roster(roster_part())

    def cut(_folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(station_module, "erase_faces", cut)
        with pytest.raises(KeyboardInterrupt):
            station.orders.obey(Command(version=1, action="wipe"))
    station.__exit__()
    assert (settings.data_folder / "roster.msgpack").is_file()
    again = open_station()
    assert again.roster.current.version == 0
    assert not (settings.data_folder / "roster.msgpack").exists()
    assert again.orders.locked
