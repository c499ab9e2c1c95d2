"""The spans that a letter covers: read from what people write, kept as they stand in the letter, and read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from hub.attendance.day import Cover, Document
from hub.attendance.models import DocumentRow
from hub.errors import PaperError

LONGEST_DAYS: Final = 2200
"""A study assignment takes up to six years."""
_YEARS: Final = (1990, 2100)


def parse_cover(text: str) -> Cover:
    """`2026-11-10`, `2026-11-10..2026-11-12`, or with local times `2026-11-10T08:00..2026-11-10T12:00`; PaperError."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    start = parse_moment(first)
    cover = Cover(start=start, end=parse_moment(last) if dots else start)
    if not dots and isinstance(start, datetime):
        raise PaperError(f"'{text}' is a moment: say until when, {text}..{start:%Y-%m-%dT%H:%M}.")
    return check_cover(cover)


def parse_moment(text: str) -> date | datetime:
    """A date, or a date and a local time, as a letter says it; PaperError for anything else."""
    try:
        moment = datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
    except ValueError as error:
        raise PaperError(f"'{text}' is no date: write YYYY-MM-DD, or YYYY-MM-DDTHH:MM for a part of a day.") from error
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        raise PaperError(f"'{text}' has a time zone; a letter speaks in the office's own time, YYYY-MM-DDTHH:MM.")
    return moment


def check_cover(cover: Cover) -> Cover:
    """The cover itself; PaperError when it ends before it begins, or is longer than any absence."""
    first, last = first_day([cover]), last_day([cover])
    if not (_YEARS[0] <= first.year and last.year <= _YEARS[1]):
        raise PaperError(f"{first} to {last} is no time of an absence; check the year.")
    if _ordered(cover.end, at_end=True) < _ordered(cover.start, at_end=False):
        raise PaperError(f"The letter would end ({cover.end}) before it begins ({cover.start}).")
    if (last - first).days >= LONGEST_DAYS:
        raise PaperError(f"{first} to {last} are more than {LONGEST_DAYS} days; check the year.")
    return cover


def first_day(covers: Sequence[Cover]) -> date:
    """The outermost first day."""
    return min(_day(cover.start) for cover in covers)


def last_day(covers: Sequence[Cover]) -> date:
    """The outermost last day."""
    return max(_day(cover.end) for cover in covers)


def days_of(covers: Iterable[Cover]) -> list[date]:
    """Every date that the covers touch, ascending."""
    days: set[date] = set()
    for cover in covers:
        first, last = _day(cover.start), _day(cover.end)
        days.update(first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return sorted(days)


def touches(covers: Iterable[Cover], day: date) -> bool:
    """Whether any of the covers reaches into a date."""
    return any(_day(cover.start) <= day <= _day(cover.end) for cover in covers)


def to_stored(covers: Iterable[Cover]) -> list[Any]:
    """Covers as the database keeps them."""
    return [{"from": _text(cover.start), "to": _text(cover.end)} for cover in covers]


def from_stored(stored: Iterable[Any]) -> tuple[Cover, ...]:
    """The inverse of to_stored."""
    return tuple(Cover(start=_moment(span["from"]), end=_moment(span["to"])) for span in stored)


def describe(covers: Sequence[Cover]) -> str:
    """Covers for people: `2026-11-10 to 2026-11-12`."""
    return ", ".join(
        _text(cover.start) if cover.start == cover.end else f"{_text(cover.start)} to {_text(cover.end)}"
        for cover in covers
    ).replace("T", " ")


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _ordered(moment: date | datetime, *, at_end: bool) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time.max if at_end else time.min)


def _text(moment: date | datetime) -> str:
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)


def as_document(row: DocumentRow) -> Document:
    """A letter as the assessment sees it."""
    return Document(
        type=row.type,
        reason=row.reason,
        covers=from_stored(row.covers),
        known_by=row.known_by,
        handed_in=row.handed_in,
        verified=row.verified_on,
        entered=row.entered_on,
        signed_by=tuple(row.signed_by or ()),
        witness_statements=row.witness_statements or 0,
        reopened_because=row.reopened_because,
    )
