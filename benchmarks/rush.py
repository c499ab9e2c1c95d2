"""How many people a minute one kiosk serves when they follow each other without a pause.

A reel is made of photos: each person stands before the camera for a while, a little restless as people are, and gives
way to the next at once. Some photos of each person enrol them, another one is shown. The real kiosk runs (capture
process, recogniser, walk-up, journal on disk); only network and window are left out. The reel plays at a camera's pace.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.walkup import gallery_roster
from contract.errors import BadInputError, PresensiError
from contract.roster import RosterPart
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera.frame import Pixels
from kiosk.clerk import TakenPunch
from kiosk.display import NullDisplay
from kiosk.recognizer.packs.pack import open_pack
from kiosk.settings import read_settings
from kiosk.station import Station

FPS: Final = 15.0
SIZE: Final = (640, 480)
SHOWN_SIDE: Final = 420
"""Side of a photo in the picture, in pixels: a face of about 180, somebody at half a metre."""
ENROL: Final = 5
RESTLESS_PIXELS: Final = 4


@dataclass(frozen=True, slots=True)
class RushReport:
    """One reel. dwell_s: how long each person stood there; served: people with a punch of their own, of `people`.

    wrong: punches for somebody who was not there then. people_per_minute: served, over the reel's length.
    first_try: share of the served who were not refused before.
    """

    people: int
    dwell_s: float
    served: int
    wrong: int
    people_per_minute: float
    first_try: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rush", description=__doc__)
    parser.add_argument(
        "--faces", type=Path, required=True, help="PERSON/photo.jpg, at least six photos of each person"
    )
    parser.add_argument("--people", type=int, default=40, help="how many of them are in the gallery and in the queue")
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--dwell", default="1.5,1,0.75,0.5", help="seconds that each person stands there, several")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="presensi-rush-") as name:
            enrolled, shown = divide(options.faces, Path(name) / "gallery", people=options.people, seed=options.seed)
            roster = gallery_roster(enrolled, open_pack(options.pack))
            reports = []
            for dwell in (float(each) for each in options.dwell.split(",")):
                reports.append(rush(shown, roster, dwell_seconds=dwell, pack=options.pack, folder=Path(name)))
                if not options.json:
                    _print(reports[-1])
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    if options.json:
        print(json.dumps([asdict(each) for each in reports]))
    return 0


def divide(faces: Path, gallery: Path, *, people: int, seed: int) -> tuple[Path, dict[str, Path]]:
    """Enrolment photos as links under `gallery`, and the photo of each person that is shown.

    BadInputError when there are fewer people with enough photos than wanted.
    """
    found = {
        folder.name: sorted(each for each in folder.iterdir() if each.suffix.lower() in {".jpg", ".jpeg", ".png"})
        for folder in sorted(each for each in faces.glob("*") if each.is_dir())
    }
    enough = [name for name, photos in found.items() if len(photos) > ENROL]
    if len(enough) < people:
        raise BadInputError(f"{faces} has {len(enough)} people with {ENROL + 1} photos; ask for fewer with --people.")
    chosen = random.Random(seed).sample(enough, people)
    for name in chosen:
        (gallery / name).mkdir(parents=True)
        for photo in found[name][:ENROL]:
            (gallery / name / photo.name).symlink_to(photo.resolve())
    return gallery, {name: found[name][ENROL] for name in chosen}


def rush(shown: dict[str, Path], roster: RosterPart, *, dwell_seconds: float, pack: str, folder: Path) -> RushReport:
    """Let everybody pass once; those who have no template (no usable enrolment photo) stand in the queue as well."""
    clip = folder / f"reel-{dwell_seconds}.avi"
    frames_each = max(1, round(dwell_seconds * FPS))
    order = list(shown)
    write_reel(clip, [shown[name] for name in order], frames_each)
    taken: list[TakenPunch] = []
    display = NullDisplay()
    with tempfile.TemporaryDirectory(prefix="presensi-rush-") as name:
        data = Path(name)
        (data / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
        settings = read_settings(None, data=name, camera_kind="clip", camera_path=str(clip), pack=pack)
        with Station(settings, transport=NullTransport(), on_punch=taken.append) as station:
            station.roster.take(roster)
            station.run(display)
            service = station.service
    punched = [each.punch.person for each in taken]
    served = len(set(punched) & set(order))
    # Each person stands there once, in order: whoever punches out of it was taken for somebody else.
    wrong = len(punched) - longest_in_order(punched, order)
    return RushReport(
        people=len(order),
        dwell_s=dwell_seconds,
        served=served,
        wrong=wrong,
        people_per_minute=round(served / (len(order) * frames_each / FPS) * 60, 1),
        first_try=round(service.first_try / max(1, service.recorded), 3) if service is not None else 0.0,
    )


def longest_in_order(punched: Sequence[str], order: Sequence[str]) -> int:
    """How many of the punches can be in the order in which people stood there (longest increasing subsequence)."""
    place = {name: index for index, name in enumerate(order)}
    best: list[int] = []
    for index in (place[name] for name in punched if name in place):
        at = int(np.searchsorted(best, index))
        best[at : at + 1] = [index]
    return len(best)


def write_reel(clip: Path, photos: Sequence[Path], frames_each: int) -> None:
    """A 15 fps clip: each photo for so many frames, moved a little from frame to frame."""
    chance = np.random.default_rng(1)
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZE)
    for photo in photos:
        picture = cv2.imread(str(photo))
        if picture is None:
            raise BadInputError(f"{photo} is no picture.")
        scaled = np.asarray(cv2.resize(picture, (SHOWN_SIDE, SHOWN_SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
        for _ in range(frames_each):
            writer.write(_frame(scaled, chance.integers(-RESTLESS_PIXELS, RESTLESS_PIXELS + 1, 2)))
    writer.release()


def _frame(scaled: Pixels, moved: np.ndarray) -> Pixels:
    width, height = SIZE
    frame = np.full((height, width, 3), 120, np.uint8)
    x, y = (width - SHOWN_SIDE) // 2 + int(moved[0]), (height - SHOWN_SIDE) // 2 + int(moved[1])
    frame[y : y + SHOWN_SIDE, x : x + SHOWN_SIDE] = scaled
    return frame


def _print(report: RushReport) -> None:
    print(
        f"{report.people} people, {report.dwell_s:g} s each: {report.served} served ({report.people_per_minute:g} a "
        f"minute), {report.wrong} taken for somebody else, {report.first_try:.0%} at the first try"
    )


if __name__ == "__main__":
    sys.exit(main())
