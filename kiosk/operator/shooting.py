"""Guided capture as a pure machine: which pose is wanted, when a frame is good for it, and when all is there.

Measured frames and time (monotonic seconds) go in; what to say, and which frames to look at closely, comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kiosk.guidance import HINTS
from kiosk.operator.poses import FITTING_FRAMES, POSES, Fault, Shooting, Wish
from kiosk.recognizer.enrolment_poses import LIVE_GATES, pose_fault
from kiosk.recognizer.quality.assessment import Gates, Quality, Usability
from kiosk.recognizer.quality.head_pose import HeadPose

CAPTURE_SECONDS: Final = 60.0
ASK_AGAIN_SECONDS: Final = 4.0
HINT_SECONDS: Final = 0.7
"""How long what is wrong with a frame stays in words, so that the screen does not flicker."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One frame's face. pose: with a pitch where any landmarks could tell it. alone: whether nobody else is near."""

    usability: Usability
    quality: Quality | None
    pose: HeadPose | None
    alone: bool = True


def begin(now: float, *, bare: bool = False) -> Shooting:
    """A capture that begins. bare: only what is missing without glasses."""
    return Shooting(("bare",) if bare else POSES, 0, 0, (), None, now, now + CAPTURE_SECONDS)


def watch(shooting: Shooting, frame: Measured | None, now: float, gates: Gates = LIVE_GATES) -> tuple[Shooting, bool]:
    """Take one frame; whether it is to be looked at closely. frame None: there is no face in it.

    Who comes near spoils the frames before, too: a detector that follows one face sees another some frames late.
    """
    wish = shooting.wish
    if wish is None:
        return shooting, False
    fault = _fault(shooting, wish, frame, gates)
    if fault == "one_at_a_time":
        shooting = replace(shooting, fitting=0)
    if fault is not None:
        if fault == shooting.fault or now - shooting.fault_at >= HINT_SECONDS or shooting.fault is None:
            shooting = replace(shooting, fault=fault, fault_at=now)
        return shooting, False
    pitch = frame.pose.pitch_degrees if frame is not None and frame.pose is not None else None
    straight = shooting.straight
    if wish in ("ahead", "bare") and pitch is not None:
        straight = (*straight, pitch)
    return replace(shooting, fault=None, fault_at=now, fitting=shooting.fitting + 1, straight=straight), True


def is_full(shooting: Shooting) -> bool:
    """Whether the frames of this pose are to be chosen from now."""
    return shooting.wish is not None and shooting.fitting >= FITTING_FRAMES


def settle(shooting: Shooting, *, kept: int) -> Shooting:
    """The frames of this pose were looked at: go on when some were kept, else ask for it again.

    Where nothing tells how high a head is held (dlib's five points know no mouth), a raised one is not asked for.
    """
    wishes = shooting.wishes
    if shooting.wish == "ahead" and kept and not shooting.straight:
        wishes = tuple(each for each in wishes if each != "up")
    return replace(shooting, wishes=wishes, at=shooting.at + (kept > 0), fitting=0, asked_at=None)


def asks(shooting: Shooting, now: float) -> tuple[Shooting, bool]:
    """Whether the pose is to be asked for aloud now (for whoever does not read the screen)."""
    if shooting.wish is None or (shooting.asked_at is not None and now - shooting.asked_at < ASK_AGAIN_SECONDS):
        return shooting, False
    return replace(shooting, asked_at=now), True


def _fault(shooting: Shooting, wish: Wish, frame: Measured | None, gates: Gates) -> Fault | None:
    if frame is None:
        return "look"
    if frame.quality is None or frame.pose is None:
        return HINTS.get(frame.usability, "nearer")
    if not frame.alone:
        return "one_at_a_time"
    judged = HINTS.get(gates.judge(frame.quality))
    if judged is not None:
        return judged
    return pose_fault("ahead" if wish == "bare" else wish, frame.pose, shooting.straight)
