"""Nothing that a kiosk installs may have to be compiled on a Pi."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from provisioning.errors import MissingWheelError
from tests.pi.lock import KIOSK_LOCK, SOURCE_ONLY, TARGETS, TRIXIE_PC, TRIXIE_PI, WHOLE_LOCK, Pin, Target, pins_for
from tests.pi.lock import read_lock as read
from tests.pi.wheels import ChosenWheel, ask_index, read_record

RECORD_ADVICE = "a Pi would have to compile these, or the record is old: `python -m tests.pi.wheels record` tells"
online = pytest.mark.skipif(
    "PRESENSI_TEST_PI" not in os.environ, reason="asks the package index: only under `make test-pi`"
)


def unwheeled(target: Target, pins: list[Pin], record: list[ChosenWheel]) -> list[str]:
    """The pins for which no wheel of the lock's hashes is known that this target can install."""
    here = {(wheel.name, wheel.version): wheel for wheel in record if wheel.target == target.name}
    missing = []
    for pin in pins:
        wheel = here.get((pin.name, pin.version))
        installable = wheel is not None and target.runs(wheel.file)
        if SOURCE_ONLY.get(pin.name) != pin.version and not (installable and wheel.sha256 in pin.hashes):
            missing.append(pin.requirement)
    return missing


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_kiosk_lock_has_a_wheel_for_everything(target: Target) -> None:
    pins = pins_for(target, KIOSK_LOCK)
    assert {"numpy", "pyside6-essentials", "dlib-bin", "onnxruntime"} <= {pin.name for pin in pins}
    assert unwheeled(target, pins, read_record()) == [], RECORD_ADVICE


def test_pin_without_a_wheel_for_the_pi_is_noticed() -> None:
    pins = pins_for(TRIXIE_PI, KIOSK_LOCK)
    only_x86 = [wheel for wheel in read_record() if wheel.target != TRIXIE_PI.name or wheel.name != "onnxruntime"]
    x86 = next(wheel for wheel in read_record() if wheel.target == TRIXIE_PC.name and wheel.name == "onnxruntime")
    (missing,) = unwheeled(TRIXIE_PI, pins, only_x86)
    assert missing.startswith("onnxruntime==")
    assert unwheeled(TRIXIE_PI, pins, [*only_x86, replace(x86, target=TRIXIE_PI.name)]) == [missing]


def test_pin_that_was_changed_after_the_record_is_noticed() -> None:
    pins = [replace(pin, hashes=frozenset({"0" * 64})) for pin in pins_for(TRIXIE_PI, KIOSK_LOCK)]
    assert len(unwheeled(TRIXIE_PI, pins, read_record())) == len(pins) - len(SOURCE_ONLY)


def test_source_only_package_is_pinned_with_the_five_point_model() -> None:
    pinned = {pin.name: pin.version for pin in read(KIOSK_LOCK)}
    assert {name: pinned[name] for name in SOURCE_ONLY} == SOURCE_ONLY


def test_kiosk_lock_is_a_part_of_the_whole() -> None:
    whole = {(pin.name, pin.version): pin.hashes for pin in read(WHOLE_LOCK)}
    for pin in read(KIOSK_LOCK):
        assert whole[pin.name, pin.version] == pin.hashes


def test_lock_line_that_is_not_understood_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "odd.lock"
    lock.write_text("numpy>=2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="numpy>=2"):
        read(lock)


@online
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_index_has_a_wheel_for_the_whole_lock(target: Target) -> None:
    pins = pins_for(target, WHOLE_LOCK)
    assert unwheeled(target, pins, ask_index(target, pins)) == []


@online
def test_index_without_a_wheel_for_the_pi_is_an_error() -> None:
    # spidev is published as source only: a kiosk that pinned it would need a compiler.
    spidev = Pin(name="spidev", version="3.6", marker=None, hashes=frozenset())
    with pytest.raises(MissingWheelError, match="spidev"):
        ask_index(TRIXIE_PI, [*pins_for(TRIXIE_PI, KIOSK_LOCK), spidev])
