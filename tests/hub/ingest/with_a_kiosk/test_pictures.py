"""Refusals and their pictures over a bad network: the hub ends with every one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.fleet.models import Alarm
from hub.refusals.overview import list_refusals

from .conftest import World


@pytest.mark.parametrize("world", [(seed, 0.35) for seed in range(4)], indirect=True)
def test_hub_ends_with_every_refusal_and_every_picture(world: World) -> None:
    dice = world.network.random
    rows = []
    for _ in range(8):
        for _ in range(dice.randint(0, 3)):
            rows.append(world.refuse())
            world.take_punches(dice.randint(0, 40))
        world.pass_time(7)
        if dice.random() < 0.4:
            world.restart_kiosk()
        if dice.random() < 0.2:
            world.reboot_kiosk()
        if dice.random() < 0.4:
            world.start_hub()
    world.settle()
    assert world.rows_at_hub() == world.rows_at_kiosk()
    lines = list_refusals(world.database, world.store)
    assert {line.key for line in lines} == {(row.device, row.epoch, row.seq) for row in rows}
    assert {line.picture for line in lines} <= {"here"}
    assert world.pictures_at_hub() == world.pictures
    assert list((world.folder / "evidence").glob("*")) == []
    assert world.alarms() == ({"refusals"} if rows else set())
    with world.database.read() as session:
        assert sum(session.scalars(select(Alarm.count))) == len(rows)


def test_quiet_kiosk_whose_pictures_are_delivered_says_no_more_of_them(world: World) -> None:
    world.refuse()
    world.settle()
    before = world.network.sent
    world.pass_time(300)
    assert world.network.sent - before <= 15


def test_picture_lost_on_its_way_is_not_lost_with_the_kiosks_power(world: World) -> None:
    world.network.faults = 1.0
    world.refuse()
    world.pass_time(30)
    world.reboot_kiosk()
    world.pass_time(30)
    world.settle()
    assert world.pictures_at_hub() == world.pictures
