"""How often enrolment's looks at faces err: doubles, and photos of somebody else among one's own.

    python -m benchmarks.enrolment --faces DIR [--pack NAME] [--enrol 5]

DIR holds PERSON/file. Prints JSON:

false_doubles: for galleries of several sizes, the share of newcomers who are taken for one of the gallery's people.
doubles_found: the share of people, enrolled with one half of their photos, who are found when the other half is
enrolled under another name; the gallery holds everybody else as well.
left_out, refused: the share of somebody's own photos that are left out, and of people whose photos are taken for those
of several, when everything is in order.
foreign_found: the share of mixtures (own photos + photos of another) in which the foreign ones are left out, or the
person is refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.threshold_curve import embed_people
from hub.roster.resemblance import KnownFaces, double_threshold, group
from kiosk.errors import PackError
from kiosk.recognizer.decision import ThresholdCurve
from kiosk.recognizer.face import Vector, normalised
from kiosk.recognizer.packs.pack import open_pack

SIZES = (1, 5, 10, 50, 100, 200)
DRAWS = 400
MIXTURES = ((5, 1), (4, 2), (3, 3), (2, 1))


def draw(frames: Vector, count: int, rng: np.random.Generator) -> Vector:
    """At most `count` of the frames, without repeats."""
    return frames[rng.permutation(len(frames))[:count]]


def known_faces(people: Sequence[Vector]) -> KnownFaces:
    known = KnownFaces()
    for number, frames in enumerate(people):
        for frame in frames:
            known.add(str(number), frame)
    return known


def is_double(frames: Vector, known: KnownFaces, curve: ThresholdCurve) -> bool:
    nearest = known.nearest(normalised(frames.mean(axis=0)))
    return nearest is not None and nearest[1] >= double_threshold(curve, len(known))


def false_doubles(
    people: Sequence[Vector], curve: ThresholdCurve, *, size: int, enrol: int, rng: np.random.Generator
) -> float:
    """Newcomers who are taken for somebody in a gallery of `size` others."""
    wrong = 0
    for _ in range(DRAWS):
        newcomer, *others = rng.permutation(len(people))[: size + 1]
        known = known_faces([draw(people[other], enrol, rng) for other in others])
        wrong += is_double(draw(people[newcomer], enrol, rng), known, curve)
    return wrong / DRAWS


def doubles_found(people: Sequence[Vector], curve: ThresholdCurve, rng: np.random.Generator) -> float:
    """People who are found when the second half of their photos comes under another name."""
    halves = [np.array_split(frames[rng.permutation(len(frames))], 2) for frames in people]
    known = known_faces([first for first, _ in halves])
    return float(np.mean([is_double(second, known, curve) for _, second in halves]))


def own_photos(people: Sequence[Vector], threshold: float, *, enrol: int, rng: np.random.Generator) -> dict[str, float]:
    left_out, photos, refused, sets = 0, 0, 0, 0
    for _ in range(max(1, DRAWS * 5 // len(people))):
        for frames in people:
            grouping = group(draw(frames, enrol, rng), threshold)
            sets, refused = sets + 1, refused + grouping.several
            photos += len(grouping.kept) + len(grouping.left_out)
            left_out += 0 if grouping.several else len(grouping.left_out)
    return {"left_out": round(left_out / photos, 4), "refused": round(refused / sets, 4)}


def foreign_found(
    people: Sequence[Vector], threshold: float, *, own: int, foreign: int, rng: np.random.Generator
) -> float:
    found = 0
    for _ in range(DRAWS):
        one, other = rng.choice(len(people), 2, replace=False)
        mine, theirs = draw(people[one], own, rng), draw(people[other], foreign, rng)
        grouping = group(np.concatenate([mine, theirs]), threshold)
        found += grouping.several or set(range(len(mine), len(mine) + len(theirs))) <= set(grouping.left_out)
    return found / DRAWS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="folder in PERSON/file layout")
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--enrol", type=int, default=5, help="frames for each person")
    arguments = parser.parse_args()
    pack = open_pack(arguments.pack)
    if pack.curve is None:
        raise PackError(f"Pack {pack.name} is not calibrated; nothing can be compared")
    curve, rng = pack.curve, np.random.default_rng(1)
    embedded = embed_people(pack, arguments.faces)
    people = [frames for frames in embedded.values() if len(frames) >= arguments.enrol]
    report = {
        "pack": pack.name,
        "faces": arguments.faces.name,
        "people": len(people),
        "false_doubles": {
            str(size): false_doubles(people, curve, size=size, enrol=arguments.enrol, rng=rng)
            for size in SIZES
            if size < len(people)
        },
        "doubles_found": round(doubles_found(people, curve, rng), 4),
        **own_photos(people, curve.at(1), enrol=arguments.enrol, rng=rng),
        "foreign_found": {
            f"{own}+{foreign}": foreign_found(people, curve.at(1), own=own, foreign=foreign, rng=rng)
            for own, foreign in MIXTURES
        },
    }
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
