"""Somebody with several roles chooses among those that count today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.access.assignments import end_role, grant_role, list_assignments
from hub.access.roles import Role
from hub.db import Database
from tests.hub.web.conftest import NOW, TODAY

HEALTH = "Dinas Kesehatan"


@pytest.fixture
def siti(as_role: Any, office: Any, database: Database) -> Any:
    """A supervisor of Dinas Kesehatan who is also a technician everywhere, and is to be head next week."""
    unit = office.unit(HEALTH)
    visitor = as_role(Role.SUPERVISOR, HEALTH)
    for role, of_unit, first in ((Role.TECHNICIAN, None, TODAY), (Role.HEAD, unit, TODAY + timedelta(days=7))):
        grant_role(database, "supervisor", role, unit_id=of_unit, first=first, by="budi", now=NOW)
    return visitor


def role_ids(database: Database) -> dict[str, int]:
    return {line.role: line.id for line in list_assignments(database, "supervisor", now=lambda: NOW)}


def switch(visitor: Any, role: int) -> Any:
    return visitor.post("/akun/peran", token=visitor.get("/akun").field("token"), role=str(role))


def test_session_goes_on_in_the_chosen_role(siti: Any, database: Database) -> None:
    assert siti.get("/").headers["location"] == "/kiosk"
    assert siti.get("/tinjauan").status == 403
    page = siti.get("/kiosk").words
    for words in ("Bertindak sebagai", "atasan · Dinas Kesehatan", "teknisi"):
        assert words in page
    assert switch(siti, role_ids(database)["supervisor"]).status == 303
    assert siti.get("/tinjauan").status == 200
    assert siti.get("/kiosk").status == 403


def test_another_session_is_in_the_role_that_leads(siti: Any, database: Database) -> None:
    switch(siti, role_ids(database)["supervisor"])
    assert siti.get("/").status == 200
    siti.cookies.clear()
    assert siti.sign_in("supervisor").status == 303
    assert siti.get("/").status == 303


def test_only_own_roles_of_today_can_be_chosen(siti: Any, database: Database, as_role: Any) -> None:
    as_role(Role.ADMINISTRATOR)
    others = [line.id for line in list_assignments(database, "administrator", now=lambda: NOW)]
    for role in (role_ids(database)["head"], *others, 0, 99):
        assert switch(siti, role).status == 404
    assert siti.get("/tinjauan").status == 403


def test_chosen_role_that_was_ended_counts_no_more(siti: Any, database: Database, office: Any) -> None:
    switch(siti, role_ids(database)["supervisor"])
    end_role(database, "supervisor", Role.SUPERVISOR, unit_id=1, by="budi", now=NOW)
    assert siti.get("/tinjauan").status == 403
    assert siti.get("/kiosk").status == 200
    assert "Bertindak sebagai" not in siti.get("/kiosk").words
