"""From a photo to an enrolment frame, for the hub's enrolment and for `presensi hub enrol`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from kiosk.camera.frame import Pixels
from kiosk.recognizer.face import Chip, Face, Vector
from kiosk.recognizer.pack import Pack
from kiosk.recognizer.recognizer import prominence

SMALLEST_FACE = 60
"""Width in pixels of the smallest face that is enrolled; smaller ones lack the detail that tells people apart."""
_SEARCHED_FROM = 40
_SIMILAR = 0.6


class PhotoFault(enum.Enum):
    """Why a photo cannot be enrolled; `explain` has the words."""

    NO_FACE = "no-face"
    SEVERAL_FACES = "several-faces"
    TOO_SMALL = "too-small"

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
}


@dataclass(frozen=True, slots=True)
class EnrolmentFrame:
    """One usable photo.

    embedding: (d,) unit norm, mean of picture and mirror image; face: in pixels of the photo; chip: the aligned face.
    eye_distance: pixels in the photo.
    """

    embedding: Vector
    face: Face
    chip: Chip
    eye_distance: float


def embed_photo(pack: Pack, photo: Pixels) -> EnrolmentFrame | PhotoFault:
    """Embed the one person of a (height, width, 3) uint8 BGR photo, or say why not.

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
    chip = pack.aligner.chip(photo, face)
    return EnrolmentFrame(pack.embedder.embed(chip, mirror=True), face, chip, pack.aligner.eye_distance(face))
