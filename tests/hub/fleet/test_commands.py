"""Commands from the hub to the kiosk's own code and back: what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from contract.command import CommandOutcome
from contract.heartbeat import Health, Heartbeat
from hub.db import Database
from hub.errors import FleetError
from hub.fleet import command_delivery
from hub.fleet.command_delivery import CommandDelivery
from hub.fleet.command_models import KioskCommand
from hub.fleet.command_outcomes import SentCommand, judge
from hub.fleet.commands import MOST_OPEN, CommandLine, give_command, list_commands, take_back_command
from hub.fleet.kiosks import revoke_kiosk
from hub.fleet.models import LatestHeartbeat
from tests.factories.journals import NOON, stamp
from tests.factories.obedient import DEVICE, Obedience
from tests.factories.simulation import Weather


@pytest.fixture
def scene(database: Database, tmp_path: Path) -> Iterator[Obedience]:
    made = Obedience(database, tmp_path)
    with made.journal:
        yield made


def test_command_is_obeyed_within_seconds(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    scene.give("lock")
    assert scene.states() == [("lock", "waiting")]
    scene.pass_seconds(3)
    assert scene.states() == [("lock", "done")]
    assert scene.done == ["lock"]
    with scene.database.read() as session:
        assert session.scalars(select(LatestHeartbeat.locked)).one() == "hub"


def test_message_reaches_the_screen(scene: Obedience) -> None:
    scene.line.connect()
    scene.give("message", "  Apel  pukul 07.30 ")
    scene.pass_seconds(3)
    assert scene.orders.message == "Apel pukul 07.30"
    scene.give("message")
    scene.pass_seconds(3)
    assert scene.orders.message == ""


def test_command_waits_for_a_kiosk_that_is_away(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(2)
    scene.line.disconnect()
    scene.give("refresh")
    scene.pass_seconds(100)
    assert scene.states() == [("refresh", "delivered")]
    sent = scene.sent()
    assert 3 <= sent <= 5
    scene.line.connect()
    scene.pass_seconds(31)
    assert scene.states() == [("refresh", "done")]
    scene.pass_seconds(100)
    assert scene.sent() <= sent + 1


def test_expired_command_is_never_sent(scene: Obedience) -> None:
    scene.give("restart", holds_for=timedelta(minutes=2))
    scene.hub_line.disconnect()
    scene.pass_seconds(121)
    scene.hub_line.connect()
    scene.line.connect()
    scene.pass_seconds(60)
    assert scene.sent() == 0
    assert scene.states() == [("restart", "expired")]
    assert scene.done == []


def test_command_done_at_the_last_moment_is_done_when_the_kiosk_says_so_later(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    scene.give("lock", holds_for=timedelta(minutes=1))
    publish = scene.line.publish
    scene.line.publish = lambda *_, **__: False  # type: ignore[method-assign]
    scene.pass_seconds(70)
    assert scene.done == ["lock"]
    assert scene.states() == [("lock", "expired")]
    scene.line.publish = publish  # type: ignore[method-assign]
    scene.pass_seconds(40)
    assert scene.states() == [("lock", "done")]


def test_commands_are_obeyed_in_their_order_over_a_bad_line(database: Database, tmp_path: Path) -> None:
    scene = Obedience(database, tmp_path, seed=5)
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        scene.network.weather = Weather(loss=0.4, duplication=0.3, delay_seconds=5)
        for action in ("lock", "unlock", "restart", "lock"):
            scene.give(action)  # type: ignore[arg-type]
        scene.pass_seconds(900)
        assert scene.done == ["lock", "unlock", "restart", "lock"]
        assert {state for _, state in scene.states()} == {"done"}


def test_restart_is_told_after_the_restart_and_done_once(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    scene.give("restart")
    scene.subscriber.step()
    scene.clock.advance(1)
    scene.subscriber.step()
    scene.line.publish, publish = (lambda *_, **__: False), scene.line.publish  # type: ignore[method-assign]
    scene.uplink.step()
    assert scene.done == ["restart"]
    scene.line.publish = publish  # type: ignore[method-assign]
    scene.line.disconnect()
    scene.start_kiosk()
    scene.line.connect()
    scene.pass_seconds(40)
    assert scene.done == ["restart"]
    assert scene.states() == [("restart", "done")]


def test_release_is_refused_with_the_reason(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    scene.give("release", text="0.2.0", holds_for=timedelta(hours=1))
    scene.pass_seconds(3)
    [line] = list_commands(scene.database, DEVICE)
    assert line.state == "refused"
    assert "not switched by the hub" in line.detail


def test_program_without_outcomes_says_how_far_it_obeyed(database: Database, tmp_path: Path) -> None:
    scene = Obedience(database, tmp_path, tells=False)
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        scene.give("lock")
        scene.give("unlock")
        scene.pass_seconds(5)
        assert scene.done == ["lock", "unlock"]
        assert scene.states() == [("lock", "done"), ("unlock", "done")]


@pytest.mark.parametrize("tells", [True, False])
def test_hub_restored_from_a_backup_is_obeyed_all_the_same(database: Database, tmp_path: Path, tells: bool) -> None:
    scene = Obedience(database, tmp_path, tells=tells)
    with scene.journal:
        scene.line.connect()
        for action in ("lock", "unlock", "refresh"):
            scene.give(action)  # type: ignore[arg-type]
        scene.pass_seconds(6)
        assert scene.orders.newest == 3
        with database.write() as session:
            session.execute(delete(KioskCommand))
            session.execute(delete(LatestHeartbeat))
        scene.line.disconnect()
        scene.start_hub()
        assert scene.give("lock").version == 1
        scene.give("restart")
        scene.line.connect()
        scene.pass_seconds(90)
        assert scene.done == ["lock", "unlock", "lock", "restart"]
        assert scene.states() == [("lock", "done"), ("restart", "done")]


def test_version_is_above_what_the_kiosk_has_seen(scene: Obedience) -> None:
    scene.journal.set_fact("command", "41")
    scene.line.connect()
    scene.pass_seconds(1)
    assert scene.give("lock").version == 42
    assert scene.give("unlock").version == 43


def test_revoked_kiosk_is_ordered_nothing(scene: Obedience) -> None:
    scene.give("lock")
    revoke_kiosk(scene.database, DEVICE)
    scene.line.connect()
    scene.pass_seconds(60)
    assert scene.sent() == 0
    with pytest.raises(FleetError, match="revoked"):
        scene.give("unlock")


def take_back(scene: Obedience, line: CommandLine, by: str = "budi") -> CommandLine:
    return take_back_command(scene.database, DEVICE, line.id, by=by, now=scene.clock.now())


def test_command_that_was_taken_back_is_not_sent_and_the_next_one_is_obeyed(scene: Obedience) -> None:
    wrong = scene.give("lock")
    scene.give("refresh")
    taken = take_back(scene, wrong)
    assert (taken.state, taken.taken_back_by, taken.taken_back_at) == ("taken_back", "budi", scene.clock.now())
    scene.line.connect()
    scene.pass_seconds(40)
    assert scene.states() == [("lock", "taken_back"), ("refresh", "done")]
    assert scene.done == []
    assert scene.sent() == 1


def test_command_that_was_sent_into_the_void_is_sent_no_more(scene: Obedience) -> None:
    line = scene.give("lock")
    scene.pass_seconds(40)
    sent = scene.sent()
    assert sent >= 1
    take_back(scene, line)
    scene.line.connect()
    scene.pass_seconds(100)
    assert (scene.sent(), scene.done) == (sent, [])
    assert scene.states() == [("lock", "taken_back")]


def test_command_that_the_kiosk_has_carried_out_cannot_be_taken_back(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    line = scene.give("lock")
    scene.pass_seconds(3)
    with pytest.raises(FleetError, match="carried out already"):
        take_back(scene, line)
    assert scene.states() == [("lock", "done")]


def test_kiosk_that_had_carried_it_out_already_is_believed(scene: Obedience) -> None:
    scene.line.connect()
    scene.pass_seconds(1)
    line = scene.give("lock")
    publish = scene.line.publish
    scene.line.publish = lambda *_, **__: False  # type: ignore[method-assign]
    scene.pass_seconds(5)
    assert scene.done == ["lock"]
    take_back(scene, line)
    scene.line.publish = publish  # type: ignore[method-assign]
    scene.pass_seconds(40)
    [told] = list_commands(scene.database, DEVICE)
    assert (told.state, told.taken_back_by) == ("done", "budi")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("refused", "refused command 1"), ("expired", "has expired"), ("taken_back", "budi took command 1 back already")],
)
def test_what_is_over_is_not_taken_back(scene: Obedience, outcome: str, words: str) -> None:
    line = scene.give("lock")
    with scene.database.write() as session:
        row = session.get_one(KioskCommand, line.id)
        row.outcome, row.outcome_at, row.taken_back_by = outcome, NOON, "budi"
    with pytest.raises(FleetError, match=words):
        take_back(scene, line, by="siti")


def test_expired_command_is_not_taken_back_before_the_hub_has_noted_it(scene: Obedience) -> None:
    line = scene.give("restart", holds_for=timedelta(minutes=1))
    scene.clock.advance(60)
    with pytest.raises(FleetError, match="has expired"):
        take_back(scene, line)


def test_command_of_another_kiosk_is_not_taken_back(scene: Obedience) -> None:
    line = scene.give("lock")
    for device, command_id in (("kiosk-9", line.id), (DEVICE, "nonsense")):
        with pytest.raises(FleetError, match="no such command"):
            take_back_command(scene.database, device, command_id, by="budi", now=NOON)


def test_command_taken_back_while_it_is_being_sent_is_not_sent(
    scene: Obedience, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.give("lock")
    delivery = CommandDelivery(database=scene.database, hub_key=scene.hub_key, now=scene.clock.now)
    found = command_delivery._to_send

    def find_and_lose(connection: Connection, now: datetime) -> Any:
        rows = found(connection, now)
        connection.execute(update(KioskCommand).values(outcome="taken_back"))
        return rows

    steps = iter([found, find_and_lose])

    def find(connection: Connection, now: datetime) -> Any:
        return next(steps)(connection, now)

    monkeypatch.setattr(command_delivery, "_to_send", find)
    assert delivery.due() == []
    assert scene.states() == [("lock", "taken_back")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"device": "kiosk-9"}, "no kiosk 'kiosk-9'"),
        ({"text": "Halo"}, "Only a message"),
        ({"action": "message", "text": "a" * 201}, "at most 200"),
        ({"holds_for": timedelta(seconds=30)}, "1 minute"),
        ({"holds_for": timedelta(days=91)}, "90 days"),
        ({"action": "wipe"}, "cannot be undone"),
        ({"action": "wipe", "confirm": "kiosk-9"}, "cannot be undone"),
    ],
)
def test_what_cannot_be_ordered_is_refused(scene: Obedience, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(FleetError, match=words):
        give_command(scene.database, **({"device": DEVICE, "action": "lock", "by": "t", "now": NOON} | changes))


def test_too_many_waiting_commands_are_refused(scene: Obedience) -> None:
    for _ in range(MOST_OPEN):
        scene.give("refresh")
    with pytest.raises(FleetError, match="wait for 'kiosk-1' already"):
        scene.give("refresh")


def beat(command: int, *outcomes: CommandOutcome) -> Heartbeat:
    return Heartbeat(
        epoch="00000000-0000-0000-0000-000000000001",
        first_kept=0,
        last_seq=0,
        queue=0,
        sent_at=NOON,
        as_of=NOON,
        clock=stamp(),
        health=Health(),
        roster=0,
        command=command,
        receipt=0,
        pack="builtin",
        software="0.1.0",
        outcomes=outcomes,
    )


MINE = CommandOutcome(version=5, id="mine", outcome="done", at=NOON)
OTHER = CommandOutcome(version=5, id="other", outcome="done", at=NOON)


@pytest.mark.parametrize(
    ("was_sent", "heartbeat", "expected"),
    [
        (True, beat(4), "open"),
        (False, beat(4), "open"),
        (True, beat(5, MINE), "done"),
        (True, beat(6, MINE), "done"),
        (True, beat(5), "done"),
        (True, beat(6), "unseen"),
        (False, beat(5), "unseen"),
        (True, beat(5, OTHER), "unseen"),
        (True, beat(4, OTHER), "open"),
    ],
)
def test_heartbeats_are_judged(was_sent: bool, heartbeat: Heartbeat, expected: str) -> None:
    assert judge(SentCommand("mine", 5, was_sent), heartbeat) == expected
