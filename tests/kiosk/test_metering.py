"""Exposure for the face: measured where the face is, corrected in few steps, and at rest in between."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.camera.frame import Frame
from kiosk.metering import (
    BEGIN_EV,
    END_EV,
    FORGET_SECONDS,
    GAMMA,
    MOST_EV,
    SETTLE_SECONDS,
    TARGET,
    FaceLight,
    Metering,
    follow,
    measure_light,
)
from kiosk.recognizer.face import Box

FRAME_SECONDS = 1 / 15


class Room:
    """A face and a background in linear light, and a camera that settles on what it is told within some frames."""

    def __init__(self, face: float, around: float) -> None:
        self.face, self.around = face, around
        self.ev = 0.0
        self.metering = Metering()
        self.seconds = 0.0
        self.steps: list[float] = []

    def pass_time(self, seconds: float, *, somebody: bool = True) -> FaceLight:
        light = self.light()
        for _ in range(round(seconds / FRAME_SECONDS)):
            self.seconds += FRAME_SECONDS
            self.ev += (self.metering.ev - self.ev) * 0.35
            light = self.light()
            before, self.metering = self.metering, follow(self.metering, light if somebody else None, self.seconds)
            if before.ev != self.metering.ev:
                self.steps.append(self.metering.ev)
        return light

    def light(self) -> FaceLight:
        def seen(luminance: float) -> float:
            return min(255.0, luminance * 2 ** (self.ev / GAMMA))

        return FaceLight(seen(self.face), seen(self.around))


def off_by(light: FaceLight) -> float:
    return abs(GAMMA * np.log2(TARGET / light.face))


def test_face_before_a_window_becomes_bright_in_a_few_steps_and_stays_so() -> None:
    room = Room(face=60.0, around=190.0)
    assert off_by(room.light()) > 2
    assert off_by(room.pass_time(4)) < END_EV + 0.1
    steps = list(room.steps)
    assert steps == sorted(steps)
    room.pass_time(60)
    assert room.steps == steps, "nothing moves once it is right"


def test_face_under_a_lamp_is_taken_back() -> None:
    room = Room(face=230.0, around=90.0)
    assert off_by(room.pass_time(4)) < END_EV + 0.1
    assert room.metering.ev < 0


def test_well_lit_face_is_left_alone() -> None:
    room = Room(face=TARGET * 2 ** (0.9 * BEGIN_EV / GAMMA), around=200.0)
    room.pass_time(30)
    assert room.steps == []


def test_face_in_a_dark_room_gets_no_more_noise() -> None:
    room = Room(face=35.0, around=33.0)
    room.pass_time(10)
    assert room.steps == []


def test_correction_stops_at_what_a_sensor_bears() -> None:
    room = Room(face=8.0, around=250.0)
    room.pass_time(30)
    assert room.metering.ev == MOST_EV


def test_steps_wait_until_the_camera_has_settled() -> None:
    dark = FaceLight(40.0, 200.0)
    first = follow(Metering(), dark, 10.0)
    assert first.ev > 0
    assert follow(first, dark, 10.0 + SETTLE_SECONDS / 2).ev == first.ev
    assert follow(first, dark, 10.0 + SETTLE_SECONDS).ev > first.ev


def test_next_person_begins_without_the_last_ones_correction() -> None:
    room = Room(face=60.0, around=190.0)
    room.pass_time(4)
    assert room.metering.ev > 0
    room.pass_time(FORGET_SECONDS - 0.5, somebody=False)
    assert room.metering.ev > 0, "a face that is lost for a moment is not gone"
    room.pass_time(1, somebody=False)
    assert room.metering.ev == 0
    assert room.steps[-1] == 0


def test_person_who_steps_out_of_the_back_light_is_not_left_over_exposed() -> None:
    room = Room(face=50.0, around=220.0)
    room.pass_time(5)
    room.face, room.around = 120.0, 120.0
    assert off_by(room.pass_time(5)) < END_EV + 0.1


def picture(face: int, around: int) -> Frame:
    grey = np.full((240, 320), around, np.uint8)
    grey[50:150, 100:180] = face
    main = np.zeros((480, 640, 3), np.uint8)
    return Frame(main, grey, 0.0, 0, "webcam")


def test_light_is_measured_on_the_face_and_around_it() -> None:
    assert measure_light(picture(60, 200), Box(200, 100, 360, 300)) == FaceLight(60.0, 200.0)


@pytest.mark.parametrize("box", [Box(-80, -50, 60, 90), Box(560, 400, 700, 560)])
def test_face_at_the_edge_is_measured_by_what_is_seen_of_it(box: Box) -> None:
    assert measure_light(picture(77, 77), box) == FaceLight(77.0, 77.0)


@pytest.mark.parametrize("box", [Box(700, 100, 800, 200), Box(-100, 0, -10, 90), Box(10, 10, 10, 10)])
def test_face_outside_the_picture_is_not_measured(box: Box) -> None:
    assert measure_light(picture(77, 77), box) is None


def test_face_that_fills_the_picture_has_nothing_around_it() -> None:
    light = measure_light(picture(90, 90), Box(0, 0, 640, 480))
    assert light == FaceLight(90.0, 90.0)
