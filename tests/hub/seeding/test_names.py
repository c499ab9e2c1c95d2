"""Names and numbers of people who do not exist."""

from __future__ import annotations

import random

import pytest

from hub.roster.nip import Kind, parse_nip
from hub.seeding.names import invent_name, invent_nip


@pytest.mark.parametrize("kind", ["NIP", "NI PPPK"])
def test_number_reads_as_its_kind(kind: Kind) -> None:
    dice = random.Random(1)
    for _ in range(500):
        assert parse_nip(invent_nip(dice, kind=kind, sex="P", started=(2021, 2025))).kind == kind


def test_number_tells_sex_birth_and_start() -> None:
    nip = parse_nip(invent_nip(random.Random(1), sex="L", started=(1995, 1995), born=(1968, 3)))
    assert (nip.sex, nip.started_year, nip.born.year, nip.born.month) == ("L", 1995, 1968, 3)


def test_names_are_the_same_for_the_same_chance_and_many() -> None:
    names = [invent_name(random.Random(seed)) for seed in range(300)]
    assert names == [invent_name(random.Random(seed)) for seed in range(300)]
    assert len(set(names)) > 200
    assert all(name == " ".join(name.split()) and "," not in name.split()[0] for name in names)
