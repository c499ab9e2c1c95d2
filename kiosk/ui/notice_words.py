"""The one line that a screen says beside its state: what is open for a person, or which session closes. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from kiosk.closing import Closing
from kiosk.notices import Told, is_fresh
from kiosk.ui.phrases import NoticeWords, Phrases

LONGEST: Final = 60
"""Characters that are read in the two or three seconds for which a result stands."""


class Line(NamedTuple):
    """text: empty for none. as_of: of when it is, in words."""

    text: str = ""
    as_of: str = ""


def personal_line(told: Told | None, phrases: Phrases, *, now: datetime, zone: ZoneInfo) -> Line:
    """What is open for whoever was recognised; nothing where it is old, or of a kind that this kiosk does not know."""
    if told is None or not is_fresh(told, now, zone):
        return Line()
    words, today = phrases.notices, now.astimezone(zone).date()
    text = _text(told, words, phrases, today)
    return Line(text, _as_of(told.as_of.astimezone(zone), words, today)) if text else Line()


def closing_line(closing: Closing | None, phrases: Phrases, *, zone: ZoneInfo) -> Line:
    """Which session closes when, for everybody."""
    if closing is None:
        return Line()
    words = phrases.notices
    time = closing.at.astimezone(zone).strftime(words.time)
    if closing.on_time and not closing.session:
        return Line(words.on_time_in.format(time=time))
    if closing.on_time:
        return Line(_fit(words.on_time, closing.session, time=time))
    return Line(_fit(words.closes, closing.session or _ordinary(closing, phrases), time=time))


def _ordinary(closing: Closing, phrases: Phrases) -> str:
    return {"in": phrases.sessions.in_, "out": phrases.sessions.out, "check": phrases.sessions.check}[closing.way]


def _text(told: Told, words: NoticeWords, phrases: Phrases, today: date) -> str:
    notice, day = told.notice, told.day
    match notice.kind:
        case "letter":
            return words.letter.format(day=f"{day:%d/%m}")
        case "month":
            return words.month.format(day=f"{day:%d/%m}")
        case "missed" if day < today:
            weekday = words.weekday.format(day=phrases.days[day.weekday()])
            when = words.yesterday if day == today - timedelta(days=1) else weekday
            if notice.nothing:
                return words.missed_all.format(when=when)
            ordinary = {"": words.missed_some, "in": words.missed_in, "out": words.missed_out}.get(notice.lacks)
            if ordinary is not None:
                return ordinary.format(when=when)
            return _fit(words.missed_session, notice.lacks.replace("_", " "), when=when)
    return ""


def _fit(template: str, session: str, **others: str) -> str:
    """The sentence with a session's name, cut after a word where the whole would be too long to read in passing."""
    room = LONGEST - len(template.format(session="", **others))
    if len(session) > room:
        whole, space, _ = session[:room].rpartition(" ")
        session = (whole if space else session[: room - 1]) + "\u2026"
    return template.format(session=session, **others)


def _as_of(local: datetime, words: NoticeWords, today: date) -> str:
    time = local.strftime(words.time)
    return words.as_of.format(time=time) if local.date() == today else words.as_of_yesterday.format(time=time)
