"""How long a walk-up takes: from the first frame in which the face was detected to the committed punch.

The real kiosk runs: capture process, recogniser, journal on disk; only the network is left out. The clip plays at its
own pace, as a camera would deliver it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import numpy as np

from contract.errors import BadInputError, PresensiError
from contract.roster import KioskPolicy, RosterPart, RosterPerson
from contract.signing import SigningKey
from contract.transport import NullTransport
from kiosk.camera.photo_source import list_photos, render_walk_up
from kiosk.clerk import TakenPunch
from kiosk.display import NullDisplay
from kiosk.recognizer.enrolment import EnrolmentFrame, embed_photo
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.settings import read_settings
from kiosk.station import Station
from provisioning.demo_photos import fetch

LivenessPolicy = Literal["off", "passive", "active", "strict"]

CLIP_FPS: Final = 15.0
CLIP_SIZE: Final = (640, 480)


@dataclass(frozen=True, slots=True)
class WalkUp:
    """One run over the clip. employee: folder name, None when nobody was recognised; committed_ms likewise."""

    employee: str | None
    similarity: float | None
    committed_ms: float | None
    punches: int


def gallery_roster(folder: Path, pack: Pack, *, liveness: LivenessPolicy = "off") -> RosterPart:
    """A roster of the people in PERSON/file; BadInputError when there is no usable face at all."""
    people = []
    for person in sorted(each for each in folder.glob("*") if each.is_dir()):
        pictures = [cv2.imread(str(file)) for file in sorted(person.iterdir())]
        found = [embed_photo(pack, np.asarray(each, np.uint8)) for each in pictures if each is not None]
        usable = [each.embedding for each in found if isinstance(each, EnrolmentFrame)]
        if usable:
            rows = b"".join(each.astype("<f4").tobytes() for each in usable)
            people.append(RosterPerson(person=person.name, name=person.name, count=len(usable), embeddings=rows))
    if not people:
        raise BadInputError(f"{folder} holds no usable face: expected PERSON/photo.jpg.")
    policy = KioskPolicy(liveness=liveness, demo=True)
    return RosterPart(version=1, base=None, part=1, parts=1, pack=pack.name, policy=policy, people=tuple(people))


def rendered_clip(gallery: Path, folder: Path) -> Path:
    """A 15 fps clip of the first photo, rendered as a person who walks up."""
    photo = list_photos(gallery)[0]
    clip = folder / "walkup.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), CLIP_FPS, CLIP_SIZE)
    for rendered in render_walk_up(photo.path, size=CLIP_SIZE, fps=CLIP_FPS):
        writer.write(rendered.frame.main)
    writer.release()
    return clip


def walk_up(clip: Path, roster: RosterPart) -> WalkUp:
    """Let the clip walk up to a fresh kiosk once."""
    taken: list[TakenPunch] = []
    with tempfile.TemporaryDirectory(prefix="presensi-bench-") as name:
        folder = Path(name)
        (folder / "hub.pub").write_text(SigningKey.generate().verify_key.text, encoding="ascii")
        settings = read_settings(None, data=name, camera_kind="clip", camera_path=str(clip))
        with Station(settings, transport=NullTransport(), on_punch=taken.append) as station:
            station.roster.take(roster)
            station.run(NullDisplay())
    if not taken:
        return WalkUp(None, None, None, 0)
    first = taken[0]
    return WalkUp(first.punch.person, first.identity.similarity, first.committed_ms, len(taken))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.walkup", description=__doc__)
    parser.add_argument("--clip", type=Path, help="somebody who walks up; else a photo is rendered")
    parser.add_argument("--gallery", type=Path, help="PERSON/photo.jpg; without it the demo's photos")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        gallery = options.gallery or fetch()
        roster = gallery_roster(gallery, open_pack())
        with tempfile.TemporaryDirectory(prefix="presensi-bench-") as folder:
            clip = options.clip or rendered_clip(gallery, Path(folder))
            runs = [walk_up(clip, roster) for _ in range(options.runs)]
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    times = [run.committed_ms for run in runs if run.committed_ms is not None]
    report = {
        "clip": str(options.clip) if options.clip else "rendered",
        "gallery": len(roster.people),
        "runs": len(runs),
        "recognised": len(times),
        "employee": next((run.employee for run in runs if run.employee), None),
        "punches_per_run": max(run.punches for run in runs),
        "committed_ms": {
            "median": round(statistics.median(times), 1),
            "min": round(min(times), 1),
            "max": round(max(times), 1),
        }
        if times
        else None,
    }
    if options.json:
        print(json.dumps(report))
    elif times:
        print(f"{report['employee']}: committed after {statistics.median(times):.0f} ms (median of {len(times)} runs)")
    else:
        print("nobody was recognised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
