"""The journal on a disk without room, or that refuses: nothing changes, and later all goes on."""

from __future__ import annotations

import json
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.codec import encode
from contract.errors import BadInputError
from contract.signing import FIRST_PREVIOUS, chain_hashes
from kiosk.errors import JournalError, JournalFullError
from kiosk.journal import Journal
from kiosk.journal_file import JournalFile
from tests.factories.terminal import fill, receipt, write

from .conftest import open_journal, stored

# No room ------------------------------------------------------------------------------------------------------------


@contextmanager
def no_room(journal: Journal) -> Iterator[None]:
    """The file may not grow by another page."""
    ((pages,),) = journal._file.fetch("PRAGMA page_count")
    journal._file.change(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        journal._file.change("PRAGMA max_page_count = 1073741823")


def fill_up(journal: Journal) -> int:
    """Write until there is no room; how many rows were taken."""
    taken = 0
    while True:
        try:
            write(journal)
        except JournalFullError:
            return taken
        taken += 1


def test_append_without_room_changes_nothing_and_works_again_with_room(journal: Journal, path: Path) -> None:
    fill(journal, 3)
    with no_room(journal):
        taken = 3 + fill_up(journal)
        for _ in range(3):
            with pytest.raises(JournalFullError, match="Free disk space"):
                write(journal)
        assert journal.state.last_seq == taken
        assert sum(1 for _ in journal.rows()) == taken
    assert write(journal).seq == taken + 1
    hashes = [row[0] for row in stored(path, "SELECT hash FROM row ORDER BY seq")]
    assert hashes == chain_hashes(
        FIRST_PREVIOUS, [row[0] for row in stored(path, "SELECT bytes FROM row ORDER BY seq")]
    )


def test_receipt_without_room_is_refused_and_can_come_again(journal: Journal) -> None:
    """An uplink that died of a full disk would not deliver when there is room again."""
    fill(journal, 3)
    with refusing_writes(journal):
        with pytest.raises(JournalFullError):
            journal.settle(receipt(journal, 1, 3))
        with pytest.raises(JournalFullError):
            journal.set_fact("locked", "yes")
        assert journal.state.queue == 3
        assert journal.fact("locked") is None
    assert journal.settle(receipt(journal, 1, 3)).settled == 3
    assert journal.state.queue == 0


def test_epoch_that_could_not_be_written_is_not_used(journal: Journal) -> None:
    """Rows under an epoch that is not on disk would never be sent."""
    fill(journal, 2)
    epoch = journal.state.epoch
    with refusing_writes(journal), pytest.raises(JournalFullError):
        journal.begin_epoch("rolled_back")
    assert journal.state.epoch == epoch
    assert write(journal).seq == 3
    assert journal.state.queue == 3


def test_journal_is_full_until_a_row_is_taken_again(journal: Journal) -> None:
    fill(journal, 2)
    assert not journal.full
    with refusing_writes(journal):
        with pytest.raises(JournalFullError):
            write(journal)
        assert journal.full
    assert journal.full
    write(journal)
    assert not journal.full


def test_full_disk_at_boot_lets_the_journal_open_and_takes_no_row_of_the_old_epoch(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_journal(path, boot="boot-1") as journal:
        fill(journal, 2)
        old = journal.state.epoch

    def refuse(_file: JournalFile) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(JournalFile, "transaction", refuse)
        journal = open_journal(path, boot="boot-2")
        assert journal.full
        assert journal.state.queue == 2
        with pytest.raises(JournalFullError):
            write(journal)
    with journal:
        assert write(journal).seq == 1
        assert journal.state.epoch != old
        assert not journal.full
        assert write(journal).seq == 2


@contextmanager
def refusing_writes(journal: Journal) -> Iterator[None]:
    """The disk takes nothing: no process may make a file larger than this, and the log stands at its end."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = max(each.stat().st_size for each in journal._file.path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def test_append_on_a_disk_that_refuses_changes_nothing(journal: Journal) -> None:
    fill(journal, 3)
    with refusing_writes(journal):
        with pytest.raises(JournalFullError):
            write(journal)
        assert journal.state.last_seq == 3
    assert write(journal).seq == 4
    assert journal.state.queue == 4


def test_journal_whose_folder_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="Cannot open the journal"):
        open_journal(tmp_path / "file" / "journal.sqlite3")


def test_journal_path_that_is_a_folder_says_so_and_keeps_no_lock(path: Path) -> None:
    path.mkdir()
    for _ in range(2):
        with pytest.raises(JournalError, match="unable to open"):
            open_journal(path)
    path.rmdir()
    open_journal(path).close()


# Export -------------------------------------------------------------------------------------------------------------


def test_export_writes_every_row_with_its_proof(journal: Journal, tmp_path: Path) -> None:
    written = fill(journal, 3)
    to = tmp_path / "stick.jsonl"
    assert journal.export(to) == 3
    lines = [json.loads(line) for line in to.read_text().splitlines()]
    assert [line["row"].encode() for line in lines] == [encode(each) for each in written]
    assert [line["hash"] for line in lines] == [
        each.hex() for each in chain_hashes(FIRST_PREVIOUS, [encode(each) for each in written])
    ]
    with pytest.raises(BadInputError, match="exists"):
        journal.export(to)
    assert len(to.read_text().splitlines()) == 3


def test_export_to_a_stick_that_is_full_leaves_nothing_behind(journal: Journal, tmp_path: Path) -> None:
    fill(journal, 3)
    with refusing_writes(journal):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        with pytest.raises(BadInputError, match="Cannot write"):
            journal.export(tmp_path / "stick.jsonl")
    assert not (tmp_path / "stick.jsonl").exists()
    assert journal.export(tmp_path / "stick.jsonl") == 3
