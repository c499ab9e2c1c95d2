"""Kiosks that ask to be let in, and what a technician answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from cli.hub_signer import AuthoritySigner
from contract.claim import claim_code, shown_code
from contract.codec import seal
from contract.errors import BadInputError, MalformedMessageError, SignatureError
from contract.signing import SigningKey
from hub.db import Database
from hub.errors import FleetError, TooManyClaimsError
from hub.fleet import claims
from hub.fleet.claims import ClaimLine, answer_to_claim, approve_claim, hand_in_claim, list_claims, refuse_claim
from hub.fleet.kiosks import add_kiosk, list_kiosks, revoke_kiosk
from tests.factories.claims import Applicant, make_signer
from tests.factories.journals import SettableClock
from tests.factories.people import add_unit


class Desk:
    """The hub's side of claims, at a clock that is set."""

    def __init__(self, database: Database, signer: AuthoritySigner, clock: SettableClock) -> None:
        self.database, self.signer, self.clock = database, signer, clock

    def take(self, payload: bytes) -> ClaimLine:
        return hand_in_claim(self.database, self.signer, payload, client="10.0.0.9", now=self.clock())

    def approve(self, device: str, code: str, unit: str | None = None) -> ClaimLine:
        return approve_claim(self.database, self.signer, device, code=code, unit=unit, by="teknisi", now=self.clock())

    def waiting(self) -> list[str]:
        return [line.device for line in list_claims(self.database, now=self.clock())]


@pytest.fixture
def desk(database: Database, clock: SettableClock, tmp_path: Path) -> Iterator[Desk]:
    return Desk(database, make_signer(tmp_path, clock()), clock)


@pytest.fixture
def kiosk(tmp_path: Path) -> Applicant:
    return Applicant(tmp_path)


def test_claim_waits_until_code_is_typed(desk: Desk, kiosk: Applicant) -> None:
    add_unit(desk.database, "Dinas Kesehatan")
    line = desk.take(kiosk.sealed(software="1.0"))
    assert (line.state, line.software, line.client) == ("open", "1.0", "10.0.0.9")
    assert line.code == claim_code(kiosk.key.verify_key, kiosk.claim().csr)
    assert list_kiosks(desk.database) == []
    with pytest.raises(FleetError, match="shows this code"):
        desk.approve("kiosk-1", "AAAA-AAAA")
    approved = desk.approve("kiosk-1", shown_code(line.code).lower(), unit="Dinas Kesehatan")
    assert (approved.state, approved.settled_by) == ("approved", "teknisi")
    assert [(each.device, each.unit) for each in list_kiosks(desk.database)] == [("kiosk-1", "Dinas Kesehatan")]
    answer = answer_to_claim(desk.database, desk.signer, approved, key="HUB")
    chain = x509.load_pem_x509_certificates(answer.certificate.encode())
    assert kiosk.tls.is_of(chain[0])
    assert len(chain) == 2
    assert chain[0].not_valid_after_utc - desk.clock() <= timedelta(days=90)
    assert answer.ca == desk.signer.root()
    assert answer.hub_key == "HUB"


def test_replayed_claim_changes_nothing(desk: Desk, kiosk: Applicant) -> None:
    payload = kiosk.sealed()
    first = desk.take(payload)
    desk.clock.now += timedelta(seconds=60)
    assert desk.take(payload) == first
    desk.approve("kiosk-1", first.code)
    assert desk.take(payload).state == "approved"
    assert len(list_claims(desk.database, now=desk.clock(), every=True)) == 1
    with pytest.raises(FleetError, match="Nobody asks"):
        desk.approve("kiosk-1", first.code)


def test_claim_expires_after_a_day_and_can_be_made_again(desk: Desk, kiosk: Applicant) -> None:
    line = desk.take(kiosk.sealed())
    desk.clock.now += timedelta(days=1)
    assert desk.waiting() == []
    assert [each.state for each in list_claims(desk.database, now=desk.clock(), every=True)] == ["expired"]
    with pytest.raises(FleetError, match="Nobody asks"):
        desk.approve("kiosk-1", line.code)
    assert desk.take(kiosk.sealed()).state == "open"
    assert desk.waiting() == ["kiosk-1"]


def test_refused_claim_says_why(desk: Desk, kiosk: Applicant) -> None:
    line = desk.take(kiosk.sealed())
    refuse_claim(desk.database, "kiosk-1", code=None, because="not ours", by="teknisi", now=desk.clock())
    again = desk.take(kiosk.sealed())
    assert (again.state, again.reason) == ("refused", "not ours")
    answer = answer_to_claim(desk.database, desk.signer, again, key="HUB")
    assert (answer.state, answer.certificate, answer.hub_key) == ("refused", "", "")
    with pytest.raises(FleetError, match="Nobody asks"):
        desk.approve("kiosk-1", line.code)
    with pytest.raises(FleetError, match="Nobody asks"):
        refuse_claim(desk.database, "kiosk-1", code=None, because="not ours", by="teknisi", now=desk.clock())


def test_other_keys_under_the_same_name_stand_beside_the_first(desk: Desk, kiosk: Applicant, tmp_path: Path) -> None:
    first, stranger = desk.take(kiosk.sealed()), Applicant(tmp_path)
    second = desk.take(stranger.sealed())
    assert first.code != second.code
    desk.approve("kiosk-1", first.code)
    assert desk.take(stranger.sealed()).state == "refused"
    with pytest.raises(FleetError, match="another kiosk's name"):
        desk.take(Applicant(tmp_path).sealed())


def test_other_keys_with_a_copied_code_are_refused(
    desk: Desk, kiosk: Applicant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.take(kiosk.sealed())
    monkeypatch.setattr(claims, "claim_code", lambda *_: first.code)
    with pytest.raises(FleetError, match="same code"):
        desk.take(Applicant(tmp_path).sealed())


def test_revoked_name_is_refused(desk: Desk, kiosk: Applicant) -> None:
    line = desk.take(kiosk.sealed())
    desk.approve("kiosk-1", line.code)
    revoke_kiosk(desk.database, "kiosk-1")
    answer = answer_to_claim(desk.database, desk.signer, desk.take(kiosk.sealed()), key="HUB")
    assert (answer.state, answer.certificate) == ("refused", "")


def test_name_of_a_registered_kiosk_is_for_its_own_key(desk: Desk, kiosk: Applicant) -> None:
    add_kiosk(desk.database, "kiosk-1", SigningKey.generate().verify_key.text)
    with pytest.raises(FleetError, match="another kiosk's name"):
        desk.take(kiosk.sealed())


def test_hostile_claims_leave_nothing(desk: Desk, kiosk: Applicant, tmp_path: Path) -> None:
    other = Applicant(tmp_path, "kiosk-2")
    signed_by_another = seal(kiosk.claim(), key=other.key, purpose="claim", device="kiosk-1")
    cases: list[tuple[bytes, type[Exception]]] = [
        (kiosk.sealed(csr=other.claim().csr), BadInputError),
        (kiosk.sealed(csr="x" * 5_000), MalformedMessageError),
        (kiosk.sealed(csr="nothing"), MalformedMessageError),
        (kiosk.sealed(device="kiosk-2"), SignatureError),
        (signed_by_another, SignatureError),
        (seal(kiosk.claim(), key=kiosk.key, purpose="renewal", device="kiosk-1"), SignatureError),
        (kiosk.sealed(public_key="A" * 44), BadInputError),
        (b"", MalformedMessageError),
        (b"\xff" * 100, MalformedMessageError),
    ]
    for payload, error in cases:
        with pytest.raises(error):
            desk.take(payload)
    assert list_claims(desk.database, now=desk.clock(), every=True) == []


def test_no_more_than_so_many_wait(
    desk: Desk, kiosk: Applicant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "MOST_OPEN", 3)
    worked_out: list[str] = []
    monkeypatch.setattr(claims, "claim_code", lambda *_: worked_out.append("code") or f"CODE{len(worked_out):04}")
    for number in range(20):
        one = Applicant(tmp_path, f"kiosk-{number + 10}")
        if number < 3:
            desk.take(one.sealed())
        else:
            with pytest.raises(TooManyClaimsError, match="wait already"):
                desk.take(one.sealed())
    assert len(worked_out) == 3
    assert len(desk.waiting()) == 3
    refuse_claim(desk.database, "kiosk-10", code=None, because="nobody", by="teknisi", now=desk.clock())
    assert desk.take(kiosk.sealed()).state == "open"


def test_one_name_has_room_for_three(desk: Desk, tmp_path: Path) -> None:
    for _ in range(3):
        desk.take(Applicant(tmp_path).sealed())
    with pytest.raises(TooManyClaimsError, match="'kiosk-1'"):
        desk.take(Applicant(tmp_path).sealed())
    assert desk.take(Applicant(tmp_path, "kiosk-2").sealed()).state == "open"


def test_unknown_unit_signs_nothing(desk: Desk, kiosk: Applicant) -> None:
    line = desk.take(kiosk.sealed())
    with pytest.raises(FleetError, match="no unit"):
        desk.approve("kiosk-1", line.code, unit="Dinas Lain")
    assert list_kiosks(desk.database) == []
    assert desk.approve("kiosk-1", line.code).state == "approved"


def test_certificate_that_got_lost_before_it_was_kept_is_signed_again(desk: Desk, kiosk: Applicant) -> None:
    desk.signer.sign("kiosk-1", kiosk.claim().csr, now=desk.clock())
    line = desk.take(kiosk.sealed())
    assert desk.approve("kiosk-1", line.code).state == "approved"
