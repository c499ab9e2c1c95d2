"""Somebody is refused too often: the row, the picture beside it, and a power cut at every step between the two."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.codec import encode
from contract.evidence import snapshot_hash
from contract.punch import JournalRow, LivenessLayer, Punch, RefusedPresentation
from contract.roster import KioskPolicy
from kiosk import durable, evidence_folder
from kiosk.errors import JournalFullError, SnapshotError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.journal import Journal
from kiosk.recognizer.gallery import Gallery
from kiosk.refusals import RefusalBook
from kiosk.roster import Roster
from tests.conftest import ROOT
from tests.factories.journals import punch
from tests.factories.snapshots import BOX, frame, jpeg
from tests.factories.terminal import HandClock, fill, receipt, write
from tests.factories.vaults import VAULT

ROSTER = Roster(version=7, pack="builtin", gallery=Gallery({}, dimensions=128))
LAYERS = (
    LivenessLayer(name="passive", verdict="undecided", score=0.4),
    LivenessLayer(name="challenge", verdict="attack"),
)


class Corner:
    """The part of a kiosk that refusals need; `restart` opens it anew on the same disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self.clock = HandClock()
        self.open()

    def open(self) -> None:
        self.journal = Journal(self._path / "journal.sqlite3", device="kiosk-1", now=self.clock.now)
        self.folder = EvidenceFolder(self._path / "evidence", vault=VAULT)
        self.book = RefusalBook(journal=self.journal, folder=self.folder, clock=self.clock, roster=lambda: ROSTER)

    def restart(self) -> None:
        self.journal.close()
        self.open()

    def record(self, seed: int = 1) -> RefusedPresentation:
        row = self.book.record("person-1", LAYERS, frame(seed), BOX, 3)
        assert row is not None
        return row

    def files(self) -> list[str]:
        return sorted(each.name for each in self._path.glob("evidence/*"))


@pytest.fixture
def corner(tmp_path: Path) -> Iterator[Corner]:
    made = Corner(tmp_path)
    yield made
    made.journal.close()


def test_event_is_in_the_journal_with_its_picture_beside_it(corner: Corner, tmp_path: Path) -> None:
    row = corner.record()
    assert list(corner.journal.rows()) == [row]
    assert (row.person, row.attempts, row.reason, row.source) == ("person-1", 3, "liveness", "webcam")
    assert (row.liveness.layers, row.liveness.policy, row.roster) == (LAYERS, KioskPolicy().liveness, 7)
    assert (row.taken_at, row.clock.boot) == (corner.clock.wall, "boot-1")
    assert row.evidence is not None
    assert snapshot_hash(corner.folder.read(row.evidence)) == row.evidence
    assert corner.folder.waiting == {row.evidence: (row.epoch, row.seq)}
    assert corner.files() == [f"{row.evidence}.sealed"]
    assert stat.S_IMODE((tmp_path / "evidence").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "evidence" / corner.files()[0]).stat().st_mode) == 0o600


def test_picture_never_stands_in_the_journal(corner: Corner) -> None:
    row = corner.record()
    assert len(encode(row)) < 1000
    assert row.evidence is not None
    assert corner.folder.read(row.evidence)[:200] not in b"".join(each for _, each in corner.journal.stored_rows())


def test_refusal_is_no_punch(corner: Corner) -> None:
    corner.record()
    write(corner.journal, "person-2")
    assert [punch.person for punch in corner.journal.punches_since(corner.clock.wall - timedelta(days=1))] == [
        "person-2"
    ]
    assert [row.person for row in corner.journal.refusals()] == ["person-1"]


def test_somebody_who_resembles_nobody_is_recorded_too(corner: Corner) -> None:
    row = corner.book.record(None, (), frame(), None, 3)
    assert row is not None
    assert (row.person, row.liveness.layers) == (None, ())
    assert row.evidence in corner.folder.waiting


def test_events_survive_a_restart_in_the_order_of_their_rows(corner: Corner) -> None:
    rows = [corner.record(seed) for seed in range(1, 6)]
    corner.restart()
    assert list(corner.folder.waiting) == [row.evidence for row in rows]
    assert corner.journal.refusals() == rows


def test_same_picture_twice_is_one_file(corner: Corner) -> None:
    first, second = corner.record(1), corner.record(1)
    assert first.evidence == second.evidence
    assert len(corner.files()) == 1
    assert corner.folder.waiting == {second.evidence: (second.epoch, second.seq)}


# A power cut at every step ------------------------------------------------------------------------------------------

KILLED = """
import os, pathlib, sys
from kiosk import evidence_folder, journal
from tests.kiosk.test_refusals import Corner
corner = Corner(pathlib.Path(sys.argv[1]))
target, name = {"file": (pathlib.Path, "replace"), "row": (journal.Journal, "append"),
                "after": (evidence_folder.EvidenceFolder, "announce")}[sys.argv[2]]
setattr(target, name, lambda *_, **__: os._exit(9))
corner.record(2)
"""


@pytest.mark.parametrize(("step", "left"), [("file", 0), ("row", 1), ("after", 1)])
def test_power_cut_leaves_no_row_without_its_picture(corner: Corner, tmp_path: Path, step: str, left: int) -> None:
    """file: while it is written; row: once it is there, before its row; after: as soon as the row is committed."""
    before = corner.record(1)
    corner.journal.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), step], cwd=ROOT, timeout=120, check=False)
    assert killed.returncode == 9
    assert len([name for name in corner.files() if name.endswith(".sealed")]) == 1 + left
    corner.open()
    rows = corner.journal.refusals()
    assert len(rows) == (2 if step == "after" else 1)
    assert rows[0] == before
    # Each row has its picture, and there is none without a row.
    assert corner.files() == sorted(f"{row.evidence}.sealed" for row in rows)
    assert list(corner.folder.waiting) == [row.evidence for row in rows]


def test_file_that_is_none_of_ours_is_left_alone(corner: Corner, tmp_path: Path) -> None:
    corner.record()
    (tmp_path / "evidence" / "notes.sealed").write_bytes(b"mine")
    (tmp_path / "evidence" / "README").write_bytes(b"mine")
    corner.restart()
    assert len(corner.files()) == 3
    assert len(corner.folder.waiting) == 1


# Full disks ---------------------------------------------------------------------------------------------------------


def nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_folder, "MIN_FREE_BYTES", 1 << 62)


def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(durable.os, "fsync", refuse)


def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)


@pytest.mark.parametrize("fault", [nearly_full, refusing, forbidden])
def test_full_disk_costs_the_picture_and_not_the_event(
    corner: Corner, monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with monkeypatch.context() as patch:
        fault(patch)
        row = corner.record()
    assert row.evidence is None
    assert corner.files() == []
    assert corner.folder.trouble.startswith("A refusal was recorded without its picture.")
    assert corner.record().evidence is not None
    assert corner.folder.trouble == ""


def test_event_that_the_journal_refuses_leaves_no_picture(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise JournalFullError("no room")

    kept = corner.record(1)
    with monkeypatch.context() as patch:
        patch.setattr(corner.journal, "_append", refuse)
        assert corner.book.record("person-1", LAYERS, frame(2), BOX, 3) is None
        # The same picture as one that waits already stays.
        assert corner.book.record("person-1", LAYERS, frame(1), BOX, 3) is None
    assert corner.files() == [f"{kept.evidence}.sealed"]
    assert corner.journal.full
    assert corner.journal.refusals() == [kept]


def test_row_that_nobody_could_read_leaves_no_picture(corner: Corner) -> None:
    with pytest.raises(ValueError, match="read back"):
        corner.book.record("person-1", LAYERS, frame(), BOX, 0)
    assert corner.files() == []


def test_full_folder_takes_no_more_and_keeps_what_it_has(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else somebody could push the picture of an earlier attempt out, by being refused often enough."""
    monkeypatch.setattr(evidence_folder, "MAX_SNAPSHOTS", 3)
    rows = [corner.record(seed) for seed in range(1, 6)]
    assert [row.evidence is not None for row in rows] == [True, True, True, False, False]
    assert list(corner.folder.waiting) == [row.evidence for row in rows[:3]]
    assert "3 pictures wait" in corner.folder.trouble
    corner.folder.remove([str(rows[0].evidence)])
    assert corner.record(6).evidence is not None
    assert len(corner.files()) == 3


def test_kiosk_starts_with_a_disk_that_cannot_mend_its_journal(corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    corner.record()
    corner.journal.close()

    def refuse(_journal: Journal) -> None:
        raise JournalFullError("damaged, and no room to mend it")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "announcing", refuse)
        corner.open()
        assert corner.folder.waiting == {}
        assert len(corner.files()) == 1
    corner.book.sort_out()
    assert len(corner.folder.waiting) == 1


# Damage and forgetting ----------------------------------------------------------------------------------------------


def test_picture_that_a_card_has_changed_is_never_sent(corner: Corner, tmp_path: Path) -> None:
    first, second = corner.record(1), corner.record(2)
    (tmp_path / "evidence" / f"{first.evidence}.sealed").write_bytes(jpeg(3))
    with pytest.raises(SnapshotError, match="damaged on the card"):
        corner.folder.read(str(first.evidence))
    assert list(corner.folder.waiting) == [second.evidence]
    assert corner.files() == [f"{second.evidence}.sealed"]
    assert "is lost" in corner.folder.trouble


def test_picture_is_kept_no_longer_than_its_row(corner: Corner) -> None:
    old = corner.record(1)
    corner.clock.advance(91 * 86_400)
    young = corner.record(2)
    corner.journal.settle(receipt(corner.journal, 1, 2))
    assert corner.journal.forget_delivered(older_than=timedelta(days=90)) == 1
    corner.book.sort_out()
    assert list(corner.folder.waiting) == [young.evidence]
    assert corner.files() == [f"{young.evidence}.sealed"]
    assert "the hub never took them" in corner.folder.trouble
    assert old not in corner.journal.refusals()


def test_picture_that_no_hub_takes_goes_by_age_and_its_row_stays(corner: Corner) -> None:
    old = corner.record(1)
    corner.clock.advance(20 * 86_400)
    young = corner.record(2)
    corner.clock.advance(11 * 86_400)
    assert corner.book.erase_pictures(older_than=timedelta(days=30)) == 1
    assert list(corner.folder.waiting) == [young.evidence]
    assert corner.files() == [f"{young.evidence}.sealed"]
    assert corner.folder.trouble == "Pictures of refusals were deleted after 30 days, and the hub never took them: 1."
    assert corner.journal.refusals() == [old, young]
    assert corner.book.erase_pictures(older_than=timedelta(days=30)) == 0


def test_picture_of_an_old_and_of_a_young_row_stays(corner: Corner) -> None:
    corner.record(1)
    corner.clock.advance(31 * 86_400)
    young = corner.record(1)
    assert corner.book.erase_pictures(older_than=timedelta(days=30)) == 0
    assert corner.files() == [f"{young.evidence}.sealed"]


def test_sorting_out_again_changes_nothing(corner: Corner) -> None:
    rows = [corner.record(seed) for seed in (1, 2)]
    fill(corner.journal, 5)
    waiting = corner.folder.waiting
    for _ in range(3):
        corner.book.sort_out()
    assert corner.folder.waiting == waiting
    corner.folder.remove([str(rows[0].evidence)])
    corner.book.sort_out()
    assert list(corner.folder.waiting) == [rows[1].evidence]


def test_rows_carved_from_a_damaged_journal_keep_their_pictures(corner: Corner, tmp_path: Path) -> None:
    rows = [corner.record(seed) for seed in (1, 2, 3)]
    corner.journal.close()
    path = tmp_path / "journal.sqlite3"
    content = bytearray(path.read_bytes())
    content[:100] = b"\xff" * 100
    path.write_bytes(content)
    corner.open()
    assert len(corner.journal.alarms) == 1
    assert corner.journal.refusals() == rows
    assert list(corner.folder.waiting) == [row.evidence for row in rows]


def test_picture_of_a_punch_waits_as_a_refusals_does(corner: Corner) -> None:
    """Those with a PIN or a card go with one; after a restart it is not taken for a leftover."""

    def append(evidence: str | None) -> JournalRow:
        return corner.journal.append(
            lambda key: punch(device=key.device, epoch=key.epoch, seq=key.seq, factor="pin", evidence=evidence)
        )

    row = corner.book.append_with_snapshot(frame(), BOX, append)
    assert isinstance(row, Punch)
    assert row.evidence in corner.folder.waiting
    corner.restart()
    assert corner.folder.waiting == {row.evidence: (row.epoch, row.seq)}


def test_picture_of_a_punch_that_was_not_written_is_taken_back(corner: Corner) -> None:
    def append(_evidence: str | None) -> JournalRow:
        raise JournalFullError("full")

    with pytest.raises(JournalFullError):
        corner.book.append_with_snapshot(frame(), BOX, append)
    assert corner.folder.kept == []
