"""When a frame is good for a pose, and what is said when it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.operator.poses import FITTING_FRAMES, Fault, Shooting, Wish, contract_pose, is_over
from kiosk.operator.shooting import CAPTURE_SECONDS, HINT_SECONDS, Measured, asks, begin, is_full, settle, watch
from kiosk.recognizer.quality.assessment import Quality, Usability
from kiosk.recognizer.quality.exposure import Exposure
from kiosk.recognizer.quality.head_pose import HeadPose

LIGHT = Exposure(mean=120.0, contrast=90.0, over=0.0, under=0.0, around=120.0)


def face(yaw: float = 0.0, pitch: float | None = 0.0, *, alone: bool = True, **quality: float) -> Measured:
    pose = HeadPose(yaw, pitch, 0.0)
    good = Quality(70.0, 1.0, pose, 1.6, LIGHT, 0.0, 0.0)
    return Measured(Usability.USABLE, replace(good, **quality), pose, alone)


def at(wish: Wish, straight: tuple[float, ...] = (0.0,)) -> Shooting:
    going = begin(0.0, bare=wish == "bare")
    return replace(going, at=going.wishes.index(wish), straight=straight)


@pytest.mark.parametrize(
    ("wish", "frame", "fault"),
    [
        ("ahead", face(), None),
        ("ahead", face(12.0), "straight"),
        ("left", face(15.0), None),
        ("left", face(-15.0), "turn_left"),
        ("left", face(4.0), "turn_left"),
        ("left", face(35.0), "too_far"),
        ("right", face(-15.0), None),
        ("right", face(4.0), "turn_right"),
        ("right", face(-29.0), "too_far"),
        ("up", face(pitch=10.0), None),
        ("up", face(pitch=2.0), "raise"),
        ("up", face(pitch=25.0), "too_far"),
        ("up", face(15.0, 10.0), "straight"),
        ("bare", face(), None),
        ("ahead", face(alone=False), "one_at_a_time"),
        ("ahead", face(sharpness=1.0), "still"),
        ("ahead", face(eye_distance=40.0), "nearer"),
        ("ahead", face(inside=0.7), "centre"),
        ("ahead", face(mouth_covered=0.9), "mask"),
        ("ahead", Measured(Usability.COME_NEARER, None, None), "nearer"),
        ("ahead", None, "look"),
    ],
)
def test_frame_fits_its_pose_or_says_what_to_mend(wish: Wish, frame: Measured | None, fault: Fault | None) -> None:
    going, fits = watch(at(wish), frame, 1.0)
    assert fits == (fault is None)
    assert going.fault == fault
    assert going.fitting == (1 if fits else 0)


def test_nose_that_looks_raised_by_nature_is_measured_against_itself() -> None:
    assert not watch(at("up", (9.0, 10.0, 9.0)), face(pitch=12.0), 1.0)[1]
    assert watch(at("up", (9.0, 10.0, 9.0)), face(pitch=17.0), 1.0)[1]


def test_hint_stays_long_enough_to_be_read() -> None:
    going, _ = watch(at("left"), face(2.0), 1.0)
    assert watch(going, face(35.0), 1.1)[0].fault == "turn_left"
    assert watch(going, face(35.0), 1.0 + HINT_SECONDS)[0].fault == "too_far"


def test_who_comes_near_spoils_what_was_taken_of_this_pose() -> None:
    going, _ = watch(at("ahead"), face(), 1.0)
    assert going.fitting == 1
    assert watch(going, face(sharpness=1.0), 1.1)[0].fitting == 1
    assert watch(going, face(alone=False), 1.1)[0].fitting == 0


def test_poses_follow_each_other_and_one_without_a_picture_is_asked_for_again() -> None:
    going = begin(0.0)
    for wish in ("ahead", "left", "right", "up"):
        assert going.wish == wish
        going = replace(going, fitting=FITTING_FRAMES)
        assert is_full(going)
        assert settle(going, kept=0).wish == wish
        going = settle(replace(going, straight=(0.0,)), kept=2)
    assert going.wish is None


def test_raised_head_is_not_asked_for_where_nothing_can_tell() -> None:
    going = settle(watch(begin(0.0), face(pitch=None), 0.1)[0], kept=2)
    assert going.wishes == ("ahead", "left", "right")


def test_patience_ends() -> None:
    assert not is_over(begin(0.0), CAPTURE_SECONDS - 0.1)
    assert is_over(begin(0.0), CAPTURE_SECONDS)


def test_pose_is_asked_for_at_once_and_then_now_and_again() -> None:
    going, aloud = asks(at("left"), 0.0)
    assert aloud
    assert not asks(going, 1.0)[1]
    assert asks(going, 5.0)[1]


def test_glasses_are_nothing_that_travels() -> None:
    assert contract_pose("bare") == "ahead"
    assert contract_pose("left") == "left"
