"""Delivery over a bad line: everything arrives once, in its chain, and nothing but a receipt retires a row."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from contract.codec import encode
from contract.command import Command
from contract.roster import KioskPolicy, RosterPart
from contract.signing import SigningKey
from kiosk.uplink import UplinkSettings
from tests.factories.simulation import Weather
from tests.factories.terminal import fill, write

from .conftest import Scene

# Delivering ---------------------------------------------------------------------------------------------------------


def test_rows_arrive_in_order_on_a_good_line(scene: Scene) -> None:
    written = fill(scene.journal, 950)
    scene.deliver(within=20)
    epoch = scene.journal.state.epoch
    assert scene.hub.order == [(epoch, seq) for seq in range(1, 951)]
    assert list(scene.hub.rows.values()) == [encode(each) for each in written]


def test_ten_thousand_rows_arrive_over_a_terrible_line(tmp_path: Path) -> None:
    scene = Scene(tmp_path, seed=1, weather=Weather(loss=0.2, duplication=0.2, delay_seconds=3.0))
    with scene.journal:
        written = fill(scene.journal, 10_000)
        scene.line.connect()
        for _ in range(10):
            scene.pass_seconds(15)
            scene.line.disconnect()
            scene.pass_seconds(5)
            scene.line.connect()
        scene.deliver(within=7200)
        epoch = scene.journal.state.epoch
        assert [scene.hub.rows[epoch, each.seq] for each in written] == [encode(each) for each in written]
        assert len(scene.hub.rows) == 10_000
        assert scene.uplink.refused_messages == 0


def test_rows_of_an_older_epoch_arrive_first(scene: Scene) -> None:
    fill(scene.journal, 3)
    old = scene.journal.state.epoch
    scene.journal.begin_epoch("booted")
    fill(scene.journal, 2)
    scene.deliver(within=20)
    new = scene.journal.state.epoch
    assert scene.hub.order == [(old, 1), (old, 2), (old, 3), (new, 1), (new, 2)]


def test_nothing_is_sent_before_the_line_stands(scene: Scene) -> None:
    scene.line.disconnect()
    fill(scene.journal, 3)
    scene.pass_seconds(60)
    assert not scene.network.published
    scene.line.connect()
    scene.deliver(within=5)


def test_no_more_batches_are_in_flight_than_the_window(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 1_000)
    scene.pass_seconds(1)
    assert len(scene.sent("punch")) == UplinkSettings().window
    assert [each[1:] for each in scene.hub.batches] == [(1, 100), (101, 200), (201, 300), (301, 400)]


def test_row_is_retired_by_a_receipt_only(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 1)
    scene.pass_seconds(600)
    assert scene.journal.state.queue == 1
    scene.hub.silent = False
    scene.deliver(within=300)


# The rest of what the hub says --------------------------------------------------------------------------------------


def test_roster_and_command_are_handed_on(tmp_path: Path) -> None:
    heard: list[Any] = []
    scene = Scene(tmp_path, on_roster=heard.append, on_command=heard.append, on_receipt=heard.append)
    part = RosterPart(version=1, base=None, part=1, parts=1, pack="builtin", policy=KioskPolicy())
    command = Command(version=1, action="lock")
    with scene.journal:
        scene.line.connect()
        scene.pass_seconds(1)
        heard.clear()
        scene.hub.send(part)
        scene.hub.send(command)
        scene.hub.send(command, key=SigningKey.generate())
        scene.pass_seconds(1)
    assert heard == [part, command]


def test_uplink_runs_until_it_is_stopped(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    delivered = threading.Event()
    stop = threading.Event()

    def serve() -> None:
        while not delivered.is_set():
            scene.hub.step()
            if scene.hub.rows:
                delivered.set()

    with scene.journal:
        write(scene.journal)
        threads = [threading.Thread(target=serve), threading.Thread(target=scene.uplink.run, args=(stop,))]
        for thread in threads:
            thread.start()
        assert delivered.wait(60)
        stop.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        assert not scene.line.connected
