"""From a photo to an enrolment frame, for the hub's enrolment and for `presensi hub enrol`."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Chip, Face, Vector
from kiosk.recognizer.packs.pack import Pack
from kiosk.recognizer.quality.assessment import ENROLMENT, Gates, Quality, Usability, assess
from kiosk.recognizer.recognizer import prominence

SMALLEST_FACE = 60
"""Width in pixels of the smallest face that is enrolled; smaller ones lack the detail that tells people apart."""
_SEARCHED_FROM = 40
_SIMILAR = 0.6
_APART_DEGREES: Final = 15.0
"""Heads held so differently, or more, count as quite different poses."""


class PhotoFault(enum.Enum):
    """Why a photo cannot be enrolled; `explain` has the words."""

    NO_FACE = "no-face"
    SEVERAL_FACES = "several-faces"
    TOO_SMALL = "too-small"
    CUT_OFF = "cut-off"
    TURNED_AWAY = "turned-away"
    BLURRED = "blurred"
    TOO_DARK = "too-dark"
    TOO_BRIGHT = "too-bright"
    MASK = "mask"
    SUNGLASSES = "sunglasses"

    def explain(self, language: str = "id") -> str:
        """One sentence for the operator, in Indonesian ("id") or English (anything else)."""
        return _WORDS[self][0 if language == "id" else 1]


_WORDS = {
    PhotoFault.NO_FACE: (
        "Tidak ada wajah yang ditemukan; pakai foto dari depan dengan cahaya cukup.",
        "No face was found; use a photo from the front in good light.",
    ),
    PhotoFault.SEVERAL_FACES: (
        "Ada beberapa wajah yang sama besar; potong foto sehingga hanya satu orang terlihat.",
        "Several faces of similar size; crop the photo so that it shows one person.",
    ),
    PhotoFault.TOO_SMALL: (
        "Wajah terlalu kecil; pakai foto yang lebih dekat atau lebih tajam.",
        "The face is too small; use a closer or sharper photo.",
    ),
    PhotoFault.CUT_OFF: (
        "Sebagian wajah berada di luar foto; pakai foto dengan seluruh wajah.",
        "A part of the face is outside the photo; use one with the whole face.",
    ),
    PhotoFault.TURNED_AWAY: (
        "Wajah terlalu menoleh; pakai foto yang menghadap ke kamera.",
        "The face is turned away; use a photo that looks into the camera.",
    ),
    PhotoFault.BLURRED: (
        "Foto buram; pakai foto yang lebih tajam.",
        "The photo is blurred; use a sharper one.",
    ),
    PhotoFault.TOO_DARK: (
        "Wajah terlalu gelap; pakai foto dengan cahaya dari depan.",
        "The face is too dark; use a photo with light from the front.",
    ),
    PhotoFault.TOO_BRIGHT: (
        "Wajah terlalu terang; pakai foto tanpa cahaya langsung atau lampu kilat.",
        "The face is too bright; use a photo without direct light or flash.",
    ),
    PhotoFault.MASK: (
        "Hidung dan mulut tampak tertutup; pakai foto tanpa masker.",
        "Nose and mouth seem to be covered; use a photo without a mask.",
    ),
    PhotoFault.SUNGLASSES: (
        "Mata tampak tertutup; pakai foto tanpa kacamata hitam.",
        "The eyes seem to be covered; use a photo without sunglasses.",
    ),
}

_FAULTS: Final[Mapping[Usability, PhotoFault]] = MappingProxyType(
    {
        Usability.COME_NEARER: PhotoFault.TOO_SMALL,
        Usability.STEP_BACK: PhotoFault.CUT_OFF,
        Usability.MOVE_TO_CENTRE: PhotoFault.CUT_OFF,
        Usability.LOOK_STRAIGHT: PhotoFault.TURNED_AWAY,
        Usability.HOLD_STILL: PhotoFault.BLURRED,
        Usability.TOO_DARK: PhotoFault.TOO_DARK,
        Usability.BACK_LIGHT: PhotoFault.TOO_DARK,
        Usability.TOO_BRIGHT: PhotoFault.TOO_BRIGHT,
        Usability.TAKE_OFF_MASK: PhotoFault.MASK,
        Usability.TAKE_OFF_SUNGLASSES: PhotoFault.SUNGLASSES,
    }
)


@dataclass(frozen=True, slots=True)
class EnrolmentFrame:
    """One usable photo.

    embedding: (d,) unit norm, mean of picture and mirror image; face: in pixels of the photo; chip: the aligned face.
    eye_distance: pixels in the photo. quality: None when it was not measured.
    """

    embedding: Vector
    face: Face
    chip: Chip
    eye_distance: float
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The one person of a photo, measured and not judged yet. face: in pixels of the photo."""

    face: Face
    quality: Quality


def find_subject(pack: Pack, photo: Pixels) -> Subject | PhotoFault:
    """Find and measure the one person of a (height, width, 3) uint8 BGR photo, or say why there is none.

    The person is the largest, most central face; another one of similar prominence makes the photo unusable, because
    nobody knows whose it is.
    """
    found = pack.detector.search(photo, smallest=_SEARCHED_FROM)
    if not found:
        return PhotoFault.NO_FACE
    height, width = photo.shape[:2]
    found.sort(key=lambda detection: -prominence(detection.box, width=width, height=height))
    subject, *others = found
    least = _SIMILAR * prominence(subject.box, width=width, height=height)
    if any(prominence(other.box, width=width, height=height) >= least for other in others):
        return PhotoFault.SEVERAL_FACES
    if subject.box.width < SMALLEST_FACE:
        return PhotoFault.TOO_SMALL
    face = Face(subject.box, pack.aligner.landmarks(photo, subject), subject.score)
    return Subject(face, assess(photo, face, pack.aligner))


def embed_subject(pack: Pack, photo: Pixels, subject: Subject) -> EnrolmentFrame:
    """Embed the person who was found in this photo."""
    face, quality = subject.face, subject.quality
    chip = pack.aligner.chip(photo, face)
    embedding = pack.embedder.embed(chip, mirror=True)
    return EnrolmentFrame(embedding, face, chip, quality.eye_distance, quality)


def embed_photo(pack: Pack, photo: Pixels, *, gates: Gates | None = ENROLMENT) -> EnrolmentFrame | PhotoFault:
    """Embed the one person of a (height, width, 3) uint8 BGR photo, or say why not.

    gates: what the face must fulfil; None takes any face that is large enough.
    """
    subject = find_subject(pack, photo)
    if isinstance(subject, PhotoFault):
        return subject
    fault = _FAULTS.get(gates.judge(subject.quality)) if gates is not None else None
    return fault if fault is not None else embed_subject(pack, photo, subject)


def choose_poses(frames: Sequence[Quality | None], most: int) -> list[int]:
    """Choose at most so many of one person's frames, good ones that differ in pose; their indices, in order.

    The best frame first, then each time the one that is farthest in pose from those chosen, by its weight: a person who
    was enrolled turning the head a little is recognised turning the head a little. Frames that were not measured count
    as straight and good.
    """
    left = list(range(len(frames)))
    chosen: list[int] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda index: (_gain(frames, chosen, index), -index))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen)


def _gain(frames: Sequence[Quality | None], chosen: Sequence[int], index: int) -> float:
    quality = frames[index]
    if quality is None:
        return 1.0
    poses = [other.pose for other in (frames[each] for each in chosen) if other is not None]
    apart = min((quality.pose.apart(pose) for pose in poses), default=_APART_DEGREES)
    return quality.weight * min(1.0, apart / _APART_DEGREES)
