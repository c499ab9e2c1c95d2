"""Nothing of a face lies open on the card: bytes that were planted are looked for in every file of the data folder."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest

from contract.evidence import snapshot_hash
from contract.month import MonthPart, PersonMonth
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from kiosk.errors import SnapshotError
from kiosk.evidence_folder import EvidenceFolder
from kiosk.journal import Journal
from kiosk.months import MonthCache
from kiosk.roster import RosterCache
from kiosk.take_over import SEALED, take_over
from kiosk.vault import KEY_FILE, open_vault
from kiosk.wipe import erase_faces

NAME = "Siti Rahmawati"
TEMPLATE = np.arange(1, 129, dtype="<f4").tobytes()
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 8
PLANTED = (TEMPLATE[64:128], JPEG[:10], JPEG[20:90], NAME.encode())


class Card:
    """A kiosk's data folder; `start` opens all of it as the station does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self) -> Card:
        with Journal(self.folder / "journal.sqlite3", device="kiosk-1") as journal:
            self.vault = open_vault(self.folder, takes_plain=journal.fact(SEALED) != "yes")
            self.roster = RosterCache(self.folder / "roster.msgpack", vault=self.vault, pack="builtin", dimensions=128)
            self.months = MonthCache(self.folder / "months.msgpack", vault=self.vault)
            self.evidence = EvidenceFolder(self.folder / "evidence", vault=self.vault)
            take_over(
                self.vault, journal, self.evidence, (self.folder / "roster.msgpack", self.folder / "months.msgpack")
            )
        return self

    def fill(self) -> None:
        self.roster.take(roster_part())
        self.months.take(month_part())
        self.evidence.keep(JPEG)

    def open_bytes(self) -> list[bytes]:
        content = b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        return [each for each in PLANTED if each in content]


def roster_part() -> RosterPart:
    people = (RosterPerson(person="p1", name=NAME, count=1, embeddings=TEMPLATE),)
    return RosterPart(version=3, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy(), people=people)


def month_part() -> MonthPart:
    people = (PersonMonth(person=NAME),)
    return MonthPart(
        version=2, part=1, parts=1, month="2026-11", as_of=datetime(2026, 11, 1, tzinfo=UTC), people=people
    )


def write_plain(folder: Path) -> None:
    """As versions before there was a vault wrote it."""
    part, month = roster_part(), month_part()
    stored = {"version": 3, "pack": "builtin", "policy": part.policy, "people": part.people}
    content = msgspec.msgpack.encode(stored)
    (folder / "roster.msgpack").write_bytes(hashlib.sha256(content).digest() + content)
    (folder / ".roster.msgpack.new").write_bytes(content)
    months = {"version": 2, "month": month.month, "as_of": month.as_of, "people": month.people}
    (folder / "months.msgpack").write_bytes(msgspec.msgpack.encode(months))
    (folder / "evidence").mkdir()
    (folder / "evidence" / f"{snapshot_hash(JPEG)}.jpg").write_bytes(JPEG)


def assert_whole(card: Card) -> None:
    assert card.roster.current.name_of("p1") == NAME
    assert len(card.roster.current.gallery) == 1
    assert card.months.current.version == 2
    assert card.evidence.read(snapshot_hash(JPEG)) == JPEG
    assert card.open_bytes() == []


def test_nothing_of_a_face_and_no_name_is_open_on_the_card(tmp_path: Path) -> None:
    card = Card(tmp_path).start()
    card.fill()
    assert_whole(card)
    assert_whole(card.start())


def test_plain_files_of_before_are_taken_over_whole(tmp_path: Path) -> None:
    write_plain(tmp_path)
    assert len(Card(tmp_path).open_bytes()) == len(PLANTED)
    assert_whole(Card(tmp_path).start())
    assert_whole(Card(tmp_path).start())


def test_plain_files_count_no_more_once_all_is_sealed(tmp_path: Path) -> None:
    Card(tmp_path).start()
    write_plain(tmp_path)
    card = Card(tmp_path).start()
    assert card.roster.current.version == 0
    assert "not sealed" in card.roster.trouble
    assert card.months.current.version == 0
    assert card.evidence.kept == []
    assert not list((tmp_path / "evidence").iterdir())


KILLED = """
import os, sys
from pathlib import Path
from kiosk import durable, vault
left = int(sys.argv[2])
def counted(original):
    def step(*args, **kwargs):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return original(*args, **kwargs)
    return step
os.fsync, os.replace, os.unlink = counted(os.fsync), counted(os.replace), counted(os.unlink)
Path.replace, Path.unlink = counted(Path.replace), counted(Path.unlink)
from tests.kiosk.test_at_rest import Card
Card(Path(sys.argv[1])).start()
"""


@pytest.mark.parametrize("step", range(0, 24, 2))
def test_kill_at_any_step_of_the_take_over_loses_nothing(tmp_path: Path, step: int) -> None:
    write_plain(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(step)], check=False, env=os.environ)
    assert done.returncode in (0, 9)
    assert_whole(Card(tmp_path).start())


def test_another_key_asks_the_hub_anew_and_gives_pictures_up(tmp_path: Path) -> None:
    card = Card(tmp_path).start()
    card.fill()
    (tmp_path / KEY_FILE).unlink()
    again = card.start()
    assert again.roster.current.version == 0
    assert "the hub is asked" in again.roster.trouble.lower()
    with pytest.raises(SnapshotError, match="another key"):
        again.evidence.read(snapshot_hash(JPEG))
    assert again.evidence.trouble
    again.fill()
    assert again.roster.trouble == ""
    assert_whole(again.start())


def test_pictures_that_were_swapped_are_refused(tmp_path: Path) -> None:
    card = Card(tmp_path).start()
    first, second = card.evidence.keep(JPEG), card.evidence.keep(JPEG + b"2")
    (tmp_path / "evidence" / f"{first}.sealed").write_bytes((tmp_path / "evidence" / f"{second}.sealed").read_bytes())
    with pytest.raises(SnapshotError):
        card.evidence.read(first)


def test_kiosk_without_a_key_serves_from_memory_and_keeps_nothing_open(tmp_path: Path) -> None:
    card = Card(tmp_path).start()
    card.vault.shred()
    card.roster.take(roster_part())
    card.months.take(month_part())
    with pytest.raises(SnapshotError):
        card.evidence.keep(JPEG)
    assert card.roster.current.name_of("p1") == NAME
    assert card.open_bytes() == []


# Wiped ---------------------------------------------------------------------------------------------------------------


def copy_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_wipe_leaves_the_journal_alone_and_nothing_that_opens(tmp_path: Path) -> None:
    card = Card(tmp_path).start()
    card.fill()
    (tmp_path / "enrolments" / "one").mkdir(parents=True)
    (tmp_path / "enrolments" / "one" / "1.sealed").write_bytes(b"sealed")
    before = copy_of(tmp_path)
    erase_faces(tmp_path)
    erase_faces(tmp_path)
    left = copy_of(tmp_path)
    assert all(name.startswith("journal.sqlite3") for name in left)
    # Whoever had copied the files earlier, but not the key, opens nothing with the key of afterwards.
    for name, content in before.items():
        if name != KEY_FILE and not name.startswith("journal"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    again = Card(tmp_path).start()
    assert (again.roster.current.version, again.months.current.version) == (0, 0)
    with pytest.raises(SnapshotError):
        again.evidence.read(snapshot_hash(JPEG))


WIPED = KILLED.replace("from tests.kiosk.test_at_rest import Card", "from kiosk.wipe import erase_faces").replace(
    "Card(Path(sys.argv[1])).start()", "erase_faces(Path(sys.argv[1]))"
)


@pytest.mark.parametrize("step", range(0, 12, 2))
def test_kill_at_any_step_of_a_wipe_has_cost_the_key_first(tmp_path: Path, step: int) -> None:
    card = Card(tmp_path).start()
    card.fill()
    secret = (tmp_path / KEY_FILE).read_bytes()
    done = subprocess.run([sys.executable, "-c", WIPED, str(tmp_path), str(step)], check=False, env=os.environ)
    assert done.returncode in (0, 9)
    if not (tmp_path / "roster.msgpack").exists():
        assert secret not in copy_of(tmp_path).values()
    erase_faces(tmp_path)
    assert all(name.startswith("journal.sqlite3") for name in copy_of(tmp_path))
