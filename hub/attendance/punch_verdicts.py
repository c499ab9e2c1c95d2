"""What became of each punch of a day, whether it counted or not, and why. Reads no database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from hub.attendance.day import Sentence, Status
from hub.attendance.doubts import counts
from hub.attendance.evidence import Evidence
from hub.attendance.explanation import clock, session_title
from hub.attendance.sessions import Filling, Mark, fill_sessions, left_aside, place_marks
from hub.errors import PolicyError
from hub.schedule.plan import DayPlan

Became = Literal["in", "out", "session", "repeat", "between", "before", "after", "doubted", "rest", "letter"]
"""in, out, session: it filled that; repeat: of one that did; between: inside the windows and not needed; before, after:
outside the windows; doubted: disavowed or refused; rest: nobody was expected; letter: a letter decides the day."""

_BY_LETTER = frozenset({Status.DL, Status.C, Status.S, Status.I, Status.DIBATALKAN})
_IN = Sentence("Dihitung sebagai datang.", "Counted as the arrival.")
_OUT = Sentence("Dihitung sebagai pulang.", "Counted as the departure.")
_REST = Sentence("Hari libur: disimpan, tidak dihitung.", "A rest day: kept, not counted.")
_LETTER = Sentence("Hari ini ditentukan oleh surat: disimpan, tidak dihitung.", "A letter decides: kept, not counted.")
_DOUBTS = {
    "disavowed": Sentence(
        "Disangkal di kiosk: tidak dihitung, menunggu operator.",
        "Disavowed at the kiosk: not counted, for the operator.",
    ),
    "upheld": Sentence("Disangkal dan dibenarkan operator: tidak dihitung.", "Disavowed and upheld: not counted."),
    "refused": Sentence(
        "Tidak dibenarkan setelah ditinjau: tidak dihitung.", "Refused after a look at it: not counted."
    ),
}
_IN_REVIEW = Sentence(" Menunggu ditinjau.", " Waits for a look.")


class PunchVerdict(msgspec.Struct, frozen=True):
    """What became of a punch. counted: it filled a session. why: for readers."""

    became: Became
    why: Sentence

    @property
    def counted(self) -> bool:
        return self.became in {"in", "out", "session"}


def judge_punches(known: Evidence, status: Status | None) -> dict[str, PunchVerdict]:
    """A verdict for each punch that belongs to the day, by its key; others belong to a neighbouring date.

    status: what the day is called; None: not assessed. Nothing where the hours on record contradict each other.
    """
    if isinstance(known.schedule, str):
        return {}
    try:
        interval = known.schedule.interval_of(known.work_date, known.tz)
        plan = known.schedule.plan_on(known.work_date)
    except PolicyError:
        return {}
    marks = place_marks(known.punches, work_date=known.work_date, interval=interval, tz=known.tz)
    if plan is None or status in _BY_LETTER:
        kept = PunchVerdict("rest", _REST) if plan is None else PunchVerdict("letter", _LETTER)
        return {_key(mark): _doubt(mark) or kept for mark in marks}
    counting = [mark for mark in marks if counts(mark)]
    filling = fill_sessions(plan, known.schedule.policy, counting)
    verdicts = {_key(mark): verdict for mark in marks if (verdict := _doubt(mark)) is not None}
    verdicts |= _filled(filling)
    opens, closes = clock(plan.opens), clock(plan.closes)
    for mark in filling.before:
        why = Sentence(f"Sebelum jendela dibuka {opens.id}.", f"Before the window opens at {opens.en}.")
        verdicts[_key(mark)] = PunchVerdict("before", why)
    for mark in filling.after:
        why = Sentence(f"Setelah jendela ditutup {closes.id}.", f"After the window closed at {closes.en}.")
        verdicts[_key(mark)] = PunchVerdict("after", why)
    for mark in left_aside(counting, filling):
        verdicts[_key(mark)] = _left_aside(mark, filling, known.schedule.policy.repeat_minutes)
    return {key: _with_review(verdict, key, marks) for key, verdict in verdicts.items()}


def plan_of(known: Evidence) -> DayPlan | None:
    """The hours of the day; None on a rest day, and where the hours on record contradict each other."""
    if isinstance(known.schedule, str):
        return None
    try:
        return known.schedule.plan_on(known.work_date)
    except PolicyError:
        return None


def _key(mark: Mark) -> str:
    return mark.punch.key if mark.punch is not None else ""


def _doubt(mark: Mark) -> PunchVerdict | None:
    said = _DOUBTS.get(mark.punch.doubt or "") if mark.punch is not None else None
    return None if said is None else PunchVerdict("doubted", said)


def _filled(filling: Filling) -> dict[str, PunchVerdict]:
    found: dict[str, PunchVerdict] = {}
    for name, mark in filling.sessions:
        if mark is None:
            continue
        if name in {"in", "out"}:
            found[_key(mark)] = PunchVerdict("in", _IN) if name == "in" else PunchVerdict("out", _OUT)
        else:
            title = session_title(name)
            why = Sentence(f"Dihitung untuk sesi {title}.", f"Counted for the session {title}.")
            found[_key(mark)] = PunchVerdict("session", why)
    return found


def _left_aside(mark: Mark, filling: Filling, repeat_minutes: int) -> PunchVerdict:
    for counted in (filling.arrival, filling.departure):
        if counted is not None and abs(mark.minute - counted.minute) < repeat_minutes:
            at = clock(counted.minute)
            why = Sentence(
                f"Kurang dari {repeat_minutes} menit dari scan {at.id}: dihitung satu kali.",
                f"Less than {repeat_minutes} min from the punch {at.en}: counted once.",
            )
            return PunchVerdict("repeat", why)
    if filling.middle:
        why = Sentence("Tiap sesi dihitung satu scan di dalam jendelanya.", "Each session counts one punch.")
    else:
        why = Sentence(
            "Yang dihitung datang paling awal dan pulang paling akhir.",
            "What counts is the earliest arrival and the latest departure.",
        )
    return PunchVerdict("between", why)


def _with_review(verdict: PunchVerdict, key: str, marks: Sequence[Mark]) -> PunchVerdict:
    doubts = {mark.punch.key: mark.punch.doubt for mark in marks if mark.punch is not None}
    if doubts.get(key) != "review":
        return verdict
    said = Sentence(verdict.why.id + _IN_REVIEW.id, verdict.why.en + _IN_REVIEW.en)
    return PunchVerdict(verdict.became, said)
