"""The month grid as a page: signs and words, what may be seen, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.access.roles import Role
from hub.attendance.day import Status
from hub.recap.month_grid import GridDay
from hub.recap.monthly import Month
from hub.web.language import Language
from hub.web.views.grid import LEGEND, CellWriter, sign_of
from tests.hub.web.conftest import Furnished


def test_cells_say_in_words_what_their_signs_mean(admin: Any, furnished: Furnished) -> None:
    page = admin.get("/kehadiran?month=2026-03")
    assert page.status == 200
    assert '<td class="t1" title="Hadir, terlambat 12 menit">T</td>' in page.text
    assert "<script>alert" not in page.text
    assert page.links.inside == []


def test_name_and_status_pick_people(admin: Any, furnished: Furnished) -> None:
    assert "Rina" in admin.get("/kehadiran?month=2026-03&name=rina&kind=terlambat").words
    assert "Rina" not in admin.get("/kehadiran?month=2026-03&kind=surat").words


@pytest.mark.parametrize("query", ["month=2026-13", "kind=x", "page=x", "page=-1", "page=1234567"])
def test_what_cannot_be_read_is_refused(admin: Any, query: str) -> None:
    assert admin.get(f"/kehadiran?{query}").status == 400


def test_only_own_units_are_shown(as_role: Callable[..., Any], furnished: Furnished, office: Any) -> None:
    other = office.unit("Dinas Lain")
    office.employee("Orang Lain", unit=other)
    head = as_role(Role.HEAD, "Dinas Lain")
    page = head.get("/kehadiran?month=2026-03")
    assert "Orang Lain" in page.words
    assert "Rina" not in page.words
    assert head.get(f"/kehadiran?unit={furnished.unit}").status == 403
    assert as_role(Role.TECHNICIAN).get("/kehadiran").status == 403


def test_every_status_has_a_sign_of_the_legend() -> None:
    signs = {(style, sign) for style, sign, _ in LEGEND}
    plain = {sign_of(GridDay(status, 0, 0)) for status in Status}
    assert plain <= signs
    assert len(plain) == len(Status)
    assert {sign_of(GridDay(Status.HADIR, late, 0)) for late in (1, 16, 61)} <= signs
    english = CellWriter(Language("en"), Month(2026, 3))
    assert english.words(GridDay(Status.HADIR, 5, 7)) == "Present, 5 min late, left 7 min early"
