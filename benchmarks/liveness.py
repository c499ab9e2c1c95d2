"""How well liveness tells people from prints and recordings: rates as in ISO/IEC 30107-3, and who passes the challenge.

    python -m benchmarks.liveness [--shared DIR] [--every N] [--visits N] [--draws N] [--json]

- Passive: one frame, one threshold for both, boxes of YuNet and of HOG. APCER: prints that pass; BPCER: people refused.
- Paper: the nose's parallax between all pairs of frames of a session of printed photos.
- Challenge: rendered people who obey and rendered sheets whose holder tries to, each in its own visit; sessions of
  printed photos and clips of turning heads, played again and again, against many draws of steps.
"""

from __future__ import annotations

import argparse
import itertools
import json as json_format
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from contract.errors import BadInputError, PresensiError
from kiosk.camera.frame import Frame, Pixels
from kiosk.camera.photo_source import Photo, list_photos
from kiosk.camera.scene import Scene
from kiosk.camera.source import Flat
from kiosk.camera.streams import make_grey
from kiosk.camera.visit import Visit
from kiosk.recognizer.face import Box, Vector
from kiosk.recognizer.liveness.challenge import Challenge, ChallengeSettings, replay_chance
from kiosk.recognizer.liveness.landmarks import LandmarkFinder, moved_box
from kiosk.recognizer.liveness.parallax import parallax
from kiosk.recognizer.models.detector import Detector
from kiosk.recognizer.models.hog_detector import HogDetector
from kiosk.recognizer.packs.pack import open_pack

FPS = 15.0
SIZE = (640, 480)
FACE_PIXELS = 220.0
MOST_SECONDS = 40.0
LIVE, PRINTED = Path("data/faces/office"), Path("data/spoof/print")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one challenge ended, and after how many seconds. failure: None when it passed or was not finished."""

    passed: bool
    failure: str | None
    seconds: float


ASKED_AFTER_SECONDS: Final = 0.8
"""Into a visit a kiosk has recognised the person, who may still be walking up."""


def run(shared: Path, *, every: int, visits: int, draws: int) -> dict[str, Any]:
    """Measure everything; plain JSON values. every: use one file of so many for the passive rates."""
    if not (shared / LIVE).is_dir():
        raise BadInputError(f"There are no faces in {shared / LIVE}: name the evaluation folder with --shared.")
    finder = LandmarkFinder()
    sessions = dict(printed_sessions(shared, finder))
    clips = {file.name: clip_track(file, finder) for file in sorted((shared / "data/clips/live").glob("driving_*.mp4"))}
    photos = list_photos(shared / "data/faces/demo")
    return {
        "passive": passive_rates(shared, every=every),
        "paper": paper_parallax(sessions.values()),
        "challenge": {
            "replay_chance": replay_chance(ChallengeSettings()),
            "obeys": summary([visit(photos[n % len(photos)], None, n, finder) for n in range(visits)]),
            **{
                f"sheet_{flat}": summary([visit(photos[n % len(photos)], flat, n, finder) for n in range(visits)])
                for flat in _FLATS
            },
            "printed_sessions": summary(
                [replay(track, seed) for track in sessions.values() for seed in range(max(1, draws // 10))]
            ),
            **{
                f"replay {name}": summary([replay(track, seed) for seed in range(draws)])
                for name, track in clips.items()
            },
        },
    }


_FLATS: tuple[Flat, ...] = ("moved", "tilted", "bent")


def passive_rates(shared: Path, *, every: int) -> list[dict[str, Any]]:
    """One row for each detector; empty without the evaluation pack's files."""
    try:
        pack = open_pack("evaluation")
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return []
    if pack.passive is None:
        return []
    detectors: dict[str, Detector] = {"yunet": pack.detector, "hog": HogDetector()}
    rows = []
    for name, detector in detectors.items():
        scores: dict[str, list[float]] = {"live": [], "print": []}
        for kind, folder in (("live", LIVE), ("print", PRINTED)):
            for picture in pictures(sorted((shared / folder).glob("*/*.jpg"))[::every]):
                box = face_of(detector, picture)
                if box is not None:
                    scores[kind].append(pack.passive.score(picture, box))
        live, printed = np.array(scores["live"]), np.array(scores["print"])
        rows.append(
            {
                "detector": name,
                "threshold": pack.passive.live,
                "live": len(live),
                "prints": len(printed),
                "bpcer": round(float((live < pack.passive.live).mean()), 5),
                "apcer": round(float((printed >= pack.passive.live).mean()), 5),
                "lowest_live": round(float(live.min()), 3),
                "highest_print": round(float(printed.max()), 3),
            }
        )
    return rows


def paper_parallax(sessions: Any) -> dict[str, Any]:
    """Parallax of printed photos between all pairs of one session's frames, in absolute values."""
    across, profile, up = [], [], []
    for track in sessions:
        for one, other in itertools.permutations([points for points in track if points is not None], 2):
            measured = parallax(one, other)
            if measured is not None:
                across.append(abs(measured.across))
                profile.append(abs(measured.profile))
                up.append(measured.up)
    quantiles = {"median": 0.5, "q99": 0.99, "q999": 0.999, "most": 1.0}
    return {"pairs": len(across)} | {
        name: {key: round(float(np.quantile(values, share)), 3) for key, share in quantiles.items()}
        for name, values in (("across", across), ("profile", profile), ("up", up))
    }


class Follower:
    """Landmarks of one face frame by frame, as kiosk.proof has them while a challenge runs.

    Where the detector finds no face (a head that turns far), they are sought where they were.
    """

    def __init__(self, finder: LandmarkFinder) -> None:
        finder.forget()
        self._finder = finder
        self._detector = HogDetector()
        self._last: tuple[Box, Vector] | None = None

    def points(self, picture: Pixels) -> Vector | None:
        """The (68, 2) landmarks in this picture; None when there are none, or they cannot be trusted."""
        found = face_of(self._detector, picture)
        if found is not None:
            points = self._finder.find(picture, found)
            self._last = (found, points) if points is not None else None
            return points
        if self._last is None:
            return None
        box, before = self._last
        points = self._finder.find(picture, box)
        if points is not None:
            self._last = (moved_box(box, before, points), points)
        return points


def visit(photo: Photo, flat: Flat | None, seed: int, finder: LandmarkFinder) -> Outcome:
    """Let a rendered person, or a sheet of paper, walk up and do what the challenge asks."""
    follower = Follower(finder)
    scene = Scene(size=SIZE, standing_face_pixels=FACE_PIXELS, seed=seed)
    movement = Visit(size=SIZE, face_pixels=FACE_PIXELS, seed=seed)
    portrait = photo.portray() if flat is None else None
    sheet = photo.print() if flat is not None else None
    challenge = Challenge(chance=random.Random(seed))
    asked = index = 0
    began = None
    while not movement.over and not challenge.over:
        if sheet is not None and flat is not None:
            picture = scene.draw_sheet(sheet, movement.pose(), flat, index, seconds=movement.seconds)
        else:
            picture, _ = scene.draw(portrait, movement.pose(), index)
        if movement.seconds > ASKED_AFTER_SECONDS:
            began = movement.seconds if began is None else began
            challenge.observe(follower.points(picture), movement.seconds)
            prompt = challenge.prompt(movement.seconds)
            if prompt.asked > asked and prompt.step is not None:
                asked = prompt.asked
                movement.ask(prompt.step)
        movement.advance(1 / FPS)
        index += 1
    return Outcome(challenge.phase == "passed", challenge.failure, movement.seconds - (began or 0.0))


def replay(track: Sequence[Vector | None], seed: int) -> Outcome:
    """Play landmarks of a recording again and again, from a random frame on, to one draw of steps."""
    chance = random.Random(seed)
    challenge = Challenge(chance=chance)
    start, at = chance.randrange(len(track)), 0.0
    for number in itertools.count(start):
        at += 1 / FPS
        challenge.observe(track[number % len(track)], at)
        if challenge.over or at > MOST_SECONDS:
            return Outcome(challenge.phase == "passed", challenge.failure, at)
    raise AssertionError("a recording without an end came to one")


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How many tries, how many passed, and how the others failed."""
    failures = sorted({each.failure or "unfinished" for each in outcomes if not each.passed})
    return {
        "tries": len(outcomes),
        "passed": sum(each.passed for each in outcomes),
        "failed": {
            name: sum((each.failure or "unfinished") == name for each in outcomes if not each.passed)
            for name in failures
        },
        "median_seconds": round(float(np.median([each.seconds for each in outcomes])), 1) if outcomes else None,
    }


def printed_sessions(shared: Path, finder: LandmarkFinder) -> Iterator[tuple[str, list[Vector | None]]]:
    """Landmarks of every session of printed photos, frame by frame."""
    for person in sorted((shared / PRINTED).iterdir()):
        files = sorted(person.glob("*.jpg"), key=lambda file: (file.stem.split("_")[3], int(file.stem.split("_")[4])))
        for session, own in itertools.groupby(files, key=lambda file: file.stem.split("_")[3]):
            yield f"{person.name}/{session}", track_of(pictures(own), finder)


def clip_track(file: Path, finder: LandmarkFinder) -> list[Vector | None]:
    """Landmarks of a clip, about FPS times a second."""
    capture = cv2.VideoCapture(str(file))
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / FPS))
    frames = itertools.takewhile(lambda read: read[0], (capture.read() for _ in itertools.count()))
    track = track_of((np.asarray(picture, np.uint8) for _, picture in itertools.islice(frames, 0, None, step)), finder)
    capture.release()
    return track


def track_of(frames: Iterator[Pixels], finder: LandmarkFinder) -> list[Vector | None]:
    follower = Follower(finder)
    return [follower.points(picture) for picture in frames]


def pictures(files: Any) -> Iterator[Pixels]:
    for file in files:
        picture = cv2.imread(str(file))
        if picture is not None:
            yield np.asarray(picture, np.uint8)


def face_of(detector: Detector, picture: Pixels) -> Box | None:
    """The largest face, as the stream's search finds it."""
    found = detector.find(Frame(picture, make_grey(picture), 0.0, 0, "photo"))
    return max((each.box for each in found), key=lambda box: box.area, default=None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.liveness", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("PRESENSI_SHARED", "../shared")))
    parser.add_argument("--every", type=int, default=1, help="use one picture of so many for the passive rates")
    parser.add_argument("--visits", type=int, default=14, help="rendered visits of each sort")
    parser.add_argument("--draws", type=int, default=300, help="draws of steps for each clip")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        report = run(options.shared, every=options.every, visits=options.visits, draws=options.draws)
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    print(json_format.dumps(report, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
