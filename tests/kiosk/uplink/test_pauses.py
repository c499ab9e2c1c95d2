"""How long the uplink waits before it says something again."""

from __future__ import annotations

import itertools

from kiosk.uplink import UplinkSettings
from tests.factories.terminal import fill, write

from .conftest import Scene


def send_times(scene: Scene, seconds: float) -> list[float]:
    """When punch batches were published, while time passes."""
    times, seen = [], len(scene.sent("punch"))
    for _ in range(round(seconds / 0.25)):
        scene.pass_seconds(0.25, tick=0.25)
        times += [scene.clock.seconds] * (len(scene.sent("punch")) - seen)
        seen = len(scene.sent("punch"))
    return times


def test_pauses_grow_without_receipts_and_reset_with_one(scene: Scene) -> None:
    scene.hub.silent = True
    write(scene.journal)
    times = send_times(scene, 1_500)
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses[0] < 8
    assert pauses[2] > pauses[0]
    cap = UplinkSettings().retry_cap
    assert all(0.7 * cap <= pause <= 1.3 * cap for pause in pauses[6:])
    assert len(times) < 25
    scene.hub.silent = False
    scene.deliver(within=2 * cap)
    scene.hub.silent = True
    write(scene.journal)
    assert len(send_times(scene, 10)) >= 2


def test_a_week_without_a_hub_does_not_end_the_uplink(scene: Scene) -> None:
    """The broker is there, nobody answers: more than a thousand tries."""
    scene.hub.silent = True
    write(scene.journal)
    for _ in range(7 * 24 * 60 // 5):
        scene.pass_seconds(300, tick=300)
    assert len(scene.sent("punch")) > 1_024
    scene.hub.silent = False
    scene.deliver(within=600)


def test_pause_of_the_hub_is_respected(scene: Scene) -> None:
    scene.hub.pause_ms = 60_000
    fill(scene.journal, 1_000)
    scene.pass_seconds(1)
    before = len(scene.sent("punch"))
    assert before <= UplinkSettings().window
    scene.hub.silent = True
    scene.pass_seconds(50)
    assert len(scene.sent("punch")) == before
    scene.hub.silent, scene.hub.pause_ms = False, 0
    scene.deliver(within=600)


def test_pause_played_back_does_not_silence_the_kiosk(scene: Scene) -> None:
    write(scene.journal)
    scene.hub.pause_ms = 3_600_000
    scene.pass_seconds(1)
    played_back = next(each for each in scene.network.published if each.topic.endswith("/receipt"))
    scene.hub.pause_ms = 0
    scene.hub.answer(scene.journal.state.epoch)
    scene.pass_seconds(1)
    scene.network.send(played_back)
    write(scene.journal)
    scene.pass_seconds(1)
    assert scene.journal.state.queue == 0


def test_idle_kiosk_says_no_more_than_its_heartbeats(scene: Scene) -> None:
    """The hub answers each heartbeat with a receipt; a receipt must not lead to a heartbeat."""
    fill(scene.journal, 3)
    scene.deliver(within=20)
    scene.pass_seconds(5)
    before = len(scene.network.published)
    scene.pass_seconds(3_600)
    heartbeats = 3_600 / UplinkSettings().heartbeat_every
    assert 0.85 * heartbeats * 2 <= len(scene.network.published) - before <= 1.2 * heartbeats * 2
    assert not [each for each in scene.network.published[before:] if each.topic.endswith("/punch")]


def test_hub_that_knows_more_of_an_older_epoch_does_not_start_a_conversation(scene: Scene) -> None:
    fill(scene.journal, 2)
    old = scene.journal.state.epoch
    scene.hub.rows[old, 3] = b"a row that the card has lost"
    scene.pass_seconds(5)
    assert scene.journal.state.epoch != old
    assert len(scene.journal.alarms) == 1
    before = len(scene.sent("state"))
    for _ in range(600):
        scene.hub.send(scene.hub.receipt(old))
        scene.pass_seconds(1, tick=1)
    assert len(scene.sent("state")) - before <= 600 / UplinkSettings().heartbeat_every * 1.2
    assert len(scene.journal.alarms) == 1
