"""What pictures of strangers that are blurred, dark, small or half covered come to: are they let through, and taken
for somebody?

    python -m benchmarks.hard_strangers --faces DIR [--pack P] [--strangers 150] [--gallery 100] [--json]

DIR holds PERSON/file. People with five photos or more make galleries, five photos each, as many draws as --draws says;
of people with one photo so many are strangers. Their photos are spoilt on purpose (masks and glasses are drawn:
benchmarks.drawn_occlusions). For each kind: in how many the face is found, how many the kiosk's gates call usable, and
which share of all strangers would be named (FPIR) at the model card's threshold and margin by one mirrored frame,
behind the gates and without them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.drawn_occlusions import occlusions
from benchmarks.site_calibration import ENROLLED_FRAMES, draw_office, embed_people
from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import FaceMarks, find_marks
from kiosk.errors import SourceUnusableError
from kiosk.recognizer.decision import DecisionRule
from kiosk.recognizer.evaluation.dataset import SMALLEST_FACE
from kiosk.recognizer.face import Face, Vector, normalised
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.recognizer.quality.assessment import RECOGNITION, Usability, assess

Spoil = Callable[[Pixels, FaceMarks, int], Pixels]

DRAWN: Final = (
    "mask, surgical blue",
    "mask, black",
    "mask, batik",
    "mask, skin",
    "sunglasses, black",
    "sunglasses, mirror",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind; shares of all strangers. usable: found, and called so by the gates."""

    kind: str
    strangers: int
    found: float
    usable: float
    fpir: float
    fpir_without_gates: float


def eye_distance(marks: FaceMarks) -> float:
    """Pixels between the eyes."""
    return float(np.linalg.norm(np.subtract(*marks.eyes)))


def blurred(share: float) -> Spoil:
    """A Gaussian blur of that many distances between the eyes."""
    return lambda picture, marks, _seed: np.asarray(
        cv2.GaussianBlur(picture, (0, 0), share * eye_distance(marks)), np.uint8
    )


def moved(share: float) -> Spoil:
    """A camera that was moved sideways by that many distances between the eyes."""

    def spoil(picture: Pixels, marks: FaceMarks, _seed: int) -> Pixels:
        length = max(1, round(share * eye_distance(marks)))
        return np.asarray(cv2.blur(picture, (length, 1)), np.uint8)

    return spoil


def darkened(light: float) -> Spoil:
    """So much of the light, in linear light, and the noise that a camera then has."""

    def spoil(picture: Pixels, _marks: FaceMarks, seed: int) -> Pixels:
        linear = (picture.astype(np.float32) / 255) ** 2.2 * light
        noise = np.random.default_rng(seed).normal(0, 2.0, picture.shape)
        return np.clip(linear ** (1 / 2.2) * 255 + noise, 0, 255).astype(np.uint8)

    return spoil


def far(pixels: float) -> Spoil:
    """As if so few pixels were between the eyes, and enlarged again."""

    def spoil(picture: Pixels, marks: FaceMarks, _seed: int) -> Pixels:
        scale = min(1.0, pixels / eye_distance(marks))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)

    return spoil


def kinds() -> Mapping[str, Spoil]:
    """Everything that is done to a photo, by name."""
    drawn = occlusions()
    return {
        "as it is": lambda picture, _marks, _seed: picture,
        "blur 0.04": blurred(0.04),
        "blur 0.08": blurred(0.08),
        "movement 0.3": moved(0.3),
        "light 0.12": darkened(0.12),
        "16 pixels between the eyes": far(16),
        **{name: drawn[name] for name in DRAWN},
    }


def look(pack: Pack, picture: Pixels) -> tuple[bool, Vector] | None:
    """Of the face nearest the centre whether the gates let it pass, and its embedding; None: no face is found."""
    found = pack.detector.search(picture, smallest=SMALLEST_FACE)
    if not found:
        return None
    height, width = picture.shape[:2]
    nearest = min(found, key=lambda d: np.hypot(d.box.centre[0] - width / 2, d.box.centre[1] - height / 2))
    face = Face(nearest.box, pack.aligner.landmarks(picture, nearest), nearest.score)
    gates = RECOGNITION.near(pack.card.input.smallest_eye_distance)
    usable = gates.judge(assess(picture, face, pack.aligner)) is Usability.USABLE
    return usable, pack.embedder.embed(pack.aligner.chip(picture, face), mirror=True)


def accepted(embedding: Vector, galleries: list[Vector], rule: DecisionRule) -> float:
    """The share of galleries in which somebody is named."""
    named = 0
    for centroids in galleries:
        first, second = np.sort(centroids @ embedding)[::-1][:2]
        named += bool(first >= rule.threshold and first - second >= rule.margin)
    return named / len(galleries)


def measure(pack: Pack, folder: Path, *, strangers: int, gallery: int, draws: int, seed: int = 1) -> list[Row]:
    """One row for each kind; strangers whose face cannot be marked are left out."""
    people = embed_people(pack, folder)
    rng = np.random.default_rng(seed)
    galleries = [
        normalised(np.stack([each.mean(axis=0) for each in draw_office(people, gallery, rng)[0].values()]))
        for _ in range(draws)
    ]
    rule = pack.rule(gallery)
    alone = [file for each in sorted(folder.iterdir()) if len(file := sorted(each.glob("*"))) == 1]
    chosen = [alone[index][0] for index in rng.permutation(len(alone))[:strangers]]
    results: dict[str, list[tuple[bool, bool, float]]] = {name: [] for name in kinds()}
    for number, file in enumerate(chosen):
        picture = np.asarray(cv2.imread(str(file)), np.uint8)
        try:
            marks = find_marks(picture, file)
        except SourceUnusableError:
            continue
        for name, spoil in kinds().items():
            seen = look(pack, spoil(picture, marks, number))
            share = accepted(seen[1], galleries, rule) if seen is not None else 0.0
            results[name].append((seen is not None, seen is not None and seen[0], share))
    return [_row(name, found) for name, found in results.items()]


def _row(kind: str, results: list[tuple[bool, bool, float]]) -> Row:
    found, usable, named = (np.array(column, float) for column in zip(*results, strict=True))
    return Row(
        kind=kind,
        strangers=len(results),
        found=round(float(found.mean()), 4),
        usable=round(float(usable.mean()), 4),
        fpir=round(float((named * usable).mean()), 5),
        fpir_without_gates=round(float(named.mean()), 5),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="folder in PERSON/file layout")
    parser.add_argument("--pack", default="builtin", help="which pack (default: builtin)")
    parser.add_argument("--strangers", type=int, default=150)
    parser.add_argument("--gallery", type=int, default=100, help=f"people enrolled with {ENROLLED_FRAMES} photos each")
    parser.add_argument("--draws", type=int, default=20, help="galleries drawn")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    pack = open_pack(options.pack)
    rows = measure(pack, options.faces, strangers=options.strangers, gallery=options.gallery, draws=options.draws)
    if options.json:
        print(json.dumps({"pack": pack.name, "gallery": options.gallery, "rows": [asdict(row) for row in rows]}))
        return 0
    print(f"{pack.name}, gallery {options.gallery}, {rows[0].strangers} strangers, {options.draws} draws")
    print(f"{'kind':28}{'found':>8}{'usable':>8}{'FPIR':>9}{'no gates':>10}")
    for row in rows:
        print(f"{row.kind:28}{row.found:8.1%}{row.usable:8.1%}{row.fpir:9.3%}{row.fpir_without_gates:10.3%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
