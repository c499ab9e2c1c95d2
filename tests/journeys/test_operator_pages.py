"""What else an operator finds on the menu: recognition on trial, parts, the device, the log; with and without parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.counter import OPERATOR, Counter, open_counter  # isort: skip

from kiosk.hardware.wiring import BuzzerWiring, LampWiring, PanelWiring

gpiozero = pytest.importorskip("gpiozero")


@pytest.fixture(scope="module")
def counter(demo_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with open_counter(tmp_path_factory.mktemp("kiosk"), demo_photos) as made:
        yield made


@pytest.fixture(autouse=True)
def _clear(counter: Counter) -> Iterator[None]:
    yield
    counter.clear()


def test_without_a_camera_the_device_can_be_seen_and_nothing_done(counter: Counter) -> None:
    counter.stage.broken = True
    counter.until("camera_trouble")
    counter.rest_on_the_clock()
    counter.until("op_denied_camera")
    counter.press("device")
    view = counter.until("op_device")
    assert [each["value"] for each in view["buttons"]] == [""]
    camera = next(each for each in view["operator"]["facts"] if each["label"] == "Kamera")
    assert camera["bad"]
    assert OPERATOR not in str(view)


def test_recognition_is_tried_in_figures_and_nothing_is_recorded(counter: Counter) -> None:
    counter.enter()
    punches = counter.punches
    counter.press("test")
    counter.until("op_testing")
    counter.stage.put(OPERATOR)
    counter.wait(lambda: any(each == {"label": "Dikenali", "text": OPERATOR, "bad": False} for each in counter.facts))
    labels = [each["label"] for each in counter.facts]
    assert {"Kemiripan / ambang", "Jarak ke orang kedua", "Arah kepala"} <= set(labels)
    assert counter.punches == punches
    counter.stage.broken = True
    counter.until("op_unable_camera")


def test_kiosk_without_the_hubs_key_says_where_it_comes_from(counter: Counter) -> None:
    counter.know(OPERATOR, key=False)
    counter.enter()
    counter.press("enrol")
    assert "halaman pusat" in counter.until("op_unable_no_key")["detail"]


def test_log_is_read_and_a_kiosk_without_parts_has_none_to_try(counter: Counter) -> None:
    counter.enter()
    counter.press("logs")
    assert counter.until("op_logs")["operator"]["paragraphs"]
    counter.press("")
    counter.until("op_menu")
    counter.press("device")
    counter.until("op_device")
    counter.press("")
    counter.until("op_menu")
    counter.press("parts")
    counter.until("op_unable_no_parts")


def test_every_part_is_switched_on_and_judged_by_whoever_stands_there(demo_photos: Path, tmp_path: Path) -> None:
    from gpiozero.pins.mock import MockFactory

    from kiosk.hardware.gpio_panel import GpioPanel

    before = gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory = MockFactory()
    try:
        panel = GpioPanel(PanelWiring(lamps=LampWiring(blue=17, orange=27), buzzer=BuzzerWiring(pin=22)))
        with open_counter(tmp_path, demo_photos, panel=panel) as counter:
            counter.enter()
            counter.press("parts")
            for number, verdict in enumerate(("fine", "failed", "fine")):
                counter.until("op_parts")
                counter.press("start")
                counter.until("op_parts_started")
                if number == 0:
                    assert gpiozero.Device.pin_factory.pin(17).state
                counter.press(verdict)
            counter.until("op_parts_done")
            assert [each["bad"] for each in counter.facts] == [False, True, False]
            assert counter.acts[-1] == (OPERATOR, "tested_parts")
    finally:
        gpiozero.Device.pin_factory.reset()
        gpiozero.Device.pin_factory = before
