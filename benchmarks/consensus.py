"""How often staff are refused by the deployed consensus: frames in a row, of another session than the enrolment.

    python -m benchmarks.consensus --pack P --dataset DIR --by-session REGEX [--frames 5] [--json]

DIR holds PERSON/photo, the photos of a session being frames in the order of the last number in their names. Each person
enrols with five frames of one session, drawn at random, twenty times over; runs of frames of the other sessions are
given to kiosk.recognizer.consensus.Consensus as a kiosk gives them: the picture and its mirror image in turn, quality
gates and weights included. A run is of frames that pass the gates, as at a kiosk, where another frame comes at once;
`as_they_come` counts frames that do not as part of a run, which then has fewer to go by. The threshold
is the card's for a gallery of all these people. Refused is who is named in
none of the run's frames, or as somebody else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from contract.errors import BadInputError, PresensiError
from kiosk.camera.frame import Frame
from kiosk.camera.streams import make_grey
from kiosk.recognizer.consensus import Consensus, Identity, Look
from kiosk.recognizer.evaluation.dataset import compile_session, list_labelled, read_photo
from kiosk.recognizer.face import Box, Vector
from kiosk.recognizer.gallery import Gallery
from kiosk.recognizer.packs.pack import Pack, open_pack
from kiosk.recognizer.quality.assessment import Usability
from kiosk.recognizer.recognizer import Recognizer

ENROLLED, DRAWS = 5, 20


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame as a kiosk sees it. embedding None: not usable; template: of picture and mirror image together."""

    box: Box
    embedding: Vector | None
    template: Vector | None
    weight: float


def shoot(pack: Pack, files: Sequence[Path]) -> list[Shot]:
    """A session's frames through the recogniser, one after the other."""
    recognizer, nobody = Recognizer(pack), Gallery({}, dimensions=pack.card.input.dimensions)
    shots = []
    for index, file in enumerate(files):
        picture = read_photo(file)
        if picture is None:
            continue
        frame = Frame(picture, make_grey(picture), index / 15, index, "photo")
        served = next((each for each in recognizer.look(frame, nobody) if each.served), None)
        if served is None or served.embedding is None or served.quality is None:
            shots.append(Shot(Box(0, 0, 1, 1), None, None, 0.0))
            continue
        usable = served.usability is Usability.USABLE
        template = recognizer.embed(frame, served.face)
        shots.append(Shot(served.face.box, served.embedding if usable else None, template, served.quality.weight))
    return shots


def recognised(shots: Sequence[Shot], person: str, gallery: Gallery, pack: Pack) -> bool:
    """Whether a consensus names the person, and nobody else, somewhere in these frames."""
    consensus = Consensus(rule=pack.rule(len(gallery)), gallery=gallery)
    named = set()
    box = next((shot.box for shot in shots if shot.embedding is not None), Box(0, 0, 100, 100))
    for index, shot in enumerate(shots):
        look = None
        if shot.embedding is not None:
            look = Look(shot.embedding, gallery.match(shot.embedding), shot.weight)
        # One box for all: these are single photos of a session, whose faces need not overlap.
        verdict = consensus.observe(box, look, index / 15)
        if isinstance(verdict, Identity):
            named.add(verdict.person)
    return named == {person}


def measure(pack: Pack, folder: Path, session: re.Pattern[str], *, frames: int, seed: int = 1) -> dict[str, Any]:
    """The rates as plain JSON values; BadInputError when nobody has two sessions."""
    sessions: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for photo in list_labelled(folder):
        if found := session.search(photo.path.name):
            sessions[photo.person][found[1]].append(photo.path)
    shots = {
        person: {name: shoot(pack, sorted(files, key=_number)) for name, files in by_name.items()}
        for person, by_name in sessions.items()
    }
    rng = np.random.default_rng(seed)
    refused = {True: 0, False: 0}
    runs = {True: 0, False: 0}
    for _ in range(DRAWS):
        chosen = {person: sorted(by_name)[rng.integers(len(by_name))] for person, by_name in shots.items()}
        gallery = Gallery({person: _enrol(shots[person][name], rng) for person, name in chosen.items()})
        for person, by_name in shots.items():
            for name, seen in by_name.items():
                if name == chosen[person]:
                    continue
                for gated in (True, False):
                    row = [shot for shot in seen if shot.embedding is not None] if gated else seen
                    for start in range(0, len(row) - frames + 1, frames):
                        runs[gated] += 1
                        refused[gated] += not recognised(row[start : start + frames], person, gallery, pack)
    if not runs[True]:
        raise BadInputError(f"Nobody in {folder} has frames of two sessions; give another folder or --by-session.")
    return {
        "pack": pack.name,
        "people": len(shots),
        "people_with_two_sessions": sum(len(by_name) > 1 for by_name in shots.values()),
        "frames": frames,
        "runs": runs[True],
        "threshold": round(pack.rule(len(shots)).threshold, 4),
        "fnir": round(refused[True] / runs[True], 5),
        "fnir_as_they_come": round(refused[False] / runs[False], 5),
    }


def _enrol(shots: Sequence[Shot], rng: np.random.Generator) -> Vector:
    usable = [shot.template for shot in shots if shot.template is not None]
    order = rng.permutation(len(usable))[:ENROLLED]
    return np.stack([usable[index] for index in order])


def _number(path: Path) -> int:
    return int(re.findall(r"\d+", path.stem)[-1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; see --help."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.consensus", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", default="builtin")
    parser.add_argument("--dataset", type=Path, required=True, metavar="DIR", help="PERSON/photo")
    parser.add_argument("--by-session", required=True, metavar="REGEX", help="its first group is a photo's session")
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        session = compile_session(options.by_session)
        figures = measure(open_pack(options.pack), options.dataset, session, frames=options.frames)
    except PresensiError as error:
        print(f"presensi: {error}", file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    if options.json:
        print(json.dumps(figures))
    else:
        print(
            f"{figures['pack']}: FNIR {figures['fnir']:.2%} of {figures['runs']} runs of {figures['frames']} frames, "
            f"threshold {figures['threshold']}, {figures['people']} people; "
            f"{figures['fnir_as_they_come']:.2%} with frames as they come"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
