"""What the hub says of people's months, and what older sides make of it."""

from __future__ import annotations

import msgspec
import pytest

from contract.codec import encode, seal, unseal
from contract.errors import MalformedMessageError
from contract.month import MonthDay, MonthPart, Notice, PersonMonth
from contract.roster import SessionWindow
from contract.signing import SigningKey
from tests.factories.journals import NOON

NOTICE = Notice(kind="missed", day="2026-11-11", until="2026-11-17", lacks="out")


def part(notice: Notice | None) -> MonthPart:
    person = PersonMonth(person="a", present=3, days=(MonthDay(date="2026-11-11", status="HADIR"),), notice=notice)
    return MonthPart(version=1, part=1, parts=1, month="2026-11", as_of=NOON, people=(person,))


def test_notice_arrives_as_it_was_signed() -> None:
    key = SigningKey.generate()
    payload = seal(part(NOTICE), key=key, purpose="month", device="kiosk-1")
    got = unseal(payload, MonthPart, key=key.verify_key, purpose="month", device="kiosk-1")
    assert got == part(NOTICE)


def test_message_of_a_hub_that_knows_no_notices_is_read() -> None:
    plain = msgspec.json.decode(encode(part(NOTICE)))
    del plain["people"][0]["notice"]
    assert msgspec.convert(plain, MonthPart, strict=False).people[0].notice is None


def test_kiosk_of_before_reads_the_month_and_leaves_the_notice() -> None:
    class OldMonth(msgspec.Struct, frozen=True, kw_only=True):
        person: str
        present: int = 0

    plain = encode(part(NOTICE).people[0])
    assert msgspec.json.decode(plain, type=OldMonth) == OldMonth(person="a", present=3)


def test_notice_of_a_kind_that_comes_later_spoils_no_message() -> None:
    later = msgspec.structs.replace(NOTICE, kind="training")
    assert msgspec.json.decode(encode(part(later)), type=MonthPart).people[0].notice == later


@pytest.mark.parametrize("changes", [{"lacks": "x" * 61}, {"day": "yesterday"}, {"kind": "x" * 21}])
def test_notice_is_small(changes: dict[str, str]) -> None:
    key = SigningKey.generate()
    spoilt = seal(part(msgspec.structs.replace(NOTICE, **changes)), key=key, purpose="month", device="kiosk-1")
    with pytest.raises(MalformedMessageError):
        unseal(spoilt, MonthPart, key=key.verify_key, purpose="month", device="kiosk-1")
    assert len(encode(NOTICE)) < 120


def test_session_of_a_hub_that_says_no_minutes_is_told_to_nobody() -> None:
    window = SessionWindow(way="out", opens=NOON, closes=NOON, before=15)
    plain = msgspec.json.decode(encode(window))
    del plain["before"]
    assert msgspec.convert(plain, SessionWindow, strict=False).before == 0
