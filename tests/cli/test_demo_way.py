"""The first punch's way, told in whatever order three threads bring it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from cli.demo_way import FirstWay
from contract.receipt import Receipt
from hub.outgoing import Outgoing
from kiosk.clerk import TakenPunch
from kiosk.recognizer.consensus import Identity
from tests.factories.journals import punch

EPOCH = "0b9ad1c7-6a4c-4a43-8a0c-5a3a59f6d2d1"
OLD_EPOCH = "7f9ad1c7-6a4c-4a43-8a0c-5a3a59f6d2d1"
STORED = [Outgoing("presensi/v1/down/kiosk-demo/receipt", b"")]


@pytest.fixture
def way() -> FirstWay:
    return FirstWay()


def _taken(seq: int = 3) -> TakenPunch:
    row = punch(device="kiosk-demo", epoch=EPOCH, seq=seq, taken_at=datetime(2026, 3, 2, 1, tzinfo=UTC))
    identity = Identity(person="person-1", similarity=0.98, threshold=0.96, margin=0.02, frames=4, first_seen_at=0.0)
    return TakenPunch(row, identity, 0.0, 0.0)


def test_way_is_complete_in_any_order(way: FirstWay) -> None:
    for order in permutations(range(2)):
        way = FirstWay()
        steps = [lambda w=way: w.note_punch(_taken()), lambda w=way: w.note_stored(STORED)]
        for number in order:
            steps[number]()
        assert way.await_receipt(timeout_seconds=0) is None
        way.note_receipt(Receipt(version=1, epoch=EPOCH, upto=3))
        walked = way.await_receipt(timeout_seconds=0)
        assert walked is not None
        assert walked.stored_at <= walked.received_at


def test_receipt_that_comes_before_the_attendant_tells_counts(way: FirstWay) -> None:
    way.note_stored(STORED)
    way.note_receipt(Receipt(version=1, epoch=EPOCH, upto=3))
    way.note_punch(_taken())
    assert way.await_receipt(timeout_seconds=0) is not None


@pytest.mark.parametrize(
    "receipt",
    [
        Receipt(version=1, epoch=EPOCH, upto=2),
        Receipt(version=1, epoch=OLD_EPOCH, upto=9),
        Receipt(version=1, epoch=EPOCH, upto=0, also=((1, 2), (4, 9))),
    ],
)
def test_receipt_for_other_rows_does_not_count(way: FirstWay, receipt: Receipt) -> None:
    way.note_punch(_taken())
    way.note_stored(STORED)
    way.note_receipt(receipt)
    assert way.await_receipt(timeout_seconds=0) is None
    way.note_receipt(Receipt(version=2, epoch=EPOCH, upto=0, also=((3, 3),)))
    assert way.await_receipt(timeout_seconds=0) is not None


def test_commit_is_the_last_one_before_the_receipt(way: FirstWay, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([1.0, 2.0, 3.0])
    monkeypatch.setattr("cli.demo_way.time.monotonic", lambda: next(seconds))
    way.note_punch(_taken())
    way.note_stored(STORED)  # older rows that the journal had kept
    way.note_stored(STORED)
    way.note_receipt(Receipt(version=2, epoch=EPOCH, upto=3))
    walked = way.await_receipt(timeout_seconds=0)
    assert walked is not None
    assert (walked.stored_at, walked.received_at) == (2.0, 3.0)


def test_second_punch_is_not_the_first(way: FirstWay) -> None:
    way.note_punch(_taken(3))
    way.note_punch(_taken(4))
    assert way.first is not None
    assert way.first.punch.seq == 3
