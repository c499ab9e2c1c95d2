"""How far outside: measured on the sphere, never to the disadvantage of who stands there."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.area import Area, beyond_m, distance_m

JEMBER = (-8.1690, 113.7022)
points = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


def test_known_distances() -> None:
    """A degree of the equator is 111.195 km on this sphere; Jember to Surabaya's town halls are some 150 km apart."""
    assert distance_m((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111_195, abs=1)
    assert distance_m((89.0, 0.0), (90.0, 0.0)) == pytest.approx(111_195, abs=1)
    assert 140_000 < distance_m(JEMBER, (-7.2592, 112.7469)) < 155_000
    assert distance_m((10.0, 179.999), (10.0, -179.999)) == pytest.approx(219, abs=1)


@given(points, points)
def test_distance_is_that_of_the_way_back_and_never_beyond_half_the_earth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    there = distance_m(one, other)
    assert there == pytest.approx(distance_m(other, one), abs=1e-3)
    assert 0 <= there <= math.pi * 6_371_009
    assert distance_m(one, one) == 0


@given(points, st.floats(10, 100_000), st.floats(0, 5_000), points)
def test_uncertainty_never_puts_anybody_outside(
    middle: tuple[float, float], radius: float, accuracy: float, place: tuple[float, float]
) -> None:
    area = Area(name="a", latitude=middle[0], longitude=middle[1], radius_m=radius)
    sure = beyond_m([area], place, accuracy_m=None)
    unsure = beyond_m([area], place, accuracy_m=accuracy)
    assert unsure is None or (sure is not None and unsure <= sure)
    assert beyond_m([area], middle, accuracy_m=None) is None


def test_nearest_of_several_areas_decides() -> None:
    near = Area(name="near", latitude=JEMBER[0], longitude=JEMBER[1], radius_m=100)
    far = Area(name="far", latitude=-7.2592, longitude=112.7469, radius_m=100)
    a_little_north = (JEMBER[0] + 0.005, JEMBER[1])
    assert beyond_m([far, near], a_little_north, accuracy_m=None) == pytest.approx(456, abs=1)
    assert beyond_m([far, near], a_little_north, accuracy_m=500.0) is None
    assert beyond_m([], a_little_north, accuracy_m=None) is None
