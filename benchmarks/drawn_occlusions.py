"""Masks, sunglasses, ordinary glasses and jilbabs drawn onto photos, for measuring what the occlusion gates see.

Shapes follow the 68 landmarks, with chance in where they sit. Colours are reflectances in linear light: the light on
the face is estimated from its own skin, so a white mask is bright in a bright room and grey against a window. A lens
lets light through twice, in and out (categories of ISO 12312-1: 3, "general purpose", transmits 8 to 18 %, 2 transmits
18 to 43 %), and reflects a little of the room. Cloth has folds, texture and a camera's noise.

Drawn is not worn: these measure whether a gate sees what it is meant to see, not how real masks are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import FaceMarks

Field = npt.NDArray[np.float32]
Colour = tuple[float, float, float]

GAMMA: Final = 2.2
SKIN: Final = np.array((0.26, 0.34, 0.50), np.float32)
"""Reflectance (blue, green, red) that the light is estimated by: between East Asian and Southeast Asian skin."""
_SHIFT: Final = 4


@dataclass(frozen=True, slots=True)
class Cloth:
    """A kind of mask: reflectance (blue, green, red) or None for the colour of the wearer's own cheeks.

    pattern: none, pleats (surgical), batik (two colours in fine ornaments) or flowers; second: the ornaments' colour.
    """

    colour: Colour | None
    pattern: str = "none"
    second: Colour = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Lens:
    """A kind of glasses: transmittance (blue, green, red), once through; shape; reflection: share of the room's light.

    gradient: the lower rim lets through as if it were clear; frame: reflectance of the frame.
    """

    through: Colour
    shape: str = "round"
    reflection: float = 0.04
    gradient: bool = False
    frame: Colour = (0.02, 0.02, 0.02)
    frame_width: float = 0.035


MASKS: Final[Mapping[str, Cloth]] = MappingProxyType(
    {
        "surgical blue": Cloth((0.72, 0.58, 0.36), "pleats"),
        "surgical green": Cloth((0.55, 0.62, 0.38), "pleats"),
        "white": Cloth((0.80, 0.82, 0.82)),
        "black": Cloth((0.03, 0.03, 0.03)),
        "grey": Cloth((0.20, 0.20, 0.20)),
        "navy": Cloth((0.14, 0.05, 0.04)),
        "red": Cloth((0.07, 0.06, 0.48)),
        "pink": Cloth((0.50, 0.45, 0.78), "pleats"),
        "batik": Cloth((0.05, 0.12, 0.25), "batik", (0.35, 0.55, 0.68)),
        "flowers": Cloth((0.70, 0.74, 0.76), "flowers", (0.20, 0.10, 0.55)),
        "khaki": Cloth((0.24, 0.38, 0.48)),
        "skin": Cloth(None),
    }
)

SUNGLASSES: Final[Mapping[str, Lens]] = MappingProxyType(
    {
        "black": Lens((0.10, 0.10, 0.10), "square"),
        "black round": Lens((0.12, 0.12, 0.12)),
        "brown": Lens((0.10, 0.16, 0.22), "aviator", frame=(0.05, 0.10, 0.16)),
        "green": Lens((0.15, 0.20, 0.14), "aviator", frame=(0.25, 0.45, 0.5), frame_width=0.02),
        "mirror": Lens((0.10, 0.10, 0.10), "aviator", reflection=0.30),
        "gradient": Lens((0.14, 0.14, 0.14), "square", gradient=True),
        "category 2": Lens((0.28, 0.30, 0.30), "square"),
    }
)

GLASSES: Final[Mapping[str, Lens]] = MappingProxyType(
    {
        "thin": Lens((0.95, 0.95, 0.95), frame=(0.2, 0.2, 0.2), frame_width=0.02),
        "thick": Lens((0.93, 0.93, 0.93), "square", frame_width=0.07),
        "glare": Lens((0.90, 0.90, 0.90), "square", reflection=0.18),
        "category 1": Lens((0.62, 0.62, 0.62), "square"),
    }
)

JILBABS: Final[Mapping[str, Cloth]] = MappingProxyType(
    {
        "black": Cloth((0.03, 0.03, 0.03)),
        "white": Cloth((0.80, 0.82, 0.82)),
        "blue": Cloth((0.35, 0.16, 0.06)),
        "brown": Cloth((0.08, 0.14, 0.24)),
        "cream": Cloth((0.42, 0.58, 0.68)),
    }
)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A photo in linear light, the light on its face, and the way from the face's own measures to pixels."""

    linear: Field
    light: Field
    marks: FaceMarks
    eyes: float
    origin: Field
    along: Field
    down: Field

    @classmethod
    def of(cls, photo: Pixels, marks: FaceMarks) -> _Canvas:
        left, right = marks.eyes
        eyes = float(np.hypot(*(right - left)))
        along = (right - left) / max(1.0, eyes)
        down = np.array((-along[1], along[0]), np.float32)
        linear = ((photo.astype(np.float32) + 0.5) / 255.5) ** GAMMA
        # A wide blur, of what is inside the face only, is the light: mouth and nostrils are not seen through cloth.
        face = np.zeros(photo.shape[:2], np.float32)
        cv2.fillConvexPoly(face, cv2.convexHull(marks.points).astype(np.int32), 1.0)
        spread = max(0.6, 0.35 * eyes)
        weight = _blur(face, spread)[..., None] + 0.02
        general = np.median(linear[face > 0], axis=0)
        light = (_blur(linear * face[..., None], spread) + 0.02 * general) / weight / SKIN
        return cls(
            linear, light.astype(np.float32), marks, eyes, np.asarray((left + right) / 2, np.float32), along, down
        )

    def at(self, x: float, y: float) -> Field:
        """A point (2,) in pixels, from distances between the eyes along and below their line."""
        return np.asarray(self.origin + self.eyes * (x * self.along + y * self.down), np.float32)

    def area(self, outline: list[Field], *, soft: float = 0.02) -> Field:
        """How much of each pixel lies inside the outline, (h, w) 0..1."""
        filled = np.zeros(self.linear.shape[:2], np.uint8)
        points = np.round(np.stack(outline) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(filled, [points], 255, cv2.LINE_AA, _SHIFT)
        soft_edged = cv2.GaussianBlur(filled.astype(np.float32) / 255, (0, 0), max(0.5, soft * self.eyes))
        return np.asarray(soft_edged, np.float32)

    def lay(self, cover: Field, area: Field) -> Field:
        """The picture with `cover` (linear light) where `area` says, (h, w, 3)."""
        return np.asarray(self.linear * (1 - area[..., None]) + cover * area[..., None], np.float32)

    def grid(self) -> tuple[Field, Field]:
        """Each pixel's place along and below the eyes' line, in distances between the eyes."""
        rows, columns = np.indices(self.linear.shape[:2], dtype=np.float32)
        x, y = columns - self.origin[0], rows - self.origin[1]
        across = (x * self.along[0] + y * self.along[1]) / self.eyes
        below = (x * self.down[0] + y * self.down[1]) / self.eyes
        return np.asarray(across, np.float32), np.asarray(below, np.float32)


def _blur(field: Field, spread: float) -> Field:
    """A Gaussian blur of standard deviation `spread`; wide ones on a smaller picture, which is as good and quicker."""
    shrink = max(1.0, spread / 3)
    if shrink == 1.0:
        return np.asarray(cv2.GaussianBlur(field, (0, 0), spread), np.float32)
    height, width = field.shape[:2]
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    small = cv2.GaussianBlur(cv2.resize(field, size, interpolation=cv2.INTER_AREA), (0, 0), spread / shrink)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _finish(linear: Field, area: Field, chance: np.random.Generator) -> Pixels:
    """Back to a camera's 8 bits, with its noise where something was drawn."""
    levels = np.clip(linear, 0.0, 1.0) ** (1 / GAMMA) * 255
    levels += area[..., None] * chance.normal(0.0, 2.0, levels.shape)
    return np.clip(np.round(levels), 0, 255).astype(np.uint8)


def draw_mask(photo: Pixels, marks: FaceMarks, cloth: Cloth, *, seed: int = 0) -> Pixels:
    """The (h, w, 3) BGR photo with a mask from the nose's bridge over the chin."""
    chance = np.random.default_rng(seed)
    canvas = _Canvas.of(photo, marks)
    points = marks.points
    top = points[28] + (points[29] - points[28]) * chance.uniform(-0.3, 0.6)
    chin = canvas.down * canvas.eyes * chance.uniform(0.02, 0.12)
    jaw = [points[i] + chin * (1 - abs(i - 8) / 8) for i in range(2, 15)]
    cheeks = [(points[i] * 0.55 + top * 0.45) + canvas.down * canvas.eyes * 0.10 for i in (14, 2)]
    area = canvas.area([points[1], *jaw, points[15], cheeks[0], top, cheeks[1]])
    cover = canvas.light * _woven(canvas, cloth, chance)
    linear = canvas.lay(np.asarray(cover, np.float32), area)
    linear *= 1 - 0.12 * _shadow(area)[..., None]
    return _finish(linear, area, chance)


def _shadow(area: Field) -> Field:
    """What the cloth's edge darkens, just outside it."""
    return np.asarray(np.clip(cv2.GaussianBlur(area, (0, 0), 2.0) - area, 0, 1), np.float32)


def _woven(canvas: _Canvas, cloth: Cloth, chance: np.random.Generator) -> Field:
    """The cloth's reflectance at every pixel, (h, w, 3), with its ornaments, folds and threads."""
    colour = np.array(cloth.colour if cloth.colour is not None else SKIN * chance.uniform(0.85, 1.15), np.float32)
    height, width = canvas.linear.shape[:2]
    across, below = canvas.grid()
    threads = chance.normal(0, 0.015, (height, width)).astype(np.float32)
    tone = 1 + threads + _folds(canvas, 0.18, chance) + 0.6 * _folds(canvas, 0.06, chance)
    if cloth.pattern == "pleats":
        depth = chance.uniform(0.10, 0.35)
        for line in (0.85, 1.10, 1.35):
            tone -= depth * np.exp(-(((below - line - 0.06 * across**2) / 0.04) ** 2))
    else:
        tone -= chance.uniform(0.0, 0.2) * np.exp(-((across / 0.03) ** 2))  # the seam down the middle
    ridge = np.exp(-((across / 0.16) ** 2)) - 0.7 * np.exp(-(((np.abs(across) - 0.34) / 0.14) ** 2))
    tone += chance.uniform(0.03, 0.15) * ridge * np.exp(-(((below - 0.6) / 0.35) ** 2))
    woven = np.broadcast_to(colour, (height, width, 3)).copy()
    ornament = np.zeros((height, width), np.float32)
    if cloth.pattern == "batik":
        waves = np.sin(14 * across + 3 * np.sin(9 * below)) * np.sin(15 * below + 3 * np.sin(8 * across))
        ornament = np.clip(waves * 4, 0, 1)
    elif cloth.pattern == "flowers":
        petals = np.cos(10 * across) * np.cos(10 * below + 1.0)
        ornament = np.clip((petals - 0.45) * 6, 0, 1)
    woven += ornament[..., None] * (np.array(cloth.second, np.float32) - woven)
    return np.asarray(woven * tone[..., None], np.float32)


def _folds(canvas: _Canvas, size: float, chance: np.random.Generator) -> Field:
    """Light and shade of creases that are about `size` distances between the eyes wide, (h, w), about 1/20 deep."""
    rough = chance.normal(0, 1, canvas.linear.shape[:2]).astype(np.float32)
    spread = max(0.8, size * canvas.eyes)
    # A blur of standard deviation s leaves 1 / (2 s sqrt(pi)) of white noise.
    smooth = _blur(rough, spread) * (2 * spread * np.sqrt(np.pi))
    return np.asarray(np.clip(0.06 * smooth, -0.2, 0.2), np.float32)


def draw_glasses(photo: Pixels, marks: FaceMarks, lens: Lens, *, seed: int = 0) -> Pixels:
    """The (h, w, 3) BGR photo with glasses: ordinary ones and sunglasses differ in their lenses only."""
    chance = np.random.default_rng(seed)
    canvas = _Canvas.of(photo, marks)
    size, lower = chance.uniform(0.92, 1.08), chance.uniform(0.02, 0.12)
    outlines = [_rim(canvas, side, lens.shape, size, lower) for side in (-1.0, 1.0)]
    glass = np.maximum(canvas.area(outlines[0], soft=0.01), canvas.area(outlines[1], soft=0.01))
    through = np.broadcast_to(np.array(lens.through, np.float32) ** 2, canvas.linear.shape).copy()
    across, below = canvas.grid()
    if lens.gradient:
        clear = np.clip((below - lower + 0.05) / 0.45, 0, 1)[..., None]
        through += clear * (0.6 - through)
    room = 0.5 * (1 + np.sin(5 * below + 3 * across + chance.uniform(0, 6)))
    glare = lens.reflection * canvas.light * room[..., None]
    linear = canvas.lay(np.asarray(canvas.linear * through + glare, np.float32), glass)
    frame = _frame(canvas, outlines, lens.frame_width)
    cover = canvas.light * np.array(lens.frame, np.float32)
    linear = linear * (1 - frame[..., None]) + cover * frame[..., None]
    return _finish(np.asarray(linear, np.float32), np.maximum(frame, glass), chance)


def _rim(canvas: _Canvas, side: float, shape: str, size: float, lower: float) -> list[Field]:
    """The outline of one lens; side -1 is left in the picture."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    half_width, half_height, power = {
        "round": (0.38, 0.34, 1.0),
        "square": (0.43, 0.30, 0.5),
        "aviator": (0.43, 0.36, 0.75),
    }[shape]
    outline = []
    for angle in angles:
        cos, sin = float(np.cos(angle)), float(np.sin(angle))
        x = half_width * size * float(np.sign(cos)) * abs(cos) ** power
        y = half_height * size * float(np.sign(sin)) * abs(sin) ** power
        if shape == "aviator":
            x -= side * 0.10 * y  # the lower part leans outwards from the nose
            x *= 1.0 - 0.25 * max(0.0, y)
        outline.append(canvas.at(side * 0.52 + x, lower + y))
    return outline


def _frame(canvas: _Canvas, outlines: list[list[Field]], width: float) -> Field:
    drawn = np.zeros(canvas.linear.shape[:2], np.uint8)
    pixels = max(1, round(width * canvas.eyes))
    for outline in outlines:
        points = np.round(np.stack(outline) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(drawn, [points], True, 255, pixels, cv2.LINE_AA, _SHIFT)
    lines = [(canvas.at(-0.12, 0.0), canvas.at(0.12, 0.0))]
    lines += [(canvas.at(side * 0.95, -0.02), canvas.marks.points[jaw]) for side, jaw in ((-1.0, 0), (1.0, 16))]
    for start, end in lines:
        first, last = (tuple(int(v) for v in np.round(p * (1 << _SHIFT))) for p in (start, end))
        cv2.line(drawn, first, last, 255, pixels, cv2.LINE_AA, _SHIFT)
    return np.asarray(cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), 0.5), np.float32)


def draw_jilbab(photo: Pixels, marks: FaceMarks, cloth: Cloth, *, seed: int = 0) -> Pixels:
    """The (h, w, 3) BGR photo with a jilbab: hair, ears, cheeks' rims, neck and shoulders are covered."""
    chance = np.random.default_rng(seed)
    canvas = _Canvas.of(photo, marks)
    across, below = canvas.grid()
    points = marks.points
    chin = float((points[8] - canvas.origin) @ canvas.down) / canvas.eyes
    brows = float(((points[19] + points[24]) / 2 - canvas.origin) @ canvas.down) / canvas.eyes
    middle, half = (chin + brows - 0.25) / 2, (chin - brows + 0.25) / 2
    opening = (across / chance.uniform(0.98, 1.12)) ** 2 + ((below - middle) / (half + 0.02)) ** 2
    cloth_at = (across / 1.75) ** 2 + ((below - middle + 0.1) / (half + 0.75)) ** 2
    body = (below > middle) & (np.abs(across) < 1.6 + 0.9 * np.clip(below - middle, 0, None))
    area = np.where((opening > 1) & ((cloth_at < 1) | body), 1.0, 0.0).astype(np.float32)
    area = np.asarray(cv2.GaussianBlur(area, (0, 0), max(0.5, 0.02 * canvas.eyes)), np.float32)
    cover = canvas.light * _woven(canvas, cloth, chance)
    linear = canvas.lay(np.asarray(cover, np.float32), area)
    linear *= 1 - 0.10 * _shadow(area)[..., None]
    return _finish(linear, area, chance)


Drawing = Callable[[Pixels, FaceMarks, int], Pixels]


def occlusions() -> dict[str, Drawing]:
    """Everything that a gate should see, by name."""

    def mask(cloth: Cloth) -> Drawing:
        return lambda photo, marks, seed: draw_mask(photo, marks, cloth, seed=seed)

    return {f"mask, {name}": mask(cloth) for name, cloth in MASKS.items()} | {
        f"sunglasses, {name}": _glasses(lens) for name, lens in SUNGLASSES.items()
    }


def harmless() -> dict[str, Drawing]:
    """Everything that a gate must let pass, by name."""

    def jilbab(cloth: Cloth) -> Drawing:
        return lambda photo, marks, seed: draw_jilbab(photo, marks, cloth, seed=seed)

    return {f"glasses, {name}": _glasses(lens) for name, lens in GLASSES.items()} | {
        f"jilbab, {name}": jilbab(cloth) for name, cloth in JILBABS.items()
    }


def _glasses(lens: Lens) -> Drawing:
    return lambda photo, marks, seed: draw_glasses(photo, marks, lens, seed=seed)
