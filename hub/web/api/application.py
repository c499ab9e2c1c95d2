"""The application behind `/api/v1`: a gate before every address, one form of errors, and its own description."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from contract.errors import BadInputError
from hub.web.api import days, documents, employees, kiosks, pay, punches, recaps
from hub.web.api.caller import identify
from hub.web.api.description import describe
from hub.web.api.etags import Etags
from hub.web.office import FrontOffice

log = logging.getLogger(__name__)

DESCRIPTION: Final = "openapi.json"
"""The only address that needs no token."""


def create_api(office: FrontOffice) -> FastAPI:
    """The interface of one hub, to be mounted at `/api/v1`."""
    api = FastAPI(
        title="Presensi",
        version="1",
        description=(
            "Attendance of a regency's offices, for its own systems (e-TPP, SIMPEG). Each request carries a token: "
            "`Authorization: Bearer presensi_…`. Moments are ISO 8601 with an offset, days YYYY-MM-DD, money whole "
            "rupiah. Fields are only ever added."
        ),
        openapi_url=f"/{DESCRIPTION}",
        docs_url=None,
        redoc_url=None,
    )
    api.state.front_office = office
    for part in (employees, punches, days, recaps, pay, documents, kiosks):
        api.include_router(part.router)
    describe(api)
    api.add_middleware(Etags)
    api.add_middleware(Gate)
    api.add_exception_handler(StarletteHTTPException, _refuse)
    api.add_exception_handler(RequestValidationError, _say_what_is_wrong)
    api.add_exception_handler(BadInputError, _say_what_is_bad)
    api.add_exception_handler(DBAPIError, _say_trouble)
    api.add_exception_handler(Exception, _say_trouble)
    return api


class Gate:
    """Nobody gets any further without saying who they are, not even to learn that an address does not exist."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) == f"/{DESCRIPTION}":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            request.state.caller = await run_in_threadpool(identify, request)
        except HTTPException as error:
            await _refuse(request, error)(scope, receive, send)
        except DBAPIError as error:
            await _say_trouble(request, error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered for nothing else
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _say_what_is_wrong(_request: Request, error: Exception) -> Response:
    """Which field it is, and what is wrong with it; never what was sent, which may be about somebody."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    said = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors())
    return JSONResponse({"error": said or "This request cannot be read."}, 400)


def _say_what_is_bad(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


def _say_trouble(request: Request, error: Exception) -> Response:
    """Whatever went wrong; the details go to the log only."""
    if isinstance(error, DBAPIError):
        # The pattern of the address: what stands in the address itself may be about somebody.
        pattern = getattr(request.scope.get("route"), "path", "a request")
        log.error("The database refused while answering %s: %s", pattern, error.orig, exc_info=error)
        return JSONResponse({"error": "The database does not answer; try again in a moment."}, 503)
    return JSONResponse({"error": "Something went wrong here; it is in the hub's log."}, 500)
