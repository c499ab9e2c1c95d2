"""Turns what a view found into a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.access.roles import may
from hub.attendance.day import Status
from hub.web.guard import current_guest
from hub.web.language import Language, choose_language, zone_name
from hub.web.office import front_office

TEMPLATES: Final = Path(__file__).parent / "templates"

STATUS_COLOURS: Final[Mapping[Status, str]] = {
    Status.HADIR: "green",
    Status.TIDAK_LENGKAP: "orange",
    Status.BERJALAN: "blue",
    Status.MENUNGGU_DATA: "yellow",
    Status.BELUM_ADA_KETERANGAN: "secondary",
    Status.TK: "red",
    Status.DIBATALKAN: "red",
    Status.LIBUR: "secondary",
    Status.DL: "azure",
    Status.C: "azure",
    Status.S: "azure",
    Status.I: "azure",
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(status_colours=STATUS_COLOURS, zone_name=zone_name, address=address)
    return environment


def address(path: str, **query: object) -> str:
    """A path of ours with a query; parts without content are left out."""
    given = {key: str(part) for key, part in query.items() if part not in (None, "")}
    return quote(path) + (f"?{urlencode(given)}" if given else "")


def language_of(request: Request) -> Language:
    return choose_language(request.cookies, request.headers.get("Accept-Language", ""))


def render(
    request: Request, template: str, *, status_code: int = 200, zone: ZoneInfo | None = None, **content: Any
) -> HTMLResponse:
    """The page of a template; `zone` is the one in which its moments are shown (None: the hub's)."""
    office = front_office(request)
    language = language_of(request)
    shown_zone = zone or office.zone
    guest = current_guest(request)
    visitor = guest.visitor if guest is not None else None

    def moment(at: datetime | None) -> str:
        return language("never") if at is None else language.moment(at, shown_zone)

    def clock(at: datetime | None) -> str:
        return "" if at is None else language.clock(at, shown_zone)

    html = (
        _environment()
        .get_template(template)
        .render(
            t=language,
            lang=language.code,
            visitor=visitor,
            form_token=office.sessions.form_token(guest.nonce) if guest is not None else "",
            allowed=lambda right: visitor is not None and may(visitor.role, right),
            path=request.url.path,
            here=address(request.url.path, **dict(request.query_params)),
            moment=moment,
            clock=clock,
            zone=shown_zone,
            today=office.today(shown_zone),
            **content,
        )
    )
    return HTMLResponse(html, status_code=status_code, headers={"Content-Language": language.code})


def parse_day(text: str, default: date) -> date | None:
    """A date written YYYY-MM-DD; the default when nothing is written, None when it is no date we can count from."""
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2999 else None
