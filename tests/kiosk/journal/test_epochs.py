"""Older epochs: forgotten when they are settled and old, and told to the hub until then."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.heartbeat import MAX_GAPS, MAX_OLDER
from contract.signing import FIRST_PREVIOUS
from kiosk.journal import Journal
from tests.factories.journals import NOON, stamp
from tests.factories.terminal import fill, receipt, write

from .conftest import open_journal, stored

# Forgetting ----------------------------------------------------------------------------------------------


def test_forgetting_leaves_what_is_young_or_not_settled_and_the_newest(path: Path) -> None:
    later = NOON + timedelta(days=91)
    with open_journal(path, now=lambda: later) as journal:
        fill(journal, 5)
        write(journal, taken_at=later - timedelta(days=1))
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 0
        journal.settle(receipt(journal, 1, 3, also=((5, 6),)))
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 3
        # Row 5 is settled and old, but an epoch with a hole could not say what it still has.
        assert [row.seq for row in journal.rows()] == [4, 5, 6]
        assert journal.state.first_kept == 4
        journal.settle(receipt(journal, 2, 6))
        assert journal.forget_delivered(older_than=timedelta(0)) == 2
    with open_journal(path) as journal:
        assert journal.state.last_seq == 6
        assert write(journal).seq == 7
        pending = journal.pending(sent={})
        assert pending is not None
        assert pending.previous != FIRST_PREVIOUS


def test_delivered_epochs_are_forgotten_with_their_last_row(path: Path) -> None:
    later = NOON + timedelta(days=91)
    epochs = []
    for boot in ("boot-1", "boot-2", "boot-3"):
        with open_journal(path, boot=boot) as journal:
            epochs.append(journal.state.epoch)
            fill(journal, 2)
            journal.settle(receipt(journal, len(epochs), 2))
    with open_journal(path, boot="boot-4", now=lambda: later) as journal:
        assert [each.epoch for each in journal.state.older] == epochs[::-1]
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 5
        # The newest row of all stays, because the clock is never earlier; what the hub counts on from stays too.
        assert [(each.epoch, each.first_kept, each.last_seq) for each in journal.state.older] == [(epochs[2], 2, 2)]
        assert journal.last_taken_at == NOON + timedelta(minutes=2)
        assert journal.state.receipt_version == 3
        assert stored(path, "SELECT count(*) FROM epoch") == [(2,)]
        write(journal, taken_at=later)
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 1
        assert journal.state.older == ()
        assert journal.state.receipt_version == 3
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 0


def test_epoch_with_a_row_that_is_not_settled_is_kept(path: Path) -> None:
    with open_journal(path) as journal:
        fill(journal, 3)
        old = journal.state.epoch
        journal.settle(receipt(journal, 1, 1, also=((3, 3),)))
        journal.begin_epoch("booted")
        write(journal, taken_at=NOON + timedelta(days=91))
    with open_journal(path, now=lambda: NOON + timedelta(days=91)) as journal:
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 1
        [standing] = journal.state.older
        assert (standing.epoch, standing.first_kept, standing.last_seq, standing.queue) == (old, 2, 3, 1)


def test_row_of_a_free_clock_is_old_once_a_set_clock_called_a_later_one_old(path: Path) -> None:
    """A kiosk without a battery delivers at once what it took in a year long past; the hub may be restored tomorrow."""
    long_ago, later = NOON - timedelta(days=400), NOON + timedelta(days=91)
    with open_journal(path, now=lambda: NOON) as journal:
        for _ in range(3):
            write(journal, taken_at=long_ago, clock=stamp(source="free"))
        write(journal, taken_at=NOON)
        journal.settle(receipt(journal, 1, 4))
        journal.begin_epoch("booted")
        write(journal, taken_at=long_ago, clock=stamp(source="free"))
        write(journal, taken_at=NOON)
        journal.settle(receipt(journal, 2, 2))
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 0
    with open_journal(path, now=lambda: later) as journal:
        for _ in range(2):
            write(journal, taken_at=long_ago, clock=stamp(source="free"))
        journal.settle(receipt(journal, 3, 4))
        assert journal.forget_delivered(older_than=timedelta(days=90)) == 6
        assert journal.state.first_kept == 3


# What the heartbeat says of older epochs ----------------------------------------------------------------------------


def test_state_names_older_epochs_newest_first_and_not_the_empty_ones(journal: Journal) -> None:
    epochs = []
    for rows in (2, 0, 3, 1):
        fill(journal, rows)
        epochs.append(journal.state.epoch)
        journal.begin_epoch("booted")
    state = journal.state
    assert [(each.epoch, each.first_kept, each.last_seq, each.queue) for each in state.older] == [
        (epochs[3], 1, 1, 1),
        (epochs[2], 1, 3, 3),
        (epochs[0], 1, 2, 2),
    ]
    assert (state.epoch, state.last_seq, state.first_kept, state.queue) == (journal.state.epoch, 0, 0, 6)
    journal.settle(receipt(journal, 1, 2, epoch=epochs[2]))
    assert [each.queue for each in journal.state.older] == [1, 1, 2]
    assert journal.state.queue == 4
    journal.settle(receipt(journal, 2, 0, epoch=epochs[2], missing=((1, 1),)))
    assert [each.queue for each in journal.state.older] == [1, 2, 2]


def test_state_names_no_more_older_epochs_than_fit(journal: Journal) -> None:
    for _ in range(MAX_OLDER + 5):
        write(journal)
        journal.begin_epoch("booted")
    state = journal.state
    assert len(state.older) == MAX_OLDER
    assert state.queue == MAX_OLDER + 5


def test_rows_of_an_older_epoch_are_pending_again_when_the_hub_misses_them(journal: Journal) -> None:
    """What is known of older epochs is remembered, and must not be believed for longer than it is true."""
    fill(journal, 3)
    old = journal.state.epoch
    journal.settle(receipt(journal, 1, 3))
    journal.begin_epoch("booted")
    assert journal.state.older[0].queue == 0
    assert journal.pending(sent={}) is None
    journal.settle(receipt(journal, 2, 1, epoch=old, missing=((2, 3),)))
    pending = journal.pending(sent={})
    assert pending is not None
    assert (pending.epoch, pending.first_seq, pending.last_seq) == (old, 2, 3)
    assert journal.state.oldest_pending_at == NOON + timedelta(minutes=2)


@pytest.mark.parametrize(("holes", "gaps"), [((3, 4, 7), ((3, 4), (7, 7))), (range(2, 400, 2), None)])
def test_state_names_the_gaps_that_a_damaged_card_has_left(path: Path, holes: Any, gaps: Any) -> None:
    with open_journal(path) as journal:
        fill(journal, 400)
        journal.begin_epoch("salvaged")
    connection = sqlite3.connect(path)
    connection.executemany("DELETE FROM row WHERE seq = ?", [(seq,) for seq in holes])
    connection.commit()
    connection.close()
    with open_journal(path) as journal:
        [standing] = journal.state.older
        assert standing.queue == 400 - len(holes)
        if gaps is not None:
            assert standing.gaps == gaps
        else:
            assert len(standing.gaps) == MAX_GAPS
            assert standing.gaps[-1][1] == 398
