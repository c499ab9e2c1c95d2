"""Whether the hub is well, for whoever watches it; tells nothing about people or versions."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hub.web.guard import Office

router = APIRouter()


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
