"""Sealed enrolments on the disk and on their way: power cuts, lost and doubled receipts, full disks, thieves."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract import codec
from contract.enrolment import EnrolmentStanding, Outcome, SealedEnrolment, open_part
from contract.errors import MalformedMessageError
from contract.sealing import OpeningKey
from contract.signing import SigningKey
from kiosk.errors import EnrolmentStoreError
from kiosk.operator import enrolment_folder
from kiosk.operator.enrolment_folder import EnrolmentFolder
from kiosk.operator.enrolment_outbox import WINDOW, EnrolmentOutbox
from kiosk.operator.parcel import Parcel, Permission, seal_parcel
from kiosk.operator.photographs import Photograph
from kiosk.operator.screens import Subject
from tests.factories.journals import NOON

EPOCH = "00000000-0000-0000-0000-000000000001"
DEVICE = "kiosk-1"
NAME, FACE = "Siti Aminah", b"\xff\xd8 a face that nobody else may see"
KEY, HUB = SigningKey.generate(), OpeningKey.generate()


class Cut(BaseException):
    """The power is gone: nothing after this runs."""


def parcel(count: int = 3, *, person: str | None = "p-siti") -> Parcel:
    shots = [Photograph(FACE + bytes([number]), b"", None, "ahead", NOON) for number in range(count)]  # type: ignore[arg-type]
    return seal_parcel(
        shots, subject=Subject(person, NAME), operator="p-rudi", permission=Permission("id", NOON),
        key=HUB.seal_key, device=DEVICE, software="0.1.0",
    )  # fmt: skip


class Line:
    """A wire to a hub that keeps what it hears."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[SealedEnrolment] = []
        self.up = True
        self.now = 100.0
        self.start()

    def start(self) -> None:
        """A new program, as after a restart."""
        self.outbox = EnrolmentOutbox(
            device=DEVICE, key=KEY, folder=EnrolmentFolder(self.folder), epoch=lambda: EPOCH,
            name_of={"p-siti": NAME}.get, receipt_timeout=5.0, jitter=lambda: 0.5,
        )  # fmt: skip

    def publish(self, payload: bytes) -> bool:
        if self.up:
            self.heard.append(
                codec.unseal(payload, SealedEnrolment, key=KEY.verify_key, purpose="enrol", device=DEVICE)
            )
        return self.up

    def send(self, seconds: float = 0.0) -> list[int]:
        """Numbers of the parts that were sent now."""
        before = len(self.heard)
        self.now += seconds
        self.outbox.send_due(self.now, self.publish)
        return [each.part for each in self.heard[before:]]

    def hear(self, enrolment: str, outcome: Outcome, *held: int, reason: str = "") -> None:
        self.outbox.settle([EnrolmentStanding(id=enrolment, outcome=outcome, held=held, reason=reason)])


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "enrolments")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()


def test_enrolment_is_sent_part_by_part_until_the_hub_holds_each(line: Line) -> None:
    sent = parcel()
    line.outbox.keep(sent, NAME)
    assert line.send() == [1, 2]
    assert WINDOW == 2
    assert line.send() == []
    line.hear(sent.id, "receiving", 1, 2)
    assert files(line.folder) == {"about.json", "3.sealed"}
    assert line.send() == [3]
    assert line.outbox.standing(sent.id).sent == 2
    line.hear(sent.id, "waiting", 1, 2, 3)
    assert files(line.folder) == {"about.json"}
    standing = line.outbox.standing(sent.id)
    assert (standing.name, standing.outcome, standing.sent) == (NAME, "waiting", 3)
    assert line.outbox.open == (sent.id,)
    line.hear(sent.id, "approved")
    assert files(line.folder) == set()
    assert line.outbox.open == ()
    assert line.outbox.standing(sent.id).outcome == "approved"
    for each in line.heard:
        part = open_part(each, key=HUB, device=DEVICE)
        assert (part.name, part.operator, part.consent.wording) == (NAME, "p-rudi", "uu27-2022/1")


def test_whoever_takes_the_card_reads_neither_faces_nor_names(line: Line) -> None:
    line.outbox.keep(parcel(person=None), NAME)
    content = b"".join(path.read_bytes() for path in line.folder.rglob("*") if path.is_file())
    for secret in (NAME.encode(), FACE, b"p-rudi"):
        assert secret not in content
    assert all(path.stat().st_mode & 0o077 == 0 for path in line.folder.rglob("*"))
    line.send()
    with pytest.raises(MalformedMessageError):
        open_part(line.heard[0], key=OpeningKey.generate(), device=DEVICE)
    with pytest.raises(MalformedMessageError):
        open_part(line.heard[0], key=HUB, device="kiosk-2")


def test_lost_receipts_only_cost_repetitions_that_become_rarer(line: Line) -> None:
    line.outbox.keep(parcel(1), NAME)
    assert line.send() == [1]
    assert line.send(4.0) == []
    assert line.send(2.0) == [1]
    assert line.send(6.0) == []
    assert line.send(6.0) == [1]


def test_doubled_and_strange_receipts_change_nothing(line: Line) -> None:
    sent = parcel()
    line.outbox.keep(sent, NAME)
    for _ in range(2):
        line.hear(sent.id, "waiting", 1, 2, 3)
    line.hear("3b241101-e2bb-4255-8caf-4136c566a962", "approved")
    assert [each.id for each in line.outbox.standings] == [sent.id]
    line.hear(sent.id, "approved")
    line.hear(sent.id, "approved")
    assert [each.outcome for each in line.outbox.standings] == ["approved"]


def test_restart_asks_again_and_knows_whom_the_roster_names(line: Line) -> None:
    known, fresh = parcel(), parcel(person=None)
    for each in (known, fresh):
        line.outbox.keep(each, NAME)
        line.hear(each.id, "waiting", 1, 2, 3)
    line.start()
    assert set(line.outbox.open) == {known.id, fresh.id}
    assert {each.id: each.name for each in line.outbox.standings} == {known.id: NAME, fresh.id: None}
    assert line.outbox.standing(known.id).outcome is None
    assert line.send() == []


def test_refusal_is_told_with_its_reason_until_it_was_read(line: Line) -> None:
    sent = parcel()
    line.outbox.keep(sent, NAME)
    line.hear(sent.id, "refused", reason="Orang lain. / Somebody else.")
    assert line.outbox.standing(sent.id).reason.startswith("Orang lain")
    assert files(line.folder) == {"about.json"}
    assert b"Orang" not in (line.folder / sent.id / "about.json").read_bytes()
    line.outbox.dismiss_ended()
    assert line.outbox.standings == ()
    assert files(line.folder) == set()


def test_hub_that_lost_parts_is_said_to_have_lost_them(line: Line) -> None:
    """As after a restore from an old backup: what the kiosk has deleted nobody has."""
    sent = parcel()
    line.outbox.keep(sent, NAME)
    line.hear(sent.id, "waiting", 1, 2, 3)
    line.hear(sent.id, "receiving", 1)
    assert line.outbox.standing(sent.id).lost
    line.outbox.dismiss_ended()
    assert line.outbox.open == ()


def test_without_a_network_nothing_is_counted_as_sent(line: Line) -> None:
    line.outbox.keep(parcel(1), NAME)
    line.up = False
    assert line.send() == []
    line.up = True
    assert line.send() == [1]
    line.outbox.reset()
    assert line.send() == [1]


STEPS = ("mkdir", "open", "fsync", "rename")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", range(6))
def test_power_cut_leaves_the_whole_enrolment_or_none(
    line: Line, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    sent = parcel()
    with monkeypatch.context() as patch:
        _cut_after(patch, step, after)
        with contextlib.suppress(Cut):
            line.outbox.keep(sent, NAME)
    line.start()
    kept = line.outbox.folder.kept
    assert list(kept) in ([], [sent.id])
    if kept:
        assert kept[sent.id].left == (1, 2, 3)
    else:
        assert files(line.folder) == set()
    line.outbox.keep(parcel(), NAME)
    assert len(line.outbox.folder.kept) == len(kept) + 1


def _cut_after(patch: pytest.MonkeyPatch, step: str, after: int) -> None:
    left = [after]

    def cutting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            if left[0] == 0:
                raise Cut
            left[0] -= 1
            return real(*args, **keywords)

        return call

    if step in ("mkdir", "rename"):
        patch.setattr(Path, step, cutting(getattr(Path, step)))
    else:
        patch.setattr(os, step, cutting(getattr(os, step)))


@pytest.mark.parametrize("after", range(5))
def test_full_disk_keeps_nothing_and_says_so(line: Line, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    left = [after]

    def fsync(_descriptor: int) -> None:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(EnrolmentStoreError):
            line.outbox.keep(parcel(), NAME)
    assert files(line.folder) == set()
    assert line.outbox.standings == ()


def test_last_room_is_left_to_punches(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment_folder, "MIN_FREE_BYTES", 1 << 60)
    assert not line.outbox.folder.has_room
    with pytest.raises(EnrolmentStoreError, match="for punches"):
        line.outbox.keep(parcel(), NAME)


def test_those_that_only_wait_for_approval_take_no_room(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment_folder, "MOST_ENROLMENTS", 1)
    sent = parcel()
    line.outbox.keep(sent, NAME)
    assert not line.outbox.folder.has_room
    line.hear(sent.id, "waiting", 1, 2, 3)
    assert line.outbox.folder.has_room


def test_damaged_folder_is_passed_over(line: Line) -> None:
    sent = parcel()
    line.outbox.keep(sent, NAME)
    (line.folder / sent.id / "about.json").write_bytes(b"\x00")
    line.start()
    assert line.outbox.folder.kept == {}
    line.outbox.keep(parcel(), NAME)
    (line.folder / next(iter(line.outbox.folder.kept)) / "1.sealed").unlink()
    assert line.send() == [2]
    assert line.send() == [3]
    line.hear(line.heard[-1].id, "receiving", 2, 3)
    assert line.outbox.standings[0].lost
