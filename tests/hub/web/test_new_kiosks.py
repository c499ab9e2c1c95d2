"""The technician's page of kiosks that ask to be let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.hub_signer import AuthoritySigner
from hub.access.roles import Role
from hub.access.trail.chain import Entry
from hub.db import Database
from hub.fleet.claims import ClaimLine, hand_in_claim, list_claims
from hub.fleet.kiosks import list_kiosks
from hub.web.claim_desk import ClaimDesk
from hub.web.office import FrontOffice
from tests.factories.claims import Applicant, make_signer
from tests.hub.web.conftest import NOW

PAGE = "/kiosk-baru"


@pytest.fixture
def signer(tmp_path: Path) -> AuthoritySigner:
    return make_signer(tmp_path, NOW)


@pytest.fixture
def front(front: FrontOffice, signer: AuthoritySigner) -> FrontOffice:
    return replace(front, claims=ClaimDesk(signer, "HUB", "mqtts://hub:8883"))


@pytest.fixture
def ask(database: Database, signer: AuthoritySigner, tmp_path: Path) -> Callable[..., ClaimLine]:
    def hand_in(device: str = "kiosk-77") -> ClaimLine:
        sealed = Applicant(tmp_path, device).sealed(software="0.1.0")
        return hand_in_claim(database, signer, sealed, client="10.0.0.9", now=NOW)

    return hand_in


def send(visitor: Any, path: str, **fields: str) -> Any:
    token = visitor.get(PAGE).field("token")
    return visitor.post(f"{PAGE}/{path}", token=token, **fields)


@pytest.fixture
def technician(as_role: Callable[..., Any], furnished: Any) -> Any:
    return as_role(Role.TECHNICIAN, None)


def test_technician_lets_a_kiosk_in_with_its_code(
    technician: Any, furnished: Any, ask: Any, database: Database, told: Callable[[str], list[Entry]]
) -> None:
    line = ask()
    page = technician.get(PAGE)
    assert "kiosk-77" in page.words
    assert "10.0.0.9" in page.words
    assert line.code not in page.text
    assert line.code[:4] not in page.text.replace(line.keys.upper(), "")
    assert "Kiosk baru: 1" in technician.get("/kiosk").words
    wrong = send(technician, "kiosk-77/setujui", code="AAAA-AAAA", unit=str(furnished.unit))
    assert wrong.status == 409
    assert "baca sekali lagi" in wrong.words
    assert send(technician, "kiosk-77/setujui", code=line.code.lower(), unit=str(furnished.unit)).status == 303
    [kiosk] = [each for each in list_kiosks(database) if each.device == "kiosk-77"]
    assert kiosk.unit is not None
    assert "Disetujui" in technician.get(PAGE).words
    assert [(entry.actor, entry.status) for entry in told("claim.approve")] == [
        ("technician", 409),
        ("technician", 200),
    ]
    assert "kiosk-77" in told("claim.approve")[-1].about


def test_one_of_two_under_a_name_is_refused(technician: Any, ask: Any, database: Database) -> None:
    first, second = ask(), ask()
    page = technician.get(PAGE)
    assert page.words.count("Lebih dari satu mesin") == 2
    assert send(technician, "kiosk-77/tolak", keys=first.keys, because=" ").status == 409
    assert send(technician, "kiosk-77/tolak", keys=first.keys, because="bukan milik kami").status == 303
    assert [line.keys for line in list_claims(database, now=NOW)] == [second.keys]
    assert "bukan milik kami" in technician.get(PAGE).words


def test_hostile_words_stay_words(technician: Any, ask: Any) -> None:
    ask()
    page = send(technician, "kiosk-77/setujui", code="<script>x</script>")
    assert page.status == 409
    assert "<script>x" not in page.text
    assert technician.get(f"{PAGE}?selesai=tolak&kiosk=<script>y</script>").text.count("<script>y") == 0


@pytest.mark.parametrize("deed", ["setujui", "tolak"])
def test_page_is_for_those_who_tend_every_kiosk(
    as_role: Callable[..., Any], furnished: Any, office: Any, ask: Any, database: Database, deed: str
) -> None:
    line = ask()
    office.unit("Dinas Lain")
    for role, unit in ((Role.OPERATOR, None), (Role.AUDITOR, None), (Role.TECHNICIAN, "Dinas Lain")):
        visitor = as_role(role, unit)
        assert visitor.get(PAGE).status == 403
        token = visitor.get("/akun").field("token")
        answer = visitor.post(f"{PAGE}/kiosk-77/{deed}", token=token, code=line.code, because="x")
        assert answer.status == 403
    assert len(list_claims(database, now=NOW)) == 1
