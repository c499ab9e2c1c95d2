"""Charts as a page: drawings without scripts or styles inside, each with its numbers in a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hub.access.roles import Role
from hub.recap.charts import Arrivals
from hub.web.views.charts import draw_arrivals, last_weekday
from tests.hub.web.conftest import Furnished


def test_every_chart_has_its_numbers_in_a_table(admin: Any, furnished: Furnished) -> None:
    page = admin.get("/grafik?month=2026-03&date=2026-03-02")
    assert page.status == 200
    assert '<tr><th scope="row">07.00</th><td class="num">0</td><td class="num">1</td></tr>' in page.text
    assert "Batas datang: 07.00" in page.words
    assert page.text.count("<caption") >= 3
    assert page.links.inside == []
    assert "<script>alert" not in page.text
    assert "Nobody arrived" in admin.get("/grafik?month=2026-02", **{"Accept-Language": "en"}).words


@pytest.mark.parametrize("query", ["month=x", "date=2026-02-30"])
def test_what_cannot_be_read_is_refused(admin: Any, query: str) -> None:
    assert admin.get(f"/grafik?{query}").status == 400


def test_only_own_units_are_drawn(as_role: Callable[..., Any], furnished: Furnished, office: Any) -> None:
    office.unit("Dinas Lain")
    head = as_role(Role.HEAD, "Dinas Lain")
    assert "Tidak ada kedatangan" in head.get("/grafik?month=2026-03&date=2026-03-02").words
    assert head.get(f"/grafik?unit={furnished.unit}").status == 403
    assert as_role(Role.TECHNICIAN).get("/grafik").status == 403


def test_bars_stand_on_one_another_and_lines_where_they_are_due() -> None:
    chart = draw_arrivals(Arrivals(on_time={410: 3, 420: 1}, late={420: 1, 435: 1}, due=(420,)), indonesian=False)
    assert chart is not None
    assert (chart.most, chart.on_time, chart.late) == (3, 4, 2)
    assert [(bar.on_time, bar.late) for bar in chart.bars] == [(100.0, 0.0), (33.33, 33.33), (0.0, 33.33)]
    assert chart.quarters == (("06:45", 3, 0), ("07:00", 1, 1), ("07:15", 0, 1))
    # Who comes within the minute that is due is on time: the line stands at its end.
    assert chart.bars[1].left < chart.due[0][0] < chart.bars[2].left
    assert draw_arrivals(Arrivals(on_time={}, late={}, due=()), indonesian=True) is None


def test_weekend_steps_back_to_friday() -> None:
    assert [last_weekday(date(2026, 10, day)).day for day in (29, 30, 31)] == [29, 30, 30]
