"""Where a portable kiosk may stand, and how far outside of it a punch was taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

EARTH_RADIUS_M: Final = 6_371_008.8
"""Mean radius of WGS 84's ellipsoid (IUGG)."""
MAX_AREAS: Final = 50


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A circle on the ground. latitude, longitude: degrees on WGS 84, of its middle; radius in metres."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    radius_m: Annotated[float, Meta(ge=10, le=100_000)]


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres along the sphere between two points (latitude, longitude, in degrees), by the haversine formula.

    The sphere is off by 0.5 % at most, which is less than a receiver knows.
    """
    (north, east), (other_north, other_east) = ((math.radians(p[0]), math.radians(p[1])) for p in (one, other))
    across = math.sin((other_north - north) / 2) ** 2
    along = math.cos(north) * math.cos(other_north) * math.sin((other_east - east) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(across + along)))


def beyond_m(areas: Sequence[Area], place: tuple[float, float], *, accuracy_m: float | None) -> float | None:
    """How many metres a place surely lies outside the nearest of the areas; None: it may be inside, or there are none.

    accuracy_m: how far the receiver may be wrong, which counts for whoever stands there.
    """
    if not areas:
        return None
    gap = min(distance_m(place, (area.latitude, area.longitude)) - area.radius_m for area in areas) - (
        accuracy_m or 0.0
    )
    return round(gap, 1) if gap > 0 else None
