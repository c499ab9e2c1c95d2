"""Somebody who sits for photographs: a rendered person who looks ahead and aside, also as a browser's camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2

from kiosk.camera.frame import Pixels
from kiosk.camera.photo_source import PhotoSource
from kiosk.camera.source import SourceSettings
from kiosk.recognizer.enrolment import Subject, find_subject
from kiosk.recognizer.enrolment_poses import LIVE_GATES, Wanted, pose_fault
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.quality.assessment import Usability

SIDES: Final[tuple[Wanted, ...]] = ("ahead", "left", "right")
EACH: Final = 3
_MOST_FRAMES: Final = 900


def sit(pack: Pack, photo: Path) -> dict[Wanted, list[Pixels]]:
    """Three frames of each pose, (480, 640, 3) BGR, that the gates let through."""
    taken: dict[Wanted, list[Pixels]] = {pose: [] for pose in SIDES}
    with PhotoSource(SourceSettings(kind="photo", path=str(photo), pace="fast", seed=3, loop=True)) as source:
        for number in range(_MOST_FRAMES):
            wanted = next((pose for pose in SIDES if len(taken[pose]) < EACH), None)
            if wanted is None:
                return taken
            if wanted in ("left", "right") and number % 25 == 0:
                source.ask("left" if wanted == "left" else "right")
            frame = source.read(5.0)
            if frame is not None and number % 2 == 0 and _fits(pack, frame.main, wanted):
                taken[wanted].append(frame.main)
    raise AssertionError(f"{photo} never looked to every side")


def _fits(pack: Pack, picture: Pixels, wanted: Wanted) -> bool:
    subject = find_subject(pack, picture)
    return (
        isinstance(subject, Subject)
        and LIVE_GATES.judge(subject.quality) is Usability.USABLE
        and pose_fault(wanted, subject.quality.pose, ()) is None
    )


def write_camera(path: Path, frames: Iterator[Pixels]) -> Path:
    """A file that Chromium plays as its camera, over and over: YUV4MPEG2, a frame each half second."""
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F2:1 Ip A1:1 C420jpeg\n")
        for frame in frames:
            file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path
