"""Our recognition and `face_recognition`'s defaults on the same frames, in one run, on one core.

    python -m benchmarks.recognizer [--photos DIR] [--frames N] [--json]

Frames are 640x480 and show people from photos who walk up (kiosk.camera.photo_source), so the true place of each face
is known. Reference and we take turns, eight frames each, so that a busy machine slows both alike and each finds the
caches as it would when it ran alone.

- Speed: frames with a face of 160-300 pixels. The reference detects (RGB, enlarged twice) and embeds; we detect, align,
  embed as `Recognizer.look` does, and match 1,000 people.
- Parity: largest difference of any component of the embeddings, before normalisation, on the reference's own boxes.
- Recall: of the faces of 80-300 pixels that the reference finds, how many we find while a frame is repeated as often
  as our second pass needs to come round.
"""

from __future__ import annotations

import argparse
import json as json_format
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.machine import machine
from benchmarks.one_core import one_core
from contract.errors import BadInputError, PresensiError

if TYPE_CHECKING:  # NumPy comes in after one_core() has set the number of BLAS threads
    from benchmarks.reference import Location, Reference
    from kiosk.camera.photo_source import RenderedFrame
    from kiosk.camera.scene import FaceSpot
    from kiosk.recognizer.face import Box
    from kiosk.recognizer.gallery import Gallery
    from kiosk.recognizer.packs.pack import Pack

FACE_PIXELS = (80, 110, 140, 165, 190, 220, 250, 280)
TIMED_FROM, FOUND_FROM, MOST = 160, 80, 300
REPEATS = 3
"""As many frames as the second pass needs to come round (HogDetector's default)."""
PEOPLE = 1_000
MANY_PEOPLE = 100_000
TURN_FRAMES = 8
SAME_FACE_OVERLAP = 0.3

T = TypeVar("T")


@dataclass
class Race:
    """What the run collects; times in milliseconds, one entry for each timed frame."""

    reference: dict[str, list[float]] = field(default_factory=lambda: {"detect": [], "embed": [], "total": []})
    ours: dict[str, list[float]] = field(default_factory=lambda: {"detect": [], "embed": [], "total": []})
    match_ms: list[float] = field(default_factory=list)
    parity_max_abs: float = 0.0
    parity_faces: int = 0
    faces: int = 0
    found_by_reference: int = 0
    found_by_us: int = 0


def run(*, frames: int = 120, photos: Path | None = None) -> dict[str, Any]:
    """Race over that many frames from a photo, a folder of photos or of PERSON/file; None: the demo's photos.

    Returns the figures as plain JSON values. Raises BadInputError when photos or reference are missing.
    """
    with one_core():
        from benchmarks.reference import load_reference
        from kiosk.recognizer.gallery import Gallery
        from kiosk.recognizer.models.dlib_graph import cache_folder
        from kiosk.recognizer.packs.pack import open_pack

        folder = photos or cache_folder() / "demo-photos"
        if not folder.exists():
            raise BadInputError(f"There are no photos at {folder}: run `make setup`, or give a folder with --photos.")
        reference, pack = load_reference(), open_pack("builtin")
        gallery = Gallery(_people(PEOPLE))
        race = Race()
        sampled = sample_frames(folder, frames)
        while turn := list(islice(sampled, TURN_FRAMES)):
            run_turn(race, turn, reference=reference, pack=pack, gallery=gallery)
        if not race.reference["total"]:
            raise BadInputError(f"No frame with a face of 160-300 pixels came from {folder}: give other photos.")
        return report(race, frames=frames, match_100k_ms=time_match(Gallery(_people(MANY_PEOPLE))))


def sample_frames(folder: Path, count: int) -> Iterator[RenderedFrame]:
    """Frames with a face in them, spread over photos and sizes; the same for the same folder and count."""
    from kiosk.camera.photo_source import list_photos, render_walk_up

    chance = random.Random(1)
    plan = [(photo, pixels) for photo in list_photos(folder) for pixels in FACE_PIXELS]
    chance.shuffle(plan)
    each, given = max(1, -(-count // len(plan))), 0
    for seed, (photo, pixels) in enumerate(plan):
        walk = [
            r
            for r in render_walk_up(photo.path, face_pixels=float(pixels), fps=5.0, seed=seed)
            if r.face is not None and r.face.left >= 0 and r.face.right <= 640
        ]
        for rendered in chance.sample(walk, min(each, len(walk))):
            if given < count:
                given += 1
                yield rendered


@dataclass(frozen=True)
class ReferenceLook:
    """What the reference said about one frame; None where it found no face of 80-300 pixels in the true place."""

    location: Location | None
    encoding: Any
    detect_ms: float
    embed_ms: float

    @property
    def box(self) -> Box | None:
        return None if self.location is None else _box(self.location)


def run_turn(race: Race, turn: list[RenderedFrame], *, reference: Reference, pack: Pack, gallery: Gallery) -> None:
    """Let the reference look at some frames, then us, and note what each needed and found."""
    theirs = [look_with_reference(reference, rendered) for rendered in turn]
    ours = [
        (rendered, look, look_with_ours(race, rendered, look, pack=pack, gallery=gallery))
        for rendered, look in zip(turn, theirs, strict=True)
    ]
    for rendered, look, boxes in ours:
        race.faces += 1
        if look.box is None or rendered.face is None:
            continue
        race.found_by_reference += 1
        again = (pack.detector.find(rendered.frame) for _ in range(REPEATS - 1))
        found = _is_at(rendered.face, boxes) or any(_is_at(rendered.face, [d.box for d in more]) for more in again)
        race.found_by_us += found
        difference = _raw_embedding(pack, rendered.frame.main, look.box) - look.encoding
        race.parity_max_abs = max(race.parity_max_abs, float(abs(difference).max()))
        race.parity_faces += 1


def look_with_reference(reference: Reference, rendered: RenderedFrame) -> ReferenceLook:
    """Detect and embed as `face_recognition` is documented, on RGB."""
    import numpy as np

    rgb = np.ascontiguousarray(rendered.frame.main[:, :, ::-1])
    detect_ms, locations = timed(lambda: reference.face_locations(rgb))
    true = [at for at in locations if rendered.face is not None and _is_at(rendered.face, [_box(at)])]
    if not true or not FOUND_FROM <= _box(true[0]).width <= MOST:
        return ReferenceLook(None, None, detect_ms, 0.0)
    embed_ms, encodings = timed(lambda: reference.face_encodings(rgb, true[:1], model="small"))
    return ReferenceLook(true[0], encodings[0], detect_ms, embed_ms)


def look_with_ours(
    race: Race, rendered: RenderedFrame, theirs: ReferenceLook, *, pack: Pack, gallery: Gallery
) -> list[Box]:
    """Detect, align, embed and match as `Recognizer.look` does; notes both times when the face is large enough."""
    from kiosk.recognizer.face import Face

    picture = rendered.frame.main
    detect_ms, detections = timed(lambda: pack.detector.find(rendered.frame))
    if theirs.box is None or theirs.box.width < TIMED_FROM or not detections:
        return [detection.box for detection in detections]
    first = detections[0]

    def embed() -> Any:
        face = Face(first.box, pack.aligner.landmarks(picture, first), first.score)
        return pack.embedder.embed(pack.aligner.chip(picture, face), mirror=False)

    embed_ms, embedding = timed(embed)
    match_ms, _ = timed(lambda: gallery.match(embedding))
    _note(race.reference, theirs.detect_ms, theirs.embed_ms, 0.0)
    _note(race.ours, detect_ms, embed_ms, match_ms)
    race.match_ms.append(match_ms)
    return [detection.box for detection in detections]


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """Milliseconds of processor time that the action took, and its result.

    With one core and no waiting that is the time on the clock, less what other processes of a busy machine took.
    """
    started = time.process_time()
    result = action()
    return (time.process_time() - started) * 1e3, result


def time_match(gallery: Gallery, rounds: int = 50) -> float:
    """Median milliseconds of one match, each with another embedding."""
    probes = [rows[0] for rows in _people(rounds, seed=2).values()]
    return statistics.median(timed(partial(gallery.match, probe))[0] for probe in probes)


def report(race: Race, *, frames: int, match_100k_ms: float) -> dict[str, Any]:
    """The figures as printed; times are medians in milliseconds."""
    reference, ours = _medians(race.reference), _medians(race.ours)
    return {
        "reference_ms": reference,
        "ours_ms": ours,
        "ratio_total": round(reference["total"] / ours["total"], 2),
        "parity_max_abs": race.parity_max_abs,
        "parity_faces": race.parity_faces,
        "match_1000_ms": round(statistics.median(race.match_ms), 3),
        "match_100k_ms": round(match_100k_ms, 3),
        "recall": {
            "faces": race.faces,
            "reference": race.found_by_reference,
            "ours": race.found_by_us,
            "ratio": round(race.found_by_us / race.found_by_reference, 4),
        },
        "frames": frames,
        "timed_frames": len(race.match_ms),
    }


def main(json: bool = False, frames: int = 120, photos: Path | None = None) -> int:
    """Run and print; json prints one JSON object and nothing else."""
    figures = run(frames=frames, photos=photos)
    if json:
        print(json_format.dumps(figures))
        return 0
    reference, ours, recall = figures["reference_ms"], figures["ours_ms"], figures["recall"]
    # Markdown, to be pasted into the README or an issue.
    print(f"| {machine()}: ms, median | detect | embed | total |\n|---|---:|---:|---:|")
    for name, row in (("face_recognition", reference), ("presensi", ours)):
        print(f"| {name} | {row['detect']:.1f} | {row['embed']:.1f} | {row['total']:.1f} |")
    print()
    print(f"{figures['ratio_total']} times as fast, over {figures['timed_frames']} frames")
    print(f"largest difference of an embedding's component: {figures['parity_max_abs']:.1e}")
    print(f"faces of 80-300 pixels found: {recall['ours']} of the reference's {recall['reference']}")
    print(f"match: {figures['match_1000_ms']} ms among 1,000, {figures['match_100k_ms']} ms among 100,000")
    return 0


def _people(count: int, seed: int = 1) -> dict[str, Any]:
    """Made-up people with one template each: speed does not depend on who they are."""
    import numpy as np

    rows = np.random.default_rng(seed).standard_normal((count, 1, 128), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    return {f"p{number}": row for number, row in enumerate(rows)}


def _raw_embedding(pack: Pack, picture: Any, box: Box) -> Any:
    from kiosk.recognizer.face import Detection, Face

    face = Face(box, pack.aligner.landmarks(picture, Detection(box, 0.0)), 0.0)
    return pack.embedder.raw([pack.aligner.chip(picture, face)])[0]


def _box(location: Location) -> Box:
    """The reference's location includes its last row and column."""
    from kiosk.recognizer.face import Box

    top, right, bottom, left = location
    return Box(left, top, right + 1, bottom + 1)


def _is_at(spot: FaceSpot, boxes: list[Box]) -> bool:
    from kiosk.recognizer.face import Box

    truth = Box(spot.left, spot.top, spot.right, spot.bottom)
    return any(box.overlap(truth) >= SAME_FACE_OVERLAP for box in boxes)


def _note(times: dict[str, list[float]], detect: float, embed: float, match: float) -> None:
    times["detect"].append(detect)
    times["embed"].append(embed)
    times["total"].append(detect + embed + match)


def _medians(times: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(statistics.median(values), 3) for name, values in times.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--frames", type=int, default=120, help="how many frames (default 120)")
    parser.add_argument("--photos", type=Path, help="a photo, a folder of photos, or PERSON/file")
    given = parser.parse_args()
    try:
        sys.exit(main(given.json, given.frames, given.photos))
    except PresensiError as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(2 if isinstance(trouble, BadInputError) else 1)
