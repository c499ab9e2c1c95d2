"""How good one picture of a face is, and what the person in front of the camera can do about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Face
from kiosk.recognizer.models.aligner import Aligner
from kiosk.recognizer.quality.exposure import Exposure, measure_exposure
from kiosk.recognizer.quality.face_crop import crop_face
from kiosk.recognizer.quality.head_pose import HeadPose, estimate_pose
from kiosk.recognizer.quality.occlusion import measure_eye_cover, measure_mouth_cover
from kiosk.recognizer.quality.sharpness import measure_sharpness

_LEAST_WEIGHT: Final = 0.05


class Usability(enum.Enum):
    """Whether a face is good enough to be embedded, else what the person should do."""

    USABLE = "usable"
    COME_NEARER = "come-nearer"
    STEP_BACK = "step-back"
    MOVE_TO_CENTRE = "move-to-centre"
    LOOK_STRAIGHT = "look-straight"
    HOLD_STILL = "hold-still"
    TOO_DARK = "too-dark"
    BACK_LIGHT = "back-light"
    TOO_BRIGHT = "too-bright"
    TAKE_OFF_MASK = "take-off-mask"
    TAKE_OFF_SUNGLASSES = "take-off-sunglasses"

    @property
    def hopeless(self) -> bool:
        """Whether nothing can be made of such a face: it is not embedded. The other faults are doubts."""
        return self in _HOPELESS


_HOPELESS: Final = frozenset({Usability.COME_NEARER, Usability.STEP_BACK, Usability.MOVE_TO_CENTRE})


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on one face; the names are those of ISO/IEC 29794-5 where it has one.

    eye_distance: pixels of the picture (inter-eye distance). inside: share of the face within the picture.
    pose: see HeadPose. sharpness: see measure_sharpness; 1 is no detail at all. exposure: see Exposure.
    eyes_covered, mouth_covered: 0..1, see occlusion.py.
    """

    eye_distance: float
    inside: float
    pose: HeadPose
    sharpness: float
    exposure: Exposure
    eyes_covered: float
    mouth_covered: float

    @property
    def weight(self) -> float:
        """How much this frame should count among others of the same face, above 0, at most 1.

        A product of ramps, each from where genuine similarity begins to fall to where little of it is left
        (docs/accuracy-quality.md).
        """
        pitch = abs(self.pose.pitch_degrees or 0.0)
        light = self.exposure
        return max(
            _LEAST_WEIGHT,
            _ramp(self.eye_distance, 12, 32)
            * _ramp(self.sharpness, 1.15, 1.45)
            * _ramp(abs(self.pose.yaw_degrees), 60, 15)
            * _ramp(pitch, 40, 10)
            * _ramp(light.mean, 10, 40)
            * _ramp(light.over, 1.0, 0.5)
            * _ramp(self.eyes_covered, 0.9, 0.4)
            * _ramp(self.mouth_covered, 0.9, 0.4),
        )


def _ramp(value: float, nothing: float, all_: float) -> float:
    """0 at `nothing`, 1 at `all_` and beyond, linear between; either may be the larger."""
    return min(1.0, max(0.0, (value - nothing) / (all_ - nothing)))


def assess(picture: Pixels, face: Face, aligner: Aligner) -> Quality:
    """Measure one face in a (height, width, 3) uint8 BGR picture."""
    points = aligner.points(face)
    crop = crop_face(picture, points)
    return Quality(
        eye_distance=aligner.eye_distance(face),
        inside=crop.inside,
        pose=estimate_pose(points),
        sharpness=measure_sharpness(crop),
        exposure=measure_exposure(crop, picture),
        eyes_covered=measure_eye_cover(crop),
        mouth_covered=measure_mouth_cover(crop),
    )


@dataclass(frozen=True, slots=True)
class Gates:
    """What a face must fulfil; shares from 0 to 1, luminance in levels of 0..255.

    smallest_eye_distance: pixels. least_inside: share of the face within the picture. yaw, pitch, roll: most degrees to
    either side. least_sharpness: see measure_sharpness. darkest: least mean luminance; least_contrast: from the 5th to
    the 95th percentile; most_over: overexposed share; back_light: a dark face counts as lit from behind when the whole
    picture is so many times as bright. most_eyes_covered, most_mouth_covered: see occlusion.py.
    """

    smallest_eye_distance: float
    least_inside: float
    most_yaw_degrees: float
    most_pitch_degrees: float
    most_roll_degrees: float
    least_sharpness: float
    darkest: float
    least_contrast: float
    most_over: float
    most_eyes_covered: float
    most_mouth_covered: float
    back_light: float = 2.5
    cut_off_when_near: float = 90.0
    """Eye distance in pixels from which a face that is cut off is too near, not beside the middle."""

    def near(self, smallest_eye_distance: float) -> Gates:
        """The same gates with another least size."""
        return replace(self, smallest_eye_distance=smallest_eye_distance)

    def judge(self, quality: Quality) -> Usability:
        """The first thing to mend, the one that hides others first; USABLE when there is none."""
        pose, light = quality.pose, quality.exposure
        if quality.eye_distance < self.smallest_eye_distance:
            return Usability.COME_NEARER
        if quality.inside < self.least_inside:
            near = quality.eye_distance >= self.cut_off_when_near
            return Usability.STEP_BACK if near else Usability.MOVE_TO_CENTRE
        if light.mean < self.darkest or light.contrast < self.least_contrast:
            if light.over > self.most_over or light.mean >= 200:
                return Usability.TOO_BRIGHT
            return Usability.BACK_LIGHT if light.around > self.back_light * light.mean else Usability.TOO_DARK
        if light.over > self.most_over:
            return Usability.TOO_BRIGHT
        turned = abs(pose.yaw_degrees) > self.most_yaw_degrees or abs(pose.roll_degrees) > self.most_roll_degrees
        if turned or abs(pose.pitch_degrees or 0.0) > self.most_pitch_degrees:
            return Usability.LOOK_STRAIGHT
        if quality.sharpness < self.least_sharpness:
            return Usability.HOLD_STILL
        # After blur, which takes the mouth's contrast away as a mask does.
        if quality.mouth_covered > self.most_mouth_covered:
            return Usability.TAKE_OFF_MASK
        covered = quality.eyes_covered > self.most_eyes_covered
        return Usability.TAKE_OFF_SUNGLASSES if covered else Usability.USABLE


RECOGNITION: Final = Gates(
    smallest_eye_distance=28.0,
    least_inside=0.85,
    most_yaw_degrees=40.0,
    most_pitch_degrees=25.0,
    most_roll_degrees=35.0,
    least_sharpness=1.20,
    darkest=25.0,
    least_contrast=15.0,
    most_over=0.70,
    most_eyes_covered=0.55,
    most_mouth_covered=0.50,
)
"""For the kiosk: refuses what would hardly be recognised anyway; the size is the model card's."""

ENROLMENT: Final = Gates(
    smallest_eye_distance=22.0,
    least_inside=0.95,
    most_yaw_degrees=30.0,
    most_pitch_degrees=20.0,
    most_roll_degrees=30.0,
    least_sharpness=1.28,
    darkest=32.0,
    least_contrast=20.0,
    most_over=0.60,
    most_eyes_covered=0.50,
    most_mouth_covered=0.50,
)
"""For enrolment: a template is used for years. The size is less than the kiosk's: archives have small photos."""
