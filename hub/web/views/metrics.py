"""The hub's figures for Prometheus: with a token of scope `metrics:read`, or from this machine where that is set."""

from __future__ import annotations

import ipaddress
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from hub.web.api.caller import identify
from hub.web.guard import Office
from hub.web.metrics import Metrics
from hub.web.office import FrontOffice

router = APIRouter()

_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""With one of these somebody else asks through this machine."""


@router.get("/metrics")
def answer_metrics(request: Request, office: Office) -> Response:
    """Figures of every kiosk and of the hub; of nobody's attendance."""
    if not _is_this_machine(request, office):
        caller = identify(request)
        if "metrics:read" not in caller.scopes or caller.unit_id is not None:
            raise HTTPException(403)
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _is_this_machine(request: Request, office: FrontOffice) -> bool:
    if not office.metrics_on_loopback or request.client is None:
        return False
    if any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
