"""The examples of docs/integrations.md run as they stand, against a hub that answers over HTTP."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from hub.access.tokens import Scope, add_token
from hub.db import Database
from hub.recap.monthly import Month
from hub.recap.pay_runs import freeze, make_delta
from hub.roster.models import EmploymentTerm
from tests.conftest import ROOT

from .conftest import NOW

TEXT = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")


@pytest.fixture
def run(database: Database, port: int) -> Callable[..., dict[str, Any]]:
    def example(name: str, *scopes: Scope) -> dict[str, Any]:
        """What the example's names hold when it has run."""
        code = next(each for each in re.findall(r"```python\n(.*?)```", TEXT, re.S) if each.startswith(f"# {name}\n"))
        token = add_token(database, name, scopes, unit_id=None, days=30, by="budi", now=NOW)
        names: dict[str, Any] = {"HUB": f"http://127.0.0.1:{port}", "TOKEN": token}
        exec(compile(code, f"{name} of docs/integrations.md", "exec"), names)
        return names

    return example


def test_pay_is_fetched_with_its_deltas(run: Callable[..., dict[str, Any]], database: Database, furnished: Any) -> None:
    first = freeze(database, Month(2026, 3), by="budi", now=NOW, force="a test")
    with database.write() as session:
        session.add(
            EmploymentTerm(
                employee_id=furnished.rina, valid_from=date(2026, 1, 1), group="PNS", tpp_base=3_000_000,
                set_by="budi", set_at=NOW,
            )
        )  # fmt: skip
    delta = make_delta(database, first.run.number, by="budi", now=NOW, force="a test")
    names = run("e-tpp", "pay:read")
    numbers = [sent["run"]["number"] for sent in names["fetch_month"]("2026-03", set())]
    assert numbers == [first.run.number, *([delta.run.number] if delta is not None else [])]
    assert names["fetch_month"]("2026-03", set(numbers)) == []
    assert "198501012010011001" in names["amounts"]


def test_list_of_runs_is_sent_again_only_when_something_is_new(
    run: Callable[..., dict[str, Any]], database: Database, furnished: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, read = run("e-tpp", "pay:read"), []
    plain = urllib.request.urlopen

    def counted(request: urllib.request.Request, timeout: float) -> Any:
        answer = plain(request, timeout=timeout)
        read.append(answer.status)
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", counted)
    assert names["ask"]("/pay/runs", month="2026-03") == []
    assert read == [], "304 has no body to read"
    sent = freeze(database, Month(2026, 3), by="budi", now=NOW, force="a test")
    assert [each["number"] for each in names["ask"]("/pay/runs", month="2026-03")] == [sent.run.number]
    assert read == [200]
    with pytest.raises(urllib.error.HTTPError, match="403"):
        names["ask"]("/employees")


def test_people_are_fetched_and_a_letter_is_handed_in_once(run: Callable[..., dict[str, Any]], furnished: Any) -> None:
    names = run("simpeg", "employees:read", "documents:write")
    assert furnished.rina in {each["id"] for each in names["people"]}
    assert names["letter"]["state"] == "submitted"
    assert names["again"] == names["letter"]
    with pytest.raises(ValueError, match="would end"):
        names["hand_in_leave"]("198501012010011001", "800/118/2026", "2026-03-05", "2026-03-04")
