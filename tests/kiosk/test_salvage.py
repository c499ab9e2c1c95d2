"""A damaged card: what is whole of the journal comes back, the rest is set aside, and counting begins anew."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.codec import encode
from contract.punch import JournalRow
from contract.receipt import Receipt
from contract.signing import FIRST_PREVIOUS, HASH_BYTES, chain_hashes
from kiosk.errors import JournalError, JournalFullError
from kiosk.journal import Journal
from kiosk.journal_columns import read_settled, write_settled
from kiosk.salvage import carve
from tests.factories.journals import NOON
from tests.factories.terminal import fill, receipt, write

ROWS = 60


def open_journal(path: Path) -> Journal:
    return Journal(path, device="kiosk-1", now=lambda: NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def written(path: Path) -> list[bytes]:
    """The bytes of the rows of a journal that was closed properly."""
    with open_journal(path) as journal:
        rows = [encode(each) for each in fill(journal, ROWS)]
        journal.set_fact("locked", "yes")
    return rows


def rows_of(journal: Journal) -> list[bytes]:
    return [encode(each) for each in journal.rows()]


def set_aside(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir() if ".damaged-" in each.name)


def intact(path: Path, rows: list[bytes]) -> list[bytes]:
    """Those rows whose bytes and hashes still stand in the damaged file, whatever SQLite thinks of it."""
    content = b"".join(each.read_bytes() for each in (path, Path(f"{path}-wal")) if each.exists())
    hashes = [FIRST_PREVIOUS, *chain_hashes(FIRST_PREVIOUS, rows)]
    return [
        row for row, previous, own in zip(rows, hashes, hashes[1:], strict=False) if previous + own + row in content
    ]


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def cut_within_a_page(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: 8192 * 3 + 1000])


def change_a_row(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(b'"person":"person-30"')
    content[place + 17 : place + 19] = b"99"
    path.write_bytes(content)


def change_a_row_through_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE row SET bytes = CAST(replace(bytes, 'person-30', 'person-99') AS BLOB) WHERE seq = 30")
    connection.commit()
    connection.close()


def execute(statement: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    "header destroyed": lambda path: overwrite(path, 0, b"\xff" * 100),
    "magic destroyed": lambda path: overwrite(path, 3, b"?"),
    "page size absurd": lambda path: overwrite(path, 16, b"\x12\x34"),
    "header forbids writing": lambda path: overwrite(path, 18, b"\x07\x07"),
    "schema format unknown": lambda path: overwrite(path, 44, b"\x00\x00\x00\x63"),
    "text encoding changed": lambda path: overwrite(path, 56, b"\x00\x00\x00\x02"),
    "first page zeroed": lambda path: overwrite(path, 0, bytes(8192)),
    "second page zeroed": lambda path: overwrite(path, 8192, bytes(8192)),
    "fifth page noise": lambda path: overwrite(path, 4 * 8192, random.Random(5).randbytes(8192)),
    "cut in half": cut_in_half,
    "cut within a page": cut_within_a_page,
    "row changed on the card": change_a_row,
    "row changed through SQLite": change_a_row_through_sqlite,
    "row became text": execute("UPDATE row SET bytes = CAST(bytes AS TEXT) WHERE seq = 7"),
    "hash too short": execute("UPDATE row SET hash = x'00' WHERE seq = 7"),
    "row in another's place": execute("UPDATE row SET seq = 1000 WHERE seq = 7"),
    "row without an epoch": execute("UPDATE row SET ordinal = 9 WHERE seq = 7"),
    "epoch renamed": execute("UPDATE epoch SET epoch = replace(epoch, '-', '0')"),
    "epoch no text": execute("UPDATE epoch SET epoch = CAST(x'ff' || substr(epoch, 2) AS TEXT)"),
    "epochs gone": execute("DELETE FROM epoch"),
    "settled without checksum": execute("UPDATE epoch SET settled = '[[1, 60]]'"),
    "settled changed": execute(f"UPDATE epoch SET settled = replace('{write_settled(((1, 10),))}', '10', '60')"),
    "rejected is no JSON": execute("UPDATE epoch SET rejected = '{'"),
    "receipt version no number": execute("UPDATE epoch SET receipt_version = 'x'"),
    "table dropped": execute("DROP TABLE epoch"),
    "another program's database": execute("ALTER TABLE row RENAME COLUMN previous TO earlier"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_journal_loses_no_row_that_is_whole(path: Path, written: list[bytes], name: str) -> None:
    with open_journal(path) as journal:
        epoch = journal.state.epoch
    DAMAGES[name](path)
    expected = intact(path, written)
    with open_journal(path) as journal:
        assert len(journal.alarms) == 1
        assert len(set_aside(path)) >= 1
        assert rows_of(journal) == expected
        assert journal.state.epoch != epoch
        assert journal.state.last_seq == 0
        assert journal.state.queue == len(expected)
        write(journal)
        check_delivery(journal, len(expected) + 1)
    with open_journal(path) as journal:
        assert not journal.alarms
        assert journal.state.queue == len(expected) + 1


def check_delivery(journal: Journal, rows: int) -> None:
    """Everything is offered once, in chains that hold, in the order of its numbers within an epoch."""
    sent: dict[str, tuple[tuple[int, int], ...]] = {}
    offered = 0
    while (run := journal.pending(sent=sent, limit=7)) is not None:
        assert chain_hashes(run.previous, run.rows)[-1] == run.last
        assert not sent.get(run.epoch) or sent[run.epoch][-1][1] < run.first_seq
        sent[run.epoch] = (*sent.get(run.epoch, ()), (run.first_seq, run.last_seq))
        offered += len(run.rows)
    assert offered == rows


def test_most_damages_leave_most_rows(path: Path, written: list[bytes]) -> None:
    """The comparison above would hold for a journal that salvaged nothing from a file in which nothing is left."""
    for name in ("header destroyed", "settled changed", "row changed on the card", "epochs gone"):
        copy = path.with_name(f"{name}.sqlite3")
        shutil.copy(path, copy)
        DAMAGES[name](copy)
        with open_journal(copy) as journal:
            assert len(rows_of(journal)) >= ROWS - 1


def test_salvaged_journal_remembers_its_facts(path: Path, written: list[bytes]) -> None:
    change_a_row(path)
    with open_journal(path) as journal:
        assert journal.alarms
        assert journal.fact("locked") == "yes"


@pytest.mark.parametrize("content", [b"", b"not a database", b"\0" * 20_000, b"SQLite format 3\0", b"PK\x03\x04" * 999])
def test_file_that_is_no_journal_is_set_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with open_journal(path) as journal:
        assert write(journal).seq == 1
        # An empty file is what SQLite itself leaves behind before it writes for the first time.
        assert bool(journal.alarms) == bool(content)


def test_journal_of_which_only_the_log_is_left_comes_back(path: Path) -> None:
    with open_journal(path) as journal:
        rows = [encode(each) for each in fill(journal, 20)]
        log = Path(f"{path}-wal").read_bytes()
    for each in path.parent.iterdir():
        each.unlink()
    Path(f"{path}-wal").write_bytes(log)
    path.write_bytes(b"\0" * 8192)
    with open_journal(path) as journal:
        assert rows_of(journal) == rows


def test_rows_in_file_and_log_come_back_once(path: Path, written: list[bytes]) -> None:
    """A kiosk that lost power: newest rows in the log only, some in both."""
    copy = path.with_name("copy.sqlite3")
    with open_journal(path) as journal:
        epoch = journal.state.epoch
        rows = [*written, *(encode(each) for each in fill(journal, 5))]
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    overwrite(copy, 0, b"\xff" * 100)
    overwrite(Path(f"{copy}-wal"), 0, b"\xff" * 32)
    with open_journal(copy) as journal:
        assert rows_of(journal) == rows
        assert journal.state.epoch != epoch


@pytest.mark.parametrize("offset", [0, 40, 32 + 8216 * 2 + 30], ids=["header", "first page", "third page"])
def test_log_that_is_damaged_loses_no_whole_row(path: Path, written: list[bytes], offset: int) -> None:
    """SQLite takes a damaged log for one that ends there, says nothing, and writes over it."""
    copy = path.with_name("copy.sqlite3")
    with open_journal(path) as journal:
        epoch = journal.state.epoch
        rows = [*written, *(encode(each) for each in fill(journal, 9))]
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    overwrite(Path(f"{copy}-wal"), offset, b"\xff\xff")
    with open_journal(copy) as journal:
        assert rows_of(journal) == rows
        assert journal.state.epoch != epoch
        assert journal.alarms


def test_log_without_its_file_gives_its_rows_back(path: Path) -> None:
    copy = path.with_name("copy.sqlite3")
    with open_journal(path) as journal:
        rows = [encode(each) for each in fill(journal, 9)]
        shutil.copy(f"{path}-wal", f"{copy}-wal")
    with open_journal(copy) as journal:
        assert rows_of(journal) == rows


def test_damage_found_while_running_is_mended_without_losing_a_punch(path: Path, written: list[bytes]) -> None:
    with open_journal(path) as journal:
        other = sqlite3.connect(path)
        other.execute("UPDATE row SET hash = x'00' WHERE seq = 30")
        other.commit()
        other.close()
        sent = {journal.state.epoch: ((1, 25),)}
        run = journal.pending(sent=sent)
        assert run is not None
        # The change stands in the log only; the file still has the row as it was written.
        assert (run.first_seq, run.last_seq) == (26, ROWS)
        assert journal.alarms
        assert rows_of(journal) == written


def test_append_to_a_file_that_breaks_meanwhile_is_taken_after_mending(path: Path, written: list[bytes]) -> None:
    with open_journal(path) as journal:
        other = sqlite3.connect(path)
        other.execute("DROP TABLE row")
        other.execute("VACUUM")
        other.commit()
        other.close()
        row = write(journal)
        assert row.seq == 1
        assert row.epoch == journal.state.epoch
        assert journal.alarms
        assert encode(row) in rows_of(journal)


def test_receipts_for_salvaged_rows_settle_them(path: Path, written: list[bytes]) -> None:
    with open_journal(path) as journal:
        epoch = journal.state.epoch
        journal.settle(receipt(journal, 5, 40))
    change_a_row(path)
    with open_journal(path) as journal:
        assert journal.state.queue == ROWS - 1
        assert journal.settle(Receipt(version=6, epoch=epoch, upto=ROWS)).settled >= ROWS - 1
        assert journal.state.queue == 0


# Failing while mending ----------------------------------------------------------------------------------------------


def test_mending_without_room_leaves_the_damaged_file_for_the_next_try(
    path: Path, written: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    change_a_row(path)
    before = path.read_bytes()
    real = sqlite3.connect

    def connect(database: Path, **keywords: object) -> sqlite3.Connection:
        connection = real(database, **keywords)  # type: ignore[call-overload]
        if str(database).endswith(".salvaging"):
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA max_page_count = 5")
        assert isinstance(connection, sqlite3.Connection)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        with pytest.raises(JournalError, match="mended"):
            open_journal(path)
    assert path.read_bytes() == before
    assert set_aside(path) == []
    with open_journal(path) as journal:
        assert rows_of(journal) == written[:29] + written[30:]


def test_power_lost_between_the_steps_of_mending_loses_nothing(
    path: Path, written: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each rename in turn the power goes; the next start finds every whole row and no epoch that goes on."""
    with open_journal(path) as journal:
        epoch = journal.state.epoch
    change_a_row(path)
    real = Path.rename
    for survives in range(4):
        folder = path.parent / str(survives)
        folder.mkdir()
        copy = folder / path.name
        shutil.copy(path, copy)
        renames = 0

        def rename(self: Path, target: Path, allowed: int = survives) -> Path:
            nonlocal renames
            if renames == allowed:
                raise OSError(5, "power lost")
            renames += 1
            return real(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", rename)
            if survives < 3:
                with pytest.raises(JournalError):
                    open_journal(copy)
        with open_journal(copy) as journal:
            assert rows_of(journal) == written[:29] + written[30:]
            assert journal.state.epoch != epoch
            assert journal.state.last_seq == 0


def test_running_journal_that_cannot_be_mended_refuses_and_recovers(
    path: Path, written: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_journal(path) as journal:
        other = sqlite3.connect(path)
        other.execute("UPDATE row SET hash = x'00' WHERE seq = 1")
        other.commit()
        other.close()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
            with pytest.raises(JournalFullError):
                journal.pending(sent={})
        assert journal.pending(sent={}) is not None
        assert rows_of(journal) == written[1:]


# Carving ------------------------------------------------------------------------------------------------------------


def test_carving_nothing_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(100_000) + b'{"kind":"punch"' * 1000)
    assert carve([tmp_path / "empty", tmp_path / "noise", tmp_path / "missing"]) == []


def test_carving_keeps_the_version_that_the_next_row_continues(tmp_path: Path, path: Path) -> None:
    """A row that was rolled back, and the one that took its number."""
    with open_journal(path) as journal:
        first, second = write(journal), write(journal, "person-2")
    lost = encode(type(second)(**{name: getattr(second, name) for name in second.__struct_fields__} | {"person": "x"}))
    third = encode(type(second)(**{name: getattr(second, name) for name in second.__struct_fields__} | {"seq": 3}))
    rows = [encode(first), encode(second), third]
    hashes = [FIRST_PREVIOUS, *chain_hashes(FIRST_PREVIOUS, rows)]
    cells = [hashes[place] + hashes[place + 1] + row for place, row in enumerate(rows)]
    stray = hashes[1] + chain_hashes(hashes[1], [lost])[0] + lost
    for order in ([stray, *cells], [*cells, stray], [cells[2], stray, cells[1], cells[0]]):
        (tmp_path / "raw").write_bytes(b"\0\x01junk".join(order))
        assert [each.content for each in carve([tmp_path / "raw"])] == rows


def test_carving_orders_rows_by_number(tmp_path: Path, path: Path, written: list[bytes]) -> None:
    hashes = [FIRST_PREVIOUS, *chain_hashes(FIRST_PREVIOUS, written)]
    cells = [hashes[place] + hashes[place + 1] + row for place, row in enumerate(written)]
    random.Random(3).shuffle(cells)
    (tmp_path / "raw").write_bytes(b"".join(cells))
    carved = carve([tmp_path / "raw"])
    assert [each.content for each in carved] == written
    assert all(len(each.hash) == HASH_BYTES for each in carved)
    assert all(isinstance(each.row, JournalRow) for each in carved)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    path = tmp_path_factory.mktemp("pristine") / "journal.sqlite3"
    with open_journal(path) as journal:
        rows = [encode(each) for each in fill(journal, ROWS)]
    return path, rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["bits", "blocks", "cut", "zeros"]), extent=st.integers(1, 12))
def test_any_damage_loses_no_row_that_is_whole(
    pristine: tuple[Path, list[bytes]], tmp_path_factory: pytest.TempPathFactory, seed: int, kind: str, extent: int
) -> None:
    source, rows = pristine
    path = tmp_path_factory.mktemp("damaged") / "journal.sqlite3"
    content = bytearray(source.read_bytes())
    chance = random.Random(seed)
    for _ in range(extent):
        place = chance.randrange(len(content))
        if kind == "bits":
            content[place] ^= 1 << chance.randrange(8)
        elif kind == "blocks":
            content[place : place + 512] = chance.randbytes(len(content[place : place + 512]))
        elif kind == "zeros":
            content[place : place + 4096] = bytes(len(content[place : place + 4096]))
    path.write_bytes(content[: chance.randrange(len(content))] if kind == "cut" else content)
    expected = intact(path, rows)
    with open_journal(path) as journal:
        assert set(rows_of(journal)) >= set(expected)
        assert set(rows_of(journal)) <= set(rows)
        write(journal)
        check_delivery(journal, len(rows_of(journal)))
    with open_journal(path) as journal:
        assert not journal.alarms
    shutil.rmtree(path.parent)


# Columns ------------------------------------------------------------------------------------------------------------


def test_settled_ranges_come_back() -> None:
    for ranges in ((), ((1, 5),), ((1, 5), (7, 2**53))):
        assert read_settled(write_settled(ranges)) == ranges
    assert read_settled("") == ()


@pytest.mark.parametrize("text", [None, 5, b"", "x", "[[1,2]]", "00000000 [[1, 2]]", write_settled(((1, 2),)) + " "])
def test_settled_text_that_was_not_written_so_is_damage(text: object) -> None:
    with pytest.raises(JournalError):
        read_settled(text)
