"""Landmarks of an invented head, and of its photo on a sheet of paper, seen by a camera: for the challenge's tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

EYES_PIXELS = 70.0
DISTANCE = 7.5
"""From the camera, in distances between the eyes: about half a metre."""


def _arc(count: int, x: float, y: float, across: float, down: float, depth: float) -> list[tuple[float, float, float]]:
    angles = [math.tau * n / count + math.pi for n in range(count)]
    return [(x + across * math.cos(a), y + down * math.sin(a), depth) for a in angles]


def _head() -> Any:
    """(68, 3): x to the picture's right, y down, z towards the camera, in distances between the eyes, iBUG order."""
    jaw = [(-1.1 * math.cos(math.pi * n / 16), 0.1 + 1.5 * math.sin(math.pi * n / 16), -0.7) for n in range(17)]
    brows = [(sign * (0.85 - 0.15 * n), -0.42 - 0.03 * n, -0.02 + 0.03 * n) for sign in (-1, 1) for n in range(5)]
    brows[5:] = brows[:4:-1]
    nose = [(0.0, 0.0, 0.12), (0.0, 0.18, 0.25), (0.0, 0.36, 0.4), (0.0, 0.52, 0.55)]
    nose += [(0.1 * n, 0.66, 0.3 - 0.03 * n * n) for n in range(-2, 3)]
    eyes = _arc(6, -0.5, 0.0, 0.22, 0.07, 0.0) + _arc(6, 0.5, 0.0, 0.22, 0.07, 0.0)
    lips = _arc(12, 0.0, 1.05, 0.38, 0.14, 0.12) + _arc(8, 0.0, 1.05, 0.26, 0.05, 0.12)
    return np.array(jaw + brows + nose + eyes + lips)


HEAD = _head()


@dataclass(frozen=True)
class Held:
    """How a head or a sheet is held: degrees to the person's own left and upwards; times nearer; bend of the paper."""

    left: float = 0.0
    up: float = 0.0
    nearer: float = 1.0
    bend: float = 0.0


def head(held: Held = Held(), *, noise: float = 0.0, seed: int = 0) -> Any:
    """Landmarks (68, 2) float32 of a head; noise: standard deviation in pixels."""
    return _seen(HEAD, held, noise, seed)


def sheet(held: Held = Held(), *, noise: float = 0.0, seed: int = 0) -> Any:
    """Landmarks of the same head's photo on paper that is held so, rolled around an upright axis by `bend`."""
    x, y = HEAD[:, 0], HEAD[:, 1]
    if held.bend:
        paper = np.stack([np.sin(held.bend * x), held.bend * y, np.cos(held.bend * x) - 1], axis=1) / held.bend
    else:
        paper = np.stack([x, y, np.zeros_like(x)], axis=1)
    return _seen(paper, held, noise, seed)


def _seen(points: Any, held: Held, noise: float, seed: int) -> Any:
    left, up = math.radians(held.left), math.radians(held.up)
    about_y = np.array(((math.cos(left), 0, math.sin(left)), (0, 1, 0), (-math.sin(left), 0, math.cos(left))))
    about_x = np.array(((1, 0, 0), (0, math.cos(up), -math.sin(up)), (0, math.sin(up), math.cos(up))))
    turned = points @ (about_x @ about_y).T
    distance = DISTANCE / held.nearer
    seen = turned[:, :2] * (DISTANCE / (distance - turned[:, 2:])) * EYES_PIXELS + (320, 220)
    return (seen + np.random.default_rng(seed).normal(0, noise, seen.shape)).astype(np.float32)
