"""What the hub's receipts settle, and what is pending until they do."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

from contract.punch import decode_row
from contract.receipt import Rejection
from contract.signing import FIRST_PREVIOUS, chain_hashes
from kiosk.journal import Journal
from tests.factories.journals import NOON
from tests.factories.terminal import fill, receipt, write

from .conftest import open_journal

# Receipts -----------------------------------------------------------------------------------------------------------


def test_receipt_settles_and_is_remembered_over_reopening(path: Path) -> None:
    with open_journal(path) as journal:
        fill(journal, 10)
        settlement = journal.settle(receipt(journal, 5, 4, also=((7, 8),)))
        assert (settlement.settled, settlement.reopened, settlement.rolled_back) == (6, 0, False)
    with open_journal(path) as journal:
        assert journal.state.queue == 4
        assert journal.state.receipt_version == 5
        first = journal.pending(sent={})
        assert first is not None
        assert (first.first_seq, first.last_seq) == (5, 6)
        second = journal.pending(sent={first.epoch: ((5, 6),)})
        assert second is not None
        assert (second.first_seq, second.last_seq) == (9, 10)
        assert journal.pending(sent={first.epoch: ((5, 6), (9, 10))}) is None


def test_receipt_for_missing_rows_sends_them_again(journal: Journal) -> None:
    fill(journal, 5)
    journal.settle(receipt(journal, 1, 5))
    assert journal.pending(sent={}) is None
    settlement = journal.settle(receipt(journal, 2, 1, also=((4, 5),), missing=((2, 3),)))
    assert (settlement.settled, settlement.reopened) == (0, 2)
    pending = journal.pending(sent={})
    assert pending is not None
    assert (pending.first_seq, pending.last_seq) == (2, 3)


def test_receipt_that_is_older_or_the_same_says_nothing_new(journal: Journal) -> None:
    fill(journal, 5)
    journal.settle(receipt(journal, 3, 2))
    for version in (2, 3):
        settlement = journal.settle(receipt(journal, version, 5, missing=((1, 2),)))
        assert (settlement.settled, settlement.reopened, settlement.news) == (0, 0, False)
    assert journal.state.queue == 3


def test_receipt_about_a_foreign_epoch_changes_nothing(journal: Journal) -> None:
    fill(journal, 3)
    foreign = receipt(journal, 9, 3, epoch="00000000-0000-0000-0000-00000000000f")
    settlement = journal.settle(foreign)
    assert (settlement.settled, settlement.rolled_back, settlement.news) == (0, False, False)
    assert journal.state.receipt_version == 0
    assert journal.state.queue == 3


def test_receipt_with_rejected_rows_settles_them(journal: Journal) -> None:
    fill(journal, 3)
    journal.settle(receipt(journal, 1, 3, rejected=(Rejection(seq=2, reason="source"),)))
    assert journal.state.queue == 0
    assert journal.pending(sent={}) is None


def test_receipt_beyond_the_last_row_begins_a_new_epoch_with_an_alarm(journal: Journal) -> None:
    fill(journal, 3)
    before = journal.state.epoch
    assert journal.settle(receipt(journal, 1, 5)).rolled_back
    assert journal.state.epoch != before
    assert journal.state.last_seq == 0
    assert "rolled back" in journal.alarms[0]
    assert write(journal).seq == 1
    pending = journal.pending(sent={})
    assert pending is not None
    assert pending.previous == FIRST_PREVIOUS


def test_receipt_beyond_an_older_epoch_raises_no_alarm_again(journal: Journal) -> None:
    """The hub goes on saying so; a kiosk that answered each time would never be quiet again."""
    fill(journal, 3)
    before = journal.state.epoch
    journal.settle(receipt(journal, 1, 5))
    epoch = journal.state.epoch
    assert not journal.settle(receipt(journal, 2, 5, epoch=before)).rolled_back
    assert journal.state.epoch == epoch
    assert len(journal.alarms) == 1


def test_receipt_with_ranges_that_are_upside_down_or_astronomic_does_no_harm(journal: Journal) -> None:
    fill(journal, 5)
    epoch = journal.state.epoch
    journal.settle(receipt(journal, 1, 0, also=((4, 2),), missing=((9, 1), (1, 2**53))))
    assert (journal.state.queue, journal.state.epoch) == (5, epoch)
    journal.settle(receipt(journal, 2**53, 2**53))
    assert journal.state.epoch != epoch
    assert journal.state.queue == 0


# Pending ------------------------------------------------------------------------------------------------------------


def test_pending_comes_in_batches_of_the_limit(journal: Journal) -> None:
    fill(journal, 7)
    sent: list[tuple[int, int]] = []
    while (run := journal.pending(sent={journal.state.epoch: tuple(sent)}, limit=3)) is not None:
        sent.append((run.first_seq, run.last_seq))
        assert [decode_row(row).seq for row in run.rows] == list(range(run.first_seq, run.last_seq + 1))
        assert chain_hashes(run.previous, run.rows)[-1] == run.last
    assert sent == [(1, 3), (4, 6), (7, 7)]


def test_pending_serves_the_oldest_epoch_first(journal: Journal) -> None:
    fill(journal, 2)
    old = journal.state.epoch
    journal.begin_epoch("rolled_back")
    fill(journal, 2)
    first = journal.pending(sent={})
    assert first is not None
    assert first.epoch == old
    second = journal.pending(sent={old: ((1, 2),)})
    assert second is not None
    assert (second.epoch, second.first_seq) == (journal.state.epoch, 1)


def test_pending_never_jumps_over_a_gap(path: Path) -> None:
    with open_journal(path) as journal:
        fill(journal, 6)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM row WHERE seq IN (3, 4)")
    connection.commit()
    connection.close()
    with open_journal(path) as journal:
        first = journal.pending(sent={})
        assert first is not None
        assert (first.first_seq, first.last_seq) == (1, 2)
        second = journal.pending(sent={first.epoch: ((1, 2),)})
        assert second is not None
        assert (second.first_seq, second.last_seq) == (5, 6)
        assert chain_hashes(second.previous, second.rows)[-1] == second.last


def test_state_tells_the_oldest_row_that_is_not_settled(journal: Journal) -> None:
    assert journal.state.oldest_pending_at is None
    assert journal.last_taken_at is None
    fill(journal, 4)
    assert journal.state.oldest_pending_at == NOON + timedelta(minutes=1)
    journal.settle(receipt(journal, 1, 2))
    assert journal.state.oldest_pending_at == NOON + timedelta(minutes=3)
    assert journal.last_taken_at == NOON + timedelta(minutes=4)
    journal.settle(receipt(journal, 2, 4))
    assert journal.state.oldest_pending_at is None
