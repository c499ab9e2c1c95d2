"""Messages as an honest kiosk and hub write them, and strategies for dishonest ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contract.punch import ClockAnchor, ClockStamp, Liveness, Punch, Recognition
from contract.signing import SigningKey

EPOCH = "01234567-89ab-cdef-0123-456789abcdef"
TAKEN_AT = datetime(2026, 11, 23, 0, 27, 5, 123456, tzinfo=UTC)
STAMP = ClockStamp(boot="boot-1", monotonic_ms=12_345, source="ntp")


@pytest.fixture
def punch() -> Punch:
    return Punch(
        device="kiosk-1",
        epoch=EPOCH,
        seq=7,
        person="p-042",
        taken_at=TAKEN_AT,
        clock=STAMP,
        source="picamera",
        recognition=Recognition(pack="builtin", similarity=0.97, threshold=0.93, runner_up=0.81, frames=3, gallery=50),
        liveness=Liveness(policy="off"),
        roster=4,
    )


@pytest.fixture
def anchor() -> ClockAnchor:
    return ClockAnchor(device="kiosk-1", epoch=EPOCH, seq=8, taken_at=TAKEN_AT, clock=STAMP, stepped_ms=-86_400_000)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    return SigningKey.generate()
