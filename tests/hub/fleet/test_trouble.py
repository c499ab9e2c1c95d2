"""What is wrong with a kiosk, and that every kind has words in both languages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hub.fleet.models import AlarmKind
from hub.fleet.overview import KioskStatus
from hub.fleet.service import ServiceLine
from hub.fleet.trouble import FleetView, Trouble, find_troubles, is_silent, newest_software, worst
from hub.web.fleet_words import brief, span, tell
from hub.web.language import Language
from hub.web.phrases import PHRASES
from tests.factories.journals import NOON

WELL = KioskStatus(
    device="kiosk-1",
    unit="Dinas",
    state="active",
    demo=False,
    online=True,
    added_at=NOON - timedelta(days=30),
    delivered_up_to=NOON - timedelta(seconds=20),
    held=100,
    quarantined=0,
    open_alarms=(),
    heard_at=NOON - timedelta(seconds=20),
    queue=0,
    clock_source="ntp",
    camera="ok",
    journal="ok",
    disk_free_mb=20_000,
    temperature_c=51.0,
    pack="standard",
    packs=("builtin", "standard"),
    software="1.2.0",
    roster=40,
)
FLEET = FleetView(roster=40, pack="standard", software="1.2.0")


def service(recorded: int, first_try_pct: float) -> ServiceLine:
    return ServiceLine(
        device="kiosk-1",
        day=date(2026, 11, 2),
        visits=recorded,
        recorded=recorded,
        first_try=round(recorded * first_try_pct / 100),
        challenged=0,
        fallback=0,
        refused=0,
        disavowed=0,
        first_try_pct=first_try_pct,
        seconds_median=1.0,
        seconds_p95=2.0,
    )


def ago(**span: float) -> Any:
    return NOON - timedelta(**span)


NEVER: dict[str, Any] = dict.fromkeys(
    ("heard_at", "queue", "clock_source", "camera", "journal", "disk_free_mb", "temperature_c", "software", "roster")
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"heard_at": ago(minutes=4)}, []),
        ({"heard_at": ago(minutes=6)}, [("silent", "soon")]),
        ({"heard_at": ago(minutes=61)}, [("silent", "urgent")]),
        (NEVER | {"added_at": ago(hours=2)}, [("never", "note")]),
        (NEVER, [("never", "soon")]),
        ({"queue": 3}, []),
        ({"queue": 3, "delivered_up_to": ago(minutes=16)}, [("queue", "soon")]),
        ({"queue": 3, "delivered_up_to": ago(hours=25)}, [("queue", "urgent")]),
        ({"queue": 3, "delivered_up_to": None}, [("queue", "soon")]),
        ({"queue": 3, "delivered_up_to": ago(hours=2), "heard_at": ago(hours=2)}, [("silent", "urgent")]),
        ({"clock_source": "free"}, [("clock", "soon")]),
        ({"clock_source": "rtc"}, []),
        ({"clock_source": "free", "demo": True}, []),
        ({"camera": "trouble"}, [("camera", "urgent")]),
        ({"camera": "starting"}, []),
        ({"camera_restarts": 5}, [("camera_restarts", "note")]),
        ({"journal": "full"}, [("journal_full", "urgent")]),
        ({"journal": "salvaged"}, [("journal_salvaged", "soon")]),
        ({"disk_free_mb": 999}, [("disk", "soon")]),
        ({"disk_free_mb": 150}, [("disk", "urgent")]),
        ({"disk_free_mb": None, "temperature_c": None}, []),
        ({"temperature_c": 76.0}, [("hot", "soon")]),
        ({"temperature_c": 81.0}, [("hot", "urgent")]),
        ({"alarms": ("No relay.", "No light.")}, [("says", "soon"), ("says", "soon")]),
        ({"roster": 39, "roster_behind_since": ago(minutes=5)}, []),
        ({"roster": 39, "roster_behind_since": ago(minutes=16)}, [("roster", "soon")]),
        ({"pack": "builtin"}, [("pack_behind", "soon")]),
        ({"pack": "builtin", "packs": ("builtin",)}, [("pack_missing", "soon")]),
        ({"pack": "builtin", "packs": ()}, []),
        ({"software": "1.1.9"}, [("software", "note")]),
        ({"software": "1.10.0"}, []),
        ({"locked": "hub"}, [("locked_hub", "soon")]),
        ({"locked": "here"}, [("locked_here", "soon")]),
        ({"waits_to_obey_since": ago(minutes=2)}, []),
        ({"waits_to_obey_since": ago(minutes=6)}, [("disobeys", "soon")]),
        ({"waits_to_obey_since": ago(hours=3), "heard_at": ago(hours=2)}, [("silent", "urgent")]),
        ({"service": service(20, 84.0)}, [("first_try", "note")]),
        ({"service": service(19, 10.0)}, []),
        ({"service": service(200, 85.0)}, []),
        ({"certificate_until": NOON + timedelta(days=15)}, []),
        ({"certificate_until": NOON + timedelta(days=13)}, [("certificate", "soon")]),
        ({"certificate_until": NOON}, [("certificate_over", "urgent")]),
        ({"lost_declared_by": "siti"}, [("lost", "soon")]),
        ({"swap_declared_by": "siti"}, [("swap", "soon")]),
        ({"open_alarms": ("stray_disavowal", "fork")}, [("alarm.fork", "urgent"), ("alarm.stray_disavowal", "note")]),
        (
            {"camera_restarts": 9, "camera": "trouble", "clock_source": "free"},
            [("camera", "urgent"), ("clock", "soon")],
        ),
        ({"state": "revoked", "heard_at": ago(days=3), "camera": "trouble", "open_alarms": ("fork",)}, []),
        ({"state": "revoked", "open_alarms": ("revoked_device",)}, [("alarm.revoked_device", "soon")]),
    ],
)
def test_what_is_wrong(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = find_troubles(msgspec.structs.replace(WELL, **changes), FLEET, NOON)
    assert [(each.kind, each.severity) for each in found] == expected


def kinds() -> list[str]:
    told = {key.split(".")[1] for key in PHRASES if key.startswith("trouble.") and not key.startswith("trouble.alarm.")}
    return sorted(told | {f"alarm.{kind}" for kind in get_args(AlarmKind)})


@pytest.mark.parametrize("code", ["id", "en"])
@pytest.mark.parametrize("kind", kinds())
def test_every_trouble_says_what_is_wrong_and_what_to_do(kind: str, code: Any) -> None:
    trouble = Trouble(kind=kind, severity="soon", since=NOON - timedelta(hours=3), count=12, text="builtin")
    what, todo = tell(Language(code), trouble, NOON)
    assert what != kind
    assert len(todo) > 15
    assert "{" not in what + todo


def test_trouble_without_words_is_named_all_the_same() -> None:
    assert tell(Language("id"), Trouble(kind="alarm.new", severity="soon"), NOON) == ("alarm.new", "")


def test_silence_is_told_with_its_length() -> None:
    trouble = Trouble(kind="silent", severity="urgent", since=NOON - timedelta(hours=5))
    assert tell(Language("id"), trouble, NOON)[0] == "Tidak ada kabar selama 5 jam"
    assert tell(Language("en"), trouble, NOON)[0] == "Not heard for 5 h"


@pytest.mark.parametrize(
    ("long", "words"),
    [
        (timedelta(seconds=30), "0 menit"),
        (timedelta(minutes=119), "119 menit"),
        (timedelta(hours=47), "47 jam"),
        (timedelta(days=2), "2 hari"),
    ],
)
def test_spans_are_told_in_one_unit(long: timedelta, words: str) -> None:
    assert span(Language("id"), long) == words


def test_moments_are_told_as_far_as_they_are_not_plain() -> None:
    times = [NOON.replace(hour=9), NOON - timedelta(days=1), NOON - timedelta(days=400)]
    told = [brief(Language("id"), at, NOON, ZoneInfo("UTC")) for at in times]
    assert told == [f"{NOON.replace(hour=9):%H.%M}", *told[1:]]
    assert str(times[1].year) not in told[1]
    assert str(times[2].year) in told[2]


def test_newest_software_is_the_highest_version() -> None:
    assert newest_software(["0.9.1", "0.10.0", "dev", ""]) == "0.10.0"
    assert newest_software(["dev"]) == ""


def test_worst_of_nothing_is_last() -> None:
    assert worst([]) == 3
    assert worst([Trouble(kind="a", severity="note"), Trouble(kind="b", severity="urgent")]) == 0


def test_revoked_kiosk_is_not_silent() -> None:
    assert not is_silent(msgspec.structs.replace(WELL, state="revoked", heard_at=ago(days=9)), NOON)
