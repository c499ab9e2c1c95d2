"""What the quality gates refuse, what they find, and what they cost: figures for docs/accuracy-quality.md.

    python -m benchmarks.quality --faces DIR [--pack NAME] [--drawn 40] [--json]

DIR holds PERSON/file. Of every photo the most prominent face is measured. The genuine similarity of a frame is its
cosine to the mean of the same person's other frames (people with at least five). Masks and glasses are drawn onto
`--drawn` of the photos, chosen by chance, and the faces are searched anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.drawn_occlusions import Drawing, harmless, occlusions
from benchmarks.one_core import one_core
from kiosk.camera.frame import Pixels
from kiosk.camera.portrait import find_marks
from kiosk.errors import SourceUnusableError
from kiosk.recognizer.face import Face, Vector, normalised
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.recognizer.quality.assessment import ENROLMENT, RECOGNITION, Quality, Usability, assess
from kiosk.recognizer.recognizer import prominence

SMALLEST_FACE = 40
LEAST_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One face of one photo; ms: processor time of measuring its quality, best of three. embedding: mirrored."""

    person: str
    file: Path
    quality: Quality
    embedding: Vector
    ms: float


@dataclass(frozen=True, slots=True)
class Found:
    """Of one drawing: photos drawn on, shares in which the face was found, and of these called masked or sunglassed."""

    drawing: str
    photos: int
    found: float
    mask: float
    sunglasses: float


def measure(pack: Pack, picture: Pixels) -> tuple[Face, Quality, float] | None:
    """The most prominent face, its quality and what measuring took, as Measured has it; None: no face is found."""
    height, width = picture.shape[:2]
    found = pack.detector.search(picture, smallest=SMALLEST_FACE)
    if not found:
        return None
    best = max(found, key=lambda each: prominence(each.box, width=width, height=height))
    face = Face(best.box, pack.aligner.landmarks(picture, best), best.score)
    spent = []
    for _ in range(3):
        began = time.thread_time()
        quality = assess(picture, face, pack.aligner)
        spent.append((time.thread_time() - began) * 1000)
    return face, quality, min(spent)


def measure_folder(pack: Pack, folder: Path) -> list[Measured]:
    """Every photo of PERSON/file in which a face is found."""
    rows = []
    for file in sorted(folder.glob("*/*")):
        picture = cv2.imread(str(file))
        outcome = measure(pack, np.asarray(picture, np.uint8)) if picture is not None else None
        if outcome is not None:
            face, quality, ms = outcome
            embedding = pack.embedder.embed(pack.aligner.chip(np.asarray(picture, np.uint8), face), mirror=True)
            rows.append(Measured(file.parent.name, file, quality, embedding, ms))
    return rows


def genuine_similarity(rows: Sequence[Measured]) -> dict[Path, float]:
    """Each photo's cosine to the mean of its person's others, of people with at least LEAST_FRAMES."""
    people: dict[str, list[Measured]] = {}
    for row in rows:
        people.setdefault(row.person, []).append(row)
    similarity = {}
    for frames in people.values():
        if len(frames) < LEAST_FRAMES:
            continue
        total = np.sum([frame.embedding for frame in frames], axis=0)
        for frame in frames:
            similarity[frame.file] = float(frame.embedding @ normalised(total - frame.embedding))
    return similarity


def draw_and_find(pack: Pack, files: Sequence[Path], name: str, drawing: Drawing) -> Found:
    """Draw one thing onto the photos and count what the gates then say."""
    photos, called = 0, Counter[Usability | None]()
    found = 0
    for seed, file in enumerate(files):
        picture = np.asarray(cv2.imread(str(file)), np.uint8)
        try:
            marks = find_marks(picture, file)
        except SourceUnusableError:
            continue
        photos += 1
        outcome = measure(pack, drawing(picture, marks, seed))
        if outcome is None:
            continue
        found += 1
        quality = outcome[1]
        called[Usability.TAKE_OFF_MASK] += quality.mouth_covered > RECOGNITION.most_mouth_covered
        called[Usability.TAKE_OFF_SUNGLASSES] += quality.eyes_covered > RECOGNITION.most_eyes_covered
    of = max(1, found)
    return Found(
        name,
        photos,
        round(found / max(1, photos), 3),
        round(called[Usability.TAKE_OFF_MASK] / of, 3),
        round(called[Usability.TAKE_OFF_SUNGLASSES] / of, 3),
    )


def summarise(rows: Sequence[Measured], smallest_eye_distance: float) -> dict[str, object]:
    """Shares that each set of gates refuses, by reason, and the genuine similarity of kept and refused frames."""
    similarity = genuine_similarity(rows)
    summary: dict[str, object] = {"faces": len(rows), "ms_median": round(float(np.median([r.ms for r in rows])), 3)}
    for name, gates in (("recognition", RECOGNITION.near(smallest_eye_distance)), ("enrolment", ENROLMENT)):
        verdicts = {row.file: gates.judge(row.quality) for row in rows}
        reasons = Counter(verdict.value for verdict in verdicts.values() if verdict is not Usability.USABLE)
        kept = [s for file, s in similarity.items() if verdicts[file] is Usability.USABLE]
        refused = [s for file, s in similarity.items() if verdicts[file] is not Usability.USABLE]
        summary[name] = {
            "refused": round(sum(reasons.values()) / len(rows), 4),
            "reasons": {reason: round(count / len(rows), 4) for reason, count in reasons.most_common()},
            "similarity_kept": _mean(kept),
            "similarity_refused": _mean(refused),
        }
    weights = np.array([row.quality.weight for row in rows if row.file in similarity])
    values = np.array([similarity[row.file] for row in rows if row.file in similarity])
    if len(values) >= 10:
        order = np.argsort(weights)
        tenth = max(1, len(order) // 10)
        summary["similarity_by_weight"] = {
            "lowest_tenth": _mean(values[order[:tenth]]),
            "highest_tenth": _mean(values[order[-tenth:]]),
        }
    return summary


def _mean(values: Sequence[float] | np.ndarray) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--faces", type=Path, required=True, metavar="DIR", help="PERSON/file")
    parser.add_argument("--pack", default="evaluation")
    parser.add_argument("--drawn", type=int, default=40, metavar="N", help="photos to draw on; 0 draws nothing")
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args(arguments)
    with one_core():
        pack = open_pack(options.pack)
        rows = measure_folder(pack, options.faces)
        if not rows:
            sys.stderr.write(f"{options.faces} holds no photo with a face; lay them out as PERSON/photo.jpg\n")
            return 2
        summary = summarise(rows, pack.card.input.smallest_eye_distance)
        chosen = np.random.default_rng(1).permutation(len(rows))[: options.drawn]
        files = [rows[index].file for index in chosen]
        drawings = {**occlusions(), **harmless()} if files else {}
        found = [draw_and_find(pack, files, name, drawing) for name, drawing in drawings.items()]
    result = {"pack": pack.name, "dataset": options.faces.name, **summary, "drawn": [asdict(each) for each in found]}
    if options.as_json:
        print(json.dumps(result, indent=2))
        return 0
    print(json.dumps({key: value for key, value in result.items() if key != "drawn"}, indent=2))
    for each in found:
        print(f"{each.drawing:28} found {each.found:6.1%}  mask {each.mask:6.1%}  sunglasses {each.sunglasses:6.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
