"""A kiosk and a hub over a bad network: the hub ends with exactly the journal's rows, and then there is quiet."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.ingest.models import StoredRow

from .conftest import World


@pytest.mark.parametrize("world", [(seed, 0.3) for seed in range(4)], indirect=True)
def test_hub_ends_with_exactly_the_journals_rows(world: World) -> None:
    for _ in range(6):
        world.take_punches(130)
        world.pass_time(7)
        if world.network.random.random() < 0.5:
            world.restart_kiosk()
        if world.network.random.random() < 0.5:
            world.start_hub()
    world.settle()
    assert world.rows_at_hub() == world.rows_at_kiosk()
    assert len(world.rows_at_hub()) == 780


def test_quiet_kiosk_and_hub_do_not_talk_without_end(world: World) -> None:
    world.take_punches(10)
    world.settle()
    before = world.network.sent
    world.pass_time(300)
    # A heartbeat every 30 s and nothing to answer.
    assert world.network.sent - before <= 15


def test_epochs_are_forgotten_and_nothing_is_said_of_them(world: World) -> None:
    for _ in range(3):
        world.take_punches(10)
        world.settle()
        world.reboot_kiosk()
    world.clock.seconds += 91 * 86_400
    world.take_punches(5)
    world.settle()
    assert world.journal.forget_delivered(older_than=timedelta(days=90)) == 30
    assert world.journal.state.older == ()
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15
    assert len(world.rows_at_hub()) == 35
    assert world.alarms() == set()


def test_kiosk_that_reboots_daily_is_quiet_with_a_hundred_epochs(world: World) -> None:
    for _ in range(100):
        world.take_punches(1)
        world.reboot_kiosk()
    world.settle()
    world.pass_time(60)
    assert len(world.journal.state.older) == 100
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15
    assert world.alarms() == set()


def test_rows_that_a_card_lost_with_the_power_are_replaced_by_none(world: World, tmp_path: Path) -> None:
    """The hub holds more of the last boot than the card; the next boot's rows have numbers of their own."""
    world.take_punches(20)
    world.settle()
    world.journal.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "old.db")
    world.restart_kiosk()
    world.take_punches(3)
    world.settle()
    world.journal.close()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"journal.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", tmp_path / "journal.db")
    world.reboot_kiosk()
    world.take_punches(5)
    world.settle()
    world.pass_time(60)
    assert len(world.rows_at_hub()) == 28
    assert world.alarms() == {"rolled_back"}
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15


def test_card_that_was_rolled_back_goes_on_in_a_new_epoch(world: World, tmp_path: Path) -> None:
    world.take_punches(20)
    world.settle()
    world.journal.close()
    shutil.copy(tmp_path / "journal.db", tmp_path / "old.db")
    world.start_kiosk()
    first = world.journal.state.epoch
    world.take_punches(20)
    world.settle()
    world.journal.close()
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"journal.db{suffix}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", tmp_path / "journal.db")
    world.start_kiosk()
    world.pass_time(60)
    world.take_punches(5)
    world.settle()
    assert world.journal.state.epoch != first
    with world.database.read() as session:
        assert len(session.scalars(select(StoredRow.seq)).all()) == 45
