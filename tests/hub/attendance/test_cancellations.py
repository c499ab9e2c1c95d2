"""Attendance is cancelled by two signatures and two witnesses, and by nothing less."""

from __future__ import annotations

from datetime import date

import pytest

from hub.attendance.cancellations import cancel_attendance
from hub.attendance.covers import parse_cover
from hub.attendance.document_list import list_documents
from hub.attendance.document_rows import Receipt
from hub.attendance.documents import verify, withdraw
from hub.errors import PaperError
from tests.factories.desk import PaperDesk, at

BOTH = ("Atasan Langsung", "Plh. Kepala Perangkat Daerah")


@pytest.fixture
def present(desk: PaperDesk) -> PaperDesk:
    desk.office.kiosk("kiosk-1", delivered_up_to=desk.now)
    desk.office.punch("kiosk-1", desk.rina, at("2026-11-10 06:50"))
    desk.office.punch("kiosk-1", desk.rina, at("2026-11-10 15:10"))
    assert desk.status("2026-11-10") == "HADIR"
    return desk


def cancel(
    desk: PaperDesk, signed_by: tuple[str, ...] = BOTH, witnesses: int = 2, cover: str = "2026-11-10"
) -> Receipt:
    return cancel_attendance(
        desk.database,
        desk.rina,
        [parse_cover(cover)],
        signed_by=signed_by,
        witness_statements=witnesses,
        by="siti",
        now=desk.now,
        number="800/1/2026",
    )


def test_cancellation_with_both_signatures_and_two_witnesses_is_in_force(present: PaperDesk) -> None:
    receipt = cancel(present)
    assert (receipt.state, receipt.refusal) == ("entered", None)
    assert present.status("2026-11-10") == "DIBATALKAN"
    withdraw(present.database, receipt.id, by="siti", reason="salah orang", now=present.now)
    assert present.status("2026-11-10") == "HADIR"


@pytest.mark.parametrize(
    ("signed_by", "witnesses", "words"),
    [
        (BOTH[:1], 2, "the head's signature"),
        (BOTH[1:], 2, "the supervisor's signature"),
        (("Satpam", *BOTH[1:]), 2, "the supervisor's signature"),
        (BOTH, 1, "two witness statements"),
        ((), 0, "two witness statements"),
    ],
)
def test_cancellation_that_lacks_something_is_refused_and_changes_nothing(
    present: PaperDesk, signed_by: tuple[str, ...], witnesses: int, words: str
) -> None:
    receipt = cancel(present, signed_by, witnesses)
    assert receipt.state == "refused"
    assert words in (receipt.refusal or "")
    assert present.status("2026-11-10") == "HADIR"
    [line] = list_documents(present.database, on=date(2026, 11, 11))
    assert (line.state, line.refused_because, line.entered_by) == ("refused", receipt.refusal, None)


def test_cancellation_of_a_day_that_lies_ahead_is_refused(present: PaperDesk) -> None:
    with pytest.raises(PaperError, match="2026-11-12 lies ahead"):
        cancel(present, cover="2026-11-12")
    with pytest.raises(PaperError, match="which day"):
        cancel_attendance(
            present.database, present.rina, [], signed_by=BOTH, witness_statements=2, by="siti", now=present.now
        )


def test_cancellation_is_not_verified(present: PaperDesk) -> None:
    receipt = cancel(present)
    with pytest.raises(PaperError, match="signatures and witnesses decide alone"):
        verify(present.database, receipt.id, by="budi", now=present.now)
