"""What a heartbeat says, and when it follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from kiosk.uplink import Bearing
from tests.factories.journals import NOON
from tests.factories.terminal import write

from .conftest import Scene


def test_heartbeat_says_up_to_when_everything_was_delivered(scene: Scene) -> None:
    scene.pass_seconds(1)
    first = scene.hub.heartbeats[-1]
    assert (first.queue, first.last_seq, first.first_kept) == (0, 0, 0)
    assert first.as_of == first.sent_at
    scene.hub.silent = True
    taken_at = scene.clock.wall + timedelta(seconds=7)
    scene.clock.advance(7)
    write(scene.journal, taken_at=taken_at)
    write(scene.journal, taken_at=taken_at + timedelta(seconds=20))
    scene.pass_seconds(120)
    waiting = scene.hub.heartbeats[-1]
    assert waiting.queue == 2
    assert taken_at - timedelta(seconds=1) < waiting.as_of < taken_at < waiting.sent_at
    scene.hub.silent = False
    scene.deliver(within=300)
    scene.pass_seconds(1)
    done = scene.hub.heartbeats[-1]
    assert (done.queue, done.last_seq, done.first_kept) == (0, 2, 1)
    assert done.as_of == done.sent_at > taken_at


def test_heartbeat_never_claims_more_than_the_present(scene: Scene) -> None:
    """A row of a clock that was ahead is pending; that covers nothing of the future."""
    scene.hub.silent = True
    write(scene.journal, taken_at=scene.clock.wall + timedelta(days=400))
    scene.pass_seconds(1)
    assert scene.hub.heartbeats[-1].as_of <= scene.hub.heartbeats[-1].sent_at


def test_heartbeat_follows_at_once_when_all_is_delivered(scene: Scene) -> None:
    scene.pass_seconds(2)
    before = len(scene.hub.heartbeats)
    write(scene.journal)
    scene.pass_seconds(1)
    assert len(scene.hub.heartbeats) == before + 1
    assert scene.hub.heartbeats[-1].queue == 0


def test_heartbeat_holds_the_versions_and_the_clock(tmp_path: Path) -> None:
    bearing = Bearing(roster=7, command=3, pack="builtin", software="0.1.0")
    scene = Scene(tmp_path, bearing=lambda: bearing)
    with scene.journal:
        scene.line.connect()
        write(scene.journal)
        scene.deliver(within=5)
        scene.pass_seconds(1)
        said = scene.hub.heartbeats[-1]
        assert (said.roster, said.command, said.pack, said.software) == (7, 3, "builtin", "0.1.0")
        # The answer to this heartbeat has come since.
        assert said.receipt == scene.journal.state.receipt_version - 1 > 0
        assert said.epoch == scene.journal.state.epoch
        assert said.clock.boot == "boot-1"
        assert all(each.retained for each in scene.sent("state"))
        assert not any(each.retained for each in scene.sent("punch"))


def test_heartbeat_asked_for_while_one_is_made_is_sent_too(tmp_path: Path) -> None:
    scene: Scene
    asked: list[datetime] = []

    def bearing() -> Bearing:
        if not asked:
            scene.uplink.heartbeat_soon()
        asked.append(NOON)
        return Bearing()

    scene = Scene(tmp_path, bearing=bearing)
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        assert len(asked) == 2
