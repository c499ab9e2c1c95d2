"""The hub's web application: pages behind a sign-in, a JSON interface, and assets that come from here only."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from hub.errors import ServiceError
from hub.web.api import create_api, health_router
from hub.web.body_limit import BodyLimit
from hub.web.guard import PasswordRequiredError, SecondStepRequiredError, SignInRequiredError
from hub.web.headers import SecurityHeaders
from hub.web.metrics import Metrics, RequestClock
from hub.web.office import FrontOffice
from hub.web.pages import address, language_of, render
from hub.web.trail import Trail
from hub.web.views import (
    account,
    account_changes,
    accounts,
    activation,
    approval,
    cancellation,
    charts,
    downloads,
    faults,
    fleet,
    grid,
    handover,
    jobs,
    letter_forms,
    letters,
    live,
    manual,
    models,
    months,
    outages,
    own,
    people,
    recaps,
    refusals,
    reminders,
    review,
    schedules,
    search,
    second_step,
    sign_in,
    trail,
    wishes,
    work,
)
from hub.web.views import archives as archive_pages
from hub.web.views import calendar as calendar_pages
from hub.web.views import claims as claim_views
from hub.web.views import faces as face_pages
from hub.web.views import kiosk as kiosk_pages
from hub.web.views import lookalikes as lookalike_pages
from hub.web.views import metrics as metrics_views
from hub.web.views import new_kiosks as new_kiosk_pages
from hub.web.views import register as register_pages
from hub.web.views import releases as release_views
from hub.web.views import unit_offices as unit_office_pages
from hub.web.views import units as unit_pages
from hub.web.views import units_import as unit_import_pages
from hub.web.views import webhooks as webhook_pages

office_views = (handover, faults, schedules)
access_views = (sign_in, second_step, account, trail)
master_views = (register_pages, calendar_pages, lookalike_pages)
"""Before the others: /pegawai/impor is nobody's number."""
face_views = (archive_pages, face_pages)
"""Before the others: /pegawai/arsip-foto is nobody's number, and `wajah` no day."""
record_views = (recaps, grid, charts, search, approval, people, fleet, refusals, models)
job_views = (jobs, reminders, live)
paper_views = (work, review, letter_forms, letters, cancellation, manual, outages, months, downloads)
role_views = (own, activation, accounts, account_changes)
unit_views = (unit_import_pages, unit_pages, unit_office_pages)
wish_views = (wishes,)
system_views = (webhook_pages,)
fleet_views = (kiosk_pages, metrics_views, release_views)
machine_views = (claim_views, new_kiosk_pages)

logger = logging.getLogger(__name__)

STATIC: Final = Path(__file__).parent / "static"


def create_app(office: FrontOffice) -> FastAPI:
    """The application of one hub."""
    app = FastAPI(title="Presensi", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.front_office = office
    app.add_middleware(Trail, on_trouble=_show_trouble)
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    app.state.metrics = Metrics(office)
    # The last that is added is the outermost: it measures the others, too.
    app.add_middleware(RequestClock, metrics=app.state.metrics)
    for views in face_views:
        app.include_router(views.router)
    for views in (*master_views, *access_views, *record_views, *paper_views, *office_views):
        app.include_router(views.router)
    for views in job_views:
        app.include_router(views.router)
    for views in role_views:
        app.include_router(views.router)
    for views in unit_views:
        app.include_router(views.router)
    for views in (*system_views, *fleet_views, *wish_views):
        app.include_router(views.router)
    for views in machine_views:
        app.include_router(views.router)
    app.include_router(health_router)
    app.mount("/api/v1", create_api(office))
    # Compressed here and not for pages: a page carries a form token beside what an address can bring in (BREACH).
    app.mount("/aset/tema", GZipMiddleware(StaticFiles(directory=theme_folder())))
    app.mount("/aset/presensi", GZipMiddleware(StaticFiles(directory=STATIC)))
    app.add_exception_handler(SignInRequiredError, _send_to_sign_in)
    app.add_exception_handler(SecondStepRequiredError, _send_to_second_step)
    app.add_exception_handler(PasswordRequiredError, _send_to_password)
    app.add_exception_handler(HTTPException, _show_refusal)
    app.add_exception_handler(RequestValidationError, _show_unreadable)
    app.add_exception_handler(DBAPIError, _show_trouble)
    app.add_exception_handler(Exception, _show_trouble)
    return app


def theme_folder() -> Path:
    """Where starlette-admin keeps the Tabler theme that it ships; found without importing it."""
    found = importlib.util.find_spec("starlette_admin")
    if found is None or found.origin is None:
        raise ServiceError("The package starlette-admin, which brings the theme, is missing: install presensi[hub].")
    return Path(found.origin).parent / "static"


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _send_to_sign_in(request: Request, _error: Exception) -> Response:
    if request.method != "GET":
        return RedirectResponse("/masuk", 303)
    here = address(request.url.path, **dict(request.query_params))
    return RedirectResponse(address("/masuk", kembali="" if here == "/" else here), 303)


def _send_to_password(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/akun/sandi", 303)


def _send_to_second_step(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/akun/dua-langkah", 303)


def _show_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    headers = dict(error.headers or {})
    if _is_api(request):
        return JSONResponse({"error": error.detail}, error.status_code, headers)
    response = _error_page(request, error.status_code)
    response.headers.update(headers)
    return response


def _show_unreadable(request: Request, _error: Exception) -> Response:
    """A form or an address that says something of another kind than was asked for."""
    return _show_refusal(request, HTTPException(400))


def _show_trouble(request: Request, error: Exception) -> Response:
    """A page that says so, whatever went wrong; the details go to the log only."""
    status_code = 500
    if isinstance(error, DBAPIError):
        status_code = 503
        # The route and not the address, in which there may be somebody's number.
        where = getattr(request.scope.get("route"), "path", "a page")
        logger.error("The database refused while answering %s: %s", where, error.orig, exc_info=error)
        # Who is signed in stands in the database too: the page is shown without asking.
        request.state.guest = None
    if _is_api(request):
        return JSONResponse({"error": language_of(request)(f"error.{status_code}")}, status_code)
    return _error_page(request, status_code)


def _error_page(request: Request, status_code: int) -> Response:
    language = language_of(request)
    key = f"error.{status_code}"
    return render(
        request, "error.html", status_code=status_code, title=language(key if language.knows(key) else "error.400")
    )
