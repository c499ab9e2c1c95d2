"""The hub's commands at the kiosk: each once, and what became of it is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.command import MAX_OUTCOMES, Command
from kiosk.bulletin import ReleaseOrder
from kiosk.errors import JournalFullError
from kiosk.journal import Journal
from kiosk.orders import Orders, wipe_begun
from tests.factories.journals import NOON
from tests.factories.terminal import HandClock


@dataclass
class Post:
    """A kiosk's orders and what they made it do."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    done: list[Any] = field(default_factory=list)
    trouble: OSError | None = None

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder / "journal.db", device="kiosk-1")
        self.orders = self.begin()

    def begin(self, on_release: Callable[[ReleaseOrder], None] | None = None) -> Orders:
        """As after a start of the program."""
        return Orders(
            journal=self.journal,
            clock=self.clock,
            on_lock=lambda locked: self.done.append("lock" if locked else "unlock"),
            on_restart=lambda: self.done.append("restart"),
            on_news=lambda: None,
            on_release=on_release,
            on_wipe=self.wipe,
        )

    def wipe(self) -> None:
        self.done.append(("wipe", self.orders.locked, wipe_begun(self.journal)))
        if self.trouble is not None:
            raise self.trouble

    def outcomes(self) -> list[tuple[int, str]]:
        return [(each.version, each.outcome) for each in self.orders.outcomes]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path)
    with made.journal:
        yield made


def test_every_command_that_was_carried_out_is_told(post: Post) -> None:
    name = str(uuid.uuid4())
    post.orders.obey(Command(version=3, action="lock", id=name))
    [outcome] = post.orders.outcomes
    assert (outcome.version, outcome.id, outcome.outcome, outcome.at) == (3, name, "done", NOON)
    assert post.orders.newest == 3
    assert post.done == ["lock"]


def test_command_that_came_too_late_is_told_and_not_carried_out(post: Post) -> None:
    post.orders.obey(Command(version=1, action="restart", expires_at=NOON - timedelta(seconds=1)))
    assert post.outcomes() == [(1, "expired")]
    assert post.done == []


def test_release_is_handed_on_and_a_full_disk_is_told(post: Post) -> None:
    handed: list[ReleaseOrder] = []
    orders = post.begin(on_release=handed.append)
    orders.obey(Command(version=1, action="release", text="2.0"))
    assert handed == [ReleaseOrder(release="2.0", command=1)]
    assert [each.outcome for each in orders.outcomes] == ["done"]

    def full(_order: ReleaseOrder) -> None:
        raise OSError(28, "No space left on device")

    orders = post.begin(on_release=full)
    orders.obey(Command(version=2, action="release", text="2.1"))
    assert orders.outcomes[-1].outcome == "refused"
    assert "No space left" in orders.outcomes[-1].detail


def test_release_is_refused_where_nobody_switches_and_says_why(post: Post) -> None:
    post.orders.obey(Command(version=1, action="release", text="2.0"))
    assert post.outcomes() == [(1, "refused")]
    assert post.orders.outcomes[0].detail


def test_same_command_twice_is_carried_out_once(post: Post) -> None:
    for _ in range(2):
        post.orders.obey(Command(version=1, action="restart"))
    assert post.done == ["restart"]
    assert post.outcomes() == [(1, "done")]


def test_outcomes_are_known_after_a_restart(post: Post) -> None:
    post.orders.obey(Command(version=1, action="restart"))
    post.orders.obey(Command(version=2, action="message", text="Apel pukul 07.30"))
    again = post.begin()
    assert again.outcomes == post.orders.outcomes
    assert again.newest == 2
    assert again.message == "Apel pukul 07.30"
    again.obey(Command(version=1, action="restart"))
    assert post.done == ["restart"]


def test_only_the_latest_outcomes_are_kept(post: Post) -> None:
    for version in range(1, MAX_OUTCOMES + 4):
        post.orders.obey(Command(version=version, action="refresh"))
    assert [each.version for each in post.orders.outcomes] == list(range(4, MAX_OUTCOMES + 4))


def test_command_carried_out_by_a_program_without_outcomes_counts(post: Post) -> None:
    post.journal.set_fact("command", "7")
    assert post.orders.newest == 7
    post.orders.obey(Command(version=7, action="restart"))
    assert post.done == []


def test_outcomes_that_cannot_be_read_are_forgotten(post: Post) -> None:
    post.journal.set_fact("command_outcomes", '{"not": "outcomes"}')
    post.journal.set_fact("command", "4")
    again = post.begin()
    assert again.outcomes == ()
    assert again.newest == 4


def test_wipe_locks_deletes_tells_and_starts_anew(post: Post) -> None:
    post.orders.obey(Command(version=1, action="wipe"))
    assert post.done == ["lock", ("wipe", True, True), "restart"]
    assert post.outcomes() == [(1, "done")]
    again = post.begin()
    assert again.wiped
    assert again.locked
    assert not wipe_begun(post.journal)


def test_wipe_that_fails_is_not_told_and_is_carried_out_when_it_is_said_again(post: Post) -> None:
    post.trouble = OSError(5, "Input/output error")
    post.orders.obey(Command(version=1, action="wipe"))
    assert post.outcomes() == []
    assert wipe_begun(post.journal)
    assert post.orders.locked
    post.trouble = None
    post.orders.obey(Command(version=1, action="wipe"))
    assert post.outcomes() == [(1, "done")]


def test_full_disk_does_not_save_what_is_to_be_deleted(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str, _value: str) -> None:
        raise JournalFullError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(post.journal, "set_fact", refuse)
        with pytest.raises(JournalFullError):
            post.orders.obey(Command(version=1, action="wipe"))
    assert ("wipe", False, False) in post.done
    post.orders.obey(Command(version=1, action="wipe"))
    assert post.outcomes() == [(1, "done")]


def test_unlocking_lets_a_wiped_kiosk_take_people_in_again(post: Post) -> None:
    post.orders.obey(Command(version=1, action="wipe"))
    post.orders.lock_here(locked=False)
    assert post.orders.wiped
    post.orders.obey(Command(version=2, action="unlock"))
    assert not post.orders.wiped
    assert not post.orders.locked
