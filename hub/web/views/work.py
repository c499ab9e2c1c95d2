"""What needs somebody today, on a page of its own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.web.guard import Office, PageVisitor, require
from hub.web.inbox import tasks_of
from hub.web.pages import render

router = APIRouter()


@router.get("/pekerjaan")
def show_work(request: Request, visitor: PageVisitor, office: Office) -> Response:
    require(visitor, "papers")
    return render(request, "work.html", tasks=tasks_of(office, visitor))
