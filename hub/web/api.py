"""Recaps as JSON, and whether the hub is well."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contract.errors import BadInputError
from hub.recap.daily import daily
from hub.recap.monthly import Month, monthly
from hub.web.guard import ApiVisitor, Office, choose_unit, require
from hub.web.pages import parse_day

router = APIRouter()


@router.get("/api/v1/recap/daily")
def answer_daily(visitor: ApiVisitor, office: Office, date: str = "", unit: str = "") -> Response:
    """A day (default: today); `unit` is a unit's number, empty: all that the visitor may see."""
    require(visitor, "recap")
    choice = choose_unit(office, visitor, unit)
    day = parse_day(date, office.today())
    if day is None:
        raise HTTPException(400, f"'{date[:40]}' is not a date: write YYYY-MM-DD.")
    return _to_json(daily(office.database, day, choice.unit_id))


@router.get("/api/v1/recap/monthly")
def answer_monthly(visitor: ApiVisitor, office: Office, month: str = "", unit: str = "") -> Response:
    """A month (default: this one) with the columns of Lampiran II."""
    require(visitor, "recap")
    choice = choose_unit(office, visitor, unit)
    try:
        chosen = Month.parse(month) if month else Month.of(office.today())
    except BadInputError as error:
        raise HTTPException(400, str(error)) from error
    return _to_json(monthly(office.database, chosen, choice.unit_id))


@router.get("/healthz")
def answer_health() -> Response:
    """200 as long as the process answers at all."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def answer_readiness(office: Office) -> Response:
    """200 when pages can be served: the database answers. The other parts are told, but do not make it fail."""
    try:
        with office.database.read() as session:
            session.execute(text("SELECT 1"))
    except DBAPIError:
        return JSONResponse({"status": "unavailable", "database": False, **office.states()}, 503)
    return JSONResponse({"status": "ok", "database": True, **office.states()})


def _to_json(recap: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(recap), media_type="application/json")
