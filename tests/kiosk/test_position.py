"""A portable kiosk and its gpsd, on good days and bad ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.punch import Place
from kiosk import position as position_module
from kiosk.errors import SettingsError
from kiosk.position import (
    MAX_LINE_BYTES,
    STALE_SECONDS,
    UNPLACED,
    WATCH,
    FixedPosition,
    GpsdPosition,
    parse_address,
    read_report,
)
from tests.factories.gpsd import FakeGpsd, tpv


class Watch:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def until(condition: Callable[[], object], *, seconds: float = 20.0) -> None:
    give_up, pause = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < give_up, "what the test waits for did not happen"
        pause.wait(0.002)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_module, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(position_module, "LONGEST_PAUSE_SECONDS", 0.05)


@pytest.fixture
def gpsd() -> Iterator[FakeGpsd]:
    with FakeGpsd() as fake:
        yield fake


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def position(gpsd: FakeGpsd, watch: Watch) -> Iterator[GpsdPosition]:
    with GpsdPosition(gpsd.address, now=watch) as opened:
        yield opened


def test_portable_kiosk_knows_its_place_and_how_old_it_is(gpsd: FakeGpsd, watch: Watch, position: GpsdPosition) -> None:
    assert position.place() == UNPLACED
    gpsd.say(tpv())
    until(lambda: position.place().fix)
    watch.seconds += 4.25
    assert position.place() == Place(fix=True, latitude=0.515217, longitude=117.586111, accuracy_m=6.2, age_s=4.2)
    assert gpsd.asked == [WATCH]
    assert position.trouble is None


def test_newer_fix_replaces_the_older(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    gpsd.say(tpv() + tpv(lat=0.6))
    until(lambda: position.place().latitude == 0.6)


def test_stale_fix_is_no_place(gpsd: FakeGpsd, watch: Watch, position: GpsdPosition) -> None:
    gpsd.say(tpv())
    until(lambda: position.place().fix)
    gpsd.say(tpv(mode=1, lat=None, lon=None))
    watch.seconds += STALE_SECONDS
    assert position.place().fix
    watch.seconds += 0.1
    assert position.place() == UNPLACED


def test_line_that_arrives_in_pieces_is_read_whole(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    line = tpv()
    for piece in (line[:17], line[17:40], line[40:]):
        gpsd.say(piece)
    until(lambda: position.place().fix)


def test_garbage_between_reports_is_passed_over(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    gpsd.say(b'\xff\xfe\x00junk\n\n{"class":"TPV","mode":3,"lat":1.0\n[]\n' + b"[" * 5000 + b"\n")
    gpsd.say(tpv(lat=95.0) + tpv(lat="north") + tpv(lat=0.25))
    until(lambda: position.place().latitude == 0.25)


def test_line_cut_by_a_dying_gpsd_is_not_taken(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    gpsd.say(tpv(lat=0.1) + tpv(lat=0.9)[:-20])
    until(lambda: position.place().fix)
    gpsd.hang_up()
    gpsd.say(tpv(lat=0.2))
    until(lambda: position.place().latitude == 0.2)


def test_gpsd_that_dies_and_returns_is_heard_again(gpsd: FakeGpsd, watch: Watch, position: GpsdPosition) -> None:
    gpsd.say(tpv())
    until(lambda: position.place().fix)
    gpsd.die()
    until(lambda: position.trouble is not None and "cannot be reached" in position.trouble)
    assert position.place().fix, "a fix of a moment ago is still true"
    watch.seconds += STALE_SECONDS + 1
    assert position.place() == UNPLACED
    gpsd.live()
    gpsd.say(tpv())
    until(lambda: position.place().fix)
    assert position.trouble is None


def test_whoever_sends_without_end_is_hung_up_on(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    gpsd.say(b"x" * (MAX_LINE_BYTES + 1))
    until(lambda: position.trouble is not None and "without an end" in position.trouble)


def test_receiver_that_sees_no_sky_is_named(gpsd: FakeGpsd, position: GpsdPosition) -> None:
    gpsd.say(tpv(mode=1, lat=None, lon=None))
    until(lambda: position.trouble is not None and "view of the sky" in position.trouble)
    assert position.place() == UNPLACED


def test_gpsd_that_falls_silent_is_called_again(
    gpsd: FakeGpsd, position: GpsdPosition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position_module, "QUIET_SECONDS", 0.0)
    until(lambda: len(gpsd.asked) > 1)


def test_position_ends_promptly_while_gpsd_is_away(gpsd: FakeGpsd) -> None:
    gpsd.die()
    with GpsdPosition(gpsd.address) as position:
        until(lambda: position.trouble is not None and "cannot be reached" in position.trouble)
    assert position.place() == UNPLACED


def test_kiosk_on_a_wall_has_no_place() -> None:
    assert FixedPosition().place() is None


@pytest.mark.parametrize(
    ("changes", "accuracy_m"),
    [
        ({}, 6.2),
        ({"eph": None}, None),
        ({"eph": None, "epx": 3.0, "epy": 4.0}, 5.0),
        ({"eph": None, "epx": 3.0}, None),
        ({"eph": -1.0}, None),
        ({"eph": 1e9}, None),
    ],
)
def test_accuracy_is_what_gpsd_says_of_it(changes: dict[str, float | None], accuracy_m: float | None) -> None:
    fix = read_report(tpv(**changes), now=5.0)
    assert fix is not None
    assert (fix.accuracy_m, fix.taken_at) == (accuracy_m, 5.0)


@pytest.mark.parametrize(
    "changes", [{"mode": 0}, {"mode": 1}, {"class": "SKY"}, {"lat": None}, {"lon": None}, {"lon": 180.5}, {"lat": -91}]
)
def test_report_without_a_usable_position_is_no_fix(changes: dict[str, object]) -> None:
    assert read_report(tpv(**changes), now=0.0) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fix_or_nothing(line: bytes) -> None:
    read_report(line, now=0.0)
    read_report(b'{"class":"TPV","mode":3,"lat":' + line, now=0.0)


@pytest.mark.parametrize("address", ["", "2947", "localhost", "localhost:", "localhost:0", "localhost:70000", ":2947"])
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="host:port"):
        parse_address(address)


def test_address_may_be_of_ipv6() -> None:
    assert parse_address("[::1]:2947") == ("::1", 2947)
