"""Every state of the operator mode under its name: for documents, for the eye, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from contract.enrolment import Outcome
from kiosk.hardware.panel import Part
from kiosk.operator import screens as s
from kiosk.operator.poses import Fault, Shooting, Wish
from kiosk.states import Attended

OPERATOR: Final = "Rudi Hartono, S.Kom."
_ALL: Final[tuple[Wish, ...]] = ("ahead", "left", "right", "up")
_PARTS: Final[tuple[Part, ...]] = ("relay", "blue", "orange", "buzzer", "fill_light", "backlight", "speaker")
_REASON: Final = "Dua foto menunjukkan orang lain; daftarkan lagi."
_ALARMS: Final = (
    "The housing was opened at 2026-11-22 03:12 (2x) and is closed again: look at it, then run `presensi kiosk "
    "hardware tamper --clear`.",
    "The journal was damaged (database disk image is malformed). It was set aside as journal.db.damaged-1; 48211 whole "
    "rows were salvaged and will be sent (again).",
    "Punches are unplaced: gpsd has not answered yet.",
)


def _shooting(at: int, fitting: int = 0, fault: Fault | None = None, wishes: tuple[Wish, ...] = _ALL) -> Shooting:
    return Shooting(wishes, at, fitting, (0.0,), fault, 0.0, 60.0)


@cache
def thumb(number: int) -> bytes:
    """A drawn face as JPEG; number: how it is turned."""
    picture = np.full((220, 220, 3), (196, 205, 208), np.uint8)
    middle = (110 + (0, -12, 12, 0)[number % 4], 104 - (0, 0, 0, 10)[number % 4])
    cv2.ellipse(picture, (110, 230), (95, 70), 0, 0, 360, (120, 84, 40), cv2.FILLED)
    cv2.ellipse(picture, (110, 104), (58, 74), 0, 0, 360, (140, 172, 206), cv2.FILLED)
    for across in (-22, 22):
        cv2.circle(picture, (middle[0] + across, middle[1] - 14), 6, (40, 40, 40), cv2.FILLED)
    cv2.ellipse(picture, (middle[0], middle[1] + 30), (22, 9), 0, 0, 180, (60, 60, 120), 4)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def _facts(*, bad: bool) -> tuple[s.Fact, ...]:
    lines: tuple[s.Fact, ...] = (
        s.Fact("network", text="192.168.10.24"),
        s.Fact("broker", "offline" if bad else "online", "hub.kutaitimur.go.id:8883", bad=bad),
        s.Fact("clock", "free" if bad else "ntp", "23/11/2026 06:58:20", bad=bad),
        s.Fact("storage", "full" if bad else "ok", "21.4 GB \u00b7 51\u00a0\u00b0C", bad=bad),
        s.Fact("queue", text="12345" if bad else "0"),
        s.Fact("roster", text="10482"),
        s.Fact("people", text="412 / 420"),
        s.Fact("pack", text="standard (builtin, standard)"),
        s.Fact("receipt", "none" if bad else "", "" if bad else "23/11 06:58:02", bad=bad),
        s.Fact("camera", "trouble" if bad else "ok", "12" if bad else "", bad=bad),
        s.Fact("enrolments", text="2"),
        s.Fact("locked", "by_hub" if bad else "open", bad=bad),
        s.Fact("software", text="0.1.0"),
    )
    alarms = tuple(s.Fact("alarms", text=each, bad=True) for each in _ALARMS) if bad else (s.Fact("alarms", "none"),)
    return (*lines, *alarms)


def _standing(name: str, outcome: Outcome | None = None, *, lost: bool = False) -> s.Standing:
    sent = 8 if outcome in ("waiting", "approved") else 3
    reason = _REASON if outcome == "refused" else ""
    return s.Standing("3b241101-e2bb-4255-8caf-4136c566a962", name, outcome, sent, 8, reason, lost)


def _reading(name: str) -> s.Reading:
    return s.Reading(
        name, 0.734, 0.561, 0.288, 0.02, agreed=True, eye_distance=74.0, yaw=-3.0, pitch=4.0, sharpness=1.62,
        light=131.0, weight=0.94,
        layers=(s.Layer("passive", "live", 0.97), s.Layer("challenge", "undecided", None)),
    )  # fmt: skip


_LINES: Final = tuple(
    f"06:{minute:02d}:12 W no connection to the hub: the broker closed the connection (attempt {minute})"
    for minute in range(44, 58)
)
Build = Callable[[str], s.Screen]


def _subject(name: str) -> s.Subject:
    return s.Subject("p-1", name, again=True)


def _capture(at: int, fitting: int = 0, fault: Fault | None = None, wishes: tuple[Wish, ...] = _ALL) -> Build:
    return lambda name: s.Capturing(_subject(name), _shooting(at, fitting, fault, wishes))


def _denied(reason: s.DenialReason) -> Build:
    return lambda _name: s.Denied(reason)


def _unable(reason: s.UnableReason) -> Build:
    return lambda _name: s.Unable(reason)


def _unfit(reason: s.UnfitReason) -> Build:
    return lambda name: s.Unfit(_subject(name), reason, name)


def _review(count: int, trouble: s.SealTrouble | None = None) -> Build:
    return lambda name: s.Reviewing(_subject(name), tuple(map(thumb, range(count))), count > 8, trouble)


_SCREENS: Final[Mapping[str, Build]] = MappingProxyType(
    {
        "op_face": lambda _name: s.AskFace(),
        "op_face_hint": lambda _name: s.AskFace(hint="back_light"),
        "op_face_challenge": lambda _name: s.AskFace(None, 0.7, "left", 1, 4),
        "op_pin": lambda _name: s.AskPin("p-1", 5),
        "op_pin_wrong": lambda _name: s.AskPin("p-1", 3, wrong=True),
        "op_denied_nobody": _denied("nobody"),
        "op_denied_camera": _denied("camera"),
        "op_denied_journal": _denied("journal"),
        "op_denied_barred": _denied("barred"),
        "op_denied_no_pin": _denied("no_pin"),
        "op_denied_not_operator": _denied("not_operator"),
        "op_denied_unknown": _denied("unknown"),
        "op_denied_liveness": _denied("liveness"),
        "op_denied_twin": _denied("twin"),
        "op_menu": lambda _name: s.Menu(),
        "op_menu_locked": lambda _name: s.Menu(locked=True),
        "op_menu_locked_by_hub": lambda _name: s.Menu(locked_by_hub=True),
        "op_unable_no_key": _unable("no_key"),
        "op_unable_disk": _unable("disk"),
        "op_unable_no_parts": _unable("no_parts"),
        "op_unable_camera": _unable("camera"),
        "op_unable_yourself": _unable("yourself"),
        "op_ending": lambda _name: s.Ending(s.Menu(), 18),
        "op_ending_unsent": lambda name: s.Ending(s.Reviewing(_subject(name), ()), 9, unsent=True),
        "op_find": lambda _name: s.FindPerson(),
        "op_find_found": lambda name: s.FindPerson("SI", (_subject(name), s.Subject("p-2", name)), 12),
        "op_find_new": lambda name: s.FindPerson("SITI AMINAH", (s.Subject("p-2", name),)),
        "op_consent": lambda name: s.AskConsent(_subject(name)),
        "op_capture_ahead": _capture(0, 2),
        "op_capture_fault": _capture(0, 0, "back_light"),
        "op_capture_left": _capture(1, 1, "turn_left"),
        "op_capture_right": _capture(2, 0, "too_far"),
        "op_capture_up": _capture(3, 2),
        "op_capture_bare": _capture(0, 1, "straight", ("bare",)),
        "op_review": _review(8),
        "op_review_bare": _review(10),
        "op_review_disk": _review(6, "disk"),
        "op_review_no_key": _review(6, "no_key"),
        "op_review_journal": _review(6, "journal"),
        "op_unfit_duplicate": _unfit("duplicate"),
        "op_unfit_liveness": _unfit("liveness"),
        "op_unfit_slow": _unfit("slow"),
        "op_unfit_camera": _unfit("camera"),
        "op_handed_sending": lambda name: s.Handed(_standing(name)),
        "op_handed_waiting": lambda name: s.Handed(_standing(name, "waiting")),
        "op_handed_approved": lambda name: s.Handed(_standing(name, "approved")),
        "op_handed_refused": lambda name: s.Handed(_standing(name, "refused")),
        "op_handed_lost": lambda name: s.Handed(_standing(name, "receiving", lost=True)),
        "op_standings": lambda name: s.Standings(
            (
                _standing(name), _standing(name, "waiting"), _standing(name, "approved"), _standing(name, "refused"),
                _standing(name, "receiving", lost=True), s.Standing("i", None, "waiting", 8, 8), _standing(name),
                _standing(name, "waiting"),
            )
        ),
        "op_standings_none": lambda _name: s.Standings(),
        "op_testing": lambda name: s.Testing(_reading(name)),
        "op_testing_nobody": lambda _name: s.Testing(),
        "op_parts": lambda _name: s.TryingPart(_PARTS),
        "op_parts_started": lambda _name: s.TryingPart(_PARTS, (s.Trial("relay", fine=True),), started=True),
        "op_parts_done": lambda _name: s.TryingPart(
            _PARTS, tuple(s.Trial(each, fine=each != "orange") for each in _PARTS)
        ),
        "op_device": lambda _name: s.Device(_facts(bad=False)),
        "op_device_bad": lambda _name: s.Device(_facts(bad=True), outside=True),
        "op_logs": lambda _name: s.Logs(_LINES),
        "op_logs_none": lambda _name: s.Logs(()),
    }
)  # fmt: skip
OPERATOR_SCENES: Final = tuple(_SCREENS)


def operator_state(name: str, person_name: str) -> Attended:
    """The state of this name; KeyError when it is not in OPERATOR_SCENES. person_name: of everybody in it."""
    screen = _SCREENS[name](person_name)
    outside = isinstance(screen, s.AskFace | s.AskPin | s.Denied) or (isinstance(screen, s.Device) and screen.outside)
    return Attended(screen, None if outside else "p-9")
