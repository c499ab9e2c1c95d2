"""Recaps as JSON, and health."""

from __future__ import annotations

import json
from typing import Any

import pytest


def test_daily_recap_is_json(admin: Any, furnished: Any) -> None:
    page = admin.get(f"/api/v1/recap/daily?date=2026-03-02&unit={furnished.unit}")
    assert (page.status, page.headers["content-type"]) == (200, "application/json")
    recap = json.loads(page.text)
    assert (recap["work_date"], recap["counts"]["pegawai"], recap["counts"]["terlambat"]) == ("2026-03-02", 2, 1)
    line = next(line for line in recap["lines"] if line["person"]["name"] == "Rina Wulandari")
    assert (line["status"], line["late_min"], line["early_min"]) == ("HADIR", 12, 0)


def test_daily_recap_without_a_date_is_of_today(admin: Any, furnished: Any) -> None:
    assert json.loads(admin.get("/api/v1/recap/daily").text)["work_date"] == "2026-03-02"


def test_monthly_recap_is_json(admin: Any, furnished: Any) -> None:
    recap = json.loads(admin.get("/api/v1/recap/monthly?month=2026-03").text)
    assert recap["month"] == "2026-03"
    line = next(line for line in recap["lines"] if line["person"]["name"] == "Rina Wulandari")
    assert line["summary"]["lampiran_ii"]["terlambat_menit"] == 12


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/recap/daily?date=x", 400),
        ("/api/v1/recap/monthly?month=x", 400),
        ("/api/v1/recap/daily?unit=4711", 404),
        ("/api/v1/nothing", 404),
    ],
)
def test_wrong_question_gets_a_json_answer(admin: Any, path: str, status: int) -> None:
    page = admin.get(path)
    assert page.status == status
    assert json.loads(page.text)["error"]


def test_health_needs_no_sign_in(stranger: Any) -> None:
    assert json.loads(stranger.get("/healthz").text) == {"status": "ok"}
    assert json.loads(stranger.get("/readyz").text) == {"status": "ok", "database": True}


def test_health_tells_nothing_about_people_or_versions(stranger: Any) -> None:
    for path in ("/openapi.json", "/docs", "/redoc"):
        assert stranger.get(path).status == 404


def test_hub_without_its_database_is_alive_but_not_ready(
    stranger: Any, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def refuse() -> Any:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(type(database), "read", lambda _self: refuse())
    assert stranger.get("/healthz").status == 200
    page = stranger.get("/readyz")
    assert page.status == 503
    assert json.loads(page.text)["database"] is False
