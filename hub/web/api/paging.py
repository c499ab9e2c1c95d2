"""Long answers in pages: each says where the next begins; what comes in between is neither lost nor given twice."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from fastapi import HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BeforeValidator
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.web.api.description import to_json

MOST_ITEMS: Final = 500
MOST_DAYS: Final = 92

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="At most so many items in this page.")]
SomeOf = Annotated[
    int | None,
    Query(ge=1, le=MOST_ITEMS, description="At most so many, with a Link header to the next; left out: all at once."),
]
Onwards = Annotated[str, Query(max_length=400, description="As the Link header says it; empty: from the first.")]
After = Annotated[str, Query(max_length=400, description="`next` of the page before; empty: the first page.")]
UnitNumber = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="This unit and those below it.")]


def _written(text: object) -> object:
    """Pydantic would also read a number as seconds since 1970."""
    if isinstance(text, str) and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        raise ValueError("write it as ISO 8601 does, beginning with YYYY-MM-DD")
    return text


FirstDay = Annotated[date, BeforeValidator(_written), Query(alias="from", description="First day.")]
LastDay = Annotated[
    date, BeforeValidator(_written), Query(alias="to", description=f"Last day; {MOST_DAYS} days at most.")
]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]

Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """items: in a fixed order. next: what to ask for as `after`; null: this was the last page."""

    items: tuple[Item, ...]
    next: str | None


def to_page(request: Request, items: Sequence[object], following: str | None) -> Response:
    """A page as JSON; its Link header asks the same question from where the next page begins."""
    headers = None
    if following is not None:
        headers = {"Link": f'<?{request.url.include_query_params(after=following).query}>; rel="next"'}
    return to_json({"items": items, "next": following}, headers=headers)


def to_list(request: Request, items: Sequence[Item], limit: int | None, place_of: Callable[[Item], str]) -> Response:
    """A list as JSON: whole, or so much of it, with a Link header to where it goes on.

    items: from where the page begins, one more than `limit` at least where it goes on. place_of: where a page that
    ends with an item does so, as `after` is given.
    """
    if limit is None or len(items) <= limit:
        return to_json(items)
    following = request.url.include_query_params(after=place_of(items[limit - 1]))
    return to_json(items[:limit], headers={"Link": f'<?{following.query}>; rel="next"'})


def write_place(*parts: object) -> str:
    """Where a page ends, in letters that an address may carry."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).rstrip(b"=").decode()


def read_place(text: str, kind: type[Item]) -> Item | None:
    """What `write_place` was given, as a tuple type; None for the first page. 400 for anything else."""
    if not text:
        return None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(plain, type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise HTTPException(400, "after: give `next` of the page before as it is.") from error


def read_rows(
    session: Session,
    query: Select[Row],
    key: Sequence[InstrumentedAttribute[Any]],
    *,
    kind: type[tuple[Any, ...]],
    after: str,
    limit: int,
) -> tuple[list[Row], str | None]:
    """Rows of a page in the order of their key, and where the next page begins (None: nowhere).

    key: what no two rows share; kind: its type as a tuple, for `read_place`.
    """
    place = read_place(after, kind)
    if place is not None:
        query = query.where(tuple_(*key) > place)
    rows = list(session.scalars(query.order_by(*key).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write_place(*(getattr(rows[limit - 1], column.key) for column in key))


def check_days(first: date, last: date) -> None:
    """400 for days in the wrong order, and for more than a quarter of a year at once."""
    if last < first:
        raise HTTPException(400, f"to: {last} lies before {first}.")
    if not first.year >= 1900 or not last.year <= 2999:
        raise HTTPException(400, "from, to: give a year from 1900 to 2999.")
    if last - first >= timedelta(days=MOST_DAYS):
        raise HTTPException(400, f"to: ask for {MOST_DAYS} days at most.")
