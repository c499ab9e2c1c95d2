"""Every state of the screen under a name, with who stands before the camera: for documents, for the eye, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from contract.month import MonthDay, Notice, PersonMonth
from kiosk.closing import Closing
from kiosk.journal_records import RowKey
from kiosk.notices import Told
from kiosk.operator.screens import AskFace, Capturing, Testing
from kiosk.proposal import Proposal
from kiosk.recognizer.consensus import Identity
from kiosk.states import (
    Accepted,
    AlreadyRecorded,
    Approach,
    AskNotMe,
    CameraTrouble,
    Challenge,
    CheckFace,
    Choose,
    EnterPin,
    FindName,
    Idle,
    Locked,
    Recording,
    Refused,
    ShowMonth,
    State,
    Updating,
    Verify,
    Withdrawn,
)
from kiosk.ui.drawn_people import Person
from kiosk.ui.operator_scenes import OPERATOR_SCENES, operator_state
from kiosk.ui.phrases import Language
from kiosk.ui.presenter import Surroundings, present
from kiosk.ui.view import View

NAME: Final = "Siti Nurhaliza, S.Sos."
SHORT_NAME: Final = "Ani"
LONG_NAME: Final = "Dr. Hj. Siti Nurhaliza Kusumawardhani Wulandari, S.Sos., M.Si."
NOW: Final = datetime(2026, 11, 22, 23, 58, 20, tzinfo=UTC)
"""06:58 on a Monday in Jakarta."""
_NIGHT: Final = datetime(2026, 11, 23, 14, 12, tzinfo=UTC)
_IDENTITY: Final = Identity("p-1", similarity=0.83, threshold=0.61, margin=0.22, frames=4, first_seen_at=0.0)
_ROW: Final = RowKey("kiosk-1", "3b241101-e2bb-4255-8caf-4136c566a962", 1)
_SESSION: Final = Proposal("check", "Apel pagi")
_LONG_SESSION: Final = Proposal("in", "Upacara bendera hari besar nasional", late_minutes=135)


_FRIDAY: Final = Notice(kind="missed", day="2026-11-20", until="2026-11-26", lacks="out")
_LONG_MISSED: Final = Notice(
    kind="missed", day="2026-11-17", until="2026-11-23", lacks="Upacara bendera hari besar nasional"
)
_LETTER: Final = Notice(kind="letter", day="2026-11-25", until="2026-11-25")
_CLOSING: Final = Closing(NOW + timedelta(minutes=12), NOW - timedelta(minutes=3), "out")
_CLOSING_LONG: Final = Closing(
    NOW + timedelta(minutes=12), NOW - timedelta(minutes=3), "check", "Upacara bendera hari besar nasional di halaman"
)

_BEFORE_CAMERA: Final = (AskFace, Capturing, Testing)


@dataclass(frozen=True, slots=True)
class Setting:
    """A state, who is served, who waits, what is said beside it, and what surrounds it unless somebody says else."""

    state: State
    person: Person | None = None
    waiting: tuple[Person, ...] = ()
    now: datetime = NOW
    notice: Notice | None = None
    closing: Closing | None = None


def _here(state: State, *, x: float = 0.5, width: float = 0.30, notice: Notice | None = None) -> Setting:
    return Setting(state, Person(x=x, width=width), notice=notice)


def _days() -> tuple[MonthDay, ...]:
    """Three weeks of November 2026 as an employee may have had them."""
    days = []
    for number in range(1, 24):
        morning = datetime(2026, 11, number, 0, 28, tzinfo=UTC) + timedelta(minutes=number % 7)
        weekday, date = morning.weekday(), f"2026-11-{number:02d}"
        if weekday >= 5:
            days.append(MonthDay(date=date, status="LIBUR"))
        elif number == 5:
            days.append(MonthDay(date=date, status="S"))
        elif number == 12:
            days.append(MonthDay(date=date, status="TIDAK_LENGKAP", in_at=morning, open=True))
        elif number == 18:
            days.append(MonthDay(date=date, status="BELUM_ADA_KETERANGAN", open=True))
        else:
            late = 17 if number == 9 else 0
            out = None if number == 23 else morning + timedelta(hours=8, minutes=34)
            status = "BERJALAN" if number == 23 else "HADIR"
            days.append(MonthDay(date=date, status=status, in_at=morning, out_at=out, late_min=late))
    return tuple(days)


def _stored_here() -> tuple[datetime, ...]:
    """In the morning and in the afternoon of some days."""
    days = [NOW - timedelta(days=each) for each in (6, 5, 4, 1)]
    return tuple(day + timedelta(hours=hours, minutes=hours) for day in days for hours in (0, 8))


MONTH: Final = PersonMonth(person="p-1", present=14, late_min=17, early_min=0, days=_days())

_SCENES: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        "idle": Setting(Idle()),
        "idle_night": Setting(Idle(), now=_NIGHT),
        "idle_closing": Setting(Idle(), closing=_CLOSING),
        "idle_closing_session": Setting(Idle(), closing=_CLOSING_LONG),
        "approach_nearer": _here(Approach("nearer"), width=0.13),
        "approach_back": _here(Approach("back"), width=0.62),
        "approach_centre": _here(Approach("centre"), x=0.17, width=0.2),
        "approach_look": _here(Approach("look")),
        "approach_still": _here(Approach("still")),
        "approach_dark": _here(Approach("dark")),
        "approach_back_light": _here(Approach("back_light")),
        "approach_bright": _here(Approach("bright")),
        "approach_mask": _here(Approach("mask")),
        "approach_sunglasses": _here(Approach("sunglasses")),
        "verify": Setting(
            Verify(0.6), Person(), (Person(x=0.85, y=0.38, width=0.14), Person(x=0.14, y=0.4, width=0.12))
        ),
        "challenge_ahead": _here(Challenge(None, 1, 4, 0.9)),
        "challenge_left": _here(Challenge("left", 1, 4, 0.8)),
        "challenge_back": _here(Challenge(None, 2, 4, 0.7, returning=True)),
        "challenge_right": _here(Challenge("right", 2, 4, 0.6)),
        "challenge_up": _here(Challenge("up", 3, 4, 0.4)),
        "challenge_nearer": _here(Challenge("nearer", 4, 4, 0.2), width=0.4),
        "recording": _here(Recording(_IDENTITY)),
        "accepted": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("in"))),
        "accepted_notice": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("in")), notice=_FRIDAY),
        "accepted_notice_late": _here(Accepted("p-1", NOW, 0.0, _ROW, _LONG_SESSION), notice=_LONG_MISSED),
        "accepted_late": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("in", late_minutes=8))),
        "accepted_early": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("out", early_minutes=75))),
        "accepted_session": _here(Accepted("p-1", NOW, 0.0, _ROW, _LONG_SESSION, "pin")),
        "accepted_plain": _here(Accepted("p-1", NOW, 0.0)),
        "wrong_location": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("in"), "face", 347.2)),
        "wrong_location_far": _here(Accepted("p-1", NOW, 0.0, _ROW, Proposal("in", late_minutes=8), "face", 12_345.0)),
        "already": _here(AlreadyRecorded("p-1", NOW, 0.0)),
        "already_notice": _here(AlreadyRecorded("p-1", NOW, 0.0), notice=_LETTER),
        "choose": _here(Choose(_IDENTITY, 6.0, Proposal("in"))),
        "choose_session": _here(Choose(_IDENTITY, 6.0, _SESSION)),
        "choose_plain": _here(Choose(_IDENTITY, 6.0)),
        "ask_not_me": _here(AskNotMe("p-1", _ROW, NOW, 0.0)),
        "withdrawn": _here(Withdrawn(0.0)),
        "withdrawn_offer": _here(Withdrawn(0.0, ("pin", "card"))),
        "refused": _here(Refused("unrecognised", 0.0)),
        "refused_offer": _here(Refused("unrecognised", 0.0, ("pin", "card"))),
        "refused_card": _here(Refused("unrecognised", 0.0, ("card",))),
        "no_liveness": _here(Refused("no_liveness", 0.0)),
        "no_liveness_offer": _here(Refused("no_liveness", 0.0, ("pin", "card"))),
        "liveness": _here(Refused("liveness", 0.0)),
        "liveness_officer": _here(Refused("liveness_officer", 0.0)),
        "liveness_officer_offer": _here(Refused("liveness_officer", 0.0, ("pin", "card"))),
        "second_factor": _here(Refused("second_factor", 0.0)),
        "second_factor_offer": _here(Refused("second_factor", 0.0, ("pin", "card"))),
        "mistaken": _here(Refused("mistaken", 0.0)),
        "mistaken_offer": _here(Refused("mistaken", 0.0, ("pin", "card"))),
        "find_name": Setting(FindName(0.0)),
        "find_name_found": Setting(FindName(0.0, "SI")),
        "find_name_none": Setting(FindName(0.0, "XQ")),
        "enter_pin": Setting(EnterPin("p-1", 5, 0.0)),
        "enter_pin_wrong": Setting(EnterPin("p-1", 4, 0.0, wrong=True)),
        "pin_barred": _here(Refused("pin_barred", 0.0)),
        "unknown_card": _here(Refused("unknown_card", 0.0)),
        "check_face": Setting(CheckFace("p-1", "pin", 0.0), Person(x=0.3, width=0.2)),
        "face_differs": _here(Refused("face_differs", 0.0)),
        "month": Setting(ShowMonth("p-1", 0.0, MONTH, "2026-11", NOW - timedelta(minutes=58))),
        "month_empty": Setting(ShowMonth("p-1", 0.0)),
        "month_stored": Setting(ShowMonth("p-1", 0.0, stored=_stored_here())),
        "journal_full": _here(Refused("journal_full", 0.0)),
        "camera_trouble": Setting(CameraTrouble()),
        "locked": Setting(Locked()),
        "updating": Setting(Updating()),
    }
)
SCENES: Final = (*_SCENES, *OPERATOR_SCENES)


def setting(name: str, *, person_name: str = NAME) -> Setting:
    """The state of this name; KeyError when it is not in SCENES. Names to choose from are as long as person_name."""
    if name in OPERATOR_SCENES:
        state = operator_state(name, person_name)
        return Setting(state, Person(width=0.26) if isinstance(state.screen, _BEFORE_CAMERA) else None)
    found = _SCENES[name]
    if name != "find_name_found":
        return found
    matches = tuple((f"p-{number}", person_name) for number in range(1, 6))
    return replace(found, state=FindName(0.0, "SI", matches, 12))


def scene(
    name: str, surroundings: Surroundings, *, language: Language = "id", person_name: str = NAME
) -> tuple[View, Setting]:
    """The view of a named state, and who stands before the camera; KeyError for a name that is not in SCENES."""
    found = setting(name, person_name=person_name)
    around = replace(surroundings, night_from=20, night_until=5, closing=found.closing)
    told = None
    if found.notice is not None or found.closing is not None:
        # Nothing of this is said while nobody knows what time it is.
        around = replace(around, clock_trusted=True)
    if found.notice is not None:
        day, until = date.fromisoformat(found.notice.day), date.fromisoformat(found.notice.until)
        told = Told(found.notice, day, until, NOW - timedelta(minutes=28))
    return present(found.state, around, name=person_name, now=found.now, language=language, told=told), found
