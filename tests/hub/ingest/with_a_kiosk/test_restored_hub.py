"""A hub that is restored from a backup gets back what its kiosks still have."""

from __future__ import annotations

import shutil

import pytest

from hub.refusals.overview import list_refusals

from .conftest import World


def test_hub_restored_from_a_backup_gets_back_what_it_had(world: World) -> None:
    world.take_punches(50)
    world.settle()
    world.back_up()
    world.take_punches(250)
    world.settle()
    assert len(world.rows_at_hub()) == 300
    world.restore()
    assert len(world.rows_at_hub()) == 50
    world.pass_time(90)
    world.settle()
    assert world.rows_at_hub() == world.rows_at_kiosk()


@pytest.mark.parametrize("world", [(1, 0.0), (2, 0.2)], indirect=True)
def test_hub_restored_from_a_backup_gets_back_the_rows_of_every_boot(world: World) -> None:
    """Rows of three epochs went with the hub's database: in part, wholly, and of the epoch that goes on."""
    world.take_punches(50)
    world.settle()
    world.back_up()
    known = world.coverage()
    for rows in (120, 130, 140):
        world.take_punches(rows)
        world.settle()
        world.reboot_kiosk()
    world.take_punches(10)
    world.settle()
    assert len(world.rows_at_hub()) == 450
    world.restore()
    assert len(world.rows_at_hub()) == 50
    for _ in range(40):
        world.pass_time(10)
        complete = len(world.rows_at_hub()) == 450
        # The heartbeat after the last row may not have come yet; one that came before must have covered nothing.
        assert complete or world.coverage() == known
    world.settle()
    world.pass_time(90)
    assert world.rows_at_hub() == world.rows_at_kiosk()
    assert world.coverage() == world.last_heartbeat_as_of()
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15


def test_hub_restored_from_a_backup_has_events_without_the_pictures_that_are_gone(world: World) -> None:
    """The kiosk deleted its copies when it heard that they were kept; rows come again, pictures cannot."""
    world.refuse()
    world.settle()
    world.back_up()
    delivered = world.refuse()
    world.settle()
    shutil.rmtree(world.folder / "hub" / "snapshots")
    world.restore()
    world.pass_time(90)
    late = world.refuse()
    world.settle()
    world.pass_time(90)
    assert world.rows_at_hub() == world.rows_at_kiosk()
    pictures = {line.seq: line.picture for line in list_refusals(world.database, world.store)}
    assert pictures == {1: "missing", delivered.seq: "awaited", late.seq: "here"}
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15


def test_hub_restored_from_a_backup_finds_the_pictures_that_its_folder_still_has(world: World) -> None:
    world.back_up()
    world.refuse()
    world.settle()
    world.restore()
    world.pass_time(90)
    world.settle()
    assert [line.picture for line in list_refusals(world.database, world.store)] == ["here"]
