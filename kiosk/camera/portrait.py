"""A person taken out of a photo: cut from its background and given depth, ready to be rendered in any pose."""

from __future__ import annotations

import ctypes
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.camera.frame import Pixels
from kiosk.errors import CameraError, SourceUnusableError

Field = npt.NDArray[np.float32]

EYES_PIXELS = 110.0
"""Distance between the eyes on the canvas, from which all its lengths follow; enough for a face of 300 pixels."""

ABOVE, BELOW, ASIDE = 3.0, 5.0, 3.6
"""How far the canvas reaches from the middle of the face, in distances between the eyes."""

CANVAS_SIZE = (round(2 * ASIDE * EYES_PIXELS), round((ABOVE + BELOW) * EYES_PIXELS))
CENTRE = (ASIDE * EYES_PIXELS, ABOVE * EYES_PIXELS)
DEPTH_SHRINK = 4
"""The depth field is this much smaller than the canvas: it is smooth."""

HEAD_WIDTH, HEAD_HEIGHT, HEAD_DEPTH, HEAD_RAISED = 1.35, 2.0, 0.95, 0.25
NOSE_DEPTH, NOSE_WIDTH, NOSE_HEIGHT = 0.5, 0.26, 0.4
"""Head and nose, in distances between the eyes: a paraboloid over an ellipse, with a bump. An ellipsoid of the same
width, as in EVIDENCE.md, "Liveness", is infinitely steep at its rim, and ears tear off when it turns by more than 20
degrees; this shape does not fold below 40, and eyes, nose and mouth move against each other as a face's do."""

DETECTION_SIDES = (480, 800, 1600)
"""Longer sides, in pixels, at which a face is looked for; the larger ones only when the smaller show none."""

FACE_WIDTH, FACE_ASIDE, FACE_RAISED = 2.58, -0.05, 0.08
"""Side of the square that dlib's detector draws around a face, in distances between the eyes, and where its middle is:
medians of 249 photos of LFW. A single photo's box says less: the detector knows sizes only in steps of a fifth."""

MATTE_EYES_PIXELS = 28.0
PYRAMID_LEVELS = 4


@dataclass(frozen=True, slots=True)
class FaceMarks:
    """The largest face of a photo.

    box: (left, top, right, bottom) as dlib's detector draws it, in pixels of the photo.
    points: (68, 2) float32, iBUG 300-W order, in pixels of the photo.
    """

    box: tuple[float, float, float, float]
    points: Field

    @property
    def eyes(self) -> tuple[Field, Field]:
        """Middles of the two eyes, the one further left in the picture first."""
        return self.points[36:42].mean(0), self.points[42:48].mean(0)

    @property
    def centre(self) -> Field:
        """Middle of eyes and mouth."""
        centre: Field = (self.points[36:48].mean(0) + self.points[48:68].mean(0)) / 2
        return centre


@dataclass(frozen=True, slots=True)
class Portrait:
    """A person on a canvas of CANVAS_SIZE, upright, the face at CENTRE, EYES_PIXELS between the eyes.

    person: whose photo it is.
    levels: (h, w, 4) uint8 each, BGR premultiplied by alpha; every level half the size of the one before.
    depth: (h / DEPTH_SHRINK, w / DEPTH_SHRINK) float32: how far a point stands out towards the camera, in distances
        between the eyes.
    """

    person: str
    levels: tuple[Pixels, ...]
    depth: Field


def load_photo(path: Path) -> Pixels:
    """Read a photo upright, as (h, w, 3) uint8 BGR with a longer side of at most 1600 pixels.

    Raises SourceUnusableError, naming the file, when it is no picture.
    """
    try:
        encoded = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise SourceUnusableError(f"The photo {path} cannot be read ({error.strerror}): check the path.") from error
    photo = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if photo is None:
        raise SourceUnusableError(f"{path} is not a picture that can be read: give a JPEG or PNG photo of one person.")
    return shrink(np.asarray(photo, dtype=np.uint8), DETECTION_SIDES[-1])


def find_marks(photo: Pixels, path: Path) -> FaceMarks:
    """Find the largest face and its landmarks.

    Raises SourceUnusableError, naming the file, when there is none.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    for side in DETECTION_SIDES:
        small = shrink(np.asarray(grey, dtype=np.uint8), side)
        # Small photos are enlarged at once, others when nothing else has helped.
        enlarge = max(small.shape) < (1000 if side == DETECTION_SIDES[-1] else DETECTION_SIDES[0])
        faces = _detector()(small, int(enlarge))
        if faces:
            face = max(faces, key=lambda face: face.width())
            scale = grey.shape[1] / small.shape[1]
            corners = (face.left() * scale, face.top() * scale, face.right() * scale, face.bottom() * scale)
            return FaceMarks(corners, _landmarks(grey, corners))
    raise SourceUnusableError(f"No face can be found in {path}: give a photo of one person who faces the camera.")


def make_portrait(photo: Pixels, marks: FaceMarks, person: str) -> Portrait:
    """Lay the person of a photo onto a canvas, cut from the background, with clothes where the photo ends."""
    to_canvas = canvas_transform(marks)
    picture = cv2.warpAffine(photo, to_canvas, CANVAS_SIZE, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpAffine(np.full(photo.shape[:2], 255, np.uint8), to_canvas, CANVAS_SIZE)
    covered = _fade_edges(np.asarray(covered, dtype=np.uint8))
    matte = _cut_out(np.asarray(picture, dtype=np.uint8), covered)
    canvas = _dress(picture.astype(np.float32), matte, covered.astype(np.float32) / 255.0)
    levels = [canvas]
    while len(levels) < PYRAMID_LEVELS:
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), dtype=np.uint8))
    return Portrait(person, tuple(levels), _head_depth(_transform(marks.points, to_canvas)[30]))


def shrink(picture: Pixels, longest: int) -> Pixels:
    """Scale a picture down so that its longer side is at most `longest` pixels."""
    scale = longest / max(picture.shape[:2])
    if scale >= 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def forget_models() -> None:
    """Give back the memory of detector and landmarks (100 MB); they are loaded again when they are needed again."""
    _detector.cache_clear()
    _predictor.cache_clear()
    return_memory()


def return_memory() -> None:
    """Hand freed memory back to the system. glibc keeps it otherwise, here 100 MB of it, which a Pi has no use for."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _landmarks(grey: npt.NDArray[Any], box: tuple[float, float, float, float]) -> Field:
    import dlib

    parts = _predictor()(np.ascontiguousarray(grey), dlib.rectangle(*(round(edge) for edge in box))).parts()
    return np.array([(part.x, part.y) for part in parts], np.float32)


@cache
def _detector() -> Any:
    import dlib

    return dlib.get_frontal_face_detector()


@cache
def _predictor() -> Any:
    import dlib

    # Importing the package would need a removed part of setuptools; its folder is all that is wanted.
    package = importlib.util.find_spec("face_recognition_models")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        weights = Path(folder) / "models" / "shape_predictor_68_face_landmarks.dat"
        if weights.is_file():
            return dlib.shape_predictor(str(weights))
    raise CameraError("The face landmarks are missing: install the package face_recognition_models 0.3.0.")


def canvas_transform(
    marks: FaceMarks, *, eyes_pixels: float = EYES_PIXELS, centre: tuple[float, float] = CENTRE
) -> Field:
    """Return the 2x3 matrix that turns the photo's face upright and brings it to this size and place."""
    first, second = marks.eyes
    along = second - first
    scale = eyes_pixels / max(1.0, float(np.hypot(*along)))
    angle = float(np.arctan2(along[1], along[0]))
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]], np.float32)
    matrix[:, 2] = np.array(centre, np.float32) - matrix[:, :2] @ marks.centre
    return matrix


def _transform(points: Field, matrix: Field) -> Field:
    moved: Field = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _canvas_grid(width: int, height: int) -> tuple[Field, Field]:
    """Return x and y of every pixel of a canvas of this size, in distances between the eyes, from the face's middle."""
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * (2 * ASIDE) - ASIDE
    y = (np.arange(height, dtype=np.float32) + 0.5) / height * (ABOVE + BELOW) - ABOVE
    across, down = np.meshgrid(x, y)
    return across.astype(np.float32), down.astype(np.float32)


def _fade_edges(covered: Pixels) -> Pixels:
    """Fade the photo out towards its own edges, so that they do not show as lines."""
    # Padded by nothing, so that the canvas's own edges count as edges too: a person never ends in a straight cut.
    padded = cv2.copyMakeBorder(covered, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform((padded > 127).astype(np.uint8), cv2.DIST_L2, 3)[1:, 1:-1]
    return np.asarray(np.clip(distance / (0.3 * EYES_PIXELS), 0.0, 1.0) * 255.0, dtype=np.uint8)


def _cut_out(picture: Pixels, covered: Pixels) -> Field:
    """Return the alpha, 0..1, of the person on a canvas: GrabCut, told where heads and shoulders are."""
    scale = MATTE_EYES_PIXELS / EYES_PIXELS
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    x, y = _canvas_grid(width, height)
    known = cv2.resize(covered, (width, height), interpolation=cv2.INTER_AREA) > 8
    shoulders = np.clip((y - 1.5) * 1.6 + 0.8, 0.0, 2.7) * (y > 1.2)
    labels = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    labels[((x / 1.55) ** 2 + ((y + 0.3) / 2.1) ** 2 < 1.0) | (np.abs(x) < shoulders)] = cv2.GC_PR_FGD
    labels[((x / 1.05) ** 2 + ((y + 0.05) / 1.45) ** 2 < 1.0) | ((np.abs(x) < shoulders - 0.7) & (y > 1.6))] = (
        cv2.GC_FGD
    )
    labels[(y < -2.6) | ((np.abs(x) > 2.3) & (y < 0.9)) | ~known] = cv2.GC_BGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cv2.grabCut(np.ascontiguousarray(small), labels, (0, 0, 1, 1), background, foreground, 4, cv2.GC_INIT_WITH_MASK)
    # Hair as dark as the room behind it is cut off by colour; no head ends below the crown.
    labels[_is_skull(x, y) & known] = cv2.GC_FGD
    person = _connected_to_face(((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8), x, y)
    alpha = cv2.resize(person.astype(np.float32), CANVAS_SIZE, interpolation=cv2.INTER_CUBIC)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 0.07 * EYES_PIXELS)
    # Drawn in a little, so that no rim of the old background remains.
    return np.asarray(np.clip((alpha - 0.45) * 2.5, 0.0, 1.0), dtype=np.float32)


def _is_skull(x: Field, y: Field) -> npt.NDArray[np.bool_]:
    """Tell which points every head covers, hair or jilbab included, in distances between the eyes."""
    skull: npt.NDArray[np.bool_] = (x / 1.18) ** 2 + ((y + 0.4) / 1.68) ** 2 < 1.0
    return skull


def _connected_to_face(person: Pixels, x: Field, y: Field) -> Pixels:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    person = np.asarray(cv2.morphologyEx(person, cv2.MORPH_OPEN, kernel), dtype=np.uint8)
    person = np.asarray(cv2.morphologyEx(person, cv2.MORPH_CLOSE, kernel), dtype=np.uint8)
    _, parts = cv2.connectedComponents(person)
    middle = np.unravel_index(int(np.argmin(x**2 + y**2)), x.shape)
    return np.asarray(parts == parts[middle], dtype=np.uint8) if person[middle] else person


def _dress(picture: Field, matte: Field, covered: Field) -> Pixels:
    """Join the cut-out person with clothes below the photo's end; return premultiplied BGRA.

    Where the photo shows the shoulders, they go on downwards as wide as it last showed them; where it ends at the
    neck, shoulders are drawn.
    """
    x, y = _canvas_grid(*CANVAS_SIZE)
    own = matte * covered
    # The canvas's end is an end too: whatever is below it repeats its last row.
    seam = min(_last_covered_row(covered), round((ABOVE + BELOW - 0.5) * EYES_PIXELS))
    seam_row = max(0, seam - round(0.35 * EYES_PIXELS))
    worn = (own > 0.9) & (np.abs(x) < 2.0) & (y > 2.2)
    cloth = np.median(picture[worn], axis=0) if np.count_nonzero(worn) > 500 else np.array((105.0, 84.0, 66.0))
    cloth = cloth.astype(np.float32)
    if np.count_nonzero(matte[seam_row] > 0.5) > 3.6 * EYES_PIXELS:
        below = np.clip((np.arange(len(x), dtype=np.float32) - seam_row) / (0.3 * EYES_PIXELS), 0.0, 1.0)[:, None]
        body = (np.arange(len(x)) >= seam_row)[:, None] * matte[seam_row][None, :]
        last = cv2.GaussianBlur(picture[seam_row - 4 : seam_row + 1].mean(0)[None], (0, 0), 0.25 * EYES_PIXELS)
        deep = np.clip((y - y[seam_row, 0]) / 1.5, 0.0, 0.8)[..., None]
        drawn = last * (1.0 - deep) + cloth * deep
        own = own * (1.0 - below)
    else:
        rounded = np.clip((y - 1.55) / 1.5, 0.0, 1.0)
        half_width = 0.70 + 2.2 * np.sin(rounded * np.pi / 2) ** 1.2
        body = np.clip((half_width - np.abs(x)) / 0.06, 0.0, 1.0) * np.clip((y - 1.3) / 0.2, 0.0, 1.0)
        drawn = np.broadcast_to(cloth, picture.shape)
    drawn = drawn * np.clip(1.0 - 0.05 * x**2 - 0.03 * np.sin(4.0 * x + y), 0.5, 1.05)[..., None]
    own, body = own[..., None], (body * (1.0 - own))[..., None]
    alpha, colour = own + body, picture * own + drawn * body
    alpha[:, :2] = alpha[:, -2:] = colour[:, :2] = colour[:, -2:] = 0.0
    return np.asarray(np.clip(np.dstack([colour, alpha * 255.0]), 0.0, 255.0), dtype=np.uint8)


def _last_covered_row(covered: Field) -> int:
    """Return the lowest row that the photo reaches below the face."""
    reached = np.flatnonzero(covered[:, round(CENTRE[0])] > 0.5)
    return int(reached[-1]) if reached.size else covered.shape[0] - 1


def _head_depth(nose: Field) -> Field:
    x, y = _canvas_grid(CANVAS_SIZE[0] // DEPTH_SHRINK, CANVAS_SIZE[1] // DEPTH_SHRINK)
    inside = np.clip(1.0 - (x / HEAD_WIDTH) ** 2 - ((y + HEAD_RAISED) / HEAD_HEIGHT) ** 2, 0.0, None)
    nose_x, nose_y = (nose - np.array(CENTRE, np.float32)) / EYES_PIXELS
    bump = np.exp(-(((x - nose_x) / NOSE_WIDTH) ** 2) - ((y - nose_y + 0.1) / NOSE_HEIGHT) ** 2)
    depth = HEAD_DEPTH * inside + NOSE_DEPTH * bump * (inside > 0)
    # The rim's kink would show as a line when the head turns.
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), 0.08 * EYES_PIXELS / DEPTH_SHRINK), dtype=np.float32)
