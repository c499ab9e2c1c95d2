"""What tells a turning head from a sheet of paper: the nose stands out.

Two views of a plane differ by a homography (Hartley and Zisserman, Multiple View Geometry in Computer Vision, 2nd
edition, sections 2.3 and 13.1), whatever way it is moved or tilted. So the present view is taken back into the neutral
one by the homography of eyes, brows and corners of the mouth, and what is left of the nose's movement is parallax:
about half a distance between the eyes times the tangent of the angle by which the head has turned, and nothing for a
photo. Bent paper leaves some, because its middle comes forward too: up to 0.23 where it is rolled as far as a hand can.

Therefore a turn must show in the profile as well. A homography keeps points on a line that are on one (section 2.3),
and so does paper that is rolled around an upright axis, for a line along that axis: bridge and tip of the nose and the
middle of the lips stay as they are to each other. In a head that turns the tip leaves the line of the other two.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kiosk.recognizer.face import Vector

Points = npt.NDArray[np.float64]

NOSE_BRIDGE, NOSE_TIP = 27, 30
LIPS_MIDDLE: Final = (51, 57, 62, 66)
OUTER_EYES: Final = (36, 45)
PLANE: Final = (36, 39, 42, 45, 48, 54, *range(17, 27))
"""Corners of eyes and mouth, and the brows: nearly a plane. A jilbab leaves them free, as it does the nose."""
FREE: Final = (*range(27, 36), 36, 39, 42, 45, *range(17, 27, 2), 48, 54)
"""The landmarks of EVIDENCE.md, "Liveness", from which the residual of a homography is taken."""


@dataclass(frozen=True, slots=True)
class Parallax:
    """How a view of a face differs from the neutral one; lengths in distances between the eyes of the neutral view.

    across: movement of the nose's tip against the plane along the line of the eyes; positive to the right of the
        picture, which is the person's own left.
    up: the same movement upwards.
    profile: how far the nose's tip has left the line from its bridge to the middle of the lips, in the length of that
        line; positive as `across`.
    growth: how much nearer the face is: 0.2 for a face that is larger by a fifth.
    residual: root mean square that the best homography of all FREE landmarks leaves over.
    yaw: by how much the nose's tip has moved along the line of the outer corners of the eyes, in their distance.
    """

    across: float
    up: float
    profile: float
    growth: float
    residual: float
    yaw: float


def parallax(neutral: Vector, view: Vector) -> Parallax | None:
    """Compare two sets of (68, 2) landmarks; None when they are no face (all in one point or on one line)."""
    before, now = neutral.astype(np.float64), view.astype(np.float64)
    eyes, height = _proportions(before)
    eyes_now, height_now = _proportions(now)
    if min(eyes, height, eyes_now, height_now) < 1e-6:
        return None
    back = homography(now[list(PLANE)], before[list(PLANE)])
    flat = homography(before[list(FREE)], now[list(FREE)])
    if back is None or flat is None:
        return None
    along, down = _axes(before)
    tip = (project(back, now[[NOSE_TIP]])[0] - before[NOSE_TIP]) / eyes
    left_over = project(flat, before[list(FREE)]) - now[list(FREE)]
    measured = Parallax(
        across=float(tip @ along),
        up=-float(tip @ down),
        profile=_profile(now) - _profile(before),
        growth=max(eyes_now / eyes, height_now / height) - 1.0,
        residual=float(np.sqrt((left_over**2).sum(axis=1).mean())) / eyes_now,
        yaw=yaw(view) - yaw(neutral),
    )
    return measured if np.isfinite(astuple(measured)).all() else None


def yaw(points: Vector) -> float:
    """Place of the nose's tip along the line of the outer corners of the eyes: 0 in the middle, 0.5 at the corner on
    the right of the picture; near 0 for a face that looks ahead."""
    first, last = points[OUTER_EYES[0]].astype(np.float64), points[OUTER_EYES[1]].astype(np.float64)
    line = last - first
    length = float(line @ line)
    return float((points[NOSE_TIP] - (first + last) / 2) @ line) / length if length > 0 else 0.0


def homography(source: Points, target: Points) -> Points | None:
    """The (3, 3) matrix that takes (n, 2) points to others with the least algebraic error; None when there is none.

    The normalised direct linear transformation (Hartley and Zisserman, algorithm 4.2), n at least 4.
    """
    from_source, from_target = _normaliser(source), _normaliser(target)
    if from_source is None or from_target is None:
        return None
    a, b = project(from_source, source), project(from_target, target)
    rows = np.zeros((2 * len(a), 9))
    rows[0::2, 0:2], rows[0::2, 2] = -a, -1
    rows[0::2, 6:8], rows[0::2, 8] = a * b[:, :1], b[:, 0]
    rows[1::2, 3:5], rows[1::2, 5] = -a, -1
    rows[1::2, 6:8], rows[1::2, 8] = a * b[:, 1:], b[:, 1]
    try:
        solved = np.linalg.svd(rows)[2][-1].reshape(3, 3)
        return np.asarray(np.linalg.inv(from_target) @ solved @ from_source)
    except np.linalg.LinAlgError:
        return None


def project(matrix: Points, points: Points) -> Points:
    """Take (n, 2) points through a homography; what goes to infinity comes back as infinite or NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = points @ matrix[:, :2].T + matrix[:, 2]
        return np.asarray(moved[:, :2] / moved[:, 2:])


def neutral_of(views: list[Vector]) -> Vector:
    """The median of several views of a face that holds still: each laid onto the last one, then point by point.

    views: at least one, (68, 2) each. A similarity lays them (see `arcface_aligner.similarity_transform`).
    """
    last = views[-1].astype(np.float64) @ np.array((1, 1j))
    laid = []
    for view in views:
        z = view.astype(np.float64) @ np.array((1, 1j))
        centred, target = z - z.mean(), last - last.mean()
        size = float((centred.conj() @ centred).real)
        turn = (centred.conj() @ target) / size if size > 0 else 1.0
        laid.append(centred * turn + last.mean())
    middle = np.stack(laid)
    return np.stack([np.median(middle.real, axis=0), np.median(middle.imag, axis=0)], axis=1).astype(np.float32)


def _proportions(points: Points) -> tuple[float, float]:
    """Distance between the eyes, and from the eyes to the corners of the mouth."""
    first, second = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    mouth = points[[48, 54]].mean(axis=0)
    return float(np.linalg.norm(second - first)), float(np.linalg.norm(mouth - (first + second) / 2))


def _profile(points: Points) -> float:
    """How far the nose's tip lies beside the line from bridge to lips, in its length; positive to the right."""
    bridge, tip, lips = points[NOSE_BRIDGE], points[NOSE_TIP], points[list(LIPS_MIDDLE)].mean(axis=0)
    line, aside = lips - bridge, tip - bridge
    length = float(line @ line)
    return float(aside[0] * line[1] - aside[1] * line[0]) / length if length > 0 else np.nan


def _axes(points: Points) -> tuple[Points, Points]:
    """Unit vectors along the line of the eyes, to the right of the picture, and down the face."""
    along = points[42:48].mean(axis=0) - points[36:42].mean(axis=0)
    along /= np.linalg.norm(along)
    return along, np.array((-along[1], along[0]))


def _normaliser(points: Points) -> Points | None:
    """Moves points to the origin and scales them to a mean distance of sqrt(2); None when they are all one."""
    middle = points.mean(axis=0)
    spread = float(np.sqrt(((points - middle) ** 2).sum(axis=1).mean()))
    if not spread > 0:
        return None
    scale = np.sqrt(2) / spread
    return np.array(((scale, 0.0, -scale * middle[0]), (0.0, scale, -scale * middle[1]), (0.0, 0.0, 1.0)))
