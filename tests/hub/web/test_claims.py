"""What kiosks may ask without a sign-in, and what they may not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from cli.hub_signer import AuthoritySigner
from contract.claim import DoublySealed, Renewal
from contract.codec import encode, seal
from contract.signing import seal_bytes
from hub.access.trail.chain import Entry
from hub.db import Database
from hub.fleet import claims
from hub.fleet.claims import approve_claim, list_claims
from hub.fleet.kiosks import revoke_kiosk
from hub.web.claim_desk import ClaimDesk
from hub.web.office import FrontOffice
from hub.web.pace import Pace
from tests.factories.claims import Applicant, make_signer
from tests.hub.web.conftest import NOW, Visitor

NO_HEADERS: dict[str, str] = {}


@pytest.fixture
def signer(tmp_path: Path) -> AuthoritySigner:
    return make_signer(tmp_path, NOW)


@pytest.fixture
def front(front: FrontOffice, signer: AuthoritySigner) -> FrontOffice:
    return replace(front, claims=ClaimDesk(signer, "HUB", "mqtts://hub:8883", Pace(per_second=0, burst=40)))


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Applicant]:
    return Applicant(tmp_path)


@pytest.fixture
def send(port: int) -> Callable[..., tuple[int, dict[str, Any]]]:
    def post(path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        page = Visitor(port).ask("POST", path, body, dict(NO_HEADERS))
        return page.status, json.loads(page.text)

    return post


@pytest.fixture
def later(front: FrontOffice, app_of: Callable[[FrontOffice], FastAPI]) -> Callable[[int], object]:
    """So many days later."""
    return lambda days: app_of(replace(front, now=lambda: NOW + timedelta(days=days)))


def renewal(kiosk: Applicant, certificate: str, *, signed_by: Applicant | None = None, device: str = "") -> bytes:
    by, name = signed_by or kiosk, device or kiosk.device
    asked = Renewal(device=name, csr=kiosk.tls.request(name), certificate=certificate)
    sealed = seal(asked, key=kiosk.key, purpose="renewal", device=name)
    signature = by.tls.sign(seal_bytes("renewal", name, sealed))
    envelope = DoublySealed(
        device=name, sealed=base64.b64encode(sealed).decode(), signature=base64.b64encode(signature).decode()
    )
    return encode(envelope)


@pytest.fixture
def certificate(database: Database, signer: AuthoritySigner, kiosk: Applicant, send: Any) -> str:
    code = send("/klaim", kiosk.sealed())[1]["code"]
    approve_claim(database, signer, "kiosk-1", code=code, unit=None, by="teknisi", now=NOW)
    chain: str = send("/klaim", kiosk.sealed())[1]["certificate"]
    return chain


def test_claim_is_answered_and_certificate_handed_out(
    send: Any, kiosk: Applicant, database: Database, signer: AuthoritySigner
) -> None:
    status, answer = send("/klaim", kiosk.sealed())
    assert (status, answer["state"], answer["certificate"]) == (200, "open", "")
    assert [line.client for line in list_claims(database, now=NOW)] == ["127.0.0.1"]
    approve_claim(database, signer, "kiosk-1", code=answer["code"], unit=None, by="teknisi", now=NOW)
    _, answer = send("/klaim", kiosk.sealed())
    assert (answer["state"], answer["broker"], answer["hub_key"]) == ("approved", "mqtts://hub:8883", "HUB")
    assert answer["certificate"].count("BEGIN CERTIFICATE") == 2


def test_authority_is_shown_to_everybody(port: int, signer: AuthoritySigner) -> None:
    page = Visitor(port).get("/klaim/ca.crt")
    assert (page.status, page.text) == (200, signer.root())


@pytest.mark.parametrize("size", [16_385, 1 << 21])
@pytest.mark.parametrize("path", ["/klaim", "/klaim/perpanjang"])
def test_large_body_is_refused(port: int, path: str, size: int) -> None:
    page = Visitor(port).ask("POST", path, b"x" * size, dict(NO_HEADERS))
    assert page.status == 413


def test_what_is_no_claim_is_refused_in_words(send: Any, kiosk: Applicant, tmp_path: Path, database: Database) -> None:
    other = Applicant(tmp_path, "kiosk-2")
    assert send("/klaim", b"{}")[0] == 400
    assert send("/klaim", kiosk.sealed(csr=other.claim().csr))[0] == 400
    assert send("/klaim", seal(kiosk.claim(), key=other.key, purpose="claim", device="kiosk-1"))[0] == 403
    assert "error" in send("/klaim", b"")[1]
    assert list_claims(database, now=NOW, every=True) == []


def test_ten_thousand_claims_fill_no_disk(
    send: Any, front: FrontOffice, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST_OPEN", 20)
    monkeypatch.setattr(claims, "claim_code", lambda key, _csr: key.text[:8])
    applicant = Applicant(tmp_path)
    answers = []
    for number in range(60):
        applicant.device = f"kiosk-{number}"
        answers.append(send("/klaim", applicant.sealed())[0])
    assert answers == [200] * 20 + [429] * 40
    desk = front.claims
    assert desk is not None
    # What is beyond the pace costs no signature, no code and no look into the database.
    assert not any(desk.pace.allows("127.0.0.1") for _ in range(10_000))
    assert len(list_claims(database, now=NOW, every=True)) == 20


def test_renewal_before_it_is_due_gives_the_same(send: Any, kiosk: Applicant, certificate: str) -> None:
    status, answer = send("/klaim/perpanjang", renewal(kiosk, certificate))
    assert (status, answer["certificate"]) == (200, certificate)


@pytest.mark.parametrize("days", [61, 91, 400])
def test_renewal_when_due_and_after_expiry(
    later: Any, send: Any, kiosk: Applicant, certificate: str, days: int, told: Callable[[str], list[Entry]]
) -> None:
    later(days)
    status, answer = send("/klaim/perpanjang", renewal(kiosk, certificate))
    assert status == 200
    assert answer["certificate"] != certificate
    [entry] = told("claim.renew")
    assert (entry.actor, entry.kind) == ("kiosk:kiosk-1", "write")
    # An answer that got lost is given again.
    assert send("/klaim/perpanjang", renewal(kiosk, certificate))[1]["certificate"] == answer["certificate"]


def test_renewal_needs_both_keys_and_its_own_certificate(
    later: Any,
    send: Any,
    kiosk: Applicant,
    certificate: str,
    tmp_path: Path,
    database: Database,
    signer: AuthoritySigner,
) -> None:
    later(80)
    thief = Applicant(tmp_path, "kiosk-1")
    assert send("/klaim/perpanjang", renewal(kiosk, certificate, signed_by=thief))[0] == 403
    thief.tls = kiosk.tls
    assert send("/klaim/perpanjang", renewal(thief, certificate))[0] == 403
    other = Applicant(tmp_path, "kiosk-2")
    assert send("/klaim/perpanjang", renewal(other, certificate, signed_by=kiosk))[0] == 409
    root = signer.root()
    assert send("/klaim/perpanjang", renewal(kiosk, root))[0] == 403  # nobody but the authority has its key
    assert send("/klaim/perpanjang", renewal(kiosk, "nothing"))[0] == 400
    assert send("/klaim/perpanjang", b"{}")[0] == 400


def test_revoked_kiosk_gets_no_further_certificate(
    later: Any, send: Any, kiosk: Applicant, certificate: str, database: Database
) -> None:
    later(80)
    revoke_kiosk(database, "kiosk-1", now=lambda: NOW)
    status, answer = send("/klaim/perpanjang", renewal(kiosk, certificate))
    assert (status, "trusted" in answer["error"]) == (409, True)


def test_pace_refills_and_forgets() -> None:
    at = [0.0]
    pace = Pace(per_second=1, burst=2, now=lambda: at[0], most=3)
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    assert pace.allows("b")
    at[0] = 1.0
    assert [pace.allows("a") for _ in range(2)] == [True, False]
    for number in range(100):
        pace.allows(f"c{number}")
    assert len(pace._left) == 3
